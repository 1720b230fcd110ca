#include "actors/node/charter_files.hpp"

#include <doctest/doctest.h>

namespace troupe::node::charter_files_test {

// The file that a request leaves, without a disk: what it writes before it renames.
byte_buffer content_of(const env::disk_request& request) {
  for (auto& step : request)
    if (auto* w = std::get_if<env::write_at>(&step)) return w->data;
  return {};
}

genesis some_genesis() {
  genesis g;
  g.lineage.bytes[0] = std::byte{7};
  g.at = stamp{std::chrono::seconds{5}};
  g.configuration.name = "test";
  config::node n;
  n.name = node_name{"n1"};
  g.configuration.nodes.push_back(n);
  g.voters = {{node_name{"n1"}, journal_id{42}}};
  return g;
}

env::disk_answer answer(const byte_buffer& genesis_bytes, const byte_buffer& reservation_bytes) {
  return {{genesis_bytes, reservation_bytes}, {!genesis_bytes.empty(), !reservation_bytes.empty()}};
}

TEST_CASE("what was written is read again; what was never written is not there") {
  auto g = some_genesis();
  auto read = parse_charter(answer(content_of(write_genesis(g)), content_of(write_reservation(journal_id{9}))));
  CHECK(read.formed == g);
  CHECK(read.reserved == journal_id{9});
  CHECK(read.damage.empty());
  auto nothing = parse_charter(answer({}, {}));
  CHECK_FALSE(nothing.formed);
  CHECK_FALSE(nothing.reserved);
  CHECK(nothing.damage.empty());
}

TEST_CASE("a file is durable under its name only when it is whole") {
  auto request = write_reservation(journal_id{9});
  REQUIRE(request.size() == 5);
  CHECK(std::holds_alternative<env::sync_file>(request[2]));
  CHECK(std::get<env::rename_to>(request[3]).to == "reservation");
  CHECK(std::holds_alternative<env::sync_folder>(request[4]));
}

TEST_CASE("damage at any byte is seen, and the file is as good as none") {
  auto good_genesis = content_of(write_genesis(some_genesis()));
  auto good_reservation = content_of(write_reservation(journal_id{9}));
  for (std::size_t i = 0; i < good_genesis.size(); ++i) {
    auto bad = good_genesis;
    bad[i] ^= std::byte{1};
    auto read = parse_charter(answer(bad, good_reservation));
    CHECK_FALSE(read.formed);
    CHECK(read.reserved == journal_id{9});
    CHECK(read.damage == "the file genesis is damaged: its digest does not fit");
  }
  for (std::size_t i = 0; i < good_reservation.size(); ++i) {
    auto bad = good_reservation;
    bad[i] ^= std::byte{0x80};
    auto read = parse_charter(answer(good_genesis, bad));
    CHECK(read.formed);
    CHECK_FALSE(read.reserved);
    CHECK(read.damage == "the file reservation is damaged");
  }
  CHECK(parse_charter(answer({std::byte{1}}, {std::byte{1}})).damage ==
        "the file genesis is damaged: its digest does not fit; so is the file reservation");
}

} // namespace troupe::node::charter_files_test
