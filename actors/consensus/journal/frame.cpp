#include "actors/consensus/journal/frame.hpp"

#include <algorithm>

namespace troupe::consensus {

static constexpr std::uint32_t frame_magic = 0x314a5254; // "TRJ1"
static constexpr std::size_t sum_size = std::tuple_size_v<short_digest>;

static std::size_t body_size(std::span<const journal_record> records) {
  std::size_t size = 0;
  for (const auto& r : records) size += record_header_size + r.payload.size();
  return size;
}

static std::size_t whole_sectors(std::size_t size) {
  return (size + sector_size - 1) / sector_size * sector_size;
}

static void put_bytes(byte_buffer& out, byte_view data) {
  out.insert(out.end(), data.begin(), data.end());
}

std::size_t frame_size(std::span<const journal_record> records) {
  return whole_sectors(frame_header_size + body_size(records));
}

encoded_frame encode_frame(const frame_header& header, std::span<const journal_record> records) {
  encoded_frame out;
  auto& b = out.bytes;
  b.reserve(frame_size(records));
  b.resize(sum_size);
  put_le<std::uint32_t>(b, frame_magic);
  put_le<std::uint32_t>(b, static_cast<std::uint32_t>(header.kind));
  put_le<std::uint64_t>(b, header.journal.value);
  put_le<std::uint32_t>(b, header.segment);
  put_le<std::uint32_t>(b, header.offset);
  put_le<std::uint64_t>(b, header.batch);
  put_bytes(b, header.chain);
  put_le<std::uint32_t>(b, static_cast<std::uint32_t>(body_size(records)));
  put_le<std::uint32_t>(b, static_cast<std::uint32_t>(records.size()));
  for (const auto& r : records) {
    put_le<std::uint32_t>(b, static_cast<std::uint32_t>(r.kind));
    put_le<std::uint32_t>(b, static_cast<std::uint32_t>(r.payload.size()));
    put_le<std::uint64_t>(b, r.slot.value);
    put_bytes(b, r.payload);
  }
  out.sum = short_digest_of(byte_view(b).subspan(sum_size));
  std::copy(out.sum.begin(), out.sum.end(), b.begin());
  b.resize(whole_sectors(b.size()));
  return out;
}

static std::optional<journal_batch> decode_records(byte_view body, std::uint32_t count) {
  journal_batch records;
  std::size_t at = 0;
  while (at < body.size()) {
    if (body.size() - at < record_header_size) return std::nullopt;
    auto length = get_le<std::uint32_t>(body, at + 4);
    if (length > body.size() - at - record_header_size) return std::nullopt;
    auto payload = body.subspan(at + record_header_size, length);
    records.push_back({static_cast<record_kind>(get_le<std::uint32_t>(body, at)),
                       slot_number{get_le<std::uint64_t>(body, at + 8)}, byte_buffer(payload.begin(), payload.end())});
    at += record_header_size + length;
  }
  if (records.size() != count) return std::nullopt;
  return records;
}

std::optional<frame> decode_frame(byte_view image, std::size_t offset) {
  if (offset > image.size() || image.size() - offset < frame_header_size) return std::nullopt;
  auto in = image.subspan(offset);
  if (get_le<std::uint32_t>(in, 16) != frame_magic || get_le<std::uint32_t>(in, 36) != offset) return std::nullopt;
  auto length = get_le<std::uint32_t>(in, 64);
  if (length > in.size() - frame_header_size) return std::nullopt;
  frame out;
  out.sum = short_digest_of(in.subspan(sum_size, frame_header_size - sum_size + length));
  if (!std::equal(out.sum.begin(), out.sum.end(), in.begin())) return std::nullopt;
  auto records = decode_records(in.subspan(frame_header_size, length), get_le<std::uint32_t>(in, 68));
  if (!records) return std::nullopt;
  out.records = std::move(*records);
  out.header = {static_cast<frame_kind>(get_le<std::uint32_t>(in, 20)),
                journal_id{get_le<std::uint64_t>(in, 24)},
                get_le<std::uint32_t>(in, 32),
                static_cast<std::uint32_t>(offset),
                get_le<std::uint64_t>(in, 40),
                {}};
  std::copy_n(in.begin() + 48, sum_size, out.header.chain.begin());
  out.size = whole_sectors(frame_header_size + length);
  return out;
}

} // namespace troupe::consensus
