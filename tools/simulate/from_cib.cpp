#include "tools/simulate/from_cib.hpp"

#include "conf/cib/unreadable.hpp"
#include "conf/cib/values.hpp"
#include "tools/simulate/order_loops.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::simulate {

using cib::is_true;
using cib::same_text;

sched::role role_named(cib::text name) {
  using sched::role;
  if (same_text(name, "Stopped")) return role::stopped;
  if (same_text(name, "Started")) return role::started;
  if (same_text(name, "Unpromoted") || same_text(name, "Slave")) return role::unpromoted;
  if (same_text(name, "Promoted") || same_text(name, "Master")) return role::promoted;
  return role::unknown;
}

sched::task task_named(cib::text name) {
  using sched::task;
  static const std::pair<cib::text, task> known[] = {
      {"monitor", task::monitor},       {"status", task::monitor},
      {"start", task::start},           {"stop", task::stop},
      {"promote", task::promote},       {"demote", task::demote},
      {"migrate_to", task::migrate_to}, {"migrate_from", task::migrate_from},
      {"reload", task::reload},         {"reload-agent", task::reload},
      {"notify", task::notify}};
  for (auto& [text, t] : known)
    if (name == text) return t;
  return task::other;
}

importer::importer(const cib::contents& cib, stamp now, std::optional<stamp> told)
  : cib_(cib)
  , in_(out_.input)
  , now_(now) {
  if (!cib.execution_date.empty())
    if (auto seconds = cib::to_seconds(cib.execution_date)) now_ = stamp{std::chrono::seconds{*seconds}};
  if (told) now_ = *told;
  in_.now = now_;
}

imported from_cib(const cib::contents& cib, stamp now, std::optional<stamp> told) {
  std::size_t given = 0;
  state_source all{
      [&]() -> result<const cib::node_state*> { return given < cib.states.size() ? &cib.states[given++] : nullptr; },
      [] {}};
  return *importer{cib, now, told}.run(all);
}

result<imported> from_cib(cib::reading& cib, stamp now, std::optional<stamp> told) {
  return importer{cib.head(), now, told}.run({[&] { return cib.next(); }, [&] { cib.keep_last(); }});
}

result<imported> importer::run(const state_source& states) {
  out_.warnings = cib_.warnings;
  auto warned = cib_.warnings.size();
  for (auto& sentence : cib::unreadable_values(cib_)) warn(std::move(sentence));
  read_options();
  read_nodes();
  std::size_t elements = 0;
  for (auto& r : cib_.resources) elements += 1 + r.children.size();
  in_.resources.reserve(elements);
  for (auto& r : cib_.resources) {
    auto id = add_resource(r, {}, {});
    if (id.valid()) in_.top.push_back(id);
  }
  add_guest_connections();
  // What is assigned first: higher priority, then the order of the configuration.
  std::stable_sort(in_.top.begin(), in_.top.end(),
                   [&](auto a, auto b) { return in_.resources[a].priority > in_.resources[b].priority; });
  attributes_.resize(in_.nodes.size());
  permanent_.resize(in_.nodes.size());
  if (auto done = read_status(states); !done) return tl::unexpected(done.error());
  for (auto w = warned; w < cib_.warnings.size(); ++w) warn(cib_.warnings[w]);
  read_health();
  read_constraints();
  for (auto& loop : order_loops(in_)) warn(loop_text(in_, loop));
  return std::move(out_);
}

void importer::warn(std::string sentence) {
  if (said_.insert(sentence).second) out_.warnings.push_back(std::move(sentence));
}

score score_in(cib::text text) {
  return cib::to_score(text).value_or(score{});
}

cib::rule_context importer::context() const {
  return {.now = now_, .attribute = {}, .standard = {}, .provider = {}, .agent = {}, .op_name = {}};
}

