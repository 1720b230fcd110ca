#include "actors/consensus/journal/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace troupe::consensus {
namespace {

struct doubt { // thrown and caught in this file only: the many checks below read better for it
  std::string why;
};

template <class... Args>
[[noreturn]] void doubt_it(fmt::format_string<Args...> text, Args&&... args) {
  throw doubt{fmt::format(text, std::forward<Args>(args)...)};
}

struct segment_image {
  std::uint32_t number = 0;
  byte_view bytes;
  frame first;
  segment_head head;
};

// Reads frames in order and collects what they say.
class reader {
public:
  explicit reader(recovered_journal& out)
    : out_(out) {}

  void begin(const segment_image& s) {
    auto& end = out_.state.end;
    end = {s.number, static_cast<std::uint32_t>(s.first.size), s.first.header.batch, s.first.sum};
    out_.state.segments.push_back({s.number, {}});
    for (const auto& r : std::span(s.first.records).subspan(1)) take(r);
    awaited_copy_.reset();
  }

  // The next frame, if it is the one that must follow.
  bool step(const segment_image& s) {
    auto& end = out_.state.end;
    auto f = decode_frame(s.bytes, end.offset);
    if (!f || f->header.journal != s.head.identity.journal || f->header.segment != s.number) return false;
    if (f->header.chain != end.chain) doubt_it("{}: the chain breaks at byte {}", segment_name(s.number), end.offset);
    bool copy = f->header.kind == frame_kind::copy;
    if (copy != awaited_copy_.has_value() || f->header.batch != end.batch + (copy ? 0 : 1) ||
        (!copy && f->header.kind != frame_kind::batch))
      doubt_it("{}: a frame out of order at byte {}", segment_name(s.number), end.offset);
    if (copy)
      check_copy(s, *f);
    else
      take_batch(f->records);
    end.offset += static_cast<std::uint32_t>(f->size);
    end.batch = f->header.batch;
    end.chain = f->sum;
    return true;
  }

  // The batch that is not whole at the end: the next one, or the last whose promise lacks its copy.
  [[nodiscard]] std::uint64_t incomplete_batch() const { return out_.state.end.batch + (awaited_copy_ ? 0 : 1); }
  [[nodiscard]] bool awaits_copy() const { return awaited_copy_.has_value(); }
  void take(const journal_record& r);

private:
  void take_batch(const journal_batch& records) {
    for (const auto& r : records) {
      take(r);
      if (r.kind == record_kind::promise) awaited_copy_ = r.payload;
    }
  }
  void check_copy(const segment_image& s, const frame& f) {
    if (f.records.size() != 1 || f.records[0].kind != record_kind::promise || f.records[0].payload != *awaited_copy_)
      doubt_it("{}: the two copies of a promise disagree at byte {}", segment_name(s.number), out_.state.end.offset);
    awaited_copy_.reset();
  }

