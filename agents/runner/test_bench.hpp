// For tests of the runner: a loop, a folder of its own, real children. What runs is a shell script of the test. Waits
// for events with a generous bound, and leaves nothing behind.
#pragma once

#include "agents/runner/runner.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <sys/resource.h>

namespace troupe::runner_test {

using namespace agents;
using namespace std::chrono_literals;

inline constexpr auto generous = 60s; // only ends a test that has failed

enum class confinement { cgroups, sessions };

class temporary_folder {
public:
  temporary_folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "troupe-runner-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~temporary_folder() {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

// While it is here, this process opens nothing: EMFILE.
class no_descriptors {
public:
  no_descriptors() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    auto none = before_;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;

private:
  rlimit before_{};
};

// Why there are no cgroups here; empty: there are.
inline const std::string& no_cgroups() {
  static const std::string why = [] {
    auto mount = cgroup2_mount();
    if (!mount) return std::string("cgroup2 is not mounted");
    loop::event_loop loop;
    auto base = *mount + "/troupe-test-" + std::to_string(::getpid());
    auto made = make_cgroups(loop, base);
    ::rmdir(base.c_str());
    return made ? std::string() : made.error().text;
  }();
  return why;
}

// The kinds that can be tested here.
inline std::vector<confinement> kinds() {
  if (no_cgroups().empty()) return {confinement::cgroups, confinement::sessions};
  static const bool said = std::printf("skipped: the runner with cgroups: %s\n", no_cgroups().c_str()) > 0;
  (void)said;
  return {confinement::sessions};
}

inline bool lives(int pid) {
  auto now = stat_of(pid);
  REQUIRE(now);
  return *now && (*now)->alive();
}

struct bench {
  explicit bench(confinement k)
    : kind(k)
    , cgroup_base(k == confinement::cgroups ? *cgroup2_mount() + "/troupe-test-" + std::to_string(::getpid()) : "") {
    restart();
  }
  ~bench() {
    auto left = alive().value();
    for (const auto& slice : left.slices) get([&](auto done) { runner->end_slice(slice, 0s, done); });
    restart(); // clears what has ended by itself
    runner.reset();
    if (!cgroup_base.empty()) CHECK(::rmdir(cgroup_base.c_str()) == 0); // nothing was left in it
  }
  bench(const bench&) = delete;
  bench& operator=(const bench&) = delete;

  void restart() { // a new life of the daemon
    runner.reset();
    runner = std::make_unique<process_runner>(loop, process_runner::options{folder / "run", cgroup_base});
  }

  template <class Ask>
  auto later(const Ask& ask) {
    auto promise = std::make_shared<std::promise<outcome>>();
    ask([promise](const outcome& how) { promise->set_value(how); });
    return promise->get_future();
  }
  static outcome wait(std::future<outcome> future) {
    REQUIRE(future.wait_for(generous) == std::future_status::ready);
    return future.get();
  }
  template <class Ask>
  outcome get(const Ask& ask) {
    return wait(later(ask));
  }
  auto start(const scope_name& scope, const command& call) {
    return later([&](auto done) { runner->run(scope, call, done); });
  }
  exited run(const scope_name& scope, const command& call) {
    auto how = wait(start(scope, call));
    if (auto* no = std::get_if<not_started>(&how)) FAIL(no->reason);
    REQUIRE(std::holds_alternative<exited>(how));
    return std::get<exited>(how);
  }
  exited run(const command& call) { return run({"test", std::to_string(++last)}, call); }
  result<living> alive() {
    std::promise<result<living>> promise;
    runner->list([&](result<living> l) { promise.set_value(std::move(l)); });
    auto future = promise.get_future();
    REQUIRE(future.wait_for(generous) == std::future_status::ready);
    return future.get();
  }

  // A script, as a program of its own.
  command script(const std::string& text, duration timeout = generous, duration grace = generous) {
    auto path = folder / ("script-" + std::to_string(++last));
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return {{path}, {{"PATH", "/usr/bin:/bin"}, {"T", folder.path()}}, {}, timeout, grace};
  }
  std::string content(const std::string& name) {
    std::ifstream file(folder / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Named pipes let a test and a child wait for each other.
  void make_pipe(const std::string& name) { REQUIRE(::mkfifo((folder / name).c_str(), 0600) == 0); }
  std::string hear(const std::string& name) { return content(name); } // until the child closes it

  confinement kind;
  temporary_folder folder;
  std::string cgroup_base;
  loop::event_loop loop;
  std::unique_ptr<process_runner> runner;
  int last = 0;
};

} // namespace troupe::runner_test
