// Real children, with cgroups where they can be had and without.
#include "agents/runner/test_bench.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/stat.h>

namespace troupe::runner_test {

TEST_CASE("an exit code is that of the program; death by a signal is 128 and its number") {
  for (auto kind : kinds()) {
    bench b{kind};
    for (int code : {0, 1, 7, 190, 255}) CHECK(b.run(b.script("exit " + std::to_string(code))).status == code);
    CHECK(b.run(b.script("kill -KILL $$")).status == 128 + SIGKILL);
    auto ended = b.run(b.script("echo out; echo err >&2"));
    CHECK(ended.output == "out\n");
    CHECK(ended.error_output == "err\n");
    CHECK_FALSE(ended.output_cut);
    CHECK_FALSE(ended.timed_out);
    CHECK(b.alive() == living{});
    CHECK(std::filesystem::is_empty(b.folder / "run"));
  }
}

TEST_CASE("a child gets what it was given and nothing else") {
  bench b{kinds()[0]};
  SUBCASE("environment") {
    CHECK(b.run({{"/usr/bin/env"}, {{"A", "1"}, {"B", "two words\nand a line"}}, {}, generous, {}}).output ==
          "A=1\nB=two words\nand a line\n");
    CHECK(b.run({{"/usr/bin/env"}, {}, {}, generous, {}}).output.empty());
  }
  SUBCASE("arguments") {
    auto call = b.script("printf '[%s]' \"$@\"");
    call.arguments.insert(call.arguments.end(), {"start", "a b", ""});
    CHECK(b.run(call).output == "[start][a b][]");
  }
  SUBCASE("standard input, then its end") {
    auto call = b.script("cat");
    call.input = std::string("action=off\npassword=\0x\n", 23);
    CHECK(b.run(call).output == call.input);
    auto long_one = b.script("wc -c");
    long_one.input.assign(1'000'000, 'x');
    CHECK(b.run(long_one).output == "1000000\n");
    CHECK(b.run(b.script("cat")).output.empty());
  }
  SUBCASE("descriptors, session, folder, umask, signals") {
    CHECK(b.run(b.script("ls -C /proc/$$/fd | tr -s ' '")).output.starts_with("0 1 10 2")); // 10: sh's own script
    CHECK(b.run(b.script("cut -d' ' -f6 /proc/$$/stat; echo $$")).output.size() > 2);
    CHECK(b.run(b.script("[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ]")).status == 0);
    CHECK(b.run(b.script("pwd; umask")).output == "/\n0022\n");
    CHECK(b.run(b.script("grep -E 'Sig(Blk|Ign)' /proc/$$/status | tr -d '\\t\\n'")).output ==
          "SigBlk:0000000000000000SigIgn:0000000000000000");
  }
}

TEST_CASE("a crowd is born one after the other, and the loop has time for others; its end comes after all of them") {
  for (auto kind : kinds()) {
    bench b{kind};
    auto call = b.script("exec tail -f /dev/null");
    std::vector<std::future<outcome>> crowd;
    std::size_t born_at_once = 0, listed = 0;
    b.loop.call([&] { // so that all of them are asked for in one turn
      for (int i = 0; i < 40; ++i) crowd.push_back(b.start({"crowd", std::to_string(i)}, call));
      b.loop.post([&] {
        for (auto& at : std::filesystem::recursive_directory_iterator(b.folder / "run"))
          born_at_once += at.is_directory() && at.path().parent_path().filename() == folder_name("crowd", slice_suffix);
      });
      b.runner->list([&](const result<living>& found) { listed = found->operations.size(); });
    });
    b.loop.call([] {});
    CHECK(born_at_once >= 1);
    CHECK(born_at_once < 5);
    CHECK(listed == 40);
    b.get([&](auto done) { b.runner->end_slice("crowd", 0s, done); });
    for (auto& each : crowd) {
      REQUIRE(each.wait_for(generous) == std::future_status::ready);
      CHECK(std::holds_alternative<exited>(each.get()));
    }
    CHECK(b.alive() == living{});
  }
}

TEST_CASE("what cannot run says why") {
  bench b{kinds()[0]};
  auto why = [&](const std::string& path) {
    auto how = bench::wait(b.start({"test", "1"}, {{path}, {}, {}, generous, {}}));
    REQUIRE(std::holds_alternative<not_started>(how));
    return std::get<not_started>(how);
  };
  auto write = [&](const char* name, const char* text, std::filesystem::perms may) {
    std::ofstream(b.folder / name) << text;
    std::filesystem::permissions(b.folder / name, may);
    return b.folder / name;
  };
  using std::filesystem::perms;
  auto none = b.folder / "none";
  CHECK(why(none).reason == none + ": No such file or directory");
  CHECK(why(none).error_number == ENOENT);
  auto closed = write("closed", "#!/bin/sh\n", perms::owner_read);
  CHECK(why(closed).reason == closed + ": Permission denied");
  auto lost = write("lost", "#!/nonexistent/sh\n", perms::owner_all);
  CHECK(why(lost).reason == lost + ": its interpreter (the #! line) does not exist");
  auto text = write("text", "echo\n", perms::owner_all);
  CHECK(why(text).reason == text + ": is not a program (a script needs a #! line)");
  CHECK(why(b.folder.path()).error_number == EACCES);
  auto nothing = bench::wait(b.start({"test", "1"}, {}));
  CHECK(std::get<not_started>(nothing).reason == "no program is named");
  auto unnamed = bench::wait(b.start({"", "1"}, b.script("exit")));
  CHECK(std::get<not_started>(unnamed).reason == "'' cannot name a scope: 1 to 200 bytes");
  CHECK(std::filesystem::is_empty(b.folder / "run"));
}

TEST_CASE("output beyond the cap is dropped and that is said; the program does not notice") {
  bench b{kinds()[0]};
  auto ended = b.run(b.script("head -c 500000 /dev/zero | tr '\\0' x; exit 3"));
  CHECK(ended.status == 3);
  CHECK(ended.output == std::string(max_captured_output, 'x'));
  CHECK(ended.output_cut);
  auto exact = b.run(b.script("head -c 65536 /dev/zero >&2"));
  CHECK(exact.error_output.size() == max_captured_output);
  CHECK_FALSE(exact.output_cut);
}

TEST_CASE("the file is cut while it grows, and the first part kept") {
  bench b{kinds()[0]};
  auto ended = b.run(b.script("echo first; head -c 200000 /dev/zero\n"
                              "until [ $(stat -L -c %s /proc/$$/fd/1) = 0 ]; do sleep 0.05; done; echo last"));
  CHECK(ended.output.starts_with("first\n"));
  CHECK(ended.output.size() == max_captured_output);
  CHECK(ended.output_cut);
}

TEST_CASE("time-out: TERM to the scope, which may still answer") {
  for (auto kind : kinds()) {
    bench b{kind};
    auto ended = b.run(b.script("trap 'echo bye; exit 3' TERM; sleep 1000 & wait", 50ms));
    CHECK(ended.timed_out);
    CHECK(ended.status == 3);
    CHECK(ended.output == "bye\n");
    CHECK(b.alive() == living{});
  }
}

TEST_CASE("time-out: who does not heed TERM is killed, with all it started") {
  for (auto kind : kinds()) {
    bench b{kind};
    auto ended = b.run(b.script("trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000", 50ms, 50ms));
    CHECK(ended.timed_out);
    CHECK(ended.status == 128 + SIGKILL);
    CHECK_FALSE(lives(std::stoi(ended.output)));
    CHECK(b.alive() == living{});
  }
}

TEST_CASE("time-out: a grandchild that outlasts its parent is waited for, and killed") {
  for (auto kind : kinds()) {
    bench b{kind};
    auto ended = b.run(b.script("(trap '' TERM; while :; do sleep 1000; done) & echo $!; wait", 50ms, 50ms));
    CHECK(ended.timed_out);
    CHECK(ended.status == 128 + SIGTERM);
    CHECK_FALSE(lives(std::stoi(ended.output)));
  }
}

TEST_CASE("a daemon that holds output open is not waited for, and lives in its slice until that is ended") {
  for (auto kind : kinds()) {
    bench b{kind};
    CHECK(b.run({"vip", "4711"}, b.script("sleep 1000 & echo started")).output == "started\n");
    CHECK(b.alive() == living{{}, {"vip"}});
    CHECK(b.run({"vip", "4712"}, b.script("exit 0")).status == 0);
    CHECK(b.run({"web", "1"}, b.script("sleep 1000 &")).status == 0);
    CHECK(b.alive() == living{{}, {"vip", "web"}});
    CHECK(std::holds_alternative<exited>(b.get([&](auto done) { b.runner->end_slice("vip", generous, done); })));
    CHECK(b.alive() == living{{}, {"web"}});
    CHECK_FALSE(std::filesystem::exists(b.folder / "run/vip.slice"));
  }
}

TEST_CASE("ending a slice: stopped processes and those that ignore TERM end too; an empty one is empty at once") {
  for (auto kind : kinds()) {
    bench b{kind};
    b.run({"vip", "1"}, b.script("(kill -STOP $(cut -d' ' -f4 /proc/self/stat)) & exit 0"));
    b.run({"vip", "2"}, b.script("trap '' TERM; sleep 1000 & exit 0"));
    CHECK(std::holds_alternative<exited>(b.get([&](auto done) { b.runner->end_slice("vip", 50ms, done); })));
    CHECK(b.alive() == living{});
    CHECK(std::holds_alternative<exited>(b.get([&](auto done) { b.runner->end_slice("nothing", 1h, done); })));
  }
}

TEST_CASE("a daemon that leaves its session leaves a session's scope, but never a cgroup") {
  for (auto kind : kinds()) {
    bench b{kind};
    b.run({"vip", "1"}, b.script("setsid sh -c 'sleep 1000 & echo $! > $T/pid'"));
    int pid = std::stoi(b.content("pid"));
    REQUIRE(lives(pid));
    bool held = b.alive()->slices == std::vector<std::string>{"vip"};
    CHECK(held == (kind == confinement::cgroups));
    b.get([&](auto done) { b.runner->end_slice("vip", generous, done); });
    bool left = lives(pid);
    CHECK(left == (kind == confinement::sessions));
    if (left) ::kill(pid, SIGKILL);
  }
}

TEST_CASE("the same name while it runs attaches; it runs once") {
  bench b{kinds()[0]};
  b.make_pipe("go");
  auto call = b.script("echo run >> $T/log; cat $T/go");
  auto first = b.start({"vip", "1"}, call), second = b.start({"vip", "1"}, call);
  b.loop.call([] {});        // both are asked for
  std::promise<void> turned; // and the second has had its turn, before the first may end
  loop::timer next{b.loop, duration{}, [&] { turned.set_value(); }};
  turned.get_future().wait();
  std::ofstream(b.folder / "go") << "went";
  CHECK(std::get<exited>(bench::wait(std::move(first))).output == "went");
  CHECK(std::get<exited>(bench::wait(std::move(second))).output == "went");
  CHECK(b.content("log") == "run\n");
}

TEST_CASE("a child outlives the daemon; the next life of it finds and ends it, and not the service beside it") {
  for (auto kind : kinds()) {
    bench b{kind};
    b.make_pipe("up");
    b.run({"vip", "1"}, b.script("sleep 1000 &"));
    auto forgotten = b.start({"vip", "2"}, b.script("echo $$ > $T/up; echo more; sleep 1000"));
    int pid = std::stoi(b.hear("up"));
    b.restart();
    REQUIRE(lives(pid));
    CHECK(b.alive() == living{{{"vip", "2"}}, {"vip"}});
    auto again = bench::wait(b.start({"vip", "2"}, b.script("exit 0")));
    REQUIRE(std::holds_alternative<not_started>(again));
    CHECK(std::get<not_started>(again).error_number == EBUSY);
    CHECK(std::get<not_started>(again).reason.find(" of vip/2 alive: ") != std::string::npos);
    b.get([&](auto done) { b.runner->end_scope({"vip", "2"}, generous, done); });
    CHECK(b.alive() == living{{}, {"vip"}});
    CHECK(b.run({"vip", "2"}, b.script("echo free")).output == "free\n");
    CHECK(forgotten.wait_for(0s) == std::future_status::ready); // a broken promise: nobody was called
  }
}

TEST_CASE("an operation whose scope or slice is ended says so to who waits for it") {
  for (auto kind : kinds()) {
    bench b{kind};
    b.make_pipe("up");
    for (bool whole : {false, true}) {
      auto op = b.start({"vip", "1"}, b.script("echo > $T/up; sleep 1000"));
      b.hear("up");
      b.get([&](auto done) {
        if (whole)
          b.runner->end_slice("vip", generous, done);
        else
          b.runner->end_scope({"vip", "1"}, generous, done);
      });
      auto how = bench::wait(std::move(op));
      CHECK(std::get<exited>(how).status == 128 + SIGTERM);
      CHECK_FALSE(std::get<exited>(how).timed_out);
    }
  }
}

TEST_CASE("names that would be paths are not") {
  for (auto kind : kinds()) {
    bench b{kind};
    for (const char* name : {"..", "a/b", ".", "cgroup.procs", "db:0", "fence::ipmi", "\xff\n"}) {
      CHECK(b.run({name, name}, b.script("sleep 1000 & exit 4")).status == 4);
      CHECK(b.alive()->slices == std::vector<std::string>{name});
      b.get([&](auto done) { b.runner->end_slice(name, generous, done); });
      CHECK(b.alive() == living{});
    }
  }
}

TEST_CASE("two hundred at once") {
  for (auto kind : kinds()) {
    bench b{kind};
    auto call = b.script("exit 5");
    std::vector<std::future<outcome>> all;
    for (int i = 0; i < 200; ++i) all.push_back(b.start({"r" + std::to_string(i), "1"}, call));
    for (auto& each : all) CHECK(std::get<exited>(bench::wait(std::move(each))).status == 5);
  }
}

} // namespace troupe::runner_test
