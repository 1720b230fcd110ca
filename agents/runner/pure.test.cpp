// The parts of the runner that need no child.
#include "agents/runner/ending.hpp"
#include "agents/runner/proc_stat.hpp"
#include "agents/runner/scope_files.hpp"
#include "agents/runner/signal_all.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

namespace troupe::runner_test {

using namespace agents;
using namespace std::chrono_literals;
using step = ending::step;

result<std::vector<process_stat>> processes(std::initializer_list<int> pids) {
  std::vector<process_stat> out;
  for (int pid : pids) out.push_back({pid, "sh", 'S', 1, 0});
  return out;
}

TEST_CASE("a signal also finds who was forked while it was sent, and nobody twice") {
  std::vector<int> sent;
  int looks = 0;
  auto send = [&](int pid) { sent.push_back(pid); };
  signal_all([&] { return ++looks == 1 ? processes({7}) : processes({7, 8}); }, send);
  CHECK(sent == std::vector{7, 8});
  CHECK(looks == 3);
  sent.clear();
  int next = 0;
  signal_all([&] { return processes({++next}); }, send); // who catches it and forks for ever
  CHECK(sent.size() == max_signal_looks);
}

TEST_CASE("an end: TERM, grace, KILL, settle, stuck") {
  constexpr instant start{1s};
  ending e{10s, 5s};
  CHECK(e.advance(start, true) == step::term);
  CHECK(e.due() == start + 10s);
  CHECK(e.advance(start + 9s, true) == step::wait);
  CHECK(e.advance(start + 10s, true) == step::kill);
  CHECK(e.due() == start + 15s);
  CHECK(e.advance(start + 14s, true) == step::wait);
  SUBCASE("survives") {
    CHECK(e.advance(start + 15s, true) == step::stuck);
  }
  SUBCASE("empty at last") {
    CHECK(e.advance(start + 15s, false) == step::empty);
  }
}

TEST_CASE("an end without grace begins with KILL; one of nothing is empty at once") {
  CHECK(ending{0s}.advance(instant{}, true) == step::kill);
  CHECK(ending{1h}.advance(instant{}, false) == step::empty);
}

TEST_CASE("the line of /proc: names may hold anything") {
  auto fields = " S 1 41 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2 3\n";
  auto plain = parse_stat(std::string("42 (sh)") + fields);
  REQUIRE(plain);
  CHECK(plain->pid == 42);
  CHECK(plain->program == "sh");
  CHECK(plain->state == 'S');
  CHECK(plain->session == 40);
  CHECK(plain->started == 98765);
  auto odd = parse_stat(std::string("42 (a) S 1 (\n b)") + fields);
  REQUIRE(odd);
  CHECK(odd->program == "a) S 1 (\n b");
  CHECK(odd->started == 98765);
  for (const char* bad : {"", "42", "42 (sh", "x (sh) S 1 2 3", "42 (sh) S 1 2 3", ") (", "42 (sh) S 1 2 x"})
    CHECK_FALSE(parse_stat(bad));
  CHECK(stat_of(::getpid()).value()->pid == ::getpid());
  CHECK(stat_of(0).value() == std::nullopt);
}

TEST_CASE("names and folders, there and back") {
  for (const char* name : {"vip", "db:0", "fence::ipmi", "..", ".x", "a/b", "%41", "a b\n", "\xc3\xa4", ".slice"}) {
    auto folder = folder_name(name, slice_suffix);
    CHECK(folder.find('/') == std::string::npos);
    CHECK(folder[0] != '.');
    CHECK(name_of_folder(folder, slice_suffix) == name);
  }
  CHECK(folder_name("a/b", ".scope") == "a%2Fb.scope");
  for (const char* other : {".slice", "vip", "vip.scope", "cgroup.procs", "a%4.slice", "a%zz.slice"})
    CHECK_FALSE(name_of_folder(other, slice_suffix));
}

TEST_CASE("what a talkative program says between two looks is no flood") {
  CHECK_FALSE(is_flood(0));
  CHECK_FALSE(is_flood(1024 * 1024));
  CHECK(is_flood(1024 * 1024 + 1));
}

} // namespace troupe::runner_test
