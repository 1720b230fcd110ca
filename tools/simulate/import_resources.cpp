// Resources, with everything a resource inherits: meta attributes, templates' operations, defaults.
#include "conf/cib/expectation.hpp"
#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::simulate {

using cib::is_true;
using cib::same_text;

namespace {

std::string agent_name(cib::text standard, cib::text provider, cib::text type) {
  return provider.empty() ? fmt::format("{}:{}", standard, type) : fmt::format("{}:{}:{}", standard, provider, type);
}

sched::on_fail on_fail_named(cib::text name) {
  using sched::on_fail;
  static const std::pair<cib::text, on_fail> known[] = {{"ignore", on_fail::ignore},
                                                        {"nothing", on_fail::ignore},
                                                        {"demote", on_fail::demote},
                                                        {"restart", on_fail::restart},
                                                        {"restart-container", on_fail::restart_container},
                                                        {"migrate", on_fail::migrate},
                                                        {"block", on_fail::block},
                                                        {"stop", on_fail::stop},
                                                        {"standby", on_fail::standby},
                                                        {"fence", on_fail::fence}};
  for (auto& [text, value] : known)
    if (same_text(name, text)) return value;
  return on_fail::unset;
}

// "default" means that it is as if nothing were written.
std::optional<cib::text> given_in(const std::map<cib::text, cib::text>& meta, std::initializer_list<cib::text> names) {
  for (auto name : names)
    if (auto found = meta.find(name); found != meta.end())
      return same_text(found->second, "default") ? std::nullopt : std::optional{found->second};
  return std::nullopt;
}

bool flag_in(const std::map<cib::text, cib::text>& meta, std::initializer_list<cib::text> names, bool otherwise) {
  auto given = given_in(meta, names);
  return given ? cib::to_bool(*given).value_or(false) : otherwise;
}

bool may_recur(sched::task t) {
  using sched::task;
  return t == task::monitor || t == task::other || t == task::notify;
}

// A primitive whose agent cannot tell its instances apart: scripts and units of the system.
const cib::resource* without_instances(const cib::resource& r) {
  if (r.kind == cib::resource_kind::primitive) return r.standard == "ocf" || r.standard == "stonith" ? nullptr : &r;
  for (auto& child : r.children)
    if (auto* found = without_instances(child)) return found;
  return nullptr;
}

// Said anywhere, of whatever and under whichever rule, it puts unfencing in use.
bool speaks_of_unfencing(const cib::nv_sets& sets) {
  for (auto& set : sets)
    for (auto& [name, value] : set.values)
      if ((name == "provides" || name == "requires") && value == "unfencing") return true;
  return false;
}

} // namespace

sched::resource_id importer::add_resource(const cib::resource& from, sched::resource_id parent,
                                          const lineage& parents) {
  if (resources_.contains(from.id)) {
    warn(fmt::format("resource {} is defined twice: the second is ignored", from.id));
    return {};
  }
  if (from.kind == cib::resource_kind::bundle && !from.bundle) return {};
  if (from.kind == cib::resource_kind::bundle && !from.children.empty() && from.bundle->control_port.empty() &&
      from.bundle->ip_range_start.empty()) {
    warn(fmt::format("the bundle {} has no network for its resource {}: it is ignored", from.id, from.children[0].id));
    return {};
  }
  sched::resource r;
  r.name = from.id;
  r.parent = parent;
  r.kind = from.kind == cib::resource_kind::primitive ? sched::resource_kind::primitive
           : from.kind == cib::resource_kind::group   ? sched::resource_kind::group
           : from.kind == cib::resource_kind::clone   ? sched::resource_kind::clone
                                                      : sched::resource_kind::bundle;
  auto id = in_.resources.add(std::move(r));
  primitives_.resize(in_.resources.size());
  resources_.emplace(from.id, id);

  // A member's own values win over its parents', those over the defaults.
  lineage chain{&from};
  chain.insert(chain.end(), parents.begin(), parents.end());
  auto c = context();
  c.standard = from.standard;
  c.provider = from.provider;
  c.agent = from.agent;
  values meta;
  auto merge = [&](const cib::nv_sets& sets) {
    for (auto& [k, v] : cib::evaluate(sets, c)) meta.emplace(k, v);
  };
  for (auto* level : chain) merge(level->meta);
  merge(cib_.resource_defaults);
  if (!managed_by_default_.empty()) meta.emplace("is-managed", managed_by_default_);
  read_meta(in_.resources[id], meta);
  in_.resources[id].unfences = speaks_of_unfencing(from.meta) || speaks_of_unfencing(cib_.resource_defaults);
  if (from.kind == cib::resource_kind::clone) read_clone_meta(in_.resources[id], from, meta);
  if (from.kind == cib::resource_kind::primitive) {
    read_primitive(id, chain, meta);
  } else if (from.kind == cib::resource_kind::bundle) {
    add_bundle(id, from, chain);
  } else {
    for (auto& child : from.children) {
      auto added = add_resource(child, id, chain);
      if (added.valid()) in_.resources[id].children.push_back(added);
    }
    if (in_.resources[id].children.empty()) { // all of them were ignored
      warn(fmt::format("{} has no members: ignored", from.id));
      resources_.erase(resources_.find(from.id));
      return {};
    }
  }
  return id;
}

