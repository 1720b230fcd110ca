#include "actors/env/posix_basics.hpp"

#include "actors/env/log_line.hpp"
#include "actors/env/posix_fixture.hpp"
#include "actors/env/posix_host.hpp"
#include "actors/env/posix_log.hpp"

#include <array>
#include <fstream>
#include <unistd.h>

namespace troupe::posix_test {

using namespace std::chrono_literals;

TEST_CASE("entropy does not repeat, and the calendar is past the day this was written") {
  posix_entropy e;
  std::array<std::byte, 32> a{}, b{};
  e.fill(a);
  e.fill(b);
  CHECK(a != b);
  CHECK(e.number() != e.number());
  CHECK(posix_calendar().now() > stamp{1'750'000'000'000ms});
}

TEST_CASE("a log line: one record, one line, whatever it holds") {
  CHECK(log_line(stamp{1'700'000'000'007ms}, log_level::warning, "node/leader", "it stepped down") ==
        "2023-11-14T22:13:20.007Z warning node/leader: it stepped down\n");
  CHECK(log_line(stamp{0ms}, log_level::error, "a\nb", "x\n2026 error y\x1b[31m \xc3\xa4") ==
        "1970-01-01T00:00:00.000Z error a\\x0ab: x\\x0a2026 error y\\x1b[31m \xc3\xa4\n");
  auto cut = log_line(stamp{0ms}, log_level::info, "a", std::string(max_log_text + 1, 'x'));
  CHECK(cut.ends_with("xxx... (2001 bytes)\n"));
}

TEST_CASE("a place that speaks too much is kept back, counted, and heard again; others are not touched") {
  log_limiter limiter;
  instant now{100s};
  for (std::uint32_t i = 0; i < log_burst; ++i) CHECK(limiter.admit("noisy", now) == 0);
  for (int i = 0; i < 7; ++i) CHECK(!limiter.admit("noisy", now));
  CHECK(limiter.admit("quiet", now) == 0);
  CHECK(!limiter.admit("noisy", now + log_refill - 1ns));
  CHECK(limiter.admit("noisy", now + log_refill) == 8);
  CHECK(!limiter.admit("noisy", now + log_refill));
  CHECK(limiter.admit("noisy", now + 3600s) == 1);
  for (std::uint32_t i = 1; i < log_burst; ++i) CHECK(limiter.admit("noisy", now + 3600s) == 0);
  CHECK(!limiter.admit("noisy", now + 3600s));
}

TEST_CASE("places without end share one allowance: the limiter does not grow") {
  log_limiter limiter;
  instant now{100s};
  for (std::size_t i = 0; i < max_log_places; ++i) CHECK(limiter.admit("p" + std::to_string(i), now) == 0);
  for (std::uint32_t i = 0; i < log_burst; ++i) CHECK(limiter.admit("q" + std::to_string(i), now) == 0);
  CHECK(!limiter.admit("one more", now));
}

TEST_CASE("the log writes what is at its level or above") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  posix_log log(ends[1], log_level::warning);
  log.write(log_level::info, "a", "no");
  log.write(log_level::error, "a", "yes");
  std::string text(200, '\0');
  text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
  CHECK(text.ends_with("Z error a: yes\n"));
  CHECK(text.find("no\n") == std::string::npos);
  ::close(ends[0]);
  log.write(log_level::debug, "a", "no");
  ::close(ends[1]);
}

static const std::string stat_of_init = "1 (a) b (x) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 100 5\n";

TEST_CASE("boot: the kernel's boot and the start of process 1 both count; what cannot be read is an error") {
  auto boot = boot_of("11111111-2222-3333-4444-555555555555\n", stat_of_init);
  REQUIRE(boot);
  CHECK(*boot == *boot_of("11111111-2222-3333-4444-555555555555", stat_of_init));
  CHECK(*boot != *boot_of("21111111-2222-3333-4444-555555555555", stat_of_init));
  auto later = stat_of_init;
  later.replace(later.find("4242"), 4, "4243");
  CHECK(*boot != *boot_of("11111111-2222-3333-4444-555555555555", later));
  auto other = stat_of_init; // what is not its start does not count
  other.replace(other.find(" S "), 3, " R ");
  CHECK(*boot == *boot_of("11111111-2222-3333-4444-555555555555", other));
  for (auto bad : {"", "1 (a", "1 (a) S 0", "1 (a) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 x 100"})
    CHECK(boot_of("id", bad).error().text == "/proc/1/stat does not say when process 1 started");
  CHECK(boot_of("\n", stat_of_init).error().text == "the kernel's boot id is empty");
}

TEST_CASE("machine id: 32 digits, in both usual spellings") {
  auto m = machine_of("0123456789abcdef0123456789abcdef\n");
  REQUIRE(m);
  CHECK(m->bytes[1] == std::byte{0x23});
  CHECK(m->bytes[15] == std::byte{0xef});
  CHECK(*m == *machine_of("01234567-89AB-CDEF-0123-456789abcdef"));
  for (std::string bad :
       {"", "0123", "0123456789abcdef0123456789abcdef0", "0123456789abcdef0123456789abcdeg", "uninitialized\n"})
    CHECK(machine_of(bad).error().text == "a machine id is 32 hexadecimal digits");
  CHECK(machine_of(std::string(32, '0')).error().text == "a machine id of zeros names no machine");
}

TEST_CASE("this host: the same at every reading; a missing or bad file is named") {
  temp_folder temp;
  auto path = temp.path() + "/machine-id";
  std::ofstream(path) << "0123456789abcdef0123456789abcdef\n";
  auto host = read_host(path);
  REQUIRE(host);
  CHECK(!host->boot.none());
  CHECK(host->boot == read_host(path)->boot);
  CHECK(read_host(temp.path() + "/none").error().text ==
        "cannot open " + temp.path() + "/none: No such file or directory");
  std::ofstream(path) << "x";
  CHECK(read_host(path).error().text == path + ": a machine id is 32 hexadecimal digits");
}

} // namespace troupe::posix_test
