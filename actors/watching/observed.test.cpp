#include "actors/watching/observed.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

namespace troupe::watching::observed_test {

struct hold { // keeps its actor busy until the promise is kept
  std::shared_future<void> until;
};
struct step {};

} // namespace troupe::watching::observed_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::watching::observed_test::hold)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::watching::observed_test::step)

namespace troupe::watching::observed_test {

struct counter {
  int steps = 0;
};
using observed_actor = caf::stateful_actor<counter, observed<caf::event_based_actor>>;

// A real actor system with one worker thread.
struct stage {
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  directory_ptr directory = std::make_shared<actor_directory>();
  std::promise<void> entered, leave;
  std::shared_future<void> left = leave.get_future().share();

  stage() {
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", 1u);
    config.set("scheduler.max-throughput", 64u);
    system = std::make_unique<caf::actor_system>(config);
  }
  caf::actor spawn(const std::string& path) {
    return system->spawn(
        [this](observed_actor* self, std::string p) -> caf::behavior {
          self->publish(directory, p, "toy");
          return {[this](const hold& h) {
                    entered.set_value();
                    h.until.wait();
                  },
                  [self](step) { return ++self->state.steps; }};
        },
        path);
  }
  // Until everything sent before has been handled: the answer comes after it.
  int drain(const caf::actor& a) {
    std::promise<int> answer;
    auto asker = system->spawn(
        [&answer](caf::event_based_actor* self, caf::actor whom) {
          self->request(whom, std::chrono::minutes{1}, step{}).then([&answer](int n) { answer.set_value(n); });
        },
        a);
    return answer.get_future().get();
  }
};

TEST_CASE("an actor is listed with path and kind from its start to its end") {
  stage s;
  auto b = s.spawn("node/b");
  auto a = s.spawn("node/a");
  s.drain(a);
  s.drain(b);
  auto rows = s.directory->list();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].path == "node/a");
  CHECK(rows[1].path == "node/b");
  CHECK(rows[0].kind == "toy");
  CHECK(s.directory->ever() == 2);
  caf::anon_send_exit(a, caf::exit_reason::kill);
  caf::anon_send_exit(b, caf::exit_reason::user_shutdown);
  a = b = nullptr;
  s.system.reset(); // its threads are joined: whatever an actor's end brings about has happened
  CHECK(s.directory->list().empty());
  CHECK(s.directory->ever() == 2);
}

TEST_CASE("a stuck actor: busy since when, and how much waits behind") {
  stage s;
  auto a = s.spawn("node/a");
  CHECK(s.drain(a) == 1);
  auto handled = s.directory->list().at(0).handled;
  auto before = s.system->clock().now().time_since_epoch();
  caf::anon_send(a, hold{s.left});
  s.entered.get_future().wait();
  for (int i = 0; i < 5; ++i) caf::anon_send(a, step{});
  auto row = s.directory->list().at(0);
  CHECK(row.waiting == 6); // the one it is at, too
  CHECK(row.handled == handled);
  REQUIRE(row.busy_since);
  CHECK(row.busy_since->time_since_epoch() >= before);
  CHECK(row.busy_since->time_since_epoch() <= s.system->clock().now().time_since_epoch());
  s.leave.set_value();
  CHECK(s.drain(a) == 7);
  caf::anon_send_exit(a, caf::exit_reason::kill);
  s.system->await_all_actors_done();
}

TEST_CASE("what was handled is counted") {
  stage s;
  auto a = s.spawn("node/a");
  for (int i = 0; i < 1000; ++i) caf::anon_send(a, step{});
  CHECK(s.drain(a) == 1001);
  // The count follows when the resume has ended; the next drain is behind it.
  s.drain(a);
  CHECK(s.directory->list().at(0).handled >= 1001);
  caf::anon_send_exit(a, caf::exit_reason::kill);
  s.system->await_all_actors_done();
}

TEST_CASE("two nodes in one process do not see each other") {
  stage one, two;
  auto a = one.spawn("node/a");
  one.drain(a);
  CHECK(one.directory->list().size() == 1);
  CHECK(two.directory->list().empty());
  caf::anon_send_exit(a, caf::exit_reason::kill);
  one.system->await_all_actors_done();
}

} // namespace troupe::watching::observed_test