void importer::read_meta(sched::resource& r, const values& meta) {
  auto get = [&](std::initializer_list<cib::text> names) { return given_in(meta, names).value_or(cib::text{}); };
  r.priority = score_in(get({"priority"})).value();
  if (auto s = given_in(meta, {"resource-stickiness", "resource_stickiness"})) r.stickiness = score_in(*s).value();
  auto target = get({"target-role", "target_role"});
  r.target = same_text(target, "Started") ? sched::role::unknown : role_named(target);
  r.managed = flag_in(meta, {"is-managed", "is_managed"}, true);
  r.maintenance = flag_in(meta, {"maintenance"}, false);
  r.critical = flag_in(meta, {"critical"}, true);
  r.allows_unhealthy = flag_in(meta, {"allow-unhealthy-nodes"}, false);
  if (auto t = given_in(meta, {"migration-threshold"})) {
    auto threshold = score_in(*t).value();
    r.migration_threshold = threshold < 0 ? 1 : threshold;
  }
  r.failure_timeout_ms = std::max<std::int64_t>(cib::to_interval_ms(get({"failure-timeout"})).value_or(0), 0);
  auto multiple = get({"multiple-active", "multiple_active"});
  r.on_multiple = same_text(multiple, "stop_only")         ? sched::multiple_active::stop_only
                  : same_text(multiple, "block")           ? sched::multiple_active::block
                  : same_text(multiple, "stop_unexpected") ? sched::multiple_active::stop_unexpected
                                                           : sched::multiple_active::stop_start;
  auto needs = get({"requires"});
  r.needs = same_text(needs, "nothing")     ? sched::requirement::nothing
            : same_text(needs, "quorum")    ? sched::requirement::quorum
            : same_text(needs, "fencing")   ? sched::requirement::fencing
            : same_text(needs, "unfencing") ? sched::requirement::unfencing
                                            : sched::requirement::unset;
  if (!in_.settings.fencing && r.needs > sched::requirement::quorum) r.needs = sched::requirement::quorum;
  r.allow_migrate = flag_in(meta, {"allow-migrate"}, false);
  r.restarts_with_optional = same_text(get({"restart-type"}), "restart");
  r.members_together = flag_in(meta, {"collocated"}, true);
  if (r.kind == sched::resource_kind::group) r.members_in_order = flag_in(meta, {"ordered"}, true);
}

void importer::read_clone_meta(sched::resource& r, const cib::resource& from, const values& meta) {
  auto count = [&](std::initializer_list<cib::text> names) -> std::optional<std::uint32_t> {
    auto given = given_in(meta, names);
    if (!given) return std::nullopt;
    auto n = cib::to_number(*given).value_or(0);
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(n, 0, static_cast<std::int64_t>(cib::max_instances)));
  };
  r.unique = flag_in(meta, {"globally-unique", "globally_unique"}, false);
  r.interleave = flag_in(meta, {"interleave"}, false);
  r.ordered = flag_in(meta, {"ordered"}, false);
  r.notify = flag_in(meta, {"notify"}, false);
  r.promotable = from.promotable_element || flag_in(meta, {"promotable"}, false);
  r.clone_max = count({"clone-max", "clone_max"});
  r.clone_node_max = r.unique ? count({"clone-node-max", "clone_node_max"}).value_or(1) : 1;
  r.clone_min = count({"clone-min"}).value_or(0);
  r.promoted_max = count({"promoted-max", "master-max", "master_max"}).value_or(1);
  r.promoted_node_max = count({"promoted-node-max", "master-node-max", "master_node_max"}).value_or(1);
  auto* without = r.unique ? without_instances(from) : nullptr;
  if (!without) return;
  warn(fmt::format("{}: globally-unique is ignored, because {} ({}) knows no instances", from.id, without->id,
                   without->standard));
  r.unique = false;
  r.clone_node_max = 1;
  if (r.clone_max) r.clone_max = std::min(*r.clone_max, static_cast<std::uint32_t>(in_.nodes.size()));
}

