#include "actors/node/charter_files.hpp"

namespace troupe::node {

namespace {

env::disk_request replace_whole(const std::string& name, byte_buffer content) {
  auto temporary = name + ".new";
  return {env::remove_file{temporary}, env::write_at{temporary, 0, std::move(content)}, env::sync_file{temporary},
          env::rename_to{temporary, name}, env::sync_folder{}};
}

} // namespace

env::disk_request read_charter() { return {env::read_all{genesis_file}, env::read_all{reservation_file}}; }

result<charter_on_disk> parse_charter(const env::disk_answer& answer) {
  charter_on_disk out;
  if (answer.found.at(0)) {
    auto read = formation::decode_genesis(answer.results.at(0));
    if (!read) return failure("the file genesis in the data folder: " + read.error().text);
    out.formed = std::move(*read);
  }
  if (answer.found.at(1)) {
    if (answer.results.at(1).size() != 8) return failure("the file reservation in the data folder has a wrong size");
    out.reserved = journal_id{get_le<std::uint64_t>(answer.results.at(1), 0)};
  }
  return out;
}

env::disk_request write_genesis(const genesis& g) {
  return replace_whole(genesis_file, formation::encode_genesis(g));
}

env::disk_request write_reservation(journal_id journal) {
  byte_buffer content;
  put_le(content, journal.value);
  return replace_whole(reservation_file, std::move(content));
}

} // namespace troupe::node
