// How the failure of an operation is answered: what is configured for it, or the default of its kind; and what may
// still become of what failed.
#include "actors/scheduler/operations.hpp"

namespace troupe::scheduler {

on_fail failure_policy(const input& in, const cluster_state& s, unit_id u, task what, const operation_record& op) {
  auto& r = in.resources[s.units[u].what];
  for (auto& o : r.operations) // what is switched off says nothing
    if (!o.enabled && o.what == what && o.interval_ms == op.interval_ms && op.interval_ms > 0) return on_fail::ignore;
  const operation* found = nullptr;
  for (auto& o : r.operations) {
    if (o.what != what || o.failure == on_fail::unset || !o.enabled) continue;
    if (o.interval_ms == op.interval_ms || (o.by_default && !found)) found = &o;
  }
  // A demotion is answered as the monitor in the promoted role is.
  if (!found && what == task::demote)
    for (auto& o : r.operations)
      if (o.what == task::monitor && o.in_role == role::promoted && o.interval_ms > 0 && o.failure != on_fail::unset &&
          o.enabled) {
        if (o.failure != on_fail::demote) found = &o;
        break;
      }
  on_fail configured = found ? found->failure : on_fail::unset;
  if (configured == on_fail::demote && what != task::promote &&
      !(what == task::monitor && found->in_role == role::promoted && found->interval_ms > 0))
    configured = on_fail::unset;
  bool needs_a_stop = configured == on_fail::standby || configured == on_fail::demote || configured == on_fail::stop;
  if (what == task::stop && needs_a_stop) configured = on_fail::unset; // which has just failed
  if (configured == on_fail::fence && !in.settings.fencing) configured = on_fail::stop;
  if (configured == on_fail::restart_container && !r.container.valid()) configured = on_fail::unset;
  bool managed = s.now[u].managed;
  bool probe_or_start = (what == task::monitor && op.interval_ms == 0) || what == task::start;
  if (r.remote_connection && !r.container.valid() && !probe_or_start && (configured == on_fail::unset || !managed))
    return managed ? on_fail::reset_remote : on_fail::stop;
  if (configured != on_fail::unset) return configured;
  if (r.container.valid()) return on_fail::restart_container;
  if (what == task::stop) return in.settings.fencing ? on_fail::fence : on_fail::block;
  return on_fail::restart;
}

// What could not be promoted is not promoted there again before something has succeeded: another instance has its turn.
void limit_after_failure(cluster_state& s, unit_id u, task failed, on_fail policy) {
  auto& st = s.now[u];
  if (policy == on_fail::stop)
    st.next = role::stopped;
  else if (failed == task::promote && st.next == role::unknown)
    st.next = role::unpromoted;
}

} // namespace troupe::scheduler
