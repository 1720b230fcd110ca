#include "actors/scheduler/migrations.hpp"

#include "actors/scheduler/operations.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

const history* history_of(const input& in, const history& same, node_id n) {
  auto from = std::lower_bound(in.histories.begin(), in.histories.end(), n,
                               [](const history& h, node_id x) { return h.where < x; });
  for (auto h = from; h != in.histories.end() && h->where == n; ++h)
    if (h->what == same.what && h->number == same.number) return &*h;
  return nullptr;
}

bool changes_state(const operation_record& op) {
  return op.what == task::start || op.what == task::stop || op.what == task::migrate_to ||
         op.what == task::migrate_from;
}

bool done(const operation_record& op) {
  return op.status == operation_status::done || op.status == operation_status::error;
}

// A start, stop or migration recorded after `op` on the same node.
bool newer_than(const history* h, const operation_record& op) {
  return h && std::any_of(h->operations.begin(), h->operations.end(), [&](const operation_record& o) {
           return changes_state(o) && (o.call_id > op.call_id) && done(o);
         });
}

const operation_record* find_migrate_from(const history* target, node_id source) {
  if (!target) return nullptr;
  for (auto& o : target->operations)
    if (o.what == task::migrate_from && (!o.migration_source.valid() || o.migration_source == source)) return &o;
  return nullptr;
}

// Does the target know of something later than this migration? Call ids of two nodes do not compare, so the
// migrate_from there is the mark; without one, the times are.
bool target_moved_on(const history* target, const operation_record& migrate_to, const operation_record* migrate_from) {
  if (!target) return false;
  if (migrate_from) {
    if (newer_than(target, *migrate_from)) return true;
    return std::any_of(target->operations.begin(), target->operations.end(), [&](const operation_record& o) {
      return o.what == task::monitor && o.call_id > migrate_from->call_id && o.rc == exit_code::not_running &&
             o.interval_ms == 0;
    });
  }
  return std::any_of(target->operations.begin(), target->operations.end(), [&](const operation_record& o) {
    bool says = changes_state(o) || (o.what == task::monitor);
    return says && done(o) && o.last_change > 0 && migrate_to.last_change > 0 && o.last_change > migrate_to.last_change;
  });
}

// Nothing is known of it there, or that it does not run.
bool known_stopped(const history* h) {
  if (!h) return false;
  const operation_record* last = nullptr;
  for (auto& o : h->operations)
    if (done(o) && (changes_state(o) || (o.what == task::monitor && o.interval_ms == 0)))
      if (!last || o.call_id > last->call_id) last = &o;
  if (!last) return false;
  return (last->what == task::stop && last->rc == exit_code::ok) ||
         (last->what == task::monitor && last->rc == exit_code::not_running);
}

} // namespace

void migrated_away(const input& in, cluster_state& s, unit_id u, const history& at_source, const operation_record& op) {
  auto& st = s.now[u];
  auto source = at_source.where, target = op.migration_target;
  if (!target.valid()) {
    st.now = role::started;
    return;
  }
  auto* there = history_of(in, at_source, target);
  auto* from = find_migrate_from(there, source);
  bool source_moved_on = newer_than(&at_source, op);
  if (target_moved_on(there, op, from)) {
    // What the target reports counts; here it is gone only if the target got it.
    if (from && from->rc == exit_code::ok && !source_moved_on) {
      st.dangling.push_back(source);
      st.now = role::stopped;
    } else if (!source_moved_on) { // it never arrived: recover it where it was
      st.now = role::started;
      st.failed = st.must_stop = true;
      st.may_migrate = false;
    }
    return;
  }
  if (from && from->rc == exit_code::ok && from->status == operation_status::done) {
    if (!source_moved_on) st.dangling.push_back(source);
    st.now = role::stopped;
    return;
  }
  st.now = role::started;
  bool target_up = s.nodes[target].online;
  if (from && from->status != operation_status::pending) { // it failed on arrival
    if (target_up) add_running(in, s, u, target);
    return;
  }
  if (target_up) {
    add_running(in, s, u, target);
    if (s.nodes[source].online && !source_moved_on) {
      st.migration_source = source;
      st.migration_target = target;
    }
  } else if (!source_moved_on) { // it must be restarted, a migration would have no end
    st.failed = st.must_stop = true;
    st.may_migrate = false;
  }
}

void migration_failed_at_source(const input& in, cluster_state& s, unit_id u, const history& at_source,
                                const operation_record& op) {
  auto& st = s.now[u];
  st.now = role::started;
  auto target = op.migration_target;
  if (!target.valid()) return;
  auto* there = history_of(in, at_source, target);
  auto* from = find_migrate_from(there, at_source.where);
  if (target_moved_on(there, op, from)) {
    return;
  }
  if (s.nodes[target].online && !known_stopped(there)) add_running(in, s, u, target);
}

void migration_failed_at_target(const input& in, cluster_state& s, unit_id u, const history& at_target,
                                const operation_record& op) {
  auto& st = s.now[u];
  st.now = role::started;
  auto source = op.migration_source;
  if (!source.valid()) return;
  auto* there = history_of(in, at_target, source);
  const operation_record* left = nullptr;
  if (there)
    for (auto& o : there->operations)
      if (o.what == task::migrate_to) left = &o;
  if (left && newer_than(there, *left)) return; // the source has been dealt with
  if (!left && known_stopped(there)) return;
  if (s.nodes[source].online) add_running(in, s, u, source);
}

} // namespace troupe::scheduler
