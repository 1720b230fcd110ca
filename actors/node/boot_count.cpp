#include "actors/node/boot_count.hpp"

#include "messages/types/digest.hpp"

namespace troupe::node {

namespace {

constexpr std::uint32_t magic = 0x746f6f62; // "boot"
constexpr std::size_t record_size = 16;
constexpr auto file = "boots";
constexpr auto fresh_file = "boots.new";

std::uint32_t check_of(byte_view head) {
  return get_le<std::uint32_t>(digest_of({head}), 0);
}

} // namespace

env::disk_request read_boot_count() {
  return {env::read_all{file}};
}

result<std::uint64_t> parse_boot_count(const env::disk_answer& answer) {
  if (answer.found.size() != 1 || !answer.found[0]) return std::uint64_t{0};
  byte_view record = answer.results[0];
  if (record.size() != record_size || get_le<std::uint32_t>(record, 0) != magic ||
      get_le<std::uint32_t>(record, 12) != check_of(record.first(12)))
    return failure("the file 'boots' is damaged: this node's data folder cannot be trusted");
  return get_le<std::uint64_t>(record, 4);
}

env::disk_request write_boot_count(std::uint64_t count, bool synced) {
  byte_buffer record;
  put_le(record, magic);
  put_le(record, count);
  put_le(record, check_of(record));
  if (!synced) return {env::write_at{fresh_file, 0, record}, env::rename_to{fresh_file, file}};
  return {env::set_size{fresh_file, 0}, env::write_at{fresh_file, 0, record}, env::sync_file{fresh_file},
          env::rename_to{fresh_file, file}, env::sync_folder{}};
}

} // namespace troupe::node