cib::rule_context importer::context_of(sched::node_id n) const {
  auto c = context();
  c.attribute = [this, n](cib::text name) -> std::optional<cib::text> {
    auto& node = in_.nodes[n];
    if (name == "#uname") return cib::text{node.name};
    if (name == "#id") return cib::text{node.id};
    if (name == "#kind")
      return cib::text{node.kind == sched::node_kind::cluster  ? "cluster"
                       : node.kind == sched::node_kind::remote ? "remote"
                                                               : "container"};
    if (name == "#is_dc") return cib::text{in_.coordinator == n ? "true" : "false"};
    if (name == "#cluster-name" || name == "#site-name") {
      auto found = attributes_[n.at()].find(name);
      if (found != attributes_[n.at()].end()) return found->second;
      if (name == "#site-name") {
        auto site = attributes_[n.at()].find("site-name");
        if (site != attributes_[n.at()].end()) return site->second;
      }
      auto option = options_.find("cluster-name");
      return option == options_.end() ? std::nullopt : std::optional{option->second};
    }
    auto& attributes = attributes_[n.at()];
    auto found = attributes.find(name);
    return found == attributes.end() ? std::nullopt : std::optional{found->second};
  };
  return c;
}

std::int32_t importer::intern(cib::text name) {
  return interned_.try_emplace(std::string{name}, static_cast<std::int32_t>(interned_.size())).first->second;
}

void importer::read_options() {
  options_ = cib::evaluate(cib_.options, context());
  auto get = [&](std::initializer_list<cib::text> names) {
    for (auto name : names)
      if (auto found = options_.find(name); found != options_.end()) return found->second;
    return cib::text{};
  };
  auto flag = [&](std::initializer_list<cib::text> names, bool otherwise) {
    return cib::to_bool(get(names)).value_or(otherwise);
  };
  auto& o = in_.settings;
  o.symmetric = flag({"symmetric-cluster", "symmetric_cluster"}, true);
  o.quorate = is_true(cib_.have_quorum, true);
  if (cib_.have_quorum.empty()) o.quorate = false;
  o.fencing = flag({"stonith-enabled", "stonith_enabled"}, true);
  auto action = get({"stonith-action", "stonith_action"});
  o.fence_off = action == "off" || action == "poweroff";
  o.startup_fencing = flag({"startup-fencing", "startup_fencing"}, true);
  o.concurrent_fencing = flag({"concurrent-fencing"}, true);
  o.watchdog = flag({"have-watchdog"}, false); // as with the peer, whatever its time-out is
  o.stop_all = flag({"stop-all-resources"}, false);
  o.stop_orphans = flag({"stop-orphan-resources", "stop_orphan_resources"}, true);
  o.cancel_orphan_operations = flag({"stop-orphan-actions", "stop_orphan_actions"}, true);
  o.maintenance = flag({"maintenance-mode"}, false);
  o.startup_probes = flag({"enable-startup-probes"}, true);
  o.shutdown_lock = flag({"shutdown-lock"}, false);
  o.shutdown_lock_limit = cib::to_interval_ms(get({"shutdown-lock-limit"})).value_or(0) / 1000;
  o.stickiness = score_in(get({"default-resource-stickiness", "default_resource_stickiness"})).value();
  // Before Pacemaker 2 an option; of a later schema it is none, and counts for nothing.
  bool old = !cib_.validate_with.starts_with("pacemaker-3.") && cib_.validate_with != "none";
  if (old) managed_by_default_ = get({"is-managed-default", "is_managed_default"});
  o.no_quorum_panic = is_true(cib_.no_quorum_panic);
  auto policy = get({"no-quorum-policy", "no_quorum_policy"});
  o.without_quorum = same_text(policy, "ignore")    ? sched::no_quorum::ignore
                     : same_text(policy, "freeze")  ? sched::no_quorum::freeze
                     : same_text(policy, "demote")  ? sched::no_quorum::demote
                     : same_text(policy, "suicide") ? sched::no_quorum::suicide
                                                    : sched::no_quorum::stop;
  if (o.without_quorum == sched::no_quorum::suicide && !o.fencing) {
    warn("no-quorum-policy=suicide needs fencing: stop instead");
    o.without_quorum = sched::no_quorum::stop;
  }
  auto strategy = get({"placement-strategy"});
  o.strategy = same_text(strategy, "utilization") ? sched::placement::utilization
               : same_text(strategy, "minimal")   ? sched::placement::minimal
               : same_text(strategy, "balanced")  ? sched::placement::balanced
                                                  : sched::placement::standard;
}

