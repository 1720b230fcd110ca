// Recurring monitors: which begin, and which end.
#include "actors/scheduler/transition/records.hpp"
#include "actors/scheduler/transition/transition.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

class watcher {
public:
  watcher(const input& in, const outcome& o, steps& cancelled, steps& begun)
    : in_(in)
    , o_(o)
    , s_(o.state)
    , cancelled_(cancelled)
    , begun_(begun) {}

  void watch(unit_id u) {
    auto& st = s_.now[u];
    active_.clear();
    for (auto& [n, h] : st.reported_in)
      for (auto* op : still_recurring(s_, in_.histories[h])) active_.push_back({n, op});
    for (auto& [n, op] : active_) end_if_unwanted(u, n, *op);
    if (st.blocked || st.maintenance || on_node_in_maintenance(u)) return;
    for (auto& c : in_.resources[s_.units[u].what].operations) {
      if (!c.enabled || c.interval_ms <= 0 || c.ambiguous) continue;
      if (c.in_role == role::stopped)
        watch_while_stopped(u, c);
      else
        watch_while_active(u, c);
    }
  }

private:
  struct running_operation {
    node_id where;
    const operation_record* op;
  };

  const operation_record* active(const operation& c, node_id n) const {
    for (auto& [where, op] : active_)
      if (where == n && same_operation(c, *op)) return op;
    return nullptr;
  }

  bool on_node_in_maintenance(unit_id u) const {
    auto& at = s_.now[u].running_on;
    return std::any_of(at.begin(), at.end(), [&](auto n) { return s_.nodes[n].maintenance; });
  }

  static bool same_operation(const operation& c, const operation_record& op) {
    return c.what == op.what && c.interval_ms == op.interval_ms && (c.what != task::other || c.name == op.name);
  }

  void cancel(unit_id u, node_id n, std::int64_t interval_ms) {
    if (!takes_part(in_, s_, o_.placement, n)) return;
    for (auto c = cancelled_.rbegin(); c != cancelled_.rend() && c->unit == u; ++c)
      if (c->node == n && c->interval_ms == interval_ms) return;
    cancelled_.push_back({.unit = u, .node = n, .what = task::cancel, .interval_ms = interval_ms});
  }

  // What is no longer configured, and in maintenance everything.
  void end_if_unwanted(unit_id u, node_id n, const operation_record& op) {
    auto& st = s_.now[u];
    if (st.orphan || std::find(st.running_on.begin(), st.running_on.end(), n) == st.running_on.end()) return;
    if (!looked_after(s_, n)) return;
    if (st.maintenance || s_.nodes[n].maintenance) return cancel(u, n, op.interval_ms);
    auto& configured = in_.resources[s_.units[u].what].operations;
    bool known =
        std::any_of(configured.begin(), configured.end(), [&](auto& c) { return c.enabled && same_operation(c, op); });
    if (!known && in_.settings.cancel_orphan_operations) cancel(u, n, op.interval_ms);
  }

  const action* planned(unit_id u, task what, node_id n) const {
    auto id = find_action(o_.steps, u, what, n);
    return id.valid() ? &o_.steps.actions[id] : nullptr;
  }
  static bool required(const action* a) { return a && (!a->optional || a->migratable); }
  static bool stuck(const action* a) { return a && !a->runnable; }

  const action* connected(node_id n) const {
    auto& node = in_.nodes[n];
    if (node.kind == node_kind::cluster || !node.connection.valid()) return nullptr;
    return planned(s_.unit_of[node.connection], task::start, {});
  }

  bool reachable(node_id n) const { return takes_part(in_, s_, o_.placement, n) && !stuck(connected(n)); }

  // It begins with a start, and anew after a reload, when the way to its node was made anew, or when it ran with
  // another definition. One for a role that it will not have ends, if it was begun.
  void watch_while_active(unit_id u, const operation& c) {
    auto n = o_.placement.units[u].node;
    auto next = next_role(in_, s_, o_.placement, u);
    bool managed = o_.placement.units[u].managed;
    if (!n.valid() || o_.placement.nodes[n].maintenance || (next == role::stopped && managed)) return;
    auto* start = planned(u, task::start, n);
    auto* known = active(c, n);
    bool continues = known && !begins_anew(u, n, *known) && !(start && !start->optional);
    bool wanted = c.in_role == role::unknown ? next != role::promoted : c.in_role == next;
    if (!wanted) {
      if (continues) cancel(u, n, c.interval_ms);
      return;
    }
    if (stuck(start) || !reachable(n)) return;
    if (managed && stuck(planned(u, next == role::promoted ? task::promote : task::demote, n))) return;
    bool anew = !continues || (managed && required(start)) || reconnects(n) || reloads(u);
    if (anew) begin(u, n, c);
  }

  bool reconnects(node_id n) const {
    auto* link = connected(n);
    return link && !link->optional && !link->migratable;
  }

  // With another definition; or its failure is long ago, and it may find that all is well.
  bool begins_anew(unit_id u, node_id n, const operation_record& op) const {
    if (op.params != definition::same && looked_after(s_, n)) return true;
    return std::any_of(s_.lapsed.begin(), s_.lapsed.end(), [&](auto& l) {
      return l.what == u && l.where == n && l.done == op.what && l.interval_ms == op.interval_ms;
    });
  }

  bool reloads(unit_id u) const {
    auto& all = o_.steps.reloads;
    return std::find(all.begin(), all.end(), u) != all.end();
  }

  // That it stays stopped is watched wherever it is not to be.
  void watch_while_stopped(unit_id u, const operation& c) {
    if (in_anonymous_clone(in_, s_, u)) return;
    auto here = o_.placement.units[u].node;
    if (here.valid() && active(c, here)) cancel(u, here, c.interval_ms);
    for (auto n : ids_of(in_.nodes)) {
      if (n == here || active(c, n) || !reachable(n)) continue;
      auto* stop = planned(u, task::stop, n);
      if (stuck(stop) || (stop && !stop->optional && !o_.placement.units[u].managed)) continue;
      begin(u, n, c);
    }
  }

  void begin(unit_id u, node_id n, const operation& c) {
    begun_.push_back({.unit = u,
                      .node = n,
                      .what = c.what,
                      .name = c.what == task::other ? c.name : std::string{},
                      .interval_ms = c.interval_ms});
  }

  const input& in_;
  const outcome& o_;
  const cluster_state& s_;
  steps &cancelled_, &begun_;
  std::vector<running_operation> active_; // of the unit that is looked at
};

} // namespace

void add_recurring(const input& in, const outcome& o, steps& cancelled, steps& begun) {
  watcher w{in, o, cancelled, begun};
  for (auto u : ids_of(o.state.units))
    if (o.state.units[u].kind == resource_kind::primitive) w.watch(u);
}

} // namespace troupe::scheduler
