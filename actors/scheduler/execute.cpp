// The plan carried out in thought: each action that is required and can run has succeeded, and the nodes report so.
#include "actors/scheduler/operations.hpp"
#include "actors/scheduler/schedule.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace troupe::scheduler {

// A start or a stop that a live migration stands for is not executed itself.
bool stands_for_migration(const plan& p, const action& a) {
  if (a.what != task::start || !a.migratable) return false;
  auto arrive = find_action(p, a.unit, task::migrate_from, a.node);
  return arrive.valid() && !p.actions[arrive].optional && p.actions[arrive].runnable;
}

bool carried_out(const plan& p, const action& a) {
  if ((a.optional && !a.always) || !a.runnable) return false;
  if ((a.what == task::migrate_to || a.what == task::migrate_from) && a.unit.valid()) {
    for (auto id : p.of_unit[a.unit.at()])
      if (p.actions[id].what == task::start && p.actions[id].migratable) return true;
    return false;
  }
  return !stands_for_migration(p, a);
}

namespace {

class executor {
public:
  executor(input in, const outcome& o)
    : out_(std::move(in))
    , o_(o) {
    for (auto& h : out_.histories)
      for (auto& op : h.operations) next_call_ = std::max(next_call_, op.call_id + 1);
  }

  input run() {
    for (auto& h : out_.histories)
      if (probed_anew(h)) h.operations.clear();
    probe_what_is_under_way();
    for (auto n : ids_of(out_.nodes)) // probed as soon as it is connected, and so no longer unknown
      if (out_.nodes[n].kind == node_kind::remote && o_.placement.nodes[n].online) report_from(n);
    for (auto id : executable(o_.steps)) {
      auto& a = o_.steps.actions[id];
      if (a.what == task::fence)
        fence(a);
      else if (!a.pseudo && a.unit.valid() && a.node.valid() && o_.state.units[a.unit].kind == resource_kind::primitive)
        report(a); // what a fencing implies is reported by nobody
    }
    for (auto& x : added_)
      if (!x.gone) out_.histories.push_back(std::move(x.report));
    std::erase_if(out_.histories, [](auto& h) { return h.operations.empty(); });
    std::stable_sort(out_.histories.begin(), out_.histories.end(), [](auto& x, auto& y) { return x.where < y.where; });
    for (auto& e : o_.state.expired)
      std::erase_if(out_.failures,
                    [&](auto& f) { return f.where == e.where && f.what == o_.state.units[e.what].what; });
    return std::move(out_);
  }

private:
  void fence(const action& a) {
    auto n = a.node;
    auto& node = out_.nodes[n];
    // The peer fences a guest by recovering its container: nothing is carried out, and no history is cleared.
    if (out_.rules == policy::pacemaker && node.kind == node_kind::guest) return;
    if (node.kind == node_kind::cluster) {
      node.in_membership = false;
      node.process_online = false;
      node.join = join_state::down;
      node.expected_member = false;
      node.terminate_requested = false;
      node.shutdown_requested = false;
    }
    report_from(n);
    for (auto& h : out_.histories)
      if (h.where == n) h.operations.clear();
    for (auto& x : added_) x.gone = x.gone || x.node == n;
    std::erase_if(place_of_, [&](auto& x) { return x.first.second == n; });
    std::erase_if(out_.failures, [&](auto& f) { return f.where == n; });
    std::erase_if(out_.promotion_scores, [&](auto& f) { return f.where == n; });
  }

  void report_from(node_id n) {
    out_.nodes[n].seen = true;
    if (std::find(out_.reporting_order.begin(), out_.reporting_order.end(), n) == out_.reporting_order.end())
      out_.reporting_order.push_back(n);
  }

  // A node behind a connection that comes up is probed for what is configured, a guest only if its container is up
  // already; what it reported of that in another life counts no longer.
  bool probed_anew(const history& h) {
    auto n = h.where;
    if (o_.state.nodes[n].history_read || !o_.placement.nodes[n].online || out_.resources[h.what].orphan) return false;
    auto container = out_.nodes[n].container;
    return !container.valid() || !o_.state.now[o_.state.unit_of[container]].running_on.empty();
  }

