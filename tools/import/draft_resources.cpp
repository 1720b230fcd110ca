// Primitives, groups, clones; fence devices, which with us are no resources.
#include "conf/cib/values.hpp"
#include "conf/units.hpp"
#include "tools/import/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::import_cib {

namespace {

constexpr std::uint32_t every_failure = config::max_failures;

cib::rule_context at(stamp now) {
  return {.now = now, .attribute = {}, .standard = {}, .provider = {}, .agent = {}, .op_name = {}};
}

config::parameters parameters_of(const cib::resource& from, stamp now) {
  config::parameters p;
  for (auto& [name, value] : cib::evaluate(from.params, at(now))) p.emplace(name, value);
  return p;
}

std::optional<duration> within(std::int64_t ms, duration least, duration most) {
  if (ms <= 0) return {};
  return std::clamp<duration>(std::chrono::milliseconds{std::min<std::int64_t>(ms, 1'000'000'000'000)}, least, most);
}

std::vector<std::string> words(std::string_view list, std::string_view separators) {
  std::vector<std::string> all(1);
  for (char c : list) {
    if (separators.find(c) != std::string_view::npos)
      all.emplace_back();
    else
      all.back() += c;
  }
  std::erase(all, "");
  return all;
}

} // namespace

const sched::resource& drafter::known(cib::text id) const {
  return in_.resources[ids_.find(id)->second];
}

void drafter::resources() {
  for (auto& r : from_.resources)
    if (ids_.contains(r.id)) top(r);
  std::set<cib::text> told;
  for (auto& set : from_.operation_defaults)
    for (auto& [name, value] : set.values)
      if (name != "timeout" && told.insert(name).second)
        remark("op_defaults", fmt::format("op_defaults {}={}: no counterpart", name, value));
}

void drafter::leave_out(const cib::resource& from, const std::string& feature, const std::string& why) {
  differs(feature, fmt::format("{}: {}; left out", from.id, why));
  left_out_.emplace(from.id);
  for (auto& c : from.children) left_out_.emplace(c.id);
}

void drafter::top(const cib::resource& from) {
  switch (from.kind) {
  case cib::resource_kind::primitive:
    if (from.standard == "stonith")
      device(from);
    else if (primitive(from))
      out_.sections.push_back({section_kind::resource, out_.cluster.resources.back().name.text});
    break;
  case cib::resource_kind::group: group(from, {}); break;
  case cib::resource_kind::clone: clone(from); break;
  case cib::resource_kind::bundle: leave_out(from, "bundle", "bundles are not known"); break;
  }
}

// Under which name ours will know it; nothing if another one has it already.
std::optional<std::string> drafter::name_for(const cib::resource& from, std::set<std::string>& taken) {
  if (!met_.emplace(from.id).second) return {}; // defined twice: the first counts, which was said
  auto name = usable_name(from.id);
  if (!taken.insert(name).second)
    return leave_out(from, "name", "its name would be " + name + ", as that of another"), std::nullopt;
  if (name != from.id) differs("name", fmt::format("{}: no name here; it is {}", from.id, name));
  return name;
}

bool drafter::primitive(const cib::resource& from) {
  auto name = name_for(from, names_);
  if (!name) return false;
  auto& r = known(from.id);
  config::agent_ref agent{std::string{from.standard}, std::string{from.provider}, std::string{from.agent}};
  bool run = std::find(can_.standards.begin(), can_.standards.end(), agent.standard) != can_.standards.end();
  if (!run)
    return leave_out(from, "agent standard", fmt::format("agents of the standard '{}' are not run", agent.standard)),
           false;
  auto readable = conf::parse_agent(conf::text_of(agent));
  if (!readable || *readable != agent)
    return leave_out(from, "agent standard", fmt::format("no agent of ours: {}", conf::text_of(agent))), false;
  if (r.remote_connection || r.container.valid() || r.connects.valid())
    return leave_out(from, "remote node", "remote and guest nodes are not known"), false;
  config::resource to;
  to.name = resource_name{*name};
  to.agent = agent;
  to.params = parameters_of(from, in_.now);
  for (auto& set : from.params)
    if (set.when) {
      differs("parameter rule", fmt::format("{}: parameters under a rule, as they are now", from.id));
      break;
    }
  if (std::ranges::any_of(from.meta, [](auto& set) { return set.when.has_value(); }))
    differs("meta attribute rule", fmt::format("{}: meta attributes under a rule, as they are now", from.id));
  operations(from, to);
  meta(r, to);
  unsaid_meta(r);
  name_of_.emplace(from.id, to.name.text);
  out_.cluster.resources.push_back(std::move(to));
  return true;
}

