#include "actors/consensus/records.hpp"

#include <algorithm>
#include <optional>

namespace troupe::consensus {

static constexpr std::size_t ballot_bytes = 16;

static void put_ballot(byte_buffer& out, ballot b) {
  put_le(out, b.round);
  put_le(out, b.proposer.value);
}

static ballot get_ballot(byte_view in) {
  return {get_le<std::uint64_t>(in, 0), journal_id{get_le<std::uint64_t>(in, 8)}};
}

static void put_batch(byte_buffer& out, const batch& value) {
  out.reserve(out.size() + size_of(value));
  put_le(out, static_cast<std::uint32_t>(value.commands.size()));
  for (const auto& c : value.commands) {
    put_le(out, static_cast<std::uint32_t>(c.size()));
    out.insert(out.end(), c.begin(), c.end());
  }
}

static std::optional<shared_batch> get_batch(byte_view in) {
  if (in.size() < 4) return std::nullopt;
  auto count = get_le<std::uint32_t>(in, 0);
  if (count > max_batch_commands) return std::nullopt;
  in = in.subspan(4);
  batch value;
  value.commands.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (in.size() < 4) return std::nullopt;
    auto length = get_le<std::uint32_t>(in, 0);
    if (in.size() - 4 < length) return std::nullopt;
    auto bytes = in.subspan(4, length);
    value.commands.emplace_back(bytes.begin(), bytes.end());
    in = in.subspan(4 + std::size_t{length});
  }
  if (!in.empty()) return std::nullopt;
  return std::make_shared<const batch>(std::move(value));
}

journal_record identity_record(journal_id journal) {
  journal_record r{record_kind::identity, slot_number{}, {}};
  put_le(r.payload, journal.value);
  return r;
}

journal_record promise_record(ballot promised) {
  journal_record r{record_kind::promise, slot_number{}, {}};
  put_ballot(r.payload, promised);
  return r;
}

journal_record accepted_record(slot_number slot, ballot number, const batch& value) {
  journal_record r{record_kind::accepted, slot, {}};
  r.payload.reserve(ballot_bytes + size_of(value));
  put_ballot(r.payload, number);
  put_batch(r.payload, value);
  return r;
}

journal_record chosen_record(slot_number up_to) {
  return {record_kind::chosen, up_to, {}};
}

journal_record snapshot_record(slot_number slot, const byte_buffer& state) {
  return {record_kind::snapshot, slot, state};
}

static tl::unexpected<error> damaged(const journal_record& r, const char* what) {
  return failure("journal: " + std::string(what) + " (slot " + std::to_string(r.slot.value) + ")");
}

// Empty when `r` was taken in, else what is wrong with it.
static const char* take(recovered& state, const journal_record& r) {
  switch (r.kind) {
  case record_kind::identity:
    if (r.payload.size() != 8) return "an identity record of a wrong size";
    state.journal = journal_id{get_le<std::uint64_t>(r.payload, 0)};
    return nullptr;
  case record_kind::promise:
    if (r.payload.size() != ballot_bytes) return "a promise record of a wrong size";
    state.promised = std::max(state.promised, get_ballot(r.payload));
    return nullptr;
  case record_kind::accepted: {
    if (r.payload.size() < ballot_bytes) return "an accepted record that is too short";
    auto value = get_batch(byte_view(r.payload).subspan(ballot_bytes));
    if (!value) return "an accepted record whose batch cannot be read";
    if (r.slot > state.log.chosen()) state.log.put(r.slot, get_ballot(r.payload), *value);
    return nullptr;
  }
  case record_kind::chosen:
    if (!r.payload.empty()) return "a chosen record with a payload";
    while (state.log.chosen() < r.slot) {
      if (state.log.find(state.log.chosen().next()) == nullptr) return "a chosen slot's value is missing";
      state.log.choose_next();
    }
    return nullptr;
  case record_kind::snapshot:
    if (r.slot >= state.log.snapshot_slot()) state.log.install(r.slot, std::make_shared<const byte_buffer>(r.payload));
    return nullptr;
  }
  return "a record of an unknown kind";
}

result<recovered> recover(std::span<const journal_record> records) {
  recovered state;
  for (const auto& r : records)
    if (const char* what = take(state, r)) return damaged(r, what);
  if (!records.empty() && state.journal.value == 0)
    return failure("journal: it holds records, but not whose journal it is");
  return state;
}

} // namespace troupe::consensus