  // Where all that is reported is under way, a probe is due, and finds what was thought. What it finds matters only
  // there: elsewhere nothing is taken for running anyway.
  void probe_what_is_under_way() {
    if (out_.rules != policy::pacemaker || !out_.settings.startup_probes) return;
    for (auto u : ids_of(o_.state.units)) {
      auto& st = o_.state.now[u];
      if (st.orphan) continue;
      auto known = in_anonymous_clone(out_, o_.state, u) ? enclosing_clone(o_.state, u) : u;
      for (auto& [n, i] : st.reported_in) {
        auto& node = o_.state.nodes[n];
        if (o_.state.knows(known, n) || !node.online || node.unclean || node.pending) continue;
        bool here = std::find(st.running_on.begin(), st.running_on.end(), n) != st.running_on.end();
        report(action{.unit = u, .node = n, .what = task::monitor, .reason = {}},
               here ? exit_code::ok : exit_code::not_running);
      }
    }
  }

  void report(const action& a, std::int32_t rc = exit_code::ok) {
    if (a.what == task::reload || a.what == task::notify) return;
    auto& h = history_of(a);
    operation_record op;
    op.original = static_cast<std::int32_t>(h.operations.size());
    op.what = a.what;
    op.call_id = next_call_++;
    op.rc = op.expected_rc = rc;
    op.expected_known = true;
    op.status = operation_status::done;
    op.coordinator = simulated_coordinator;
    op.last_change = std::chrono::duration_cast<std::chrono::seconds>(out_.now.time_since_epoch()).count();
    if (a.what == task::migrate_to || a.what == task::migrate_from) {
      op.migration_target = a.what == task::migrate_to ? o_.placement.units[a.unit].node : a.node;
      auto& at = o_.state.now[a.unit];
      op.migration_source = a.what == task::migrate_to    ? a.node
                            : at.migration_source.valid() ? at.migration_source
                                                          : at.running_on.front();
    }
    if (a.what == task::start) {
      for (auto& old : h.operations) old.params = definition::same;
      h.other_agent = false;
    }
    bool ends_all = out_.rules == policy::native; // the peer's old versions kept what was under way beside it
    std::erase_if(h.operations,
                  [&](auto& old) { return old.newest || (ends_all && old.status == operation_status::pending); });
    op.newest = true;
    auto orphaned = a.what == task::stop ? orphaned_monitors(a, h) : std::vector<operation_record>{};
    h.operations.push_back(op);
    h.operations.insert(h.operations.end(), orphaned.begin(), orphaned.end());
    if (a.what == task::start) watch_promoted(a, h);
  }

  // What was promoted and is restarted for an order is started only, but watched in the role that it is to have; and a
  // monitor finds what it expects. So the peer takes it for promoted again.
  void watch_promoted(const action& start, history& h) {
    if (out_.rules != policy::pacemaker || o_.placement.units[start.unit].next != role::promoted) return;
    auto promote = find_action(o_.steps, start.unit, task::promote, start.node);
    if (promote.valid() && carried_out(o_.steps, o_.steps.actions[promote])) return;
    for (auto& c : out_.resources[o_.state.units[start.unit].what].operations) {
      if (!c.enabled || c.what != task::monitor || c.interval_ms <= 0 || c.in_role != role::promoted) continue;
      std::erase_if(h.operations, [&](auto& old) { return old.what == c.what && old.interval_ms == c.interval_ms; });
      auto found = h.operations.back();
      found.what = c.what;
      found.interval_ms = c.interval_ms;
      found.call_id = next_call_++;
      found.rc = found.expected_rc = exit_code::promoted;
      found.newest = false;
      h.operations.push_back(found);
    }
  }

