#include "tools/sim/kernel.hpp"

#include "tools/sim/scenario.hpp"

#include <doctest/doctest.h>

namespace troupe::sim::kernel_test {

using namespace std::chrono_literals;

constexpr machine_index n1{0}, n2{1};

kernel small_kernel(std::uint64_t seed = 1, duration tick = 1ms) {
  return kernel{{seed, machine_names(2), tick, {}}};
}

void switch_on(kernel& k, machine_index m) {
  k.hardware(m).power = power::on;
  k.hardware(m).boot = 1;
  k.hardware(m).clock.set(k.now(), instant{1s});
}

TEST_CASE("events come in the order of their times, and those of one moment in an order of the seed") {
  auto order_of = [](std::uint64_t seed) {
    auto k = small_kernel(seed);
    std::string order;
    for (char c : std::string("abcdefgh")) k.at(instant{5ms}, k.world(), [&order, c] { order += c; });
    k.at(instant{2ms}, k.world(), [&order] { order += '<'; });
    k.at(instant{9ms}, k.world(), [&order] { order += '>'; });
    while (k.step(instant{1s})) {
    }
    CHECK(k.now() == instant{1s});
    return order;
  };
  auto first = order_of(1);
  CHECK(first.front() == '<');
  CHECK(first.back() == '>');
  CHECK(first.size() == 10);
  CHECK(order_of(1) == first);
  CHECK(order_of(2) != first);
}

TEST_CASE("times are rounded up to the tick, never down") {
  auto k = small_kernel(1, 10ms);
  instant seen{};
  k.at(instant{10ms + 1ns}, k.world(), [&] { seen = k.now(); });
  while (k.step(instant{1s})) {
  }
  CHECK(seen == instant{20ms});
}

TEST_CASE("what belongs to a boot or to a life ends with it") {
  auto k = small_kernel();
  switch_on(k, n1);
  int boots = 0, lives = 0;
  k.after(5ms, k.boot_of(n1), [&] { ++boots; });
  k.after(5ms, k.life_of(n1), [&] { ++lives; });
  SUBCASE("both go on") {
    while (k.step(instant{1s})) {
    }
    CHECK(boots == 1);
    CHECK(lives == 1);
  }
  SUBCASE("a new life of the daemon") {
    ++k.hardware(n1).life;
    while (k.step(instant{1s})) {
    }
    CHECK(boots == 1);
    CHECK(lives == 0);
  }
  SUBCASE("power lost") {
    k.hardware(n1).power = power::off;
    while (k.step(instant{1s})) {
    }
    CHECK(boots == 0);
  }
}

TEST_CASE("a paused machine does nothing, and then all that it missed, in order") {
  auto k = small_kernel();
  switch_on(k, n1);
  std::string seen;
  k.after(10ms, k.boot_of(n1), [&] { seen += 'a'; });
  k.after(20ms, k.boot_of(n1), [&] { seen += 'b'; });
  k.after(20ms, k.world(), [&] { seen += 'w'; });
  k.pause(n1, false);
  while (k.step(instant{1s})) {
  }
  CHECK(seen == "w");
  CHECK_FALSE(k.answers(n1));
  k.resume(n1);
  CHECK(seen == "wab");
  CHECK(k.answers(n1));
  CHECK(k.effects().of(effect::machine_paused) == 1);
}

TEST_CASE("a pause with the clock takes the time out of the machine's life; without, the clock has jumped") {
  auto k = small_kernel();
  switch_on(k, n1);
  switch_on(k, n2);
  k.pause(n1, true);
  k.pause(n2, false);
  while (k.step(instant{4s})) {
  }
  k.resume(n1);
  k.resume(n2);
  CHECK(k.hardware(n1).clock.local(k.now()) == instant{1s});
  CHECK(k.hardware(n2).clock.local(k.now()) == instant{5s});
  while (k.step(instant{5s})) {
  }
  CHECK(k.hardware(n1).clock.local(k.now()) == instant{2s});
  CHECK(k.effects().of(effect::machine_and_clock_paused) == 1);
}

TEST_CASE("a drifting clock: both directions of the arithmetic agree, and it never runs backwards") {
  local_clock c;
  c.set(instant{10s}, instant{1s});
  c.drift(instant{20s}, 5000); // half a percent fast from here on
  CHECK(c.local(instant{20s}) == instant{11s});
  CHECK(c.local(instant{120s}) == instant{111s + 500ms});
  for (duration shows : std::vector<duration>{11s + 1ns, 11s + 333ms, 111s + 500ms, 4000s + 7ns}) {
    auto when = c.when(instant{shows});
    CHECK(c.local(when) >= instant{shows});
    CHECK(c.local(when - 1ns) < instant{shows});
  }
  c.drift(instant{120s}, -10'000);
  CHECK(c.local(instant{120s}) == instant{111s + 500ms});
  CHECK(c.local(instant{220s}) == instant{210s + 500ms});
}

TEST_CASE("generators: by purpose and number, and by nothing else") {
  auto k = small_kernel(7);
  auto again = small_kernel(7);
  k.random().next();
  CHECK(k.random_for("disk", 3).next() == again.random_for("disk", 3).next());
  CHECK(k.random_for("disk", 3).next() != again.random_for("disk", 4).next());
  CHECK(k.random_for("disk", 3).next() != again.random_for("disc", 3).next());
}

TEST_CASE("the trace: a hash of all that was said, in its order, and the last lines") {
  trace a, b, c;
  std::string written;
  trace d{[&](std::string_view line) { written += line; }};
  byte_buffer x{std::byte{1}}, y{std::byte{2}};
  for (auto* t : {&a, &d}) {
    t->story(instant{1500ms}, "n1", "hello");
    t->detail(instant{2s}, "n1", "datagram from", "n2", x);
  }
  b.story(instant{1500ms}, "n1", "hello");
  b.detail(instant{2s}, "n1", "datagram from", "n2", y);
  c.detail(instant{2s}, "n1", "datagram from", "n2", x);
  c.story(instant{1500ms}, "n1", "hello");
  CHECK(a.hash() == d.hash()); // whether somebody writes it down or not
  CHECK(a.hash() != b.hash());
  CHECK(a.hash() != c.hash());
  CHECK(a.lines() == 2);
  REQUIRE(a.last_lines().size() == 1);
  CHECK(a.last_lines().front().find("1.500000s n1") != std::string::npos);
  CHECK(written.find("datagram from n2 1 bytes") != std::string::npos);
  for (std::size_t i = 0; i < 2 * kept_story_lines; ++i) a.story(instant{3s}, "n1", std::to_string(i));
  CHECK(a.last_lines().size() == kept_story_lines);
}

TEST_CASE("a task is moved, not copied, and destroys what it holds") {
  auto token = std::make_shared<int>(0);
  {
    task first{[token] { ++*token; }};
    task second{std::move(first)};
    CHECK(token.use_count() == 2);
    second();
    second = task{[] {}};
    CHECK(token.use_count() == 1);
  }
  CHECK(*token == 1);
}

} // namespace troupe::sim::kernel_test
