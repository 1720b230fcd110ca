#include "actors/threads/loop_scheduler.hpp"

#include "actors/threads/thinker.hpp"
#include "actors/watching/observed.hpp"

#include <doctest/doctest.h>

#include <future>

namespace troupe::threads_test {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s; // generous: what a test waits for comes, or is a bug

using work = std::function<void()>;
using pause = std::chrono::milliseconds;

template <class T>
T got(std::future<T> f) {
  REQUIRE(f.wait_for(patience) == std::future_status::ready);
  return f.get();
}

} // namespace

} // namespace troupe::threads_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::threads_test::work)

namespace troupe::threads_test {

namespace {

using plain_actor = watching::observed<caf::event_based_actor>;
using thinking_actor = watching::observed<threads::thinker>;

template <class Actor>
caf::behavior worker(Actor* self, const watching::directory_ptr& directory) {
  self->publish(directory, "worker", "worker");
  return {[](const work& w) { w(); }};
}

// The loop is there before the system, and after it.
struct on_a_loop {
  loop::event_loop loop;
  watching::directory_ptr directory = std::make_shared<watching::actor_directory>();
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;

  on_a_loop() {
    config.set("scheduler.max-throughput", 4u);
    threads::loop_scheduler::use(config, loop);
    system = std::make_unique<caf::actor_system>(config);
  }

