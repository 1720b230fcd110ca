// The whole, the cluster's options, its nodes, and the mending of what validate() refuses.
#include "tools/import/draft.hpp"

#include "conf/cib/values.hpp"
#include "conf/units.hpp"
#include "tools/simulate/digests.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::import_cib {

namespace {

// What the import understands, or what does not matter to us; anything else is told by name.
const std::set<cib::text> known_options = {"cluster-infrastructure",
                                           "cluster-name",
                                           "cluster-recheck-interval",
                                           "concurrent-fencing",
                                           "dc-version",
                                           "default-resource-stickiness",
                                           "default_resource_stickiness",
                                           "enable-startup-probes",
                                           "expected-quorum-votes",
                                           "have-watchdog",
                                           "is-managed-default",
                                           "last-lrm-refresh",
                                           "maintenance-mode",
                                           "no-quorum-policy",
                                           "no_quorum_policy",
                                           "node-health-strategy",
                                           "placement-strategy",
                                           "shutdown-lock",
                                           "startup-fencing",
                                           "startup_fencing",
                                           "stonith-action",
                                           "stonith_action",
                                           "stonith-enabled",
                                           "stonith_enabled",
                                           "stop-all-resources",
                                           "stop-orphan-actions",
                                           "stop_orphan_actions",
                                           "stop-orphan-resources",
                                           "stop_orphan_resources",
                                           "symmetric-cluster",
                                           "symmetric_cluster",
                                           "stonith-watchdog-timeout"};

} // namespace

std::string usable_name(std::string_view name) {
  std::string out;
  for (char c : name.substr(0, config::max_name)) {
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool good = word || (!out.empty() && (c == '.' || c == '_' || c == '-'));
    out += good ? c : out.empty() ? 'x' : '-';
  }
  return out.empty() ? "x" : out;
}

conf::abilities all_abilities(const cib::contents& from) {
  conf::abilities can{.standards = {"ocf"}, .promotable = true, .notify = true, .many_on_a_node = true};
  auto visit = [&](auto& self, const cib::resource& r) -> void {
    std::string standard{r.standard};
    bool listed = std::find(can.standards.begin(), can.standards.end(), standard) != can.standards.end();
    if (!standard.empty() && !listed) can.standards.push_back(standard);
    for (auto& c : r.children) self(self, c);
  };
  for (auto& r : from.resources) visit(visit, r);
  return can;
}

drafter::drafter(const cib::contents& from, const sched::input& in, const conf::abilities& can)
  : from_(from)
  , in_(in)
  , can_(can) {
  for (auto r : ids_of(in.resources)) ids_.emplace(in.resources[r].name, r);
}

draft draft_of(const cib::contents& from, const sched::input& in, const conf::abilities& can) {
  return drafter{from, in, can}.run();
}

draft drafter::run() {
  options();
  nodes();
  resources();
  stickiness();
  constraints();
  mend();
  return std::move(out_);
}

void drafter::options() {
  auto& c = out_.cluster;
  auto& o = in_.settings;
  auto options = cib::evaluate(
      from_.options, {.now = in_.now, .attribute = {}, .standard = {}, .provider = {}, .agent = {}, .op_name = {}});
  if (std::ranges::any_of(from_.options, [](auto& set) { return set.when.has_value(); }))
    differs("option rule", "cluster options under a rule, as they are now");
  auto name = options.find("cluster-name");
  c.name = name == options.end() ? "imported" : usable_name(name->second);
  c.fencing = o.fencing ? config::fencing_policy::none : config::fencing_policy::off;
  c.no_quorum =
      o.without_quorum == sched::no_quorum::freeze ? config::no_quorum_policy::freeze : config::no_quorum_policy::stop;
  if (o.without_quorum != sched::no_quorum::freeze && o.without_quorum != sched::no_quorum::stop)
    out_.notes.push_back({!o.quorate, "no-quorum-policy",
                          "no-quorum-policy: only \"stop\" and \"freeze\" have a counterpart; \"stop\" is written"});
  if (!o.symmetric)
    differs("symmetric-cluster", "symmetric-cluster=false: here a node is allowed unless a location forbids it");
  if (o.watchdog) differs("watchdog", "stonith-watchdog-timeout: a watchdog is no proof of death in this version");
  if (!o.startup_fencing)
    differs("startup-fencing", "startup-fencing=false: a node that was never seen is not taken for dead");
  if (!o.concurrent_fencing) remark("concurrent-fencing", "concurrent-fencing=false: nodes are fenced side by side");
  if (!o.startup_probes)
    differs("enable-startup-probes", "enable-startup-probes=false: every node looks for what runs on it");
  if (!o.stop_orphans) differs("stop-orphan-resources", "stop-orphan-resources=false: what is removed is stopped");
  if (o.shutdown_lock) differs("shutdown-lock", "shutdown-lock: services move when their node leaves");
  if (o.strategy != sched::placement::standard)
    differs("placement-strategy", "placement-strategy: utilization is not known; the number of resources counts");
  for (auto& n : in_.nodes)
    if (n.health.value() != 0) {
      differs("node-health-strategy", "node-health-strategy: the health of nodes is not known");
      break;
    }
  if (o.maintenance) remark("maintenance-mode", "maintenance-mode=true: an operator's word; `troupe maintenance`");
  if (o.stop_all) remark("stop-all-resources", "stop-all-resources=true: an operator's word; `troupe stop` each");
  for (auto& [option, value] : options)
    if (!known_options.contains(option)) remark("option", fmt::format("option {}={}: no counterpart", option, value));
}

