#include "actors/cluster/proposer.hpp"

#include "messages/command_pieces.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::proposer_test {

using consensus::size_of;

const client_id alice{7}, bob{8};

byte_buffer bytes(std::size_t size, int fill = 1) {
  return byte_buffer(size, std::byte(fill));
}

// What comes out until nothing does, each batch taken at once: the sizes of its commands.
std::vector<std::vector<std::size_t>> drained(proposer& p) {
  std::vector<std::vector<std::size_t>> out;
  while (auto b = p.next()) {
    auto& sizes = out.emplace_back();
    for (auto& c : b->commands) sizes.push_back(c.size());
    p.taken();
  }
  return out;
}

TEST_CASE("the queue to the log: batches are as large as a slot takes, and never larger") {
  proposer p{1000};
  CHECK(p.next() == nullptr);
  for (int i = 0; i < 5; ++i) p.add(bytes(304));
  auto first = p.next();
  REQUIRE(first);
  CHECK(size_of(*first) == 976); // another one would make 1296
  p.taken();
  CHECK(drained(p) == std::vector<std::vector<std::size_t>>{{304, 304}});
  p.add(bytes(p.longest()));
  first = p.next();
  CHECK(first->commands.size() == 1);
  CHECK(size_of(*first) == 1000);
}

TEST_CASE("the queue to the log: a command that is one piece, because it packs well, is alone in its slot as well") {
  proposer p{1000};
  p.add(bytes(8));
  p.add(bytes(2000, 0)); // packed, next to nothing
  p.add(bytes(16));
  std::vector<std::size_t> commands;
  while (auto b = p.next()) {
    commands.push_back(b->commands.size());
    CHECK(command::is_piece(b->commands.front()) == (commands.size() == 2));
    p.taken();
  }
  CHECK(commands == std::vector<std::size_t>{1, 1, 1});
}

TEST_CASE("the queue to the log: one proposal is under way; what comes meanwhile goes together") {
  proposer p{1000};
  p.add(bytes(8));
  REQUIRE(p.next());
  p.add(bytes(16));
  p.add(bytes(24));
  CHECK(p.next() == nullptr);
  CHECK(p.no_op() == nullptr);
  p.taken();
  CHECK(drained(p) == std::vector<std::vector<std::size_t>>{{16, 24}});
  CHECK(p.empty());
  auto idle = p.no_op();
  REQUIRE(idle);
  CHECK(idle->commands.empty());
  CHECK(p.no_op() == nullptr);
}

TEST_CASE("the queue to the log: what found no room comes again, first and in order, when a slot was decided") {
  proposer p{1000};
  p.add(bytes(8));
  p.add(bytes(16));
  REQUIRE(p.next());
  p.add(bytes(24));
  p.no_room();
  CHECK(p.next() == nullptr);
  CHECK_FALSE(p.empty()); // no idle leader's no-op either
  p.slot_taken();
  CHECK(drained(p) == std::vector<std::vector<std::size_t>>{{8, 16, 24}});
}

TEST_CASE("the queue to the log: a number is taken once until it is applied, however often it is brought") {
  proposer p{1000};
  CHECK(p.wants(alice, 1));
  p.add(bytes(8));
  CHECK_FALSE(p.wants(alice, 1));
  CHECK(p.wants(bob, 1));
  CHECK(p.wants(client_id{}, 0)); // nobody waits: nobody brings it again
  CHECK(p.wants(client_id{}, 0));
  REQUIRE(p.next());
  p.no_room();
  CHECK_FALSE(p.wants(alice, 1)); // it is still here
  p.applied(alice, 1);
  CHECK(p.wants(alice, 1));
}

TEST_CASE("the queue to the log: an overload is turned away, not remembered") {
  proposer p{std::size_t{256} << 10};
  std::uint64_t n = 0;
  while (p.wants(alice, ++n)) p.add(bytes(std::size_t{200} << 10));
  CHECK(n == 22); // the 21st went beyond 4 MiB
  REQUIRE(p.next());
  CHECK(p.wants(alice, n)); // and is taken when there is room
}

TEST_CASE("the queue to the log: a large command is a row of pieces, each alone in its slot") {
  proposer p{1000};
  byte_buffer large;
  for (std::size_t i = 0; i < 3000; ++i) large.push_back(static_cast<std::byte>(1 + i % 255));
  p.add(bytes(8));
  p.add(large);
  p.add(bytes(8));
  CHECK(p.next()->commands.size() == 1);
  p.taken();
  command::assembly a;
  std::optional<byte_buffer> whole;
  int slots = 0;
  while (!whole) {
    auto b = p.next();
    REQUIRE(b);
    if (slots++ == 1) { // the second finds no room at first
      p.no_room();
      p.slot_taken();
      b = p.next();
    }
    REQUIRE(b->commands.size() == 1);
    CHECK(size_of(*b) <= 1000);
    whole = *a.add(b->commands[0]);
    p.taken();
  }
  CHECK(slots == 4);
  CHECK(whole == large);
  CHECK(drained(p) == std::vector<std::vector<std::size_t>>{{8}});
}

TEST_CASE("the queue to the log: an answer to an earlier leadership's proposal is not for this one's") {
  proposer p{1000};
  p.add(bytes(8));
  REQUIRE(p.next());
  p.add(bytes(16));
  p.forget();
  CHECK(p.wants(alice, 1));
  p.add(bytes(24));
  CHECK(p.next() == nullptr); // the answer is still to come
  p.no_room();
  CHECK(drained(p) == std::vector<std::vector<std::size_t>>{{24}});
  p.add(bytes(8));
  REQUIRE(p.next());
  p.forget();
  CHECK(p.wants(alice, 2));
  p.add(bytes(32));
  p.failed();
  CHECK_FALSE(p.wants(alice, 2));
  CHECK(drained(p) == std::vector<std::vector<std::size_t>>{{32}});
  p.add(bytes(8));
  REQUIRE(p.next());
  p.failed(); // ours: nobody leads here
  CHECK(p.wants(alice, 2));
}

} // namespace troupe::cluster::proposer_test
