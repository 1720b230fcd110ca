#include "actors/cluster/proposer.hpp"

#include "messages/command_pieces.hpp"
#include "messages/types/assert.hpp"

namespace troupe::cluster {

using consensus::batch;
using consensus::batch_overhead;
using consensus::shared_batch;

proposer::proposer(std::size_t batch_bytes)
  : batch_bytes_(batch_bytes) {
  TROUPE_ASSERT(batch_bytes > 2 * batch_overhead + command::piece_head, "a batch has room for a piece");
}

std::size_t proposer::longest() const {
  return batch_bytes_ - 2 * batch_overhead;
}

bool proposer::wants(client_id client, std::uint64_t sequence) {
  if (queued_bytes_ > max_queued) return false;
  return client.value == 0 || known_.insert({client, sequence}).second;
}

void proposer::add(byte_buffer encoded) {
  auto row = command::cut(std::move(encoded), longest());
  for (auto& bytes : row) {
    bool alone = command::is_piece(bytes); // also the only one: packed, a command may fit where it did not before
    queued_bytes_ += bytes.size();
    queue_.push_back({std::move(bytes), alone});
  }
}

shared_batch proposer::next() {
  if (under_way_ || !room_ || queue_.empty()) return nullptr;
  batch made;
  std::size_t bytes = batch_overhead;
  while (!queue_.empty() && made.commands.size() < consensus::max_batch_commands) {
    auto& first = queue_.front();
    auto adds = first.bytes.size() + batch_overhead;
    if (!made.commands.empty() && (first.alone || bytes + adds > batch_bytes_)) break;
    bool alone = first.alone;
    bytes += adds;
    queued_bytes_ -= first.bytes.size();
    made.commands.push_back(std::move(first.bytes));
    queue_.pop_front();
    if (alone) break;
  }
  return under_way_ = std::make_shared<const batch>(std::move(made));
}

shared_batch proposer::no_op() {
  if (!empty()) return nullptr;
  return under_way_ = std::make_shared<const batch>();
}

void proposer::taken() {
  under_way_.reset();
  stale_ = false;
}

void proposer::no_room() {
  auto back = std::exchange(under_way_, nullptr);
  if (std::exchange(stale_, false) || !back) return;
  room_ = false;
  for (auto it = back->commands.rbegin(); it != back->commands.rend(); ++it) {
    queued_bytes_ += it->size();
    queue_.push_front({*it, command::is_piece(*it)});
  }
}

void proposer::failed() {
  under_way_.reset();
  if (std::exchange(stale_, false)) return;
  forget();
}

void proposer::applied(client_id client, std::uint64_t sequence) {
  known_.erase({client, sequence});
}

void proposer::forget() {
  queue_.clear();
  queued_bytes_ = 0;
  known_.clear();
  stale_ = under_way_ != nullptr;
  room_ = true;
}

} // namespace troupe::cluster
