#include "conf/cib/read.hpp"
#include "conf/cib/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace troupe::conf::cib {

namespace {

text attr(pugi::xml_node e, const char* name) {
  return e.attribute(name).value();
}

// A count in an attribute: `otherwise` where absent or unusable, capped.
unsigned replicas_of(pugi::xml_node e, const char* name, unsigned otherwise) {
  auto n = to_number(attr(e, name));
  if (!n || *n < 0) return otherwise;
  return static_cast<unsigned>(std::min<std::int64_t>(*n, max_replicas));
}

operation without_sets(pugi::xml_node op) {
  operation o{.id = attr(op, "id"), .name = attr(op, "name"), .attributes = {}, .meta = {}, .params = {}};
  for (auto a : op.attributes()) o.attributes.emplace_back(a.name(), a.value());
  return o;
}

} // namespace

bool is_resource(pugi::xml_node e) {
  text name = e.name();
  return name == "primitive" || name == "group" || name == "clone" || name == "master" || name == "bundle";
}

void reader::read_resources(pugi::xml_node resources) {
  for (auto t : resources.children("template")) {
    if (attr(t, "id").empty())
      warn("a <template> without an id: ignored");
    else
      templates_.emplace(attr(t, "id"), t);
  }
  auto elements = resources.children();
  out_.resources.reserve(static_cast<std::size_t>(std::distance(elements.begin(), elements.end())));
  for (auto e : elements) {
    if (e.type() != pugi::node_element || text{e.name()} == "template") continue;
    if (!is_resource(e)) {
      warn(fmt::format("<{}> is no resource: ignored", e.name()));
    } else if (auto r = read_resource(e)) {
      out_.resources.push_back(std::move(*r));
    }
  }
}

std::optional<resource> reader::read_resource(pugi::xml_node e) {
  resource r;
  text kind = e.name();
  r.id = attr(e, "id");
  if (r.id.empty()) {
    warn(fmt::format("a <{}> without an id: ignored", kind));
    return std::nullopt;
  }
  r.meta = read_sets(e, "meta_attributes");
  if (kind == "primitive") return read_primitive(e, r) ? std::optional{std::move(r)} : std::nullopt;
  r.kind = kind == "group" ? resource_kind::group : kind == "bundle" ? resource_kind::bundle : resource_kind::clone;
  r.promotable_element = kind == "master";
  r.params = read_sets(e, "instance_attributes");
  if (r.kind == resource_kind::bundle) read_bundle(e, r);
  return read_children(e, r) ? std::optional{std::move(r)} : std::nullopt;
}

// A group has primitives in it, a clone one of them or a group, a bundle at most one. What cannot be used takes with it
// what is made of it: a clone, a bundle, a group without any other members.
bool reader::read_children(pugi::xml_node e, resource& into) {
  bool several = into.kind == resource_kind::group, taken = false;
  for (auto child : e.children()) {
    if (!is_resource(child)) continue;
    text kind = child.name();
    if (kind != "primitive" && !(kind == "group" && into.kind == resource_kind::clone)) {
      warn(fmt::format("<{} id=\"{}\"> may not be in {}: ignored", kind, attr(child, "id"), into.id));
      continue;
    }
    if (taken && !several) {
      warn(fmt::format("{} may have one resource in it: {} is ignored", into.id, attr(child, "id")));
      continue;
    }
    taken = true;
    if (auto r = read_resource(child)) into.children.push_back(std::move(*r));
  }
  if (!into.children.empty() || (into.kind == resource_kind::bundle && !taken)) return true;
  warn(into.kind == resource_kind::bundle ? fmt::format("{} is ignored, because what is in it is", into.id)
                                          : fmt::format("{} has no members: ignored", into.id));
  return false;
}

// Of the one it names; nothing, and a sentence, if there is none.
pugi::xml_node reader::template_of(const resource& user) {
  auto found = templates_.find(user.from_template);
  if (found != templates_.end()) {
    out_.template_users.emplace_back(user.from_template, user.id);
    return found->second;
  }
  warn(user.from_template == user.id ? fmt::format("{} names itself as its template: ignored", user.id)
                                     : fmt::format("{} uses the template \"{}\", which does not exist: {} is ignored",
                                                   user.id, user.from_template, user.id));
  return {};
}

