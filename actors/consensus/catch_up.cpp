#include "actors/consensus/catch_up.hpp"

#include <algorithm>

namespace troupe::consensus {

void catch_up::told(const node_name& from, slot_number slot) {
  if (slot <= newest_) return;
  newest_ = slot;
  if (!awaited_ && !parts_) source_ = from;
}

void catch_up::answered() {
  awaited_.reset();
  patience_ = limits_.retransmit;
  unanswered_ = 0;
}

void catch_up::stream_lost(const node_name& peer, instant now) {
  if (awaited_ && peer == source_) awaited_ = now;
}

std::optional<catch_up::question> catch_up::ask(slot_number chosen, const electorate& voters, instant now) {
  if (chosen >= newest_) {
    answered();
    parts_.reset();
    return std::nullopt;
  }
  if (awaited_ && now < *awaited_) return std::nullopt;
  if (awaited_) {
    patience_ = std::min(2 * patience_, limits_.resend_most);
    if (++unanswered_ == tries) turn_to_another(voters);
  }
  awaited_ = now + patience_;
  if (parts_ && parts_->slot > chosen) return question{source_, snapshot_ask{parts_->slot, parts_->data.size()}};
  return question{source_, learn{chosen.next()}};
}

void catch_up::turn_to_another(const electorate& voters) {
  unanswered_ = 0;
  parts_.reset();
  const auto& all = voters.voters();
  auto it = std::ranges::upper_bound(all, source_, {}, &voter::node);
  for (std::size_t i = 0; i < all.size(); ++i, ++it) {
    if (it == all.end()) it = all.begin();
    if (it->node != self_) {
      source_ = it->node;
      return;
    }
  }
}

std::optional<catch_up::snapshot> catch_up::add(const node_name& from, const snapshot_chunk& chunk,
                                                slot_number chosen) {
  if (from != source_ || chunk.slot <= chosen || chunk.size > limits_.max_snapshot_bytes) return std::nullopt;
  bool starts = chunk.offset == 0 && (!parts_ || chunk.slot > parts_->slot);
  if (starts) parts_ = parts{chunk.slot, chunk.size, {}};
  if (!parts_ || parts_->slot != chunk.slot || parts_->size != chunk.size || parts_->data.size() != chunk.offset)
    return std::nullopt;
  if (chunk.data.size() > chunk.size - chunk.offset || (chunk.data.empty() && chunk.size > 0)) return std::nullopt;
  parts_->data.insert(parts_->data.end(), chunk.data.begin(), chunk.data.end());
  answered();
  newest_ = std::max(newest_, chunk.slot);
  if (parts_->data.size() < parts_->size) return std::nullopt;
  snapshot whole{parts_->slot, std::make_shared<const byte_buffer>(std::move(parts_->data))};
  parts_.reset();
  return whole;
}

static std::optional<message_body> chunk_of(const replica_log& log, std::uint64_t offset, const options& limits) {
  const auto& state = *log.snapshot();
  if (offset > state.size()) return std::nullopt;
  auto length = std::min<std::uint64_t>(limits.chunk_bytes, state.size() - offset);
  auto begin = state.begin() + static_cast<std::ptrdiff_t>(offset);
  return snapshot_chunk{log.snapshot_slot(), state.size(), offset,
                        byte_buffer(begin, begin + static_cast<std::ptrdiff_t>(length))};
}

std::optional<message_body> answer(const learn& question, const replica_log& log, const options& limits) {
  if (question.first > log.chosen()) return std::nullopt;
  if (log.find(question.first) == nullptr) return log.snapshot() ? chunk_of(log, 0, limits) : std::nullopt;
  learned reply{question.first, {}, log.chosen()};
  std::size_t bytes = 0;
  for (auto it = log.from(question.first); it != log.end() && it->first <= log.chosen(); ++it) {
    if (bytes >= limits.message_bytes || reply.values.size() == max_values) break;
    bytes += size_of(*it->second.value);
    reply.values.push_back(it->second.value);
  }
  return reply;
}

std::optional<message_body> answer(const snapshot_ask& question, const replica_log& log, const options& limits) {
  if (!log.snapshot()) return std::nullopt;
  // Another snapshot than the one asked for: the asker starts anew with ours.
  return chunk_of(log, question.slot == log.snapshot_slot() ? question.offset : 0, limits);
}

} // namespace troupe::consensus
