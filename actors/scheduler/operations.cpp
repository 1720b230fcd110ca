#include "actors/scheduler/operations.hpp"

#include "actors/scheduler/migrations.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

bool is_probe(const operation_record& op) {
  return op.what == task::monitor && op.interval_ms == 0;
}

// The records of one unit on one node, oldest first, and what they add up to.
class operations_reader {
public:
  operations_reader(const input& in, cluster_state& s, unit_id u, const history& h)
    : in_(in)
    , s_(s)
    , u_(u)
    , n_(h.where)
    , h_(h)
    , r_(in.resources[s.units[u].what])
    , st_(s.now[u]) {}

  void read() {
    auto before = st_.now;
    st_.now = role::unknown;
    std::vector<const operation_record*> ops;
    for (auto& op : h_.operations) ops.push_back(&op);
    if (ops.size() > 1)
      std::stable_sort(ops.begin(), ops.end(), [](auto* a, auto* b) {
        bool pa = a->call_id < 0, pb = b->call_id < 0; // pending ones come last
        if (pa != pb) return pb;
        return a->call_id != b->call_id ? a->call_id < b->call_id : a->last_change < b->last_change;
      });
    put_superseded_first(ops);
    bool locked = in_.settings.shutdown_lock && h_.shutdown_lock > 0;
    for (auto* op : ops) read(*op);
    remember(ops);
    respond(in_, s_, u_, n_, policy_);
    limit_by_target();
    st_.now = std::max(before, st_.now);
    if (locked) lock();
  }

private:
  static void put_superseded_first(std::vector<const operation_record*>& ops) {
    auto under_way = std::find_if(ops.begin(), ops.end(), [](auto* op) { return op->call_id < 0; });
    for (; under_way != ops.end(); ++under_way) {
      auto by = std::find_if(ops.begin(), under_way,
                             [&](auto* op) { return op->call_id >= 0 && superseded(**under_way, *op); });
      std::rotate(by, under_way, under_way + 1);
    }
  }

  // --- one record ---
  void read(const operation_record& given) {
    if (given.what == task::notify || given.name == "meta-data") return;
    operation_record op = given;
    if (op.what == task::monitor) { // what is done has no such result: there it is an error
      if (op.rc == exit_code::degraded) op.rc = exit_code::ok;
      if (op.rc == exit_code::degraded_promoted) op.rc = exit_code::promoted;
    }
    if (op.outdated_failure) clear_failures();
    bool old = expired(op);
    if (!old)
      judge_result(op);
    else
      judge_expired(op);
    if (old && failed_result(op) && op.interval_ms > 0) s_.lapsed.push_back({u_, n_, op.what, op.interval_ms});
    if (old && (failed_result(op) || op.status == operation_status::pending)) return;
    if (masked_probe(op)) {
      ban_everywhere_or(n_, "masked-probe-failure");
      st_.now = role::stopped;
      return;
    }
    switch (op.status) {
    case operation_status::cancelled:
    case operation_status::unknown: return;
    case operation_status::pending: pending(op); return;
    case operation_status::done: succeeded(op, op.rc); return;
    case operation_status::not_connected:
      if (in_.nodes[n_].connection.valid()) {
        auto& link = s_.now[s_.unit_of[in_.nodes[n_].connection]];
        link.failed = link.must_stop = true;
      }
      return;
    default: failed(op);
    }
  }

  static bool failed_result(const operation_record& op) {
    return op.status != operation_status::done && op.status != operation_status::pending &&
           op.status != operation_status::cancelled && op.status != operation_status::unknown;
  }

  void judge_expired(operation_record& op) {
    auto saved = st_.now;
    judge_result(op);
    if (failed_result(op)) st_.now = saved;
  }

  // Brings exit code, expected code and executor status together: the expected code decides.
  void judge_result(operation_record& op) {
    if (op.status != operation_status::done && op.status != operation_status::error) return;
    if (!op.expected_known) {
      op.status = op.rc == exit_code::ok || op.rc == exit_code::not_running || op.rc == exit_code::promoted
                      ? operation_status::done
                      : operation_status::error;
    } else {
      op.status = op.rc == op.expected_rc ? operation_status::done : operation_status::error;
    }
    bool expected = op.expected_known && op.rc == op.expected_rc;
    switch (op.rc) {
    case exit_code::ok:
      if (is_probe(op) && op.expected_rc == exit_code::not_running) op.status = operation_status::done;
      break;
    case exit_code::not_running:
      if (is_probe(op) || expected || !st_.managed) {
        op.status = operation_status::done;
        st_.now = role::stopped;
        st_.next = role::unknown;
      }
      break;
    case exit_code::promoted:
      if (is_probe(op)) op.status = operation_status::done;
      st_.now = role::promoted;
      break;
    case exit_code::degraded_promoted: st_.now = role::promoted; break; // an act's: it failed, and shows where it is
    case exit_code::failed_promoted:
      st_.now = role::promoted;
      op.status = operation_status::error;
      break;
    case exit_code::not_configured: op.status = operation_status::fatal; break;
    case exit_code::unimplemented:
      if (op.interval_ms > 0) {
        op.status = operation_status::not_supported;
        break;
      }
      [[fallthrough]];
    case exit_code::not_installed:
    case exit_code::invalid_parameter:
    case exit_code::no_permission:
      if (op.what == task::stop && !can_fence(in_, s_, n_)) {
        st_.managed = false;
        st_.blocked = true;
      }
      op.status = operation_status::hard_error;
      break;
    default:
      if (op.status == operation_status::done && !expected && op.rc != exit_code::ok)
        op.status = operation_status::error;
    }
  }

