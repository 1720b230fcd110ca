// What the role that all records of a unit on a node add up to means, and what is done about its failures.
#include "actors/scheduler/operations.hpp"

namespace troupe::scheduler {

namespace {

class responder {
public:
  responder(const input& in, cluster_state& s, unit_id u, node_id n)
    : in_(in)
    , s_(s)
    , u_(u)
    , n_(n)
    , r_(in.resources[s.units[u].what])
    , st_(s.now[u]) {}

  void respond(on_fail policy) {
    if (st_.now != role::unknown)
      for (auto p = u_; p.valid(); p = s_.units[p].parent) s_.known[p.at() * in_.nodes.size() + n_.at()] = 1;
    auto& node = s_.nodes[n_];
    if (st_.now > role::stopped && !node.online && !node.maintenance && st_.managed) active_on_lost_node();
    if (node.unclean) policy = on_fail::ignore; // fencing answers it
    answer(policy);
    if (st_.failed && r_.connects.valid() && s_.nodes[r_.connects].unclean) s_.nodes[r_.connects].unseen = false;
    if (st_.now > role::stopped) {
      if (policy != on_fail::ignore) {
        st_.failed = true;
        if (policy != on_fail::demote && policy != on_fail::block) st_.must_stop = true;
      }
      add_running(in_, s_, u_, n_);
    }
  }

private:
  void active_on_lost_node() {
    auto& seen = in_.nodes[n_];
    auto name = unit_name(in_, s_, u_);
    if (seen.kind == node_kind::guest) {
      st_.failed = st_.must_stop = true;
      want_fenced(in_, s_, n_, name + " is thought to be active there");
    } else if (in_.settings.fencing) {
      if (seen.kind == node_kind::remote && seen.connection.valid() && !s_.now[s_.unit_of[seen.connection]].failed)
        s_.nodes[n_].unseen = true;
      want_fenced(in_, s_, n_, name + " is thought to be active there");
    }
  }

  void answer(on_fail policy) {
    bool active = st_.now > role::stopped;
    switch (policy) {
    case on_fail::unset:
    case on_fail::ignore: break;
    case on_fail::demote:
      st_.failed = true;
      st_.must_demote = true;
      break;
    case on_fail::fence: want_fenced(in_, s_, n_, unit_name(in_, s_, u_) + " failed there"); break;
    case on_fail::standby: s_.nodes[n_].standby = s_.nodes[n_].standby_on_failure = true; break;
    case on_fail::block:
      st_.managed = false;
      st_.blocked = true;
      break;
    case on_fail::migrate: s_.bans.push_back({u_, n_, score::minus_infinity(), "__action_migration_auto__"}); break;
    case on_fail::stop:
      st_.next = role::stopped;
      st_.next_reason = "on-fail=stop";
      break;
    case on_fail::restart:
      if (active) st_.failed = st_.must_stop = true;
      break;
    case on_fail::restart_container:
      st_.failed = st_.must_stop = true;
      if (r_.container.valid()) s_.now[s_.unit_of[r_.container]].forced_stops.push_back({});
      break;
    case on_fail::reset_remote: reset_remote(); break;
    }
  }

  void reset_remote() {
    st_.failed = st_.must_stop = true;
    if (in_.settings.fencing && r_.connects.valid() && !in_.nodes[r_.connects].remote_fenced)
      want_fenced(in_, s_, r_.connects, "remote connection is unrecoverable");
    if (r_.reconnect_ms > 0) {
      st_.next = role::stopped;
      st_.next_reason = "remote reset";
    }
  }

  const input& in_;
  cluster_state& s_;
  unit_id u_;
  node_id n_;
  const resource& r_;
  unit_state& st_;
};

} // namespace

void respond(const input& in, cluster_state& s, unit_id u, node_id n, on_fail policy) {
  responder{in, s, u, n}.respond(policy);
}

} // namespace troupe::scheduler
