#include "actors/consensus/journal/segment.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::consensus {

static constexpr std::string_view segment_prefix = "journal-";
static constexpr std::size_t segment_digits = 10;
static constexpr std::uint32_t format_version = 1;
static constexpr std::size_t max_node_name = 255; // conf is stricter

std::string segment_name(std::uint32_t number) {
  return fmt::format("{}{:010}", segment_prefix, number);
}

std::optional<std::uint32_t> segment_number_of(std::string_view file) {
  if (!file.starts_with(segment_prefix) || file.size() != segment_prefix.size() + segment_digits) return std::nullopt;
  std::uint64_t number = 0;
  for (char c : file.substr(segment_prefix.size())) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number == 0 || number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

// version 4, segment size 4, previous end 4, highest before 8, lineage 16, machine 16, journal 8, node
static constexpr std::size_t head_fixed_size = 60;

journal_record encode_head(const segment_head& head) {
  byte_buffer b;
  put_le<std::uint32_t>(b, format_version);
  put_le<std::uint32_t>(b, head.segment_size);
  put_le<std::uint32_t>(b, head.previous_end);
  put_le<std::uint64_t>(b, head.highest_before.value);
  b.insert(b.end(), head.identity.lineage.bytes.begin(), head.identity.lineage.bytes.end());
  b.insert(b.end(), head.identity.machine.bytes.begin(), head.identity.machine.bytes.end());
  put_le<std::uint64_t>(b, head.identity.journal.value);
  auto name = view_of(head.identity.node.text);
  b.insert(b.end(), name.begin(), name.end());
  return {record_kind::identity, {}, std::move(b)};
}

result<segment_head> decode_head(const journal_record& record) {
  const auto& in = record.payload;
  if (record.kind != record_kind::identity || in.size() < 4) return failure("its head does not say whose it is");
  if (auto version = get_le<std::uint32_t>(in, 0); version != format_version)
    return failure(fmt::format("it has format {}, this program reads {}", version, format_version));
  if (in.size() < head_fixed_size || in.size() > head_fixed_size + max_node_name)
    return failure("its head has a wrong length");
  segment_head head;
  head.segment_size = get_le<std::uint32_t>(in, 4);
  head.previous_end = get_le<std::uint32_t>(in, 8);
  head.highest_before = slot_number{get_le<std::uint64_t>(in, 12)};
  std::copy_n(in.begin() + 20, 16, head.identity.lineage.bytes.begin());
  std::copy_n(in.begin() + 36, 16, head.identity.machine.bytes.begin());
  head.identity.journal = journal_id{get_le<std::uint64_t>(in, 52)};
  for (auto b : byte_view(in).subspan(head_fixed_size)) head.identity.node.text += static_cast<char>(b);
  return head;
}

} // namespace troupe::consensus