void drafter::operations(const cib::resource& from, config::resource& to) {
  using namespace std::chrono_literals;
  auto usual = [&]() -> std::optional<duration> {
    auto said = cib::evaluate_one(from_.operation_defaults, "timeout", at(in_.now));
    return within(cib::to_interval_ms(said.value_or(cib::text{})).value_or(0), 100ms, 24h);
  }();
  to.start_timeout = to.stop_timeout = to.promote_timeout = to.demote_timeout = usual.value_or(60s);
  auto attribute = [](const cib::operation& op, cib::text name) {
    for (auto& [key, value] : op.attributes)
      if (key == name) return value;
    return cib::text{};
  };
  for (auto& op : from.operations) {
    auto value = [&](cib::text name) {
      auto own = attribute(op, name);
      if (own.empty())
        if (auto meta = cib::evaluate_one(op.meta, name, at(in_.now))) own = *meta;
      return own;
    };
    auto timeout = within(cib::to_interval_ms(value("timeout")).value_or(0), 100ms, 24h);
    for (auto& [name, field] : {std::pair{"start", &to.start_timeout},
                                {"stop", &to.stop_timeout},
                                {"promote", &to.promote_timeout},
                                {"demote", &to.demote_timeout}})
      if (op.name == name && timeout) *field = *timeout;
    auto as_here = [&](cib::text name, cib::text v) { // we do that anyhow
      return v.empty() || v == "0" || v == "0s" ||
             (name == "on-fail" && v == (op.name == "stop" ? "fence" : "restart"));
    };
    for (auto name : {"on-fail", "start-delay", "interval-origin"})
      if (auto v = value(name); !as_here(name, v))
        remark(name, fmt::format("{}: {}={} of its {}: no counterpart", from.id, name, v, op.name));
    auto interval = within(cib::to_interval_ms(attribute(op, "interval")).value_or(0), 100ms, 24h);
    if (op.name != "monitor" || !interval) continue;
    if (!cib::to_bool(value("enabled")).value_or(true) || to.monitors.size() == config::max_monitors) {
      remark("disabled operation", fmt::format("{}: a monitor that is disabled is left out", from.id));
      continue;
    }
    config::monitor m{*interval, timeout.value_or(usual.value_or(20s)), {}, 0};
    auto role = simulate::role_named(value("role"));
    if (role == sched::role::promoted) m.only_in = config::role::promoted;
    if (role == sched::role::unpromoted || role == sched::role::started) m.only_in = config::role::started;
    if (role == sched::role::stopped) {
      remark("monitor of stopped resources", fmt::format("{}: a monitor where it is stopped: no counterpart", from.id));
      continue;
    }
    to.monitors.push_back(m);
  }
  std::stable_sort(to.monitors.begin(), to.monitors.end(), [](auto& a, auto& b) { return a.interval < b.interval; });
}

void drafter::meta(const sched::resource& r, config::resource& to) {
  using namespace std::chrono_literals;
  to.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  if (!in_.settings.fencing) to.accepts.insert(config::proof_kind::assumed);
  to.priority = r.priority;
  to.managed = r.managed && !r.maintenance;
  if (r.maintenance) remark("maintenance", fmt::format("{}: maintenance=true is managed = false here", r.name));
  to.stickiness = score{r.stickiness.value_or(in_.settings.stickiness)};
  if (r.target == sched::role::stopped) to.target = config::role::stopped;
  auto threshold = r.migration_threshold.value_or(0);
  if (threshold >= score::limit) threshold = 0;
  if (threshold > static_cast<std::int32_t>(every_failure))
    remark("migration-threshold",
           fmt::format("{}: migration-threshold {} is {} here", r.name, threshold, every_failure));
  to.failure_threshold = std::min(static_cast<std::uint32_t>(threshold), every_failure);
  to.failure_timeout = within(r.failure_timeout_ms, 1s, conf::longest);
}