  // A failure older than the failure-timeout is forgotten, unless a newer one of the same resource is not; one that
  // blocks is not as long as it is counted.
  bool expired(const operation_record& op) {
    if (op.status == operation_status::not_installed || op.last_change <= 0 || r_.failure_timeout_ms <= 0) return false;
    auto now = std::chrono::duration_cast<std::chrono::seconds>(in_.now.time_since_epoch()).count();
    if (now < op.last_change + r_.failure_timeout_ms / 1000) return false;
    if (failures_of(in_, s_, u_, n_, false).count > 0) {
      if (kept_by_block(op) || failures_of(in_, s_, u_, n_, true).count > 0) return false;
      clear_failures();
    }
    bool plain = op.rc == exit_code::ok || op.rc == exit_code::not_running || op.rc == exit_code::promoted;
    return !(is_probe(op) && plain);
  }

  [[nodiscard]] bool kept_by_block(const operation_record& op) const {
    return std::any_of(r_.operations.begin(), r_.operations.end(), [&](const operation& o) {
      return o.failure == on_fail::block && o.what == op.what && o.interval_ms == op.interval_ms;
    });
  }

  void clear_failures() {
    for (auto& e : s_.expired)
      if (e.what == u_ && e.where == n_) return;
    s_.expired.push_back({u_, n_});
  }

  // A probe that finds the agent missing says only that it cannot run there.
  bool masked_probe(const operation_record& op) const {
    if (!is_probe(op)) return false;
    if (op.rc == exit_code::not_installed || op.status == operation_status::not_installed) return true;
    return op.rc == exit_code::invalid_parameter;
  }

  void ban_everywhere_or(node_id n, const char* why) {
    auto whole = in_anonymous_clone(in_, s_, u_) ? outermost(s_, u_) : u_;
    s_.bans.push_back({whole, n, score::minus_infinity(), why});
  }

  // To start another instance in its place would be no stop: an anonymous clone stops as a whole. Inside of a bundle
  // nothing else can take its place.
  void stay_stopped() {
    auto whole = in_anonymous_clone(in_, s_, u_) ? outermost(s_, u_) : u_;
    s_.bans.push_back({s_.units[whole].parent.valid() ? u_ : whole, {}, score::minus_infinity(), "on-fail=stop"});
  }

  void pending(const operation_record& op) {
    if (op.what == task::start) {
      st_.start_pending = true;
      become_active();
    } else if (op.what == task::promote) {
      st_.now = role::promoted;
    } else if (op.what == task::migrate_to && s_.nodes[n_].unclean && op.migration_target.valid()) {
      st_.forced_stops.push_back(op.migration_target); // it may have arrived
    }
    if (st_.pending == task::other && !is_probe(op)) {
      st_.pending = op.what;
      st_.pending_on = n_;
    }
  }

  void become_active() { st_.now = in_promotable(in_, s_, u_) ? role::unpromoted : role::started; }

  void succeeded(const operation_record& op, int rc) {
    bool clears = false;
    if (st_.pending_on == n_) { // it is over
      st_.pending = task::other;
      st_.pending_on = {};
      st_.start_pending = false;
    }
    if (rc == exit_code::not_running || rc == exit_code::not_installed) {
      clears = rc == exit_code::not_running;
      if (rc == exit_code::not_installed) st_.now = role::stopped;
    } else {
      switch (op.what) {
      case task::monitor:
        clears = last_failure_ && last_failure_->what == op.what && last_failure_->interval_ms == op.interval_ms;
        if (st_.now < role::started) become_active();
        break;
      case task::start:
        st_.now = role::started;
        if (in_promotable(in_, s_, u_)) st_.now = role::unpromoted;
        st_.start_pending = false;
        clears = true;
        break;
      case task::stop:
        st_.now = role::stopped;
        clears = true;
        break;
      case task::promote:
        st_.now = role::promoted;
        clears = true;
        break;
      case task::demote:
        st_.now = role::unpromoted;
        clears = policy_ == on_fail::demote;
        break;
      case task::migrate_from:
        st_.now = role::started;
        clears = true;
        break;
      case task::migrate_to: migrated_away(in_, s_, u_, h_, op); break;
      default:
        if (st_.now < role::started) become_active();
      }
    }
    if (clears) forget_failures();
  }

