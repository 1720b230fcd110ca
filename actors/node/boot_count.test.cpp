#include "actors/node/boot_count.hpp"

#include <doctest/doctest.h>

namespace troupe::node::boot_count_test {

byte_buffer record_of(std::uint64_t count) {
  auto request = write_boot_count(count);
  return std::get<env::write_at>(request[1]).data;
}

TEST_CASE("a count comes back; without a file it is 0") {
  CHECK(*parse_boot_count({{record_of(41)}, {true}}) == 41);
  CHECK(*parse_boot_count({{byte_buffer{}}, {false}}) == 0);
}

TEST_CASE("any flipped bit, any cut and any tail is refused") {
  auto good = record_of(7);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    CHECK_FALSE(parse_boot_count({{bad}, {true}}));
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(
        parse_boot_count({{byte_buffer(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))}, {true}}));
  good.push_back({});
  CHECK_FALSE(parse_boot_count({{good}, {true}}));
}

TEST_CASE("it is replaced whole: written aside, synced, renamed, the folder synced") {
  auto steps = write_boot_count(1);
  REQUIRE(steps.size() == 5);
  CHECK(std::get<env::sync_file>(steps[2]).file == std::get<env::rename_to>(steps[3]).file);
  CHECK(std::get<env::rename_to>(steps[3]).to == std::get<env::read_all>(read_boot_count()[0]).file);
  CHECK(std::holds_alternative<env::sync_folder>(steps[4]));
}

} // namespace troupe::node::boot_count_test