void drafter::unsaid_meta(const sched::resource& r) {
  if (!r.uses.empty() && in_.settings.strategy != sched::placement::standard)
    differs("utilization", fmt::format("{}: utilization: no counterpart", r.name));
  else if (!r.uses.empty())
    remark("utilization", fmt::format("{}: utilization: no counterpart, and the strategy does not use it", r.name));
  if (r.on_multiple != sched::multiple_active::stop_start)
    differs("multiple-active", fmt::format("{}: multiple-active: no counterpart", r.name));
  if (r.needs == sched::requirement::nothing || r.needs == sched::requirement::unfencing ||
      (r.needs == sched::requirement::quorum && in_.settings.fencing))
    differs("requires", fmt::format("{}: requires: no counterpart; what may run elsewhere waits for a proof", r.name));
  if (r.allow_migrate) differs("live migration", fmt::format("{}: allow-migrate: it is stopped and started", r.name));
  if (!r.critical) differs("critical", fmt::format("{}: critical=false: no counterpart", r.name));
  if (r.restarts_with_optional) differs("restart-type", fmt::format("{}: restart-type: no counterpart", r.name));
}

// --- devices ---

void drafter::device(const cib::resource& from) {
  using namespace std::chrono_literals;
  auto own_name = name_for(from, device_names_);
  if (!own_name) return;
  auto& r = known(from.id);
  std::string agent{from.agent};
  if (!agent.starts_with("fence_") || !conf::name_fault(agent).empty())
    return leave_out(from, "fence agent", fmt::format("'{}' is no fence_* agent", agent));
  if (!in_.settings.fencing) return leave_out(from, "fencing is off", "a device, and stonith-enabled=false");
  config::fence_device d;
  d.name = device_name{*own_name};
  d.agent = agent;
  d.timeout = 20s;
  d.budget = 60s;
  d.reboot = !in_.settings.fence_off;
  std::set<node_name> targets;
  auto node = [&](const std::string& name) {
    node_name n{usable_name(name)};
    bool there =
        std::any_of(out_.cluster.nodes.begin(), out_.cluster.nodes.end(), [&](auto& x) { return x.name == n; });
    if (there) targets.insert(n);
    return there ? std::optional{n} : std::nullopt;
  };
  for (auto& [name, value] : parameters_of(from, in_.now)) {
    if (name == "pcmk_host_list" || name == "hostlist")
      for (auto& w : words(value, " ,;\t\n")) node(w);
    else if (name == "pcmk_host_map")
      for (auto& w : words(value, " ;\t\n")) {
        auto colon = w.find(':');
        auto n = node(w.substr(0, colon));
        if (n && colon != std::string::npos) d.plugs.emplace(*n, words(w.substr(colon + 1), ",").front());
      }
    if (!name.starts_with("pcmk_"))
      d.params.emplace(name, value);
    else if (name != "pcmk_host_list" && name != "pcmk_host_map")
      remark("pcmk_ parameter", fmt::format("{}: {}={}: no counterpart", from.id, name, value));
  }
  if (targets.empty()) {
    for (auto& n : out_.cluster.nodes) targets.insert(n.name);
    remark("targets", fmt::format("{}: it names no targets: all nodes are written", from.id));
  }
  d.targets.assign(targets.begin(), targets.end());
  for (auto& level : from_.fencing_levels)
    if (std::find(level.devices.begin(), level.devices.end(), from.id) != level.devices.end())
      d.level = static_cast<std::uint32_t>(std::clamp(level.index, 1, static_cast<int>(config::max_fence_level)));
  // The peer places a device like a service; ours need no place.
  bool placed = r.priority != 0 || r.target == sched::role::stopped || !r.managed || r.maintenance || r.unfences ||
                r.stickiness.value_or(in_.settings.stickiness) != in_.settings.stickiness;
  if (placed)
    differs("fence device",
            fmt::format("{}: what is said of where and whether a device runs has no counterpart", from.id));
  out_.sections.push_back({section_kind::device, d.name.text});
  out_.cluster.devices.push_back(std::move(d));
}

