#include "actors/node/charter_files.hpp"

#include "messages/types/digest.hpp"

#include <algorithm>

namespace troupe::node {

namespace {

env::disk_request replace_whole(const std::string& name, const byte_buffer& content) {
  auto temporary = name + ".new";
  auto sum = digest_of({content});
  byte_buffer whole(sum.begin(), sum.end());
  whole.insert(whole.end(), content.begin(), content.end());
  env::disk_request request{env::remove_file{temporary}, env::write_at{temporary, 0, std::move(whole)},
                            env::sync_file{temporary}, env::rename_to{temporary, name}};
  request.emplace_back(env::sync_folder{});
  return request;
}

// What replace_whole was given; nullopt: damaged.
std::optional<byte_buffer> checked(const byte_buffer& whole) {
  digest sum{};
  if (whole.size() < sum.size()) return std::nullopt;
  byte_buffer content(whole.begin() + static_cast<std::ptrdiff_t>(sum.size()), whole.end());
  std::copy_n(whole.begin(), sum.size(), sum.begin());
  return sum == digest_of({content}) ? std::optional(std::move(content)) : std::nullopt;
}

} // namespace

env::disk_request read_charter() { return {env::read_all{genesis_file}, env::read_all{reservation_file}}; }

charter_on_disk parse_charter(const env::disk_answer& answer) {
  charter_on_disk out;
  if (answer.found.at(0)) {
    auto content = checked(answer.results.at(0));
    auto read = content ? formation::decode_genesis(*content) : failure("its digest does not fit");
    if (read) out.formed = std::move(*read);
    else out.damage = "the file genesis is damaged: " + read.error().text;
  }
  if (answer.found.at(1)) {
    auto content = checked(answer.results.at(1));
    if (content && content->size() == 8) out.reserved = journal_id{get_le<std::uint64_t>(*content, 0)};
    else out.damage += out.damage.empty() ? "the file reservation is damaged" : "; so is the file reservation";
  }
  return out;
}

env::disk_request write_genesis(const genesis& g) {
  return replace_whole(genesis_file, formation::encode_genesis(g));
}

env::disk_request write_reservation(journal_id journal) {
  byte_buffer content;
  put_le(content, journal.value);
  return replace_whole(reservation_file, content);
}

} // namespace troupe::node
