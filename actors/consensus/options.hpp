// Times and limits of a replica. The times are conf's (conf/timers.hpp says why they are what they are and checks them
// against each other); here they have the names of what the replica does with them.
#pragma once

#include "conf/timers.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::consensus {

struct options {
  // --- times ---
  duration tick{};            // leader to all members: ballot, newest chosen slot
  duration suspect_silence{}; // without a tick, when the detector suspects the leader: it counts as lost
  duration leader_silence{};  // without a tick, whatever the detector says: it counts as lost
  duration leader_patience{}; // a leader without acks of a quorum for so long steps down
  duration stall{};           // a leader whose oldest open proposal is so old stops its ticks
  duration retransmit{};      // an unanswered prepare, accept or question is sent again,
  duration resend_most{};     // and then after twice the time, up to this
  duration takeover_step{};   // between the tries of two voters in their order after a suspicion
  duration back_off{};        // most jitter added to what voters might otherwise do at the same moment
  duration quiet{};           // a member silent for so long is named in ticks

  // --- limits ---
  std::size_t window = 64;                              // slots proposed and not yet chosen
  std::size_t window_bytes = std::size_t{2} << 20;      // of them; one goes out in any case
  std::size_t resend_slots = 4;                         // the oldest of them, which are sent again after a time
  std::size_t max_pending = 1024;                       // batches that wait for the window
  std::size_t max_batch_bytes = std::size_t{256} << 10; // size_of() of one batch
  std::size_t message_bytes = std::size_t{384} << 10;   // where a long answer is cut (a batch more may fit in)
  std::size_t chunk_bytes = std::size_t{128} << 10;     // of a snapshot
  std::size_t max_snapshot_bytes = std::size_t{256} << 20;
  std::size_t snapshot_after = 4096;                       // slots beyond the snapshot: ask the owner for a new one
  std::size_t snapshot_after_bytes = std::size_t{8} << 20; // or so many bytes
  std::size_t keep_behind = 512; // slots kept below the snapshot, for followers that lag a little
  std::size_t max_kept = 32768;  // slots; an acceptor with more takes nothing new until it has a snapshot
};

inline void retime(options& o, const conf::timers& t) {
  o.tick = t.tick;
  o.suspect_silence = t.leader_suspected;
  o.leader_silence = t.election_fallback;
  o.leader_patience = t.step_down;
  o.stall = t.own_index_stalled;
  o.retransmit = t.resend_first;
  o.resend_most = t.resend_most;
  o.takeover_step = t.takeover_step;
  o.back_off = t.election_spread;
  o.quiet = t.silence_noted;
}

[[nodiscard]] inline options options_from(const conf::timers& t) {
  options o;
  retime(o, t);
  return o;
}

} // namespace troupe::consensus