void importer::read_primitive(sched::resource_id id, const lineage& chain, const values& meta) {
  auto& from = *chain.front();
  auto& r = in_.resources[id];
  r.agent = agent_name(from.standard, from.provider, from.agent);
  r.fence_device = from.standard == "stonith";
  r.remote_connection = from.standard == "ocf" && from.provider == "pacemaker" && from.agent == "remote";
  r.isolated_ok = !r.fence_device && !r.remote_connection;
  if (r.fence_device && (r.needs == sched::requirement::unset || r.needs == sched::requirement::unfencing))
    r.needs = sched::requirement::quorum; // it is what unfences
  auto get = [&](cib::text name) {
    auto found = meta.find(name);
    return found == meta.end() ? cib::text{} : found->second;
  };
  bool in_clone = false;
  for (auto p = r.parent; p.valid(); p = in_.resources[p].parent)
    in_clone = in_clone || in_.resources[p].kind == sched::resource_kind::clone;
  if (in_clone) {
    r.allow_migrate = r.allow_migrate && meta.contains("allow-migrate");
    if (!r.stickiness) r.stickiness = 1;
  }
  auto& own = primitives_[id.at()];
  own.standard = from.standard;
  own.provider = from.provider;
  own.agent = from.agent;
  own.from = chain;
  for (auto* level : chain)
    for (auto& set : level->params) own.node_dependent = own.node_dependent || set.when.has_value();
  own.params = parameters(own, context());
  if (r.remote_connection) {
    r.allow_migrate = flag_in(meta, {"allow-migrate"}, true);
    if (r.needs == sched::requirement::unset) r.needs = sched::requirement::quorum;
    auto reconnect = own.params.find("reconnect_interval");
    if (reconnect != own.params.end()) r.reconnect_ms = cib::to_interval_ms(reconnect->second).value_or(0);
    add_remote_node(std::string{from.id}, sched::node_kind::remote, id, {});
  } else if (auto name = get("remote-node"); !name.empty()) {
    // Only the primitive's own meta attribute makes a guest.
    if (cib::evaluate(from.meta, context()).contains("remote-node")) guests_.push_back({id, std::string{name}, meta});
  }
  auto c = context();
  for (auto& [name, amount] : cib::evaluate(from.utilization, c))
    in_.resources[id].uses.push_back({intern(name), static_cast<std::int32_t>(std::clamp<std::int64_t>(
                                                        cib::to_number(amount).value_or(0), 0, INT32_MAX))});
  read_operations(id, from);
  in_.resources[id].scores_on_host = same_text(get("container-attribute-target"), "host");
  if (auto container = get("container"); !container.empty() && container != from.id) {
    if (auto found = resources_.find(container); found != resources_.end())
      in_.resources[id].container = found->second;
    else
      warn(fmt::format("{}: container=\"{}\" is no resource before it: ignored", from.id, container));
  }
}

// Its own, and those of what it is in.
std::map<std::string, std::string> importer::parameters(const primitive& p, const cib::rule_context& c) {
  std::map<std::string, std::string> all;
  for (auto* r : p.from)
    for (auto& [k, v] : cib::evaluate(r->params, c)) all.emplace(k, v);
  return all;
}

void importer::read_operations(sched::resource_id id, const cib::resource& from) {
  auto& r = in_.resources[id];
  for (auto& op : from.operations) {
    auto c = context();
    c.standard = from.standard;
    c.provider = from.provider;
    c.agent = from.agent;
    c.op_name = op.name;
    values v;
    for (auto& [name, value] : op.attributes) v.emplace(name, value);
    auto interval = v.find("interval");
    c.op_interval_ms = interval == v.end() ? 0 : cib::to_interval_ms(interval->second).value_or(0);
    for (auto& [name, value] : cib::evaluate(op.meta, c)) v.emplace(name, value);
    for (auto& [name, value] : cib::evaluate(cib_.operation_defaults, c)) v.emplace(name, value);
    auto get = [&](cib::text name) {
      auto found = v.find(name);
      return found == v.end() ? cib::text{} : found->second;
    };
    sched::operation o;
    o.what = task_named(op.name);
    o.name = op.name;
    o.interval_ms = std::clamp<std::int64_t>(c.op_interval_ms, 0, cib::max_interval_ms);
    o.in_role = role_named(get("role"));
    o.failure = on_fail_named(get("on-fail"));
    o.enabled = cib::to_bool(get("enabled")).value_or(true) && !is_true(get("disabled"));
    auto timeout = cib::to_interval_ms(get("timeout")).value_or(-1);
    o.timeout_ms = timeout < 0 ? 20'000 : timeout;
    if (o.interval_ms > 0 && !may_recur(o.what)) {
      warn(fmt::format("{}: the operation {} cannot recur: ignored", from.id, op.name));
      continue;
    }
    auto twin = std::find_if(r.operations.begin(), r.operations.end(), [&](auto& other) {
      return other.what == o.what && other.name == o.name && other.interval_ms == o.interval_ms;
    });
    if (o.interval_ms > 0 && twin != r.operations.end()) {
      twin->ambiguous = true;
      warn(fmt::format("{} has two operations {} with the same interval: the second is ignored", from.id, op.name));
      continue;
    }
    r.operations.push_back(std::move(o));
  }
  add_operation_defaults(r, from);
}

