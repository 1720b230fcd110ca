#include "messages/command_pieces.hpp"

#include "messages/command_codec.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

namespace troupe::command_pieces_test {

using namespace command;

troupe::command::command large(std::size_t resources) {
  config_set set;
  for (std::size_t i = 0; i < resources; ++i) {
    config::resource r;
    r.name = resource_name{"service-" + std::to_string(i)};
    r.agent = {"ocf", "heartbeat", "Dummy"};
    r.params["state"] = "/run/dummy-" + std::to_string(i) + ".state";
    set.configuration.resources.push_back(r);
  }
  return {{}, std::move(set)};
}

byte_buffer noise(std::size_t bytes) { // nothing to pack
  random_source random{5};
  byte_buffer out;
  while (out.size() < bytes) put_le(out, random.next() | 0x0101010101010101);
  return out;
}

std::optional<byte_buffer> joined(assembly& a, const std::vector<byte_buffer>& row) {
  std::optional<byte_buffer> whole;
  for (auto& piece : row) {
    CHECK_FALSE(whole);
    auto added = a.add(piece);
    REQUIRE(added);
    whole = *added;
  }
  return whole;
}

TEST_CASE("pieces: a short command is itself, a long one comes back whole, and moves as about half") {
  auto bytes = encode(large(1));
  CHECK(cut(bytes, bytes.size()) == std::vector<byte_buffer>{1, bytes});
  CHECK_FALSE(is_piece(bytes));
  bytes = encode(large(5000));
  CHECK(bytes.size() > std::size_t{1} << 20);
  for (std::size_t most : {std::size_t{1000}, std::size_t{8} << 10, std::size_t{255} << 10}) {
    auto row = cut(bytes, most);
    std::size_t sum = 0;
    for (auto& p : row) {
      CHECK(is_piece(p));
      CHECK(p.size() <= most);
      sum += p.size();
    }
    CHECK(row.size() > 1);
    CHECK(sum < bytes.size() * 3 / 5);
    assembly a;
    auto whole = joined(a, row);
    CHECK(whole == bytes);
    CHECK_FALSE(a.open());
  }
}

TEST_CASE("pieces: what does not continue the open command ends it; a first one always begins anew") {
  auto bytes = encode(large(100));
  auto row = cut(bytes, 1000);
  auto other = cut(encode(large(101)), 1000);
  REQUIRE(row.size() > 4);
  assembly a;
  auto refused = [&](const byte_buffer& piece) {
    auto added = a.add(piece);
    return added ? std::string("taken") : added.error().text;
  };
  CHECK(refused(row[1]) == "a piece that continues nothing"); // a hole before it
  CHECK(a.add(row[0]));
  CHECK(refused(row[2]) == "a piece that continues nothing"); // a hole in the middle
  CHECK_FALSE(a.open());
  CHECK(refused(row[1]) == "a piece that continues nothing");
  CHECK(a.add(row[0]));
  CHECK(refused(row[0]) == "taken"); // the next leader's
  CHECK(a.add(row[1]));
  CHECK(refused(other[2]) == "a piece that continues nothing"); // right offset, another command
  CHECK(a.add(row[0]));
  CHECK(a.add(row[1]));
  CHECK(joined(a, row) == bytes);
  CHECK(a.add(row[0]));
  a.forget();
  CHECK(refused(row[1]) == "a piece that continues nothing");
}

TEST_CASE("pieces: what is damaged is refused, and nothing claims more than there may be") {
  auto row = cut(encode(large(100)), 1000);
  assembly a;
  auto bad = row;
  bad.back().back() ^= std::byte{1};
  for (std::size_t i = 0; i + 1 < bad.size(); ++i) CHECK(a.add(bad[i]));
  auto last = a.add(bad.back());
  REQUIRE_FALSE(last);
  CHECK(last.error().text == "pieces of different commands");
  auto huge = row[0];
  huge[19] = std::byte{0x7f};
  CHECK_FALSE(a.add(huge));
  auto empty = byte_buffer(row[0].begin(), row[0].begin() + piece_head);
  CHECK_FALSE(a.add(empty));
  auto longer = row.back();
  longer.push_back(std::byte{});
  for (std::size_t i = 0; i + 1 < row.size(); ++i) CHECK(a.add(row[i]));
  CHECK_FALSE(a.add(longer));
  CHECK_FALSE(a.open());
}

TEST_CASE("pieces: what can never be carried is known beforehand") {
  CHECK(carriage_fault(encode(large(5000))).empty());
  CHECK(carriage_fault(noise(max_packed / 2)).empty());
  CHECK(carriage_fault(noise(max_packed)) ==
        "the command takes 3148800 bytes in packed form, at most 3145728 can be carried");
  CHECK(carriage_fault(byte_buffer(max_encoded)).empty());
  CHECK(carriage_fault(byte_buffer(max_encoded + 8)) ==
        "the command takes 8388616 bytes, at most 8388608 can be carried");
}

} // namespace troupe::command_pieces_test
