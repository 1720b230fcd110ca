// What the kernel seldom says, so an enclosure says it: that a process is in an uninterruptible wait; that a place is
// empty, while who was in it cannot be waited for yet.
#include "agents/runner/test_bench.hpp"

#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>

namespace troupe::runner_test {

namespace {

struct never_empty final : enclosure {
  struct no_watch final : watch {};
  [[nodiscard]] std::string describe() const override { return "a test"; }
  [[nodiscard]] bool exact() const override { return true; }
  result<descriptor> enter(const scope_name& scope) override {
    entered = scope.scope;
    return descriptor{};
  }
  [[nodiscard]] result<bool> occupied(const place& where) const override { return where.scope == entered; }
  [[nodiscard]] result<std::vector<process_stat>> members(const place&) const override {
    return std::vector<process_stat>{{4711, "nfsd", 'D', 4711, 1}};
  }
  [[nodiscard]] bool signal(const place&, int number) override {
    sent.push_back(number);
    return true;
  }
  std::unique_ptr<watch> observe(const place&, std::function<void()> on_change) override {
    news = std::move(on_change);
    observed.set_value();
    return std::make_unique<no_watch>();
  }
  void clear(const place&) override {}
  [[nodiscard]] result<std::vector<std::string>> occupied_slices() const override { return std::vector<std::string>{}; }

  std::optional<std::string> entered;
  std::vector<int> sent;
  std::function<void()> news;
  std::promise<void> observed;
};

} // namespace

TEST_CASE("what survives KILL is told as stuck, and its name stays taken") {
  temporary_folder folder;
  loop::event_loop loop;
  auto made = std::make_unique<never_empty>();
  auto& fake = *made;
  process_runner runner{loop, folder.path(), std::move(made), 1ms};
  auto ask = [&](const command& call) {
    std::promise<outcome> promise;
    runner.run({"vip", "1"}, call, [&](const outcome& how) { promise.set_value(how); });
    auto future = promise.get_future();
    REQUIRE(future.wait_for(generous) == std::future_status::ready);
    return future.get();
  };
  // The program itself ends long after the runner has given it up.
  auto how = ask({{"/bin/sleep", "0.5"}, {}, {}, 1ms, 1ms});
  REQUIRE(std::holds_alternative<stuck>(how));
  CHECK(std::get<stuck>(how).what == "1 of vip/1 alive: 4711 (nfsd, state D)");
  CHECK(fake.sent == std::vector<int>{SIGTERM, SIGCONT, SIGKILL});
  auto again = ask({{"/bin/true"}, {}, {}, generous, {}});
  CHECK(std::get<not_started>(again).error_number == EBUSY);
}

TEST_CASE("timed out, and empty before its program can be waited for: told as killed, never as good") {
  temporary_folder folder;
  loop::event_loop loop;
  auto made = std::make_unique<never_empty>();
  auto& fake = *made;
  process_runner runner{loop, folder.path(), std::move(made)};
  std::promise<outcome> promise;
  REQUIRE(::mkfifo((folder / "up").c_str(), 0600) == 0);
  command call{
      {"/bin/sh", "-c", "echo bye; echo $$ > " + (folder / "up") + "; exec sleep 1000"}, {}, {}, 1ms, generous};
  runner.run({"vip", "1"}, call, [&](const outcome& how) { promise.set_value(how); });
  int pid = 0;
  std::ifstream(folder / "up") >> pid;
  auto future = promise.get_future();
  fake.observed.get_future().wait();
  loop.call([&] {
    fake.entered.reset();
    fake.news();
  });
  REQUIRE(future.wait_for(generous) == std::future_status::ready);
  auto how = future.get();
  REQUIRE(std::holds_alternative<exited>(how));
  CHECK(std::get<exited>(how).status == 128 + SIGKILL);
  CHECK(std::get<exited>(how).timed_out);
  CHECK(std::get<exited>(how).output == "bye\n");
  // It is reaped all the same, when it has ended.
  ::kill(pid, SIGKILL);
  siginfo_t end{};
  ::waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT);
  for (int turn = 0; turn < 100'000 && ::kill(pid, 0) == 0; ++turn) loop.call([] {});
  CHECK(::kill(pid, 0) != 0);
}

} // namespace troupe::runner_test
