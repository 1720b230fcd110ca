// A process in an uninterruptible wait cannot be had on demand, so an enclosure says that there is one.
#include "agents/runner/test_bench.hpp"

namespace troupe::runner_test {

namespace {

struct never_empty final : enclosure {
  struct no_watch final : watch {};
  [[nodiscard]] std::string describe() const override { return "a test"; }
  [[nodiscard]] bool exact() const override { return true; }
  result<descriptor> enter(const scope_name&) override { return descriptor{}; }
  [[nodiscard]] bool occupied(const place& where) const override { return where.scope == entered; }
  [[nodiscard]] std::vector<process_stat> members(const place&) const override {
    return {{4711, "nfsd", 'D', 4711, 1}};
  }
  void signal(const place&, int number) override { sent.push_back(number); }
  std::unique_ptr<watch> observe(const place&, std::function<void()>) override { return std::make_unique<no_watch>(); }
  void clear(const place&) override {}
  [[nodiscard]] std::vector<std::string> occupied_slices() const override { return {}; }

  std::optional<std::string> entered;
  std::vector<int> sent;
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
    loop.call([&] { fake.entered = "1"; });
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

} // namespace troupe::runner_test