// The cluster's is what most resources have, so that few have to say it.
void drafter::stickiness() {
  std::map<std::int32_t, std::size_t> count;
  for (auto& r : out_.cluster.resources) ++count[r.stickiness->value()];
  auto most = std::max_element(count.begin(), count.end(), [](auto& a, auto& b) { return a.second < b.second; });
  out_.cluster.stickiness = score{most == count.end() ? in_.settings.stickiness : most->first};
  for (auto& r : out_.cluster.resources)
    if (r.stickiness == out_.cluster.stickiness) r.stickiness.reset();
}

void drafter::nodes() {
  for (auto& n : in_.nodes) {
    if (n.kind != sched::node_kind::cluster) {
      differs("remote node", fmt::format("node {}: remote and guest nodes are not known", n.name));
      continue;
    }
    if (n.ping) {
      differs("ping node", fmt::format("node {}: of the type \"ping\"; left out", n.name));
      continue;
    }
    if (out_.cluster.nodes.size() == config::max_nodes) {
      differs("number of nodes", fmt::format("node {}: more than {} nodes; left out", n.name, config::max_nodes));
      continue;
    }
    config::node to;
    to.name = node_name{usable_name(n.name)};
    bool taken = std::any_of(out_.cluster.nodes.begin(), out_.cluster.nodes.end(), [&](auto& x) { return x.name == to.name; });
    if (taken) {
      differs("name", fmt::format("node {}: its name would be {}, as that of another; left out", n.name, to.name.text));
      continue;
    }
    if (to.name.text != n.name) differs("name", fmt::format("node {}: no name here; it is {}", n.name, to.name.text));
    auto stand_in = simulate::md5_hex(n.name); // 32 characters: as long as a key
    for (std::size_t i = 0; i < to.key.bytes.size(); ++i) to.key.bytes[i] = static_cast<std::byte>(stand_in[i]);
    to.addresses = {{fmt::format("192.0.2.{}", out_.cluster.nodes.size() + 1), 5410}};
    if (n.base.value() != 0) differs("node score", fmt::format("node {}: a score of its own", n.name));
    if (n.standby)
      remark("standby",
             fmt::format("node {}: in standby; an operator's word: `troupe standby {}`", n.name, to.name.text));
    if (n.maintenance)
      remark("maintenance",
             fmt::format("node {}: in maintenance; an operator's word: `troupe maintenance {}`", n.name, to.name.text));
    out_.sections.push_back({section_kind::node, to.name.text});
    out_.cluster.nodes.push_back(std::move(to));
  }
}

// --- what validate() still refuses is left out, and said ---

void drafter::mend() {
  auto sorted = [](config::cluster c) {
    auto by_name = [](auto& list) {
      std::sort(list.begin(), list.end(), [](auto& a, auto& b) { return a.name < b.name; });
    };
    by_name(c.nodes), by_name(c.resources), by_name(c.groups), by_name(c.devices);
    return c;
  };
  if (out_.cluster.fencing != config::fencing_policy::off && !out_.cluster.devices.empty())
    out_.cluster.fencing = config::fencing_policy::devices;
  for (bool again = true; again;) { // each turn removes something
    again = false;
    auto found = conf::validate(sorted(out_.cluster), can_);
    // Positions in a list stay true while they are removed from behind.
    std::stable_sort(found.begin(), found.end(), [](auto& a, auto& b) { return b.key < a.key; });
    for (auto& f : found)
      if (f.level == conf::severity::error) again = mend_one(f) || again;
  }
}

namespace {

template <class List>
bool remove_at(List& list, const conf::key_path& key, std::size_t& last) {
  if (key.steps().size() < 2) return false;
  auto* index = std::get_if<std::size_t>(&key.steps()[1]);
  if (!index || *index >= list.size() || *index == last) return false;
  last = *index;
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(*index));
  return true;
}

} // namespace

bool drafter::mend_one(const conf::finding& f) {
  auto& steps = f.key.steps();
  if (steps.empty() || !std::holds_alternative<std::string>(steps[0])) return false;
  auto& kind = std::get<std::string>(steps[0]);
  auto& c = out_.cluster;
  std::size_t none = static_cast<std::size_t>(-1);
  bool done = kind == "location"     ? remove_at(c.locations, f.key, none)
              : kind == "colocation" ? remove_at(c.colocations, f.key, none)
              : kind == "order"      ? remove_at(c.orders, f.key, none)
                                     : false;
  if (!done && kind == "resource" && steps.size() > 2) {
    auto& name = std::get<std::string>(steps[1]);
    auto& key = std::get<std::string>(steps[2]);
    for (auto& r : c.resources) {
      if (r.name.text != name) continue;
      if (key == "monitor" && !r.monitors.empty()) r.monitors.pop_back(), done = true;
      if (key == "target" && r.target == config::role::promoted) r.target = config::role::started, done = true;
      if (key == "promotable" && r.promotable)
        r.promotable->max = r.clone && r.clone->max ? *r.clone->max : 1, done = true;
    }
  }
  if (done) differs("refused", fmt::format("{}: {}; left out", f.key.text(), f.what));
  return done;
}

} // namespace troupe::import_cib
