#include "tools/sim/disk_image.hpp"

#include "tools/sim/scenario.hpp"
#include "tools/sim/sim_disk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace troupe::sim::disk_test {

using namespace env;
using namespace std::chrono_literals;

byte_buffer bytes(std::string_view text) {
  auto v = view_of(text);
  return {v.begin(), v.end()};
}
std::string text(const std::optional<byte_buffer>& b) {
  if (!b) return "<absent>";
  return {reinterpret_cast<const char*>(b->data()), b->size()};
}
byte_buffer filled(char c, std::size_t size) {
  return byte_buffer(size, static_cast<std::byte>(c));
}

struct disk_under_test {
  disk_image image;
  random_source random{1};
  disk_trouble trouble;
  disk_result operator()(const disk_request& request) { return image.carry_out(request, trouble, random); }
  // A file of this content, durable with its name.
  void keep(const std::string& file, byte_buffer content) {
    (*this)({write_at{file, 0, std::move(content)}, sync_file{file}, sync_folder{}});
  }
};

TEST_CASE("what was synced survives power loss, name and contents; the cache shows everything at once") {
  disk_under_test d;
  d.keep("log", bytes("hello"));
  d({write_at{"log", 5, bytes(" world")}});
  CHECK(text(d.image.cached("log")) == "hello world");
  CHECK(text(d.image.durable("log")) == "hello");
  d({sync_file{"log"}});
  auto loss = d.image.lose_power(d.random);
  CHECK(text(d.image.cached("log")) == "hello world");
  CHECK_FALSE(loss.write_lost);
  CHECK_FALSE(loss.write_torn);
}

TEST_CASE("a file that is cut and grows again has zeros there, and a write may lie across pages") {
  disk_under_test d;
  d.keep("log", filled('x', 10'000));
  d({set_size{"log", 5'000}, set_size{"log", 12'000}, write_at{"log", 8'190, bytes("abcd")}, sync_file{"log"}});
  auto expected = filled('x', 5'000);
  expected.resize(12'000);
  std::ranges::copy(bytes("abcd"), expected.begin() + 8'190);
  CHECK(d.image.cached("log") == expected);
  CHECK(d.image.durable("log") == expected);
}

TEST_CASE("of two unsynced writes to two sectors any subset survives, and nothing else is touched") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    disk_under_test d;
    d.random = random_source{seed};
    d.keep("log", filled('.', 3 * sector_size));
    d({write_at{"log", 0, bytes("A")}, write_at{"log", sector_size, bytes("B")}});
    auto loss = d.image.lose_power(d.random);
    auto after = *d.image.cached("log");
    std::string both{static_cast<char>(after[0]), static_cast<char>(after[sector_size])};
    CHECK(loss.write_lost == (both.find('.') != std::string::npos));
    seen.insert(both);
    after[0] = after[sector_size] = std::byte{'.'};
    CHECK(after == filled('.', 3 * sector_size));
  }
  CHECK(seen == std::set<std::string>{"..", "A.", ".B", "AB"});
}

TEST_CASE("one long write tears at sectors, never inside of one") {
  std::set<std::string> seen;
  bool torn = false;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    disk_under_test d;
    d.random = random_source{seed};
    d.keep("log", filled('.', 3 * sector_size));
    d({write_at{"log", 0, filled('X', 3 * sector_size)}});
    torn |= d.image.lose_power(d.random).write_torn;
    std::string shape;
    auto after = *d.image.cached("log");
    for (std::size_t s = 0; s < 3; ++s) {
      auto first = after[s * sector_size];
      for (std::size_t i = 0; i < sector_size; ++i) REQUIRE(after[s * sector_size + i] == first);
      shape += static_cast<char>(first);
    }
    seen.insert(shape);
  }
  CHECK(torn);
  CHECK(seen.size() == 8);
}

TEST_CASE("a sector is as it was after one of the writes, older ones included: the cache writes whole sectors") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    disk_under_test d;
    d.random = random_source{seed};
    d.keep("log", bytes("...."));
    d({write_at{"log", 0, bytes("A")}, write_at{"log", 2, bytes("B")}});
    d.image.lose_power(d.random);
    seen.insert(text(d.image.cached("log")));
  }
  CHECK(seen == std::set<std::string>{"....", "A...", "A.B."});
}

TEST_CASE("a file that grew may be short, or as long as it was meant to be and full of zeros") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    disk_under_test d;
    d.random = random_source{seed};
    d.keep("log", bytes("a"));
    d({write_at{"log", 1, bytes("b")}});
    d.image.lose_power(d.random);
    seen.insert(text(d.image.cached("log")));
  }
  CHECK(seen == std::set<std::string>{"a", "ab", std::string("a\0", 2)});
}

TEST_CASE("names: made, renamed, removed; durable only with the folder") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    disk_under_test d;
    d.random = random_source{seed};
    d.keep("old", bytes("1"));
    d({write_at{"new", 0, bytes("2")}, sync_file{"new"}, rename_to{"new", "old"}});
    CHECK(text(d.image.cached("old")) == "2");
    CHECK(text(d.image.durable("old")) == "1");
    d.image.lose_power(d.random);
    seen.insert(text(d.image.cached("old")));
  }
  CHECK(seen == std::set<std::string>{"1", "2"});

  disk_under_test d;
  d.keep("old", bytes("1"));
  d({write_at{"new", 0, bytes("2")}, sync_file{"new"}, rename_to{"new", "old"}, sync_folder{}});
  CHECK_FALSE(d.image.lose_power(d.random).name_lost);
  CHECK(text(d.image.cached("old")) == "2");
  CHECK(text(d.image.cached("new")) == "<absent>");
  d({remove_file{"old"}, remove_file{"never-was"}, sync_folder{}});
  d.image.lose_power(d.random);
  CHECK(text(d.image.cached("old")) == "<absent>");
}

