// Every timer of the system, derived from the one number that the operator sets: `tolerate`, the longest silence that
// must not cost a node its membership. Nobody else writes a timer down: who needs one takes it from here.
//
// Every timer here is somebody's, and is followed when `apply` changes tolerate: what is already waited for keeps the
// time it was given. Times that nothing waits on for a membership (how long keys last, how long a stream drains) are
// constants where they are used.
//
// A timer is a sum of fractions of other timers: the table in timers.cpp is both what is computed and what `troupe
// timers` prints, so the formula shown cannot differ from the one used.
//
// Why these fractions. T is tolerate, P = T/20 the probe interval and the leader's tick, G = T/40 the gossip interval.
//
// In time. A node dies at 0 in a cluster of n, the others are healthy. While a leader ticks, its word stands for that
// of the detectors: whoever it does not name as silent is probed only now and then (calm-interval), and the death shows
// when the third tick finds no answer of it, or when the leader's own ticks are missing for so long. From then on each
// survivor probes those in doubt first, each once: n-1 of them at the worst, when the leader died, and a probe of
// others may be under way and the last one needs its period: by 3P + nP every survivor has raised its own suspicion.
// Where no leader ticks, a prober that has just heard the dead one has it first in one rotation and last in the next,
// shuffled one at the worst: by 2(n-1)P. Two rounds of gossip later (2G = P) each has heard of the others' suspicions,
// which are then as many as shorten a suspicion to its minimum of 4P: all call it faulty by 11P = 0.55 T for three
// nodes, 17P = 0.85 T for seven: the detector has spoken before the missing acknowledgements do (T + 2P), so it never
// delays NodeLost. The margin, T/10 at least for up to seven nodes, is checked. A lone accuser among three nodes (the
// third is slow) needs suspicion-max: (3 + 2 + 12 + 1)P = 0.9 T. In larger clusters no such bound exists without a
// leader, but n-1 probers make the first suspicion a matter of two periods and the confirmations of five more; the
// distribution that actors/detector/cluster.test.cpp prints shows the rest, and 3T without the detector is the end.
//
// Not too early. A healthy node silent for D < T is not declared lost, whatever the detector thinks: NodeLost also
// needs acknowledgements missing for T + 2P on the leader. The last one was sent up to one tick before the silence
// began and the first one after it up to one tick after it ended, so the leader sees a gap of at most D + 2P, the delay
// of the network cancels out (its jitter, and a datagram lost right then, count as silence). With T alone a silence of
// 0.95 T could cost a membership. An opinion `faulty` of a node that speaks again is refuted and costs nothing.
//
// Limits: tolerate is 200ms to 60s. Below, the probe time-out of T/40 = 5 ms is less than what a loaded machine takes
// to run a thread; above, operators wait longer than any reboot. The round trip between nodes must stay below T/40.
// Rejected: timers in cluster.toml. They have to fit each other, and whoever changes one must know all of this.
#pragma once

#include "messages/config.hpp"
#include "messages/types/result.hpp"
#include "messages/types/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::conf {

inline constexpr duration min_tolerate = std::chrono::milliseconds{200};
inline constexpr duration max_tolerate = std::chrono::seconds{60};
inline constexpr duration max_grace = std::chrono::hours{1};
inline constexpr unsigned small_cluster = 7; // nodes up to which detection within tolerate is guaranteed

struct timer_inputs { // what cluster.toml says; the rest is derived
  duration tolerate = std::chrono::seconds{2};
  duration restart_grace = std::chrono::seconds{5};
  duration boot_grace = std::chrono::seconds{120};
  duration late_margin = std::chrono::seconds{10};
};

struct timers {
  duration tolerate, restart_grace, boot_grace, late_margin;
  // consensus: leader and contact
  duration tick, idle_noop, own_index_stalled, contact_lost, no_contact_stop, step_down;
  duration leader_suspected, takeover_step, election_fallback, election_spread, silence_noted;
  duration resend_first, resend_most, forward_retry;
  // membership
  duration lost_if_suspected, lost_alone, brake_window, contact_look, leader_settle;
  // detector
  duration probe_interval, calm_interval, probe_timeout, nack_after, suspicion_min, suspicion_max;
  duration gossip_interval, push_pull_interval, join_retry, pause_limit, leave_limit;
  // transport
  duration link_keep_alive, link_silent, handshake_retry, reconnect_min, reconnect_max, connect_limit;

  bool operator==(const timers&) const = default;
};

// Errors: a value outside of its range, with the key, the value and the range.
result<timers> derive(const timer_inputs& inputs);
// Of what stands in the log. A value out of its range, which no file of ours has, is taken as the nearest end of it: a
// node that refused to live by it would be of no more use.
timers timers_of(const config::cluster& c);

// --- the detector's arithmetic; used by the checks and by the tests of the detector ---
// Members that must confirm a suspicion until it is as short as it gets: as many as a bare majority can give, at
// most 3.
unsigned confirmations_wanted(unsigned nodes);
// suspicion_min is meant for up to ten nodes and grows with log10 beyond (SWIM 4.2, Lifeguard IV.B).
duration scaled_by_log10(duration value, unsigned nodes);
// From a node's death until all survivors call it faulty, at the worst; survivors healthy, nothing lost.
duration detection_bound(const timers& t, unsigned nodes);

// --- for people and for --json ---
struct timer_entry {
  std::string_view name;
  duration value;
  std::string formula; // "tolerate / 40"; "set by the operator"
  std::string_view reason;
};
std::vector<timer_entry> entries(const timers& t);

// What must hold between timers. `earlier` + `margin` <= `later`.
struct timer_check {
  std::string_view name;
  duration earlier, margin, later;
  std::string_view reason;
  [[nodiscard]] bool holds() const { return earlier + margin <= later; }
};
std::vector<timer_check> checks(const timers& t);

// "2s", "50ms", "1.5ms": exact, in the largest unit that needs at most three decimals.
std::string to_text(duration value);
// The two lists above as aligned text, one line each.
std::string timers_text(const timers& t);

} // namespace troupe::conf