// --- collections ---

void drafter::group(const cib::resource& from, std::optional<config::clone_options> cloned) {
  auto name = name_for(from, names_);
  if (!name) return;
  auto& r = known(from.id);
  config::group g;
  g.name = config::group_name{*name};
  g.clone = std::move(cloned);
  if (!r.members_together || !r.members_in_order)
    differs("loose group", fmt::format("{}: a group without order or colocation: a group has both", from.id));
  for (auto& m : from.children) {
    if (!ids_.contains(m.id)) continue;
    if (m.standard == "stonith") {
      leave_out(m, "fence device", "a device as the member of a group");
      continue;
    }
    if (!primitive(m)) continue;
    auto& member = out_.cluster.resources.back();
    if (member.priority != r.priority)
      differs("priority in a group", fmt::format("{}: another priority than its group {}", m.id, from.id));
    g.members.push_back(member.name);
  }
  if (g.members.empty()) return void(left_out_.emplace(from.id));
  name_of_.emplace(from.id, g.name.text);
  out_.sections.push_back({section_kind::group, g.name.text});
  out_.cluster.groups.push_back(std::move(g));
}

void drafter::clone(const cib::resource& from) {
  if (!met_.emplace(from.id).second) return;
  auto& r = known(from.id);
  if (from.children.empty()) return leave_out(from, "clone", "it has no member");
  auto& inner = from.children.front();
  if (inner.standard == "stonith") return leave_out(from, "fence device", "a cloned device");
  if (r.clone_max == 0u) return leave_out(from, "clone-max", "clone-max=0");
  if (r.promotable && !can_.promotable)
    return leave_out(from, "promotable", "promotable resources are not carried out by this version");
  if (r.promotable && inner.kind == cib::resource_kind::group)
    return leave_out(from, "promotable group", "groups are not promotable");
  config::clone_options c;
  if (r.clone_max) c.max = std::min(*r.clone_max, config::max_instances);
  c.interleave = r.interleave;
  c.ordered = r.ordered;
  c.notify = r.notify;
  if (r.unique) differs("globally-unique", fmt::format("{}: globally-unique: instances have no number", from.id));
  if (r.clone_node_max > 1 && can_.many_on_a_node) c.node_max = std::min(r.clone_node_max, config::max_instances);
  if (r.clone_node_max > 1 && !can_.many_on_a_node)
    differs("clone-node-max",
            fmt::format("{}: more than one instance on a node: not carried out by this version", from.id));
  if (r.notify && !can_.notify) {
    c.notify = false;
    remark("notify", fmt::format("{}: notifications are not carried out by this version", from.id));
  }
  if (r.clone_min > 0) differs("clone-min", fmt::format("{}: clone-min: no counterpart", from.id));
  auto written = out_.cluster.resources.size();
  auto same_priority = [&](cib::text id) {
    if (known(id).priority != r.priority)
      differs("priority in a clone", fmt::format("{}: another priority than its clone {}", id, from.id));
  };
  if (inner.kind == cib::resource_kind::group) {
    group(inner, c);
    if (!out_.cluster.groups.empty() && name_of_.contains(inner.id)) same_priority(inner.id);
  } else if (primitive(inner)) {
    auto& to = out_.cluster.resources.back();
    to.clone = c;
    if (r.promotable) {
      to.promotable = config::promotable_options{std::max(1u, std::min(r.promoted_max, config::max_instances)),
                                                 std::max(1u, std::min(r.promoted_node_max, config::max_instances))};
      auto target = known(inner.id).target;
      to.target = target == sched::role::stopped      ? config::role::stopped
                  : target == sched::role::unpromoted ? config::role::started
                                                      : config::role::promoted;
      if (r.promoted_max == 0) differs("promoted-max", fmt::format("{}: promoted-max=0", from.id));
    }
    same_priority(inner.id);
    out_.sections.push_back({section_kind::resource, to.name.text});
  }
  if (auto found = name_of_.find(inner.id); found != name_of_.end() && out_.cluster.resources.size() > written)
    name_of_.emplace(from.id, found->second);
  else
    left_out_.emplace(from.id);
}

} // namespace troupe::import_cib
