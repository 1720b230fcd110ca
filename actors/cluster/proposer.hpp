// The leader's queue to the log: commands of the whole cluster, in the order in which they came, put into batches as
// large as a slot takes. What is too large for one goes in pieces (messages/command_pieces.hpp), in a row, each alone
// in its slot.
//
// One proposal is under way to the replica at a time, as with its disk: so an answer is always to that one, order is
// kept, and what comes meanwhile goes into the next batch. A replica that has no room says so and its batch comes again
// when a slot was decided: back-pressure instead of loss. Beyond `max_queued` nothing more is taken in; whoever brought
// it brings it again (the front desk, ever more rarely), so an overload ends in waiting, not in a storm.
// Rejected: to forget what was refused. All clients of the batch would find out by waiting, and what was forgotten
// together with it, the numbers already queued, let each retry add a second copy to the very queue that is too long.
//
// Pure: one leadership's facts, forgotten with it.
#pragma once

#include "messages/command.hpp"
#include "messages/consensus.hpp"

#include <deque>
#include <set>

namespace troupe::cluster {

class proposer {
public:
  static constexpr std::size_t max_queued = std::size_t{4} << 20; // bytes; the last one taken may go beyond it

  // `batch_bytes`: size_of() of the largest batch that the replica takes.
  explicit proposer(std::size_t batch_bytes);

  // The most bytes of one command, or piece, in a batch.
  [[nodiscard]] std::size_t longest() const;

  // False: it is queued already, or there is no room; whoever waits for its outcome brings it again.
  bool wants(client_id client, std::uint64_t sequence);
  void add(byte_buffer encoded);

  // What to propose now; null: nothing, or there is an answer or room to wait for.
  [[nodiscard]] consensus::shared_batch next();
  [[nodiscard]] consensus::shared_batch no_op(); // null: there is something to propose
  [[nodiscard]] bool empty() const { return queue_.empty() && !under_way_; }

  // --- the answer to the last one ---
  void taken();
  void no_room();
  void failed(); // for good: not by this leader, or never

  void applied(client_id client, std::uint64_t sequence); // its number may come again
  void slot_taken() { room_ = true; }
  void forget(); // another leads

private:
  struct entry {
    byte_buffer bytes;
    bool alone = false; // a piece
  };
  std::size_t batch_bytes_;
  std::deque<entry> queue_;
  std::size_t queued_bytes_ = 0;
  std::set<std::pair<client_id, std::uint64_t>> known_; // queued, or proposed and not yet applied
  consensus::shared_batch under_way_;
  bool stale_ = false; // what is under way is an earlier leadership's
  bool room_ = true;
};

} // namespace troupe::cluster
