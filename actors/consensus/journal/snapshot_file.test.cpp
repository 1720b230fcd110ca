#include "actors/consensus/journal/snapshot_file.hpp"

#include "actors/consensus/journal/journal_fixture.hpp"

namespace troupe::snapshot_test {

using namespace troupe::consensus;
using journal_test::bytes;
using journal_test::memory_disk;

static snapshot example(std::uint64_t slot, std::size_t size = 100) {
  return {slot_number{slot}, lineage_id{{std::byte{7}}}, byte_buffer(size, std::byte{0x5a})};
}

TEST_CASE("names: the newest by slot, and nothing else counts") {
  CHECK(snapshot_name(slot_number{42}) == "snapshot-00000000000000000042");
  CHECK(snapshot_slot_of("snapshot-18446744073709551615") == slot_number{UINT64_MAX});
  CHECK(!snapshot_slot_of("snapshot-18446744073709551616"));
  CHECK(!snapshot_slot_of("snapshot-1"));
  CHECK(!snapshot_slot_of("snapshot.new"));
  std::vector<std::string> names{"journal-0000000001", snapshot_name(slot_number{9}), snapshot_name(slot_number{10}),
                                 "snapshot.new"};
  CHECK(newest_snapshot(names) == snapshot_name(slot_number{10}));
  CHECK(!newest_snapshot({}));
}

TEST_CASE("it comes back; every byte flipped, every cut and every surplus byte is refused") {
  auto file = encode_snapshot(example(42));
  CHECK(decode_snapshot(file) == example(42));
  for (auto& b : file)
    for (int bit = 0; bit < 8; ++bit) {
      b ^= std::byte(1 << bit);
      CHECK(!decode_snapshot(file));
      b ^= std::byte(1 << bit);
    }
  for (std::size_t cut = 0; cut < file.size(); ++cut) CHECK(!decode_snapshot(byte_view(file).first(cut)));
  file.push_back(std::byte{});
  CHECK(decode_snapshot(file).error().text == "the snapshot says 100 bytes of state and has 101");
  CHECK(decode_snapshot({}).error().text == "a snapshot of 0 bytes is cut off");
}

TEST_CASE("power lost at every step of saving: the old one or the new one is whole") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    random_source random(seed);
    memory_disk disk;
    disk.run(save_snapshot(slot_number{5}, encode_snapshot(example(5, 3000)), {}));
    std::vector<std::string> names{snapshot_name(slot_number{5})};
    auto request = save_snapshot(slot_number{8}, encode_snapshot(example(8, 3000)), names);
    for (std::size_t steps = 0; steps <= request.size(); ++steps) {
      auto crashed = disk;
      crashed.run(request, steps);
      crashed.lose_power(random);
      auto files = crashed.files();
      std::vector<std::string> left;
      for (const auto& [name, data] : files) left.push_back(name);
      auto newest = newest_snapshot(left);
      REQUIRE(newest);
      auto value = decode_snapshot(files[*newest]);
      REQUIRE(value);
      CHECK((value == example(5, 3000) || value == example(8, 3000)));
      CHECK(snapshot_slot_of(*newest) == value->slot);
      if (steps == request.size()) CHECK(left == std::vector<std::string>{snapshot_name(slot_number{8})});
    }
  }
}

} // namespace troupe::snapshot_test
