// A runner that cannot look: what it cannot see is not gone.
#include "agents/runner/small_files.hpp"
#include "agents/runner/test_bench.hpp"

#include <cerrno>

namespace troupe::runner_test {

namespace {

// A service in the slice vip, and a new life of the daemon with another settle time.
struct with_service {
  with_service(confinement kind, duration settle_time)
    : b(kind)
    , files(b.folder / "run") {
    pid = std::stoi(b.run({"vip", "1"}, b.script("trap '' TERM; sleep 1000 & echo $!")).output);
    b.runner.reset();
    auto confines = kind == confinement::cgroups ? make_cgroups(b.loop, b.cgroup_base).value()
                                                 : make_sessions(b.loop, files, "a test");
    b.runner = std::make_unique<process_runner>(b.loop, b.folder / "run", std::move(confines), settle_time);
  }
  ~with_service() { b.restart(); } // nobody uses `files` any more

  auto end_slice(duration grace) {
    return b.later([&](auto done) { b.runner->end_slice("vip", grace, done); });
  }

  bench b;
  scope_files files;
  int pid = 0;
};

constexpr auto reason = "Too many open files";

} // namespace

TEST_CASE("whoever cannot look does not say that a slice is empty, or that nothing lives") {
  for (auto kind : kinds()) {
    with_service s{kind, 1ms};
    {
      no_descriptors blind;
      auto how = bench::wait(s.end_slice(1ms));
      REQUIRE(std::holds_alternative<stuck>(how));
      auto what = std::get<stuck>(how).what;
      CHECK(what.starts_with("what lives in vip cannot be told: /"));
      CHECK(what.ends_with(reason));
      auto listed = s.b.alive();
      REQUIRE_FALSE(listed);
      CHECK(listed.error().text.ends_with(reason));
      auto again = bench::wait(s.b.start({"vip", "1"}, {{"/bin/true"}, {}, {}, generous, {}}));
      REQUIRE(std::holds_alternative<not_started>(again));
      CHECK(std::get<not_started>(again).error_number == EBUSY);
      CHECK(std::get<not_started>(again).reason.ends_with(reason));
    }
    CHECK(lives(s.pid));
    CHECK(s.b.alive() == living{{}, {"vip"}});
  }
}

TEST_CASE("an end that could not look, watch or signal does so as soon as it can") {
  for (auto kind : kinds())
    for (bool at_once : {true, false}) {
      with_service s{kind, generous};
      std::future<outcome> how;
      {
        no_descriptors blind;
        how = s.end_slice(at_once ? duration{} : generous);
        s.b.loop.call([] {});
      }
      // TERM is not heeded: it comes to its end by KILL, or by one from outside, of which it hears by watching.
      if (!at_once) ::kill(s.pid, SIGKILL);
      CHECK(std::holds_alternative<exited>(bench::wait(std::move(how))));
      CHECK_FALSE(lives(s.pid));
    }
}

TEST_CASE("a list of folders, a file: not there is an answer, not readable is none") {
  temporary_folder folder;
  std::ofstream(folder / "file") << "text";
  CHECK(read_small_file(folder / "file").value() == "text");
  CHECK(read_small_file(folder / "none").value() == std::nullopt);
  CHECK(read_small_file(folder.path()).error().text == folder.path() + ": Is a directory");
  std::filesystem::create_directories(folder / "b");
  std::filesystem::create_directories(folder / "a");
  CHECK(folders_in(folder.path()).value() == std::vector<std::string>{"a", "b"});
  CHECK(folders_in(folder / "none").value() == std::nullopt);
  CHECK(folders_in(folder / "file").error().text == folder / "file" + ": Not a directory");
  no_descriptors blind;
  CHECK(read_small_file(folder / "file").error().text == folder / "file" + ": " + reason);
  CHECK(folders_in(folder.path()).error().text == folder.path() + ": " + reason);
  CHECK_FALSE(all_processes());
  CHECK_FALSE(kernel_boot_id());
  CHECK_FALSE(stat_of(1));
}

TEST_CASE("a record that cannot be read is not that of no process") {
  temporary_folder folder;
  scope_files files{folder.path()};
  scope_name scope{"vip", "1"};
  auto record = folder / "vip.slice/1.scope/process";
  auto write = [&](const std::string& text) { std::ofstream(record) << text; };
  CHECK(files.process(scope).value() == std::nullopt); // no such scope
  REQUIRE(files.make(scope));
  CHECK(files.process(scope).value() == std::nullopt); // nobody was born
  auto boot = kernel_boot_id().value() + "\n";
  auto line = read_small_file("/proc/self/stat").value().value();
  write(boot + line);
  CHECK(files.process(scope).value()->pid == ::getpid());
  write("another boot\n" + line);
  CHECK(files.process(scope).value() == std::nullopt);
  write("");
  CHECK(files.process(scope).value() == std::nullopt);
  write(boot + "4711");
  CHECK(files.process(scope).error().text == record + ": is not the record of a process");
  std::filesystem::remove(record);
  std::filesystem::create_directories(record);
  CHECK(files.process(scope).error().text == record + ": Is a directory");
  no_descriptors blind;
  CHECK_FALSE(files.make(scope));
  CHECK_FALSE(files.scopes());
  CHECK_FALSE(files.scopes_of("vip"));
}

} // namespace troupe::runner_test