bool reader::read_primitive(pugi::xml_node e, resource& r) {
  pugi::xml_node base;
  if (auto name = e.attribute("template")) {
    r.from_template = name.value();
    base = template_of(r);
    if (!base) return false;
  }
  auto either = [&](const char* name) { return e.attribute(name) ? attr(e, name) : attr(base, name); };
  r.standard = either("class");
  r.provider = either("provider");
  r.agent = either("type");
  if (r.standard.empty() || r.agent.empty()) warn(fmt::format("{} has no class or no type: no agent can run it", r.id));
  auto merged = [&](const char* tag) { // the primitive's blocks come later and so win
    nv_sets own = read_sets(e, tag);
    if (base) {
      auto inherited = read_sets(base, tag);
      own.insert(own.end(), std::make_move_iterator(inherited.begin()), std::make_move_iterator(inherited.end()));
      std::stable_sort(own.begin(), own.end(), [](const nv_set& a, const nv_set& b) { return a.weight > b.weight; });
    }
    return own;
  };
  r.meta = merged("meta_attributes");
  r.params = merged("instance_attributes");
  r.utilization = merged("utilization");
  read_operations(e, r);
  if (base) read_operations(base, r);
  return true;
}

// Of a template the operations count that the primitive has not itself, by name and role, at whichever interval. What
// is started, or not promoted, is no role of its own here.
void reader::read_operations(pugi::xml_node primitive, resource& into) {
  auto role_of = [](text role) {
    for (text plain : {"Started", "Unpromoted", "Slave"})
      if (same_text(role, plain)) return text{};
    return role;
  };
  auto of_its_own = into.operations.size();
  auto overridden = [&](pugi::xml_node op) {
    return std::any_of(into.operations.begin(), into.operations.begin() + static_cast<std::ptrdiff_t>(of_its_own),
                       [&](const operation& o) {
                         text role;
                         for (auto& [k, v] : o.attributes)
                           if (k == "role") role = v;
                         return o.name == attr(op, "name") && same_text(role_of(role), role_of(attr(op, "role")));
                       });
  };
  for (auto block : primitive.children("operations")) {
    auto operations = resolve(block);
    if (!operations) continue;
    for (auto child : operations.children("op")) {
      auto op = resolve(child);
      if (!op) continue;
      if (attr(op, "name").empty()) {
        warn(fmt::format("{}: an operation has no name: ignored", into.id));
        continue;
      }
      if (overridden(op)) continue;
      auto o = without_sets(op);
      o.meta = read_sets(op, "meta_attributes");
      o.params = read_sets(op, "instance_attributes");
      into.operations.push_back(std::move(o));
    }
  }
}

void reader::read_bundle(pugi::xml_node e, resource& r) {
  bundle_settings b;
  pugi::xml_node engine;
  for (const char* name : {"docker", "rkt", "podman"})
    if (auto found = e.child(name)) {
      engine = found;
      b.engine = name;
    }
  if (!engine) {
    warn(fmt::format("the bundle {} names no container engine: ignored", r.id));
    return;
  }
  b.image = attr(engine, "image");
  b.network = attr(engine, "network");
  b.options = attr(engine, "options");
  b.run_command = attr(engine, "run-command");
  for (const char* name : {"replicas", "replicas-per-host"})
    judge(r.id, engine, {name, notation::replicas, "taken as 1"});
  for (const char* name : {"masters", "promoted-max"}) judge(r.id, engine, {name, notation::count, "taken as 0"});

  unsigned promoted = replicas_of(engine, "masters", 0);
  b.promoted_max = replicas_of(engine, "promoted-max", promoted);
  b.replicas = std::max(1u, replicas_of(engine, "replicas", b.promoted_max > 0 ? b.promoted_max : 1));
  b.replicas_per_host = std::max(1u, replicas_of(engine, "replicas-per-host", 1));
  auto network = e.child("network");
  b.ip_range_start = attr(network, "ip-range-start");
  b.host_interface = attr(network, "host-interface");
  b.host_netmask = attr(network, "host-netmask");
  b.control_port = attr(network, "control-port");
  b.add_host = is_true(attr(network, "add-host"), true);
  for (auto p : network.children("port-mapping"))
    b.ports.push_back({.port = attr(p, "port"), .internal = attr(p, "internal-port"), .range = attr(p, "range")});
  for (auto s : e.child("storage").children("storage-mapping"))
    b.storages.push_back({.source = attr(s, "source-dir"),
                          .source_root = attr(s, "source-dir-root"),
                          .target = attr(s, "target-dir"),
                          .options = attr(s, "options")});
  r.bundle = std::move(b);
}

} // namespace troupe::conf::cib