  void forget_failures() {
    switch (policy_) {
    case on_fail::stop:
    case on_fail::fence:
    case on_fail::migrate:
    case on_fail::standby: break; // a later success does not take these back
    case on_fail::reset_remote:
      if (r_.reconnect_ms > 0) break;
      [[fallthrough]];
    default: policy_ = on_fail::ignore; st_.next = role::unknown;
    }
  }

  void failed(const operation_record& op) {
    auto policy = failure_policy(in_, s_, u_, op.what, op);
    if (op.status == operation_status::not_installed) {
      if (policy == on_fail::ignore) policy = on_fail::migrate;
      ban_everywhere_or(n_, "hard-error");
    } else if (policy == on_fail::ignore || (policy == on_fail::restart_container && op.what == task::stop)) {
      succeeded(op, op.expected_rc);
      st_.failure_ignored = true;
      if (policy == on_fail::restart_container && policy_ <= on_fail::restart) policy_ = policy;
      return;
    }
    bool probe = is_probe(op);
    last_failure_ = op;
    policy_ = std::max(policy_, policy);
    if (op.what == task::stop) {
      s_.bans.push_back({u_, n_, score::minus_infinity(), "__stop_fail__"});
    } else if (op.what == task::migrate_to) {
      migration_failed_at_source(in_, s_, u_, h_, op);
    } else if (op.what == task::migrate_from) {
      migration_failed_at_target(in_, s_, u_, h_, op);
    } else if (op.what == task::promote) {
      st_.now = role::promoted;
    } else if (op.what == task::demote) {
      if (policy == on_fail::block) {
        st_.now = role::promoted;
        st_.next = role::stopped;
      } else {
        st_.now = op.rc == exit_code::not_running ? role::stopped : role::unpromoted;
      }
    }
    if (probe && op.rc == exit_code::not_installed)
      st_.now = role::stopped;
    else if (st_.now < role::started)
      become_active();
    limit_after_failure(s_, u_, op.what, policy);
    if (policy == on_fail::stop) stay_stopped();
    if (op.status == operation_status::hard_error) ban_everywhere_or(n_, "hard-error");
    if (op.status == operation_status::fatal) ban_everywhere_or({}, "fatal-error");
  }

  // --- all records together ---
  void limit_by_target() { limit_by_target_role(in_, s_, u_); }

  void lock() {
    auto now = std::chrono::duration_cast<std::chrono::seconds>(in_.now.time_since_epoch()).count();
    auto limit = in_.settings.shutdown_lock_limit;
    if (!r_.shutdown_lockable || (limit > 0 && now > h_.shutdown_lock + limit)) return;
    st_.locked_to = n_;
  }

  // What counts for the comparison of definitions: the records since the last start, or since what implies one.
  void remember(const std::vector<const operation_record*>& ops) {
    if (st_.now <= role::stopped) return;
    int start = -1, implied_by_role = -1, implied_by_monitor = -1, last_stop = -1;
    for (int i = 0; i < static_cast<int>(ops.size()); ++i) {
      auto& op = *ops[static_cast<std::size_t>(i)];
      bool done = op.status == operation_status::done;
      if (op.what == task::stop && done) last_stop = i;
      if (op.what == task::start || op.what == task::migrate_from) start = i;
      if (implied_by_monitor <= last_stop && op.what == task::monitor &&
          (op.rc == exit_code::ok || op.rc == exit_code::promoted))
        implied_by_monitor = i;
      if (op.what == task::promote || op.what == task::demote) implied_by_role = i;
    }
    if (start < 0) start = implied_by_role >= 0 ? implied_by_role : implied_by_monitor;
    for (int i = std::max(start, 0); i < static_cast<int>(ops.size()); ++i) {
      auto& op = *ops[static_cast<std::size_t>(i)];
      if (op.params == definition::same || op.what == task::notify || op.what == task::other) continue;
      bool failed = op.expected_known && op.rc != op.expected_rc;
      s_.operations.push_back({u_, n_, op.what, op.interval_ms, op.params, true, failed});
    }
    if (h_.other_agent) s_.operations.push_back({u_, n_, task::start, -1, definition::changed, true, false});
  }

  const input& in_;
  cluster_state& s_;
  unit_id u_;
  node_id n_;
  const history& h_;
  const resource& r_;
  unit_state& st_;
  on_fail policy_ = on_fail::ignore;
  std::optional<operation_record> last_failure_;
};

} // namespace

void read_operations(const input& in, cluster_state& s, unit_id u, const history& h) {
  operations_reader{in, s, u, h}.read();
}

} // namespace troupe::scheduler
