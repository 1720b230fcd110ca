#include "actors/scheduler/migrations.hpp"

#include "actors/scheduler/operations.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

bool changes_state(const operation_record& op) {
  return op.what == task::start || op.what == task::stop || op.what == task::migrate_to ||
         op.what == task::migrate_from;
}

bool found_nothing(const operation_record& op) {
  return op.what == task::monitor && op.rc == exit_code::not_running && op.status == operation_status::done;
}

// Call ids order the records of one node; between nodes only the times compare.
bool came_after(const operation_record& a, const operation_record& b, bool same_node) {
  if (a.call_id < 0 || b.call_id < 0) return a.call_id < 0 ? b.call_id >= 0 && !superseded(a, b) : superseded(b, a);
  if (same_node && a.call_id != b.call_id) return a.call_id > b.call_id;
  return b.last_change > 0 && a.last_change > b.last_change;
}

// One migration as both of its nodes report it.
class migration {
public:
  migration(const input& in, cluster_state& s, unit_id u, const history& reported_by, node_id source, node_id target)
    : in_(in)
    , s_(s)
    , st_(s.now[u])
    , u_(u)
    , source_(source)
    , target_(target)
    , at_source_(history_of(reported_by, source))
    , at_target_(history_of(reported_by, target)) {}

  void left(const operation_record& departure) {
    auto* arrival = arrival_record();
    bool source_moved_on = state_changed(at_source_, departure, true);
    if (source_moved_on && arrival) return;
    bool target_moved_on = moved_on(at_target_, arrival ? *arrival : departure, arrival != nullptr);
    if (source_moved_on && target_moved_on) return;
    if (arrival && arrival->status == operation_status::done && arrival->rc == exit_code::ok) {
      st_.now = role::stopped;
      st_.dangling.push_back(source_);
      return;
    }
    st_.now = role::started;
    bool active_there = !target_moved_on && s_.nodes[target_].online;
    if (arrival && arrival->status != operation_status::pending) { // it failed on arrival
      if (active_there)
        add_running(in_, s_, u_, target_);
      else
        recover_here();
      return;
    }
    if (s_.nodes[target_].online && unknown(at_target_)) return;
    if (active_there) {
      add_running(in_, s_, u_, target_);
      if (s_.nodes[source_].online) {
        st_.migration_source = source_;
        st_.migration_target = target_;
      }
    } else if (!source_moved_on) {
      recover_here();
    }
  }

  void failed_to_leave(const operation_record& departure) {
    st_.now = role::started;
    auto* arrival = arrival_record();
    if (!unknown(at_target_) && !moved_on(at_target_, arrival ? *arrival : departure, arrival != nullptr)) {
      if (s_.nodes[target_].online) add_running(in_, s_, u_, target_);
    } else if (!state_changed(at_source_, departure, true)) {
      st_.dangling.push_back(source_);
    }
  }

  void failed_to_arrive(const operation_record& arrival) {
    st_.now = role::started;
    auto* departure = departure_record();
    if (!unknown(at_source_) && !moved_on(at_source_, departure ? *departure : arrival, departure != nullptr) &&
        s_.nodes[source_].online)
      add_running(in_, s_, u_, source_);
  }

private:
  // Which instance of an anonymous clone another report is about nobody knows. It is not this one: instances do not
  // migrate, and what did so did it before it was cloned.
  [[nodiscard]] const history* history_of(const history& same, node_id n) const {
    if (in_anonymous_clone(in_, s_, u_)) return nullptr;
    if (same.where == n) return &same;
    auto from = std::lower_bound(in_.histories.begin(), in_.histories.end(), n,
                                 [](const history& h, node_id x) { return h.where < x; });
    for (auto h = from; h != in_.histories.end() && h->where == n; ++h)
      if (h->what == same.what && h->number == same.number) return &*h;
    return nullptr;
  }

  [[nodiscard]] const operation_record* arrival_record() const {
    if (!at_target_) return nullptr;
    for (auto& o : at_target_->operations)
      if (o.what == task::migrate_from && (!o.migration_source.valid() || o.migration_source == source_)) return &o;
    return nullptr;
  }

  [[nodiscard]] const operation_record* departure_record() const {
    if (!at_source_) return nullptr;
    for (auto& o : at_source_->operations)
      if (o.what == task::migrate_to && (!o.migration_target.valid() || o.migration_target == target_) &&
          o.rc == exit_code::ok && o.status == operation_status::done)
        return &o;
    return nullptr;
  }

  static bool state_changed(const history* h, const operation_record& since, bool same_node) {
    return h && std::any_of(h->operations.begin(), h->operations.end(),
                            [&](auto& o) { return changes_state(o) && came_after(o, since, same_node); });
  }

  static bool moved_on(const history* h, const operation_record& since, bool same_node) {
    return state_changed(h, since, same_node) ||
           (h && std::any_of(h->operations.begin(), h->operations.end(),
                             [&](auto& o) { return found_nothing(o) && came_after(o, since, same_node); }));
  }

  static bool unknown(const history* h) {
    return !h ||
           std::none_of(h->operations.begin(), h->operations.end(), [](auto& o) { return o.rc != exit_code::unknown; });
  }

  // It never arrived, and to migrate again would have no end.
  void recover_here() {
    st_.failed = st_.must_stop = true;
    st_.may_migrate = false;
  }

  const input& in_;
  cluster_state& s_;
  unit_state& st_;
  unit_id u_;
  node_id source_, target_;
  const history *at_source_, *at_target_;
};

} // namespace

void migrated_away(const input& in, cluster_state& s, unit_id u, const history& at_source, const operation_record& op) {
  if (op.migration_target.valid())
    migration{in, s, u, at_source, at_source.where, op.migration_target}.left(op);
  else
    s.now[u].now = role::started;
}

void migration_failed_at_source(const input& in, cluster_state& s, unit_id u, const history& at_source,
                                const operation_record& op) {
  if (op.migration_target.valid())
    migration{in, s, u, at_source, at_source.where, op.migration_target}.failed_to_leave(op);
  else
    s.now[u].now = role::started;
}

void migration_failed_at_target(const input& in, cluster_state& s, unit_id u, const history& at_target,
                                const operation_record& op) {
  if (op.migration_source.valid())
    migration{in, s, u, at_target, op.migration_source, at_target.where}.failed_to_arrive(op);
  else
    s.now[u].now = role::started;
}

} // namespace troupe::scheduler
