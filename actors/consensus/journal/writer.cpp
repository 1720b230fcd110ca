#include "actors/consensus/journal/writer.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::consensus {

static const journal_record* last_promise(std::span<const journal_record> batch) {
  const journal_record* last = nullptr;
  for (const auto& r : batch)
    if (r.kind == record_kind::promise) last = &r;
  return last;
}

// A promise of the batch is written twice.
static std::size_t size_with_copy(std::span<const journal_record> batch) {
  const auto* promise = last_promise(batch);
  return frame_size(batch) + (promise != nullptr ? frame_size({promise, 1}) : 0);
}

static void check_batch(std::span<const journal_record> batch) {
  TROUPE_ASSERT(!batch.empty(), "an empty batch would cost a sync for nothing");
  for (const auto& r : batch) {
    TROUPE_ASSERT(r.kind != record_kind::identity, "only the journal says whose it is");
    TROUPE_ASSERT(r.payload.size() <= (r.kind == record_kind::promise ? max_promise : max_record_payload),
                  "a record above its limit");
  }
}

journal_state new_journal(const journal_identity& identity, std::uint32_t segment_size) {
  TROUPE_ASSERT(identity.journal.value != 0, "journal id 0 means none");
  TROUPE_ASSERT(segment_size >= min_segment_size && segment_size <= max_segment_size && segment_size % sector_size == 0,
                "a segment is whole sectors, within its limits");
  journal_state state;
  state.identity = identity;
  state.segment_size = segment_size;
  return state;
}

journal_writer::journal_writer(journal_state state)
  : state_(std::move(state)) {}

env::disk_request journal_writer::open() {
  env::disk_request out{env::remove_file{new_segment_name}};
  out.emplace_back(env::sync_folder{});
  // What was read may be in this boot's cache only, names as well as bytes.
  if (state_.end.segment != 0) out.push_back(env::sync_file{segment_name(state_.end.segment)});
  if (state_.end.segment == 0 || state_.unusable_tail) begin_segment(out);
  return out;
}

env::disk_request journal_writer::append(std::span<const journal_record> batch) {
  env::disk_request out;
  put_batches(out, batch);
  return out;
}

env::disk_request journal_writer::settle() {
  auto offset = mark_offset(state_.segment_size);
  frame_header h{frame_kind::mark, state_.identity.journal, state_.end.segment,
                 offset,           state_.end.batch,        state_.end.chain};
  return {env::write_at{segment_name(state_.end.segment), offset, encode_frame(h, {}).bytes}};
}

env::disk_request journal_writer::truncate(slot_number slot) {
  TROUPE_ASSERT(slot >= state_.snapshot, "snapshots do not go back");
  env::disk_request out;
  journal_record covered{record_kind::snapshot, slot, {}};
  put_batch(out, std::span(&covered, 1));
  // Oldest first and each made durable, so that no crash leaves a gap.
  while (state_.segments.size() > 1 && state_.segments.front().highest <= slot) {
    auto oldest = state_.segments.front();
    out.push_back(env::remove_file{segment_name(oldest.number)});
    out.emplace_back(env::sync_folder{});
    state_.highest_before = std::max(state_.highest_before, oldest.highest);
    state_.segments.erase(state_.segments.begin());
  }
  return out;
}

void journal_writer::put_batches(env::disk_request& out, std::span<const journal_record> records) {
  if (records.size() <= 1 || size_with_copy(records) <= max_batch_size(state_.segment_size))
    return put_batch(out, records);
  auto half = records.size() / 2;
  put_batches(out, records.first(half));
  put_batches(out, records.subspan(half));
}

void journal_writer::put_batch(env::disk_request& out, std::span<const journal_record> batch) {
  check_batch(batch);
  TROUPE_ASSERT(state_.end.segment != 0 && !state_.unusable_tail, "open() comes first");
  const auto* promise = last_promise(batch);
  auto size = size_with_copy(batch);
  TROUPE_ASSERT(size <= max_batch_size(state_.segment_size), "a batch must fit into one segment");
  if (state_.end.offset + size > mark_offset(state_.segment_size)) begin_segment(out);
  ++state_.end.batch;
  auto file = segment_name(state_.end.segment);
  put_frame(out, file, frame_kind::batch, batch);
  if (promise != nullptr) put_frame(out, file, frame_kind::copy, {promise, 1});
  out.push_back(env::sync_file{file});
  remember(batch);
}