TEST_CASE("reads and listings: in order, absent said as absent") {
  disk_under_test d;
  d.keep("b", bytes("2"));
  d.keep("a", bytes("1"));
  auto answer = std::get<disk_answer>(d({read_all{"a"}, read_all{"zz"}, list_files{}, read_all{"b"}}));
  CHECK(answer.found == std::vector<bool>{true, false, true, true});
  CHECK(text(answer.results[0]) == "1");
  CHECK(text(answer.results[2]) == "a\nb\n");
  CHECK(text(answer.results[3]) == "2");
  d({set_size{"a", 3}});
  CHECK(text(d.image.cached("a")) == std::string("1\0\0", 3));
  d({set_size{"a", 0}});
  CHECK(text(d.image.cached("a")).empty());
}

TEST_CASE("a failing step ends the request and says which, with errno and words") {
  disk_under_test d;
  d.keep("log", bytes("12"));
  d.trouble.full = true;
  auto failed =
      std::get<disk_failure>(d({write_at{"log", 0, bytes("x")}, write_at{"log", 1, bytes("yz")}, remove_file{"log"}}));
  CHECK(failed.step == 1);
  CHECK(failed.error_number == ENOSPC);
  CHECK(failed.what == "write to log: No space left on device");
  CHECK(text(d.image.cached("log")) == "x2"); // the third step was not tried
  CHECK(std::get<disk_failure>(d({sync_file{"none"}})).error_number == ENOENT);
  CHECK(std::get<disk_failure>(d({rename_to{"none", "x"}})).error_number == ENOENT);
  d.trouble.full = false;
  CHECK(std::get<disk_failure>(d({write_at{"../etc", 0, {}}})).error_number == EINVAL);
}

TEST_CASE("a sync that failed may have lost the data for good: a later one that succeeds proves nothing") {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    disk_under_test d;
    d.random = random_source{seed};
    d.keep("log", bytes("old"));
    d({write_at{"log", 0, bytes("new")}});
    d.trouble.sync_fails = true;
    auto failed = std::get<disk_failure>(d({sync_file{"log"}}));
    CHECK(failed.error_number == EIO);
    CHECK(failed.what == "sync of log: Input/output error");
    d.trouble.sync_fails = false;
    CHECK(std::holds_alternative<disk_answer>(d({sync_file{"log"}})));
    CHECK(text(d.image.cached("log")) == "new");
    lost |= text(d.image.durable("log")) == "old";
  }
  CHECK(lost);
}

TEST_CASE("a flipped bit: exactly one, on the platter and in what is read") {
  disk_under_test d;
  CHECK_FALSE(d.image.flip_bit(d.random));
  d.keep("log", filled('\0', 100));
  CHECK(d.image.flip_bit(d.random));
  auto after = *d.image.cached("log");
  int set = 0;
  for (auto b : after)
    for (unsigned bit = 0; bit < 8; ++bit) set += static_cast<int>(std::to_integer<unsigned>(b) >> bit & 1U);
  CHECK(set == 1);
  CHECK(after == *d.image.durable("log"));
}

struct machine_with_disk {
  kernel k{{1, machine_names(1), 1us, {}}};
  disk_image image;
  sim_disk disk{k, machine_index{0}, image, random_source{1}};
};

TEST_CASE("env.disk: in order, each answered once, syncs cost time, a slow disk more") {
  machine_with_disk m;
  std::vector<std::pair<std::string, instant>> done;
  m.disk.submit({write_at{"a", 0, bytes("1")}}, [&](disk_result) { done.emplace_back("write", m.k.now()); });
  m.disk.submit({sync_file{"a"}}, [&](disk_result) { done.emplace_back("sync", m.k.now()); });
  CHECK(done.empty()); // never inside of submit
  while (m.k.step(instant{1s})) {
  }
  REQUIRE(done.size() == 2);
  CHECK(done[0] == std::pair{std::string("write"), instant{disk_request_takes}});
  CHECK(done[1].first == "sync");
  CHECK(done[1].second >= instant{2 * disk_request_takes + disk_sync_least});
  m.k.faults().begin({0s, 0s, faults::disk_slow{node_name{"n1"}, 700ms}});
  instant slow{};
  m.disk.submit({read_all{"a"}}, [&](disk_result) { slow = m.k.now(); });
  while (m.k.step(instant{10s})) {
  }
  CHECK(slow == instant{1s + 700ms + disk_request_takes});
  CHECK(m.k.effects().of(effect::disk_was_slow) == 1);
}

TEST_CASE("a daemon that dies leaves its request half done and hears nothing") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    kernel k{{seed, machine_names(1), 1us, {}}};
    disk_image image;
    sim_disk disk{k, machine_index{0}, image, random_source{seed}};
    bool told = false;
    disk.submit({write_at{"a", 0, bytes("1")}, write_at{"b", 0, bytes("2")}}, [&](disk_result) { told = true; });
    disk.submit({write_at{"c", 0, bytes("3")}}, [&](disk_result) { told = true; });
    disk.shut();
    ++k.hardware(machine_index{0}).life;
    while (k.step(instant{1s})) {
    }
    CHECK_FALSE(told);
    CHECK_FALSE(image.cached("c"));
    seen.insert(text(image.cached("a")) + text(image.cached("b")));
  }
  CHECK(seen == std::set<std::string>{"<absent><absent>", "1<absent>", "12"});
}

} // namespace troupe::sim::disk_test