  // A recurring monitor that is no longer configured is cancelled after the stop, and that is reported as its success:
  // so the peer takes the resource for active there. Whoever compares with it must do the same. It looks for such
  // monitors only where a resource may run, or in maintenance; it cancels none of what goes nowhere, as orphans do, and
  // that of what migrates before it goes.
  std::vector<operation_record> orphaned_monitors(const action& a, const history& h) {
    std::vector<operation_record> list;
    if (out_.rules != policy::pacemaker || !out_.settings.cancel_orphan_operations ||
        !(o_.placement.nodes[a.node].usable() || o_.placement.nodes[a.node].maintenance))
      return list;
    auto& resource = out_.resources[o_.state.units[a.unit].what];
    if (!o_.placement.units[a.unit].node.valid() || find_action(o_.steps, a.unit, task::migrate_to, a.node).valid())
      return list;
    auto& configured = resource.operations;
    for (auto old : h.operations) {
      bool known = std::any_of(configured.begin(), configured.end(), [&](auto& c) {
        return c.enabled && c.what == old.what && c.interval_ms == old.interval_ms;
      });
      if (old.interval_ms <= 0 || known || old.what != task::monitor) continue;
      old.call_id = next_call_++;
      old.rc = old.expected_rc = exit_code::ok;
      old.expected_known = true;
      old.status = operation_status::done;
      list.push_back(old);
    }
    return list;
  }

  // Of an anonymous clone a node keeps one report, whichever of its instances it is that does something.
  history& history_of(const action& a) {
    for (auto& [n, i] : o_.state.now[a.unit].reported_in)
      if (n == a.node) return out_.histories[i];
    auto& unit = o_.state.units[a.unit];
    bool shared = in_anonymous_clone(out_, o_.state, a.unit);
    if (shared)
      if (auto* report = report_on(a.node, unit.what)) return *report;
    auto whose = shared ? o_.state.unit_of[unit.what] : a.unit;
    auto [at, fresh] = place_of_.try_emplace({whose, a.node}, added_.size());
    if (!fresh) return added_[at->second].report;
    report_from(a.node);
    auto number = in_unique_clone(out_, o_.state, a.unit) ? unit.number : -1;
    added_.push_back({whose, a.node, history{.where = a.node, .what = unit.what, .number = number, .operations = {}}});
    return added_.back().report;
  }

  history* report_on(node_id n, resource_id what) {
    auto from = std::lower_bound(out_.histories.begin(), out_.histories.end(), n,
                                 [](const history& h, node_id x) { return h.where < x; });
    for (auto h = from; h != out_.histories.end() && h->where == n; ++h)
      if (h->what == what && h->number < 0) return &*h;
    return nullptr;
  }

  struct addition {
    unit_id unit;
    node_id node;
    history report;
    bool gone = false; // with its node, which was fenced afterwards
  };

  input out_;
  const outcome& o_;
  std::int32_t next_call_ = 1;
  std::vector<addition> added_;
  std::map<std::pair<unit_id, node_id>, std::size_t> place_of_; // in `added_`
};

} // namespace

std::vector<action_id> in_order(const plan& p) {
  std::vector<std::uint32_t> waiting(p.actions.size(), 0);
  std::vector<std::vector<action_id>> after(p.actions.size());
  for (auto& e : p.edges) {
    after[e.before.at()].push_back(e.after);
    ++waiting[e.after.at()];
  }
  std::vector<action_id> ready, order;
  for (auto id : ids_of(p.actions))
    if (waiting[id.at()] == 0) ready.push_back(id);
  std::vector<bool> taken(p.actions.size(), false);
  std::size_t next = 0;
  auto take = [&](action_id id) {
    taken[id.at()] = true;
    order.push_back(id);
    for (auto n : after[id.at()])
      if (--waiting[n.at()] == 0) ready.push_back(n);
  };
  while (next < ready.size()) take(ready[next++]);
  for (auto id : ids_of(p.actions)) // a loop: in the order of their making
    if (!taken[id.at()]) order.push_back(id);
  return order;
}

std::vector<action_id> executable(const plan& p) {
  auto order = in_order(p);
  std::erase_if(order, [&](auto id) { return !carried_out(p, p.actions[id]); });
  return order;
}

input execute(input in, const outcome& o) {
  return executor{std::move(in), o}.run();
}

} // namespace troupe::scheduler