void journal_writer::put_frame(env::disk_request& out, const std::string& file, frame_kind kind,
                               std::span<const journal_record> records) {
  auto& end = state_.end;
  auto f = encode_frame({kind, state_.identity.journal, end.segment, end.offset, end.batch, end.chain}, records);
  auto size = static_cast<std::uint32_t>(f.bytes.size());
  out.push_back(env::write_at{file, end.offset, std::move(f.bytes)});
  end.offset += size;
  end.chain = f.sum;
}

// Prepared, synced, renamed: under its own name a segment is whole. The seal comes last: it says that this one exists.
void journal_writer::begin_segment(env::disk_request& out) {
  auto records = head_records();
  TROUPE_ASSERT(frame_size(records) <= max_head_size, "a head has a bounded size");
  auto before = state_.end;
  state_.end.segment += 1;
  state_.end.offset = 0;
  out.push_back(env::remove_file{new_segment_name});
  out.push_back(env::set_size{new_segment_name, state_.segment_size});
  put_frame(out, new_segment_name, frame_kind::head, records);
  out.push_back(env::sync_file{new_segment_name});
  out.push_back(env::rename_to{new_segment_name, segment_name(state_.end.segment)});
  out.emplace_back(env::sync_folder{});
  if (before.segment != 0) seal(out, before);
  state_.segments.push_back({state_.end.segment, {}});
  state_.unusable_tail = false;
}

void journal_writer::seal(env::disk_request& out, const journal_end& end) const {
  auto offset = seal_offset(state_.segment_size);
  frame_header h{frame_kind::seal, state_.identity.journal, end.segment, offset, end.batch, end.chain};
  out.push_back(env::write_at{segment_name(end.segment), offset, encode_frame(h, {}).bytes});
  out.push_back(env::sync_file{segment_name(end.segment)});
}

journal_batch journal_writer::head_records() const {
  auto highest = state_.highest_before;
  for (const auto& s : state_.segments) highest = std::max(highest, s.highest);
  journal_batch records{encode_head({state_.identity, state_.segment_size, state_.end.offset, highest})};
  if (state_.promise) records.push_back({record_kind::promise, {}, *state_.promise});
  if (state_.chosen.value != 0) records.push_back({record_kind::chosen, state_.chosen, {}});
  if (state_.snapshot.value != 0) records.push_back({record_kind::snapshot, state_.snapshot, {}});
  return records;
}

void journal_writer::remember(std::span<const journal_record> batch) {
  auto& highest = state_.segments.back().highest;
  for (const auto& r : batch) {
    if (r.kind == record_kind::promise) state_.promise = r.payload;
    if (r.kind == record_kind::accepted) highest = std::max(highest, r.slot);
    if (r.kind == record_kind::chosen) state_.chosen = std::max(state_.chosen, r.slot);
    if (r.kind == record_kind::snapshot) state_.snapshot = std::max(state_.snapshot, r.slot);
  }
}

env::disk_request mark_doubtful(std::string_view why) {
  auto text = view_of(why);
  return {env::write_at{doubtful_mark_name, 0, byte_buffer(text.begin(), text.end())},
          env::sync_file{doubtful_mark_name}, env::sync_folder{}};
}

env::disk_request discard_journal(std::span<const std::string> names) {
  auto out = mark_doubtful("this journal was being removed");
  for (const auto& name : names)
    if (segment_number_of(name)) out.push_back(env::remove_file{name});
  out.push_back(env::remove_file{new_segment_name});
  out.emplace_back(env::sync_folder{});
  out.push_back(env::remove_file{doubtful_mark_name});
  out.emplace_back(env::sync_folder{});
  return out;
}

} // namespace troupe::consensus
