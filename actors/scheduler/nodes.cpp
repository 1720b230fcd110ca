#include "actors/scheduler/unpack.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

// No proof of death is to be had: what is gone is believed to be gone.
bool up_without_fencing(const input& in, cluster_state& s, node_id n) {
  auto& seen = in.nodes[n];
  if (!seen.in_membership.value_or(false)) return false;
  if (seen.process_online) return seen.join == join_state::member;
  if (seen.expected_member) want_fenced(in, s, n, "peer is unexpectedly down");
  return false;
}

// "Joining" is a member that may not run anything yet.
void mark_joining(node_state& st) {
  st.standby = true;
  st.pending = true;
}

bool up_with_fencing(const input& in, cluster_state& s, node_id n) {
  auto& seen = in.nodes[n];
  auto& st = s.nodes[n];
  bool member = seen.in_membership.value_or(false);
  if (st.shutting_down) return seen.process_online; // and able to stop what it has, whether it is still a member or not
  if (!seen.in_membership) {
    want_fenced(in, s, n, "peer has not been seen by the cluster");
  } else if (seen.join == join_state::banned) {
    want_fenced(in, s, n, "peer failed Pacemaker membership criteria");
  } else if (!seen.terminate_requested && !seen.expected_member) {
    if (member || seen.process_online) mark_joining(st);
  } else if (seen.terminate_requested && seen.join == join_state::down && !member && !seen.process_online) {
    return false; // it was just shot
  } else if (!member) {
    want_fenced(in, s, n, "peer is no longer part of the cluster");
  } else if (!seen.process_online) {
    want_fenced(in, s, n, "peer process is no longer available");
  } else if (seen.terminate_requested) {
    want_fenced(in, s, n, "termination was requested");
  } else if (seen.join == join_state::pending || seen.join == join_state::down) {
    mark_joining(st);
  } else if (seen.join != join_state::member) {
    want_fenced(in, s, n, "peer was in an unknown state");
  }
  return member;
}

void judge(const input& in, cluster_state& s, node_id n) {
  auto& seen = in.nodes[n];
  auto& st = s.nodes[n];
  if (!seen.seen) {
    if (in.settings.fencing && in.settings.startup_fencing) want_fenced(in, s, n, "node is unclean");
    return;
  }
  st.shutting_down = seen.shutdown_requested;
  st.online = in.settings.fencing ? up_with_fencing(in, s, n) : up_without_fencing(in, s, n);
  // A partition without quorum that is told to die takes its own nodes with it.
  bool suicide =
      in.settings.without_quorum == no_quorum::suicide && !in.settings.quorate && in.settings.no_quorum_panic;
  if (st.online && suicide) want_fenced(in, s, n, "cluster does not have quorum");
}

// Nothing is known of a remote node until its history is read, which takes a connection; should none come up, it counts
// as lost.
void suspect_remote(const input& in, cluster_state& s, node_id n) {
  if (!in.settings.fencing || !in.settings.startup_fencing || !in.nodes[n].connection.valid()) return;
  auto& st = s.nodes[n];
  st.unclean = st.to_fence = st.unseen = true;
}

} // namespace

void want_fenced(const input& in, cluster_state& s, node_id n, const std::string& reason) {
  auto& node = in.nodes[n];
  auto& st = s.nodes[n];
  if (node.kind == node_kind::guest) {
    auto container = s.unit_of[node.container];
    auto& c = s.now[container];
    if (c.failed || !c.managed) return;
    st.requires_reset = true;
    c.failed = c.must_stop = true;
    return;
  }
  if (node.kind == node_kind::remote) {
    if (node.connection.valid() && !s.now[s.unit_of[node.connection]].managed) return;
    st.requires_reset = true;
  } else if (st.unclean) {
    return;
  }
  st.unclean = true;
  st.to_fence = true;
  if (st.fence_reason.empty()) st.fence_reason = reason;
}

void judge_cluster_nodes(const input& in, cluster_state& s) {
  for (auto n : ids_of(in.nodes)) {
    auto& seen = in.nodes[n];
    auto& st = s.nodes[n];
    st.standby = seen.standby;
    st.standby_on_failure = seen.standby_on_failure;
    st.maintenance = seen.maintenance;
    if (seen.kind == node_kind::cluster) judge(in, s, n);
    if (seen.kind == node_kind::remote) suspect_remote(in, s, n);
    if (seen.ping) st.online = st.unclean = st.to_fence = false;
    if (seen.kind != node_kind::cluster) st.shutting_down = seen.shutdown_requested;
  }
}

void judge_remote_node(const input& in, cluster_state& s, node_id n) {
  auto& node = in.nodes[n];
  auto& st = s.nodes[n];
  if (!node.connection.valid()) return;
  auto& link = s.now[s.unit_of[node.connection]];
  bool up = link.now == role::started;
  st.online = st.online || up;
  // With its connection it goes, and nobody takes up again what has no configuration any more.
  if ((up && link.next == role::stopped) || in.resources[node.connection].orphan) st.shutting_down = true;
  const unit_state* container = node.container.valid() ? &s.now[s.unit_of[node.container]] : nullptr;
  node_id host = container && link.running_on.size() == 1 ? link.running_on.front() : node_id{};
  if (container && container->failed) {
    st.online = false;
    st.requires_reset = true;
  } else if (link.failed) {
    st.online = false;
  } else if (link.now <= role::stopped || (container && container->now <= role::stopped)) {
    st.online = false;
    st.requires_reset = false;
  } else if (host.valid() && !s.nodes[host].online && s.nodes[host].unclean) {
    st.online = false;
    st.requires_reset = true;
  }
}

void clear_remote_node(cluster_state& s, node_id n) {
  auto& st = s.nodes[n];
  if (!st.requires_reset) st.unclean = st.to_fence = st.unseen = false;
}

node_id confined_to(const input& in, resource_id r) {
  auto& what = in.resources[r];
  if (!what.container.valid() || what.remote_connection) return {};
  for (auto n : ids_of(in.nodes))
    if (in.nodes[n].kind == node_kind::guest && in.nodes[n].container == what.container) return n;
  return {};
}

bool can_fence(const input& in, const cluster_state& s, node_id n, bool online) {
  auto& node = in.nodes[n];
  if (node.kind == node_kind::guest) { // by recovering its container, wherever that runs
    auto& hosts = s.now[s.unit_of[node.container]].running_on;
    return std::all_of(hosts.begin(), hosts.end(),
                       [&](node_id host) { return host != n && (s.nodes[host].online || can_fence(in, s, host)); });
  }
  if (!in.settings.fencing) return false;
  bool device = in.settings.watchdog;
  for (auto& r : in.resources) device = device || r.fence_device;
  if (!device) return false;
  if (in.settings.quorate || in.settings.without_quorum == no_quorum::ignore) return true;
  return online; // a member: it is fenced by those who see it
}

requirement needs_of(const input& in, resource_id r) {
  auto& what = in.resources[r];
  if (what.kind != resource_kind::primitive) return requirement::nothing;
  if (what.needs != requirement::unset) return what.needs;
  if (what.fence_device || what.remote_connection) return requirement::quorum;
  if (in.settings.fencing) {
    for (auto& other : in.resources)
      if (other.unfences) return requirement::unfencing;
    return requirement::fencing;
  }
  return in.settings.without_quorum == no_quorum::ignore ? requirement::nothing : requirement::quorum;
}

} // namespace troupe::scheduler
