#include "actors/consensus/journal/snapshot_file.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::consensus {

static constexpr std::string_view snapshot_prefix = "snapshot-";
static constexpr std::size_t snapshot_digits = 20;
static constexpr std::uint32_t snapshot_magic = 0x31535254; // "TRS1"
static constexpr std::size_t snapshot_sum_size = std::tuple_size_v<digest>;
static constexpr std::size_t snapshot_header_size = snapshot_sum_size + 4 + 8 + 16 + 8;

std::string snapshot_name(slot_number slot) {
  return fmt::format("{}{:020}", snapshot_prefix, slot.value);
}

std::optional<slot_number> snapshot_slot_of(std::string_view file) {
  if (!file.starts_with(snapshot_prefix) || file.size() != snapshot_prefix.size() + snapshot_digits)
    return std::nullopt;
  std::uint64_t number = 0;
  for (char c : file.substr(snapshot_prefix.size())) {
    if (c < '0' || c > '9') return std::nullopt;
    auto d = static_cast<std::uint64_t>(c - '0');
    if (number > (UINT64_MAX - d) / 10) return std::nullopt;
    number = number * 10 + d;
  }
  return slot_number{number};
}

std::optional<std::string> newest_snapshot(std::span<const std::string> names) {
  std::optional<std::string> newest;
  for (const auto& name : names)
    if (auto slot = snapshot_slot_of(name); slot && (!newest || *slot > snapshot_slot_of(*newest))) newest = name;
  return newest;
}

byte_buffer encode_snapshot(const snapshot& value) {
  TROUPE_ASSERT(value.state.size() <= max_snapshot, "a state has a bounded size");
  byte_buffer b;
  b.reserve(snapshot_header_size + value.state.size());
  b.resize(snapshot_sum_size);
  put_le<std::uint32_t>(b, snapshot_magic);
  put_le<std::uint64_t>(b, value.slot.value);
  b.insert(b.end(), value.lineage.bytes.begin(), value.lineage.bytes.end());
  put_le<std::uint64_t>(b, value.state.size());
  b.insert(b.end(), value.state.begin(), value.state.end());
  auto sum = digest_of({byte_view(b).subspan(snapshot_sum_size)});
  std::copy(sum.begin(), sum.end(), b.begin());
  return b;
}

result<snapshot> decode_snapshot(byte_view file) {
  if (file.size() < snapshot_header_size) return failure(fmt::format("a snapshot of {} bytes is cut off", file.size()));
  if (get_le<std::uint32_t>(file, 32) != snapshot_magic) return failure("this is no snapshot of a format we read");
  if (auto length = get_le<std::uint64_t>(file, 60); length != file.size() - snapshot_header_size)
    return failure(
        fmt::format("the snapshot says {} bytes of state and has {}", length, file.size() - snapshot_header_size));
  auto sum = digest_of({file.subspan(snapshot_sum_size)});
  if (!std::equal(sum.begin(), sum.end(), file.begin()))
    return failure("the snapshot is damaged: its checksum differs");
  snapshot out;
  out.slot = slot_number{get_le<std::uint64_t>(file, 36)};
  std::copy_n(file.begin() + 44, out.lineage.bytes.size(), out.lineage.bytes.begin());
  auto state = file.subspan(snapshot_header_size);
  out.state.assign(state.begin(), state.end());
  return out;
}

env::disk_request save_snapshot(slot_number slot, byte_buffer encoded, std::span<const std::string> names) {
  auto target = snapshot_name(slot);
  env::disk_request out{env::remove_file{new_snapshot_name}, env::write_at{new_snapshot_name, 0, std::move(encoded)},
                        env::sync_file{new_snapshot_name}, env::rename_to{new_snapshot_name, target},
                        env::sync_folder{}};
  auto made = out.size();
  for (const auto& name : names)
    if (auto old = snapshot_slot_of(name); old && *old < slot) out.push_back(env::remove_file{name});
  if (out.size() != made) out.push_back(env::sync_folder{});
  return out;
}

} // namespace troupe::consensus