  recovered_journal& out_;
  std::optional<byte_buffer> awaited_copy_;
};

void reader::take(const journal_record& r) {
  auto& state = out_.state;
  switch (r.kind) {
  case record_kind::promise: state.promise = r.payload; return;
  case record_kind::accepted:
    state.segments.back().highest = std::max(state.segments.back().highest, r.slot);
    out_.accepted[r.slot] = r.payload;
    return;
  case record_kind::chosen: state.chosen = std::max(state.chosen, r.slot); return;
  case record_kind::snapshot: state.snapshot = std::max(state.snapshot, r.slot); return;
  case record_kind::identity: break; // heads only, and read there
  }
  doubt_it("{}: a record of unknown kind {}", segment_name(state.end.segment), static_cast<std::uint32_t>(r.kind));
}

segment_image read_head(std::uint32_t number, byte_view bytes) {
  auto name = segment_name(number);
  auto first = decode_frame(bytes, 0);
  if (!first) doubt_it("{}: its head is damaged", name);
  if (first->header.kind != frame_kind::head || first->header.segment != number || first->records.empty())
    doubt_it("{}: begins with what is not its head", name);
  auto head = decode_head(first->records[0]);
  if (!head) doubt_it("{}: {}", name, head.error().text);
  if (head->segment_size != bytes.size() || head->segment_size < min_segment_size ||
      head->segment_size % sector_size != 0)
    doubt_it("{}: has {} bytes, its head says {}", name, bytes.size(), head->segment_size);
  if (first->header.journal != head->identity.journal) doubt_it("{}: its head names two journals", name);
  return {number, bytes, std::move(*first), std::move(*head)};
}

std::vector<segment_image> read_heads(const std::map<std::string, byte_buffer>& files) {
  std::vector<segment_image> segments;
  for (const auto& [name, bytes] : files) {
    auto number = segment_number_of(name);
    if (!number) continue;
    if (!segments.empty() && *number != segments.back().number + 1)
      doubt_it("{} is missing", segment_name(segments.back().number + 1));
    segments.push_back(read_head(*number, bytes));
  }
  return segments;
}

void check_owner(const std::vector<segment_image>& segments, const journal_owner& owner) {
  const auto& id = segments.front().head.identity;
  for (const auto& s : segments)
    if (s.head.identity != id || s.head.segment_size != segments.front().head.segment_size)
      doubt_it("{}: belongs to another journal", segment_name(s.number));
  if (id.node != owner.node) doubt_it("it is the journal of node {}, this is {}", id.node.text, owner.node.text);
  if (id.machine != owner.machine)
    doubt_it("it was written on another machine ({})", to_hex(std::as_bytes(std::span(id.machine.bytes))));
}

// A segment that has a successor ends where the successor says; all before that was durable.
void read_old(reader& in, const segment_image& s, const segment_image& next, const journal_end& end) {
  auto name = segment_name(s.number);
  in.begin(s);
  while (end.offset < next.head.previous_end)
    if (!in.step(s)) doubt_it("{}: damaged at byte {}, before its end", name, end.offset);
  if (end.offset != next.head.previous_end || end.batch != next.first.header.batch ||
      end.chain != next.first.header.chain)
    doubt_it("{}: the chain to {} is broken", name, segment_name(next.number));
}

// The first byte is, and each equals the next one: a start looks at megabytes of unused segment.
bool all_zero(byte_view bytes) {
  return bytes.empty() ||
         (bytes[0] == std::byte{} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

// Looks at what follows the last good frame: nothing, a torn write, or proof that more was durable.
void read_tail(reader& in, const segment_image& s, recovered_journal& out) {
  const auto end = out.state.end;
  const auto name = segment_name(s.number);
  auto limit = mark_offset(s.head.segment_size);
  auto incomplete = in.incomplete_batch();
  std::optional<frame> copy;
  for (std::size_t at = end.offset; at < limit; at += sector_size) {
    auto f = decode_frame(s.bytes, at);
    if (!f || f->header.journal != s.head.identity.journal || f->header.segment != s.number) continue;
    if (f->header.batch != incomplete)
      doubt_it("{}: damaged at byte {}, before a good batch at byte {}", name, end.offset, at);
    if (f->header.kind == frame_kind::copy) copy = std::move(f);
  }
  auto mark = decode_frame(s.bytes, limit);
  if (mark && mark->header.kind == frame_kind::mark && mark->header.segment == s.number &&
      mark->header.journal == s.head.identity.journal && mark->header.batch >= incomplete)
    doubt_it("{}: damaged at byte {}, and batch {} was synced", name, end.offset, mark->header.batch);
  if (copy)
    for (const auto& r : copy->records) in.take(r);
  if (in.awaits_copy() || !all_zero(s.bytes.subspan(end.offset, limit - end.offset))) {
    out.state.unusable_tail = true;
    out.torn = fmt::format("{}: a torn write was cut at byte {}", name, end.offset);
  }
}

void read_last(reader& in, const segment_image& s, recovered_journal& out) {
  in.begin(s);
  while (out.state.end.offset < mark_offset(s.head.segment_size) && in.step(s)) {
  }
  if (!all_zero(s.bytes.subspan(seal_offset(s.head.segment_size))))
    doubt_it("{} is missing: {} was closed", segment_name(s.number + 1), segment_name(s.number));
  read_tail(in, s, out);
}

recovery recover(const std::map<std::string, byte_buffer>& files, const journal_owner& owner) {
  auto segments = read_heads(files);
  if (segments.empty()) return empty_journal{};
  check_owner(segments, owner);
  recovered_journal out;
  const auto& first = segments.front();
  out.state.identity = first.head.identity;
  out.state.segment_size = first.head.segment_size;
  out.state.highest_before = first.head.highest_before;
  reader in(out);
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) read_old(in, segments[i], segments[i + 1], out.state.end);
  read_last(in, segments.back(), out);
  // What a removed segment had accepted must be covered; all else of it is restated in the heads after it.
  if (first.head.highest_before > out.state.snapshot) doubt_it("{} is missing", segment_name(first.number - 1));
  out.accepted.erase(out.accepted.begin(), out.accepted.upper_bound(out.state.snapshot));
  return out;
}

} // namespace

bool is_journal_file(std::string_view name) {
  return name == doubtful_mark_name || segment_number_of(name).has_value();
}

recovery recover_journal(const std::map<std::string, byte_buffer>& files, const journal_owner& owner) {
  if (auto mark = files.find(doubtful_mark_name); mark != files.end()) {
    std::string text;
    for (auto b : byte_view(mark->second).first(std::min<std::size_t>(mark->second.size(), 200)))
      text += b >= std::byte{32} && b < std::byte{127} ? static_cast<char>(b) : '?';
    return doubtful_journal{"it is marked: " + text};
  }
  try {
    return recover(files, owner);
  } catch (const doubt& d) {
    return doubtful_journal{d.why};
  }
}

} // namespace troupe::consensus
