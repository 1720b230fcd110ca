// What is forgotten on the way: failure counts that no longer mean anything, and histories of what is no longer there.
#include "actors/scheduler/transition/records.hpp"
#include "actors/scheduler/transition/transition.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

class cleaner {
public:
  cleaner(const input& in, const outcome& o, steps& to)
    : in_(in)
    , o_(o)
    , s_(o.state)
    , to_(to) {}

  void run() {
    for (auto& e : s_.expired) clear(e.what, e.where);
    for (auto u : ids_of(s_.units)) {
      if (s_.units[u].kind != resource_kind::primitive) continue;
      if (s_.now[u].orphan && !s_.units[u].parent.valid()) clear_orphan(u);
      for (auto& [n, h] : s_.now[u].reported_in) look_at(u, n, in_.histories[h]);
    }
  }

private:
  bool reachable(node_id n) const { return takes_part(in_, s_, o_.placement, n); }

  void clear(unit_id u, node_id n) {
    if (!reachable(n) || !o_.placement.units[u].managed) return;
    auto same = [&](auto& c) { return c.what == task::clear_failures && c.unit == u && c.node == n; };
    if (std::none_of(to_.begin(), to_.end(), same)) to_.push_back({.unit = u, .node = n, .what = task::clear_failures});
  }

  void clear_orphan(unit_id u) {
    for (auto n : ids_of(in_.nodes))
      if (failures_of(in_, s_, u, n, true).count > 0) clear(u, n);
  }

  void look_at(unit_id u, node_id n, const history& h) {
    auto& st = s_.now[u];
    if (!looked_after(s_, n)) return;
    bool instance = in_anonymous_clone(in_, s_, u);
    bool gone = instance || !st.orphan ? h.other_agent : st.orphan;
    if (gone && o_.placement.units[u].managed && !st.failed && reachable(n))
      to_.push_back({.unit = u, .node = n, .what = task::forget});
    bool here = std::find(st.running_on.begin(), st.running_on.end(), n) != st.running_on.end();
    if (st.orphan || !here || failures_of(in_, s_, u, n, true).count == 0) return;
    for (auto* op : since_start(h))
      if (compared(*op) && (op->params != definition::same || !configured(u, *op))) return clear(u, n);
  }

  bool configured(unit_id u, const operation_record& op) const {
    if (op.interval_ms <= 0) return true;
    auto& all = in_.resources[s_.units[u].what].operations;
    return std::any_of(all.begin(), all.end(),
                       [&](auto& c) { return c.enabled && c.what == op.what && c.interval_ms == op.interval_ms; });
  }

  static bool compared(const operation_record& op) {
    return op.interval_ms > 0 || op.what == task::monitor || op.what == task::start || op.what == task::promote ||
           op.what == task::migrate_from;
  }

  const input& in_;
  const outcome& o_;
  const cluster_state& s_;
  steps& to_;
};

} // namespace

void add_clean_ups(const input& in, const outcome& o, steps& to) {
  cleaner{in, o, to}.run();
}

} // namespace troupe::scheduler