  caf::actor plain() { return system->spawn(worker<plain_actor>, directory); }
  caf::actor thinking() { return system->spawn(worker<thinking_actor>, directory); }
  std::thread::id id_of_loop() {
    std::thread::id id;
    loop.call([&] { id = std::this_thread::get_id(); });
    return id;
  }
};

} // namespace

TEST_CASE("actors run on the loop's thread, whoever speaks to them; a thinker does not") {
  on_a_loop t;
  std::promise<std::thread::id> of_actor, of_other, of_thinker;
  auto other = t.plain();
  auto one = t.plain();
  auto thinker = t.thinking();
  caf::anon_send(one, work{[&] {
                   of_actor.set_value(std::this_thread::get_id());
                   caf::anon_send(other, work{[&] { of_other.set_value(std::this_thread::get_id()); }});
                   caf::anon_send(thinker, work{[&] { of_thinker.set_value(std::this_thread::get_id()); }});
                 }});
  auto loop = t.id_of_loop();
  CHECK(got(of_actor.get_future()) == loop);
  CHECK(got(of_other.get_future()) == loop);
  CHECK(got(of_thinker.get_future()) != loop);
}

TEST_CASE("an actor with much to do does not keep the loop from its sockets") {
  constexpr int all = 64;
  on_a_loop t;
  int done = 0; // of the loop's thread, as what follows
  std::promise<int> seen;
  auto busy = t.plain();
  t.loop.call([&] {
    for (int i = 0; i < all; ++i)
      caf::anon_send(busy, work{[&] {
                       if (done++ == 0) t.loop.post([&] { seen.set_value(done); });
                       auto until = t.system->clock().now() + threads::longest_turn / 2;
                       while (t.system->clock().now() < until) {}
                     }});
  });
  CHECK(got(seen.get_future()) == 4); // what max-throughput allows at once takes longer than a turn
}

TEST_CASE("a thinker may go deep: half a kilobyte for each of the longest chain of resources") {
  on_a_loop l;
  std::promise<std::size_t> reached;
  std::function<std::size_t(std::size_t)> down = [&](std::size_t levels) {
    volatile char frame[512] = {};
    frame[levels % sizeof frame] = 1;
    return levels == 0 ? 0 : down(levels - 1) + static_cast<std::size_t>(frame[levels % sizeof frame]);
  };
  caf::anon_send(l.thinking(), work{[&] { reached.set_value(down(20'000)); }});
  CHECK(got(reached.get_future()) == 20'000);
}

TEST_CASE("while one thinks all others are answered, and another one thinks") {
  on_a_loop t;
  std::promise<void> release, thinking, other_thought;
  auto held = release.get_future().share();
  auto one = t.thinking(), two = t.thinking();
  auto actor = t.plain();
  caf::anon_send(one, work{[&, held] {
                   thinking.set_value();
                   held.wait();
                 }});
  got(thinking.get_future());
  std::promise<void> answered;
  caf::anon_send(two, work{[&] {
                   other_thought.set_value();
                   caf::anon_send(actor, work{[&] { answered.set_value(); }});
                 }});
  got(other_thought.get_future());
  got(answered.get_future());
  release.set_value();
}

TEST_CASE("whom the cluster waits for thinks on, however many questions take long") {
  on_a_loop t;
  std::promise<void> release, thought;
  auto held = release.get_future().share();
  std::vector<caf::actor> asked;
  for (std::size_t i = 0; i <= threads::question_threads; ++i) asked.push_back(t.thinking());
  for (auto& each : asked) caf::anon_send(each, work{[held] { held.wait(); }});
  auto first = t.system->spawn(worker<watching::observed<threads::first_thinker>>, t.directory);
  caf::anon_send(first, work{[&] { thought.set_value(); }});
  got(thought.get_future());
  release.set_value();
}

TEST_CASE("what is delayed comes in the order of its times, not before them") {
  on_a_loop t;
  auto actor = t.plain();
  std::promise<std::vector<std::pair<int, loop::event_loop*>>> done;
  std::vector<std::pair<int, loop::event_loop*>> seen;
  std::vector<bool> early;
  auto began = loop::event_loop::now();
  auto after = [&](pause how_long, int number) {
    return work{[&, how_long, number] {
      early.push_back(loop::event_loop::now() - began < how_long);
      seen.emplace_back(number, &t.loop);
      if (seen.size() == 3) done.set_value(seen);
    }};
  };
  caf::delayed_anon_send(actor, 60ms, after(60ms, 3)); // from this thread: the loop waits for nothing, and is woken
  caf::delayed_anon_send(actor, 5ms, after(5ms, 1));
  caf::delayed_anon_send(actor, 30ms, after(30ms, 2));
  auto order = got(done.get_future());
  CHECK(order[0].first == 1);
  CHECK(order[1].first == 2);
  CHECK(order[2].first == 3);
  CHECK(std::none_of(early.begin(), early.end(), [](bool e) { return e; }));
}

TEST_CASE("actors that never rest leave the loop its turns") {
  on_a_loop t;
  struct pair {
    caf::actor one, two;
    std::atomic<bool> end{false};
  };
  auto both = std::make_shared<pair>();
  both->one = t.plain();
  both->two = t.plain();
  std::function<void(bool)> play = [&, both](bool first) {
    if (!both->end) caf::anon_send(first ? both->one : both->two, work{[&, first] { play(!first); }});
  };
  for (int i = 0; i < 8; ++i) play(true);
  for (int i = 0; i < 10; ++i) t.loop.call([] {}); // each waits for a turn of the loop
  std::promise<void> timed;
  caf::delayed_anon_send(both->one, 1ms, work{[&] { timed.set_value(); }});
  got(timed.get_future());
  both->end = true;
  std::promise<void> drained;
  caf::anon_send(both->two, work{[&] { drained.set_value(); }});
  got(drained.get_future());
  both->one = both->two = nullptr;
}

TEST_CASE("a system ends though actors were spawned on the loop's thread, and on a thinker's") {
  on_a_loop t;
  for (auto& spawner : {t.plain(), t.thinking()}) {
    std::promise<void> spawned;
    caf::anon_send(spawner, work{[&] {
                     t.plain();
                     spawned.set_value();
                   }});
    got(spawned.get_future());
  }
  t.system.reset(); // waits for ever if a thread keeps the system's logger
  CHECK(t.system == nullptr);
}

TEST_CASE("a system ends with messages that are still to come") {
  on_a_loop t;
  auto actor = t.plain();
  bool ran = false;
  caf::delayed_anon_send(actor, 24h, work{[&] { ran = true; }});
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  actor = nullptr;
  t.system.reset();
  CHECK(!ran);
}

} // namespace troupe::threads_test