// An operation that is not configured still has the defaults for its name.
void importer::add_operation_defaults(sched::resource& r, const cib::resource& from) {
  if (cib_.operation_defaults.empty()) return;
  for (cib::text name : {"start", "stop", "promote", "demote", "monitor", "migrate_to", "migrate_from"}) {
    auto what = task_named(name);
    if (std::any_of(r.operations.begin(), r.operations.end(),
                    [&](auto& o) { return o.what == what && o.interval_ms == 0; }))
      continue;
    auto c = context();
    c.standard = from.standard;
    c.provider = from.provider;
    c.agent = from.agent;
    c.op_name = name;
    auto failure = cib::evaluate_one(cib_.operation_defaults, "on-fail", c);
    if (!failure) continue;
    r.operations.push_back({.what = what,
                            .name = std::string{name},
                            .interval_ms = 0,
                            .in_role = sched::role::unknown,
                            .failure = on_fail_named(*failure),
                            .by_default = true});
  }
}

void importer::add_remote_node(const std::string& name, sched::node_kind kind, sched::resource_id connection,
                               sched::resource_id container) {
  auto found = nodes_.find(name);
  auto id = found != nodes_.end() ? found->second : in_.nodes.add({.name = name, .id = name});
  if (found == nodes_.end()) {
    nodes_.emplace(name, id);
    nodes_by_id_.emplace(name, id);
    attributes_.resize(in_.nodes.size());
    permanent_.resize(in_.nodes.size());
  }
  auto& n = in_.nodes[id];
  n.kind = kind;
  n.connection = connection;
  n.container = container;
  in_.resources[connection].connects = id;
}

void importer::add_guest_connections() {
  for (auto& g : guests_) {
    if (resources_.contains(g.name)) {
      warn(fmt::format("the guest node {} has the name of a resource: ignored", g.name));
      continue;
    }
    if (nodes_.contains(g.name))
      warn(fmt::format("the guest node {} has the name of a node, which is taken to be that guest", g.name));
    auto get = [&](cib::text name) {
      auto found = g.meta.find(name);
      return found == g.meta.end() ? cib::text{} : found->second;
    };
    sched::resource r;
    r.name = g.name;
    r.agent = "ocf:pacemaker:remote";
    r.remote_connection = true;
    r.isolated_ok = false;
    r.container = g.container;
    r.container_implied = true;
    r.managed = flag_in(g.meta, {"is-managed"}, true);
    r.needs = sched::requirement::quorum;
    r.allow_migrate = flag_in(g.meta, {"remote-allow-migrate"}, false);
    r.operations.push_back(
        {.what = sched::task::monitor, .name = "monitor", .interval_ms = 30'000, .timeout_ms = 30'000});
    auto timeout = cib::to_interval_ms(get("remote-connect-timeout")).value_or(60'000);
    r.operations.push_back({.what = sched::task::start, .name = "start", .timeout_ms = timeout});
    auto id = in_.resources.add(std::move(r));
    primitives_.resize(in_.resources.size());
    auto& p = primitives_[id.at()];
    p.standard = "ocf";
    p.provider = "pacemaker";
    p.agent = "remote";
    auto port = get("remote-port"), addr = get("remote-addr");
    if (!port.empty()) p.params.emplace("port", port);
    if (!addr.empty()) p.params.emplace("addr", addr);
    resources_.emplace(g.name, id);
    in_.top.push_back(id);
    add_remote_node(g.name, sched::node_kind::guest, id, g.container);
  }
}

} // namespace troupe::simulate