void importer::read_nodes() {
  for (auto& from : cib_.nodes) {
    if (nodes_.contains(from.uname)) {
      warn(fmt::format("node {} is defined twice: the second is ignored", from.uname));
      continue;
    }
    sched::node n;
    n.name = from.uname;
    n.id = from.id;
    n.kind = from.type == "remote" ? sched::node_kind::remote : sched::node_kind::cluster;
    n.ping = !from.type.empty() && from.type != "member" && from.type != "normal" && from.type != "remote";
    n.base = score_in(from.score_text);
    auto id = in_.nodes.add(std::move(n));
    nodes_.emplace(from.uname, id);
    nodes_by_id_.emplace(from.id, id);
    read_node_values(id, from);
    if (from.id == cib_.dc_uuid) in_.coordinator = id;
  }
}

void importer::read_node_values(sched::node_id id, const cib::node& from) {
  attributes_.resize(in_.nodes.size());
  auto c = context_of(id);
  attributes_[id.at()] = cib::evaluate(from.attributes, c);
  permanent_.resize(in_.nodes.size());
  permanent_[id.at()] = attributes_[id.at()];
  for (auto& [name, amount] : cib::evaluate(from.utilization, c))
    in_.nodes[id].capacity.emplace_back(intern(name), static_cast<std::int32_t>(std::clamp<std::int64_t>(
                                                          cib::to_number(amount).value_or(0), 0, INT32_MAX)));
  std::sort(in_.nodes[id].capacity.begin(), in_.nodes[id].capacity.end());
}

// After the transient attributes are known.
void importer::read_node_attributes(sched::node_id id) {
  auto& node = in_.nodes[id];
  auto& attributes = attributes_[id.at()];
  auto get = [&](cib::text name) {
    auto found = attributes.find(name);
    return found == attributes.end() ? cib::text{} : found->second;
  };
  auto positive = [](cib::text t) { return cib::to_number(t).value_or(0) > 0 || cib::is_true(t); };
  node.standby = is_true(get("standby"));
  node.maintenance = is_true(get("maintenance"));
  // Of a cluster node it is not allowed, and who is not looked at behind a connection must be fenced if that is lost.
  node.discovery = node.kind == sched::node_kind::cluster ||
                   (node.kind == sched::node_kind::remote && !in_.settings.fencing) ||
                   is_true(get("resource-discovery-enabled"), true);
  auto shutdown = get("shutdown");
  node.shutdown_requested = !shutdown.empty() && shutdown != "0" && !same_text(shutdown, "false");
  node.terminate_requested = positive(get("terminate"));
  auto unfenced = attributes.find("#node-unfenced");
  node.unfenced = unfenced == attributes.end() || cib::to_number(unfenced->second).value_or(0) == 0;
  for (auto& [name, value] : attributes) node.attributes.emplace_back(intern(name), intern(value));
  std::sort(node.attributes.begin(), node.attributes.end());
}

void importer::read_health() {
  auto option = [&](cib::text name, cib::text otherwise) {
    auto found = options_.find(name);
    return found == options_.end() ? otherwise : found->second;
  };
  auto strategy = option("node-health-strategy", "none");
  auto configured = [&](cib::text name) { return cib::to_score(option(name, "0")).value_or(score{}); };
  score red = score::minus_infinity(), yellow, green;
  if (same_text(strategy, "migrate-on-red")) {
  } else if (same_text(strategy, "only-green")) {
    yellow = score::minus_infinity();
  } else if (same_text(strategy, "progressive") || same_text(strategy, "custom")) {
    red = cib::to_score(option("node-health-red", "-INFINITY")).value_or(score::minus_infinity());
    yellow = configured("node-health-yellow");
    green = configured("node-health-green");
  } else {
    return;
  }
  bool with_base = same_text(strategy, "progressive");
  for (auto n : ids_of(in_.nodes)) {
    score sum = with_base ? configured("node-health-base") : score{};
    for (auto& [name, value] : attributes_[n.at()]) {
      if (!name.starts_with("#health")) continue;
      sum += value == "red" ? red : value == "yellow" ? yellow : value == "green" ? green : score_in(value);
    }
    in_.nodes[n].health = sum;
  }
}

} // namespace troupe::simulate
