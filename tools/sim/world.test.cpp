#include "actors/watching/observed.hpp"
#include "messages/types/assert.hpp"
#include "tools/sim/plants.hpp"
#include "tools/sim/run.hpp"
#include "tools/sim/sweep.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <map>

namespace troupe::sim::world_test {

using namespace std::chrono_literals;

constexpr machine_index n1{0}, n2{1}, n3{2};

struct heard_datagram {
  transport::endpoint from;
  std::uint64_t number;
};
struct read_back {
  env::disk_result result;
};
struct beat {};

} // namespace troupe::sim::world_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::sim::world_test::heard_datagram)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::sim::world_test::read_back)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::sim::world_test::beat)

namespace troupe::sim::world_test {

// What the toy nodes of one test tell it, outside of the world.
struct notebook {
  std::map<std::string, std::vector<std::string>> notes; // by node
  int states = 0;                                        // of actors alive
  void note(const node_name& who, std::string what) { notes[who.text].push_back(std::move(what)); }
};

struct toy_state {
  notebook* book = nullptr;
  caf::actor other; // and it has us: a cycle that only termination breaks
  std::uint64_t count = 0;
  ~toy_state() {
    if (book) --book->states;
  }
};
using toy_actor = caf::stateful_actor<toy_state>;

std::string text_of(const byte_buffer& b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

// A toy node: reads the file "n" (a number), writes the next one, synced or not, then beats ten times a second: each
// beat greets everybody. Its second actor holds a handle to it, and it to the second.
node_factory toy(notebook& book, bool synced = true) {
  return [&book, synced](caf::actor_system& system, env::environment& env, const node::node_options& options) {
    auto init = [&book, synced](toy_actor* self, env::environment* e, node::node_options o) -> caf::behavior {
      self->state.book = &book;
      ++book.states;
      self->state.other = self->spawn(
          [&book](toy_actor* second, caf::actor first) -> caf::behavior {
            second->state.book = &book;
            ++book.states;
            second->state.other = std::move(first);
            return {[](beat) {}};
          },
          caf::actor_cast<caf::actor>(self));
      auto to = caf::actor_cast<caf::actor>(self);
      e->network.open(o.listen, [to](const transport::network_event& event) {
        if (auto* d = std::get_if<transport::datagram_received>(&event))
          caf::anon_send(to, heard_datagram{d->from, get_le<std::uint64_t>(d->data, 0)});
      });
      e->disk.submit({env::read_all{"n"}}, [to](env::disk_result r) { caf::anon_send(to, read_back{std::move(r)}); });
      return {[=, &book](read_back& r) {
                auto& answer = std::get<env::disk_answer>(r.result);
                book.note(o.name, answer.found[0] ? text_of(answer.results[0]) : "nothing");
                // A file that grew may be zeros: not a number.
                self->state.count =
                    answer.found[0] ? std::strtoull(text_of(answer.results[0]).c_str(), nullptr, 10) + 1 : 1;
                auto digits = std::to_string(self->state.count);
                byte_buffer data(view_of(digits).begin(), view_of(digits).end());
                if (synced)
                  e->disk.submit({env::write_at{"n", 0, data}, env::sync_file{"n"}, env::sync_folder{}}, {});
                else
                  e->disk.submit({env::write_at{"n", 0, data}}, {});
                self->send(self, beat{});
              },
              [=](beat) {
                byte_buffer greeting;
                put_le(greeting, self->state.count);
                for (const auto& seed : o.seeds) e->network.send(seed.addresses.front(), greeting);
                self->delayed_send(self, 100ms, beat{});
              },
              [=, &book](const heard_datagram& d) {
                auto from = machine_at(d.from, max_machines);
                book.note(o.name, "n" + std::to_string(from->value + 1));
              }};
    };
    return system.spawn(init, &env, options);
  };
}

world_options options_for(std::vector<fault> plan, node_factory make, std::size_t machines = 3,
                          std::uint64_t seed = 1) {
  world_options o;
  o.seed = seed;
  o.plan.machines = machine_names(machines);
  o.plan.faults_for = 100s;
  o.plan.quiet_for = 20s;
  o.plan.plan = std::move(plan);
  o.make = std::move(make);
  o.with_operators = false;
  return o;
}

std::size_t heard_from(const notebook& book, const std::string& who, const std::string& whom) {
  auto found = book.notes.find(who);
  if (found == book.notes.end()) return 0;
  return static_cast<std::size_t>(std::count(found->second.begin(), found->second.end(), whom));
}

// What really happened to one machine.
std::string truth_of(world& w, machine_index m) {
  std::string all;
  for (const auto& e : w.inside().truth().events())
    if (e.machine == m && e.kind < truth_kind::fence_landed) all += std::string(name_of(e.kind)) + "; ";
  return all;
}

TEST_CASE(
    "nodes hear one another; a machine off is silent, and its actors' states are gone though they held each other") {
  notebook book;
  {
    world w{options_for({{30s, 20s, faults::power_loss{node_name{"n2"}}}}, toy(book))};
    w.run_until(instant{29s});
    CHECK(heard_from(book, "n1", "n2") > 250);
    CHECK(book.states == 6);
    w.run_until(instant{31s});
    CHECK(book.states == 4);
    auto before = heard_from(book, "n1", "n2");
    w.run_until(instant{49s});
    CHECK(heard_from(book, "n1", "n2") == before);
    CHECK(w.inside().hardware(n2).power == power::off);
    w.run_until(instant{60s});
    CHECK(heard_from(book, "n1", "n2") > before);
    CHECK(truth_of(w, n2) == "power on; daemon up; power off; daemon down; power on; daemon up; ");
    CHECK(w.inside().effects().of(effect::power_lost) == 1);
    CHECK(w.inside().effects().of(effect::booted) == 1);
  }
  CHECK(book.states == 0);
}

TEST_CASE("a boot after a crash sees what was synced, and perhaps not what was not") {
  std::set<std::string> unsynced;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (bool synced : {true, false}) {
      notebook book;
      world w{options_for({{10s, 1s, faults::power_loss{node_name{"n1"}}}}, toy(book, synced), 1, seed)};
      w.run_until(instant{30s});
      REQUIRE(book.notes["n1"].size() == 2);
      CHECK(book.notes["n1"][0] == "nothing");
      if (synced)
        CHECK(book.notes["n1"][1] == "1");
      else
        unsynced.insert(book.notes["n1"][1]);
    }
  }
  CHECK(unsynced.contains("nothing"));
  CHECK(unsynced.contains("1"));
}

TEST_CASE("a daemon killed and back: same boot, new life, the page cache still there") {
  notebook book;
  std::vector<boot_id> boots;
  std::vector<std::uint64_t> entropy;
  auto make = [&, inner = toy(book, false)](caf::actor_system& s, env::environment& e, const node::node_options& o) {
    if (o.name.text == "n1") {
      boots.push_back(e.host.boot);
      entropy.push_back(e.entropy.number());
    }
    return inner(s, e, o);
  };
  world w{options_for(
      {{10s, 2s, faults::daemon_restart{node_name{"n1"}}}, {20s, 1s, faults::power_loss{node_name{"n1"}}}}, make)};
  w.run_until(instant{11s});
  CHECK(w.daemon_of(n1) == nullptr);
  CHECK(w.inside().hardware(n1).power == power::on);
  w.run_until(instant{15s});
  REQUIRE(boots.size() == 2);
  CHECK(boots[0] == boots[1]);
  CHECK(entropy[0] != entropy[1]);
  CHECK(heard_from(book, "n1", "1") == 1); // it read its unsynced 1
  w.run_until(instant{40s});
  REQUIRE(boots.size() == 3);
  CHECK(boots[2] != boots[0]);
  CHECK(w.inside().effects().of(effect::daemon_restarted) == 1);
}

TEST_CASE("a paused machine neither speaks nor works, and goes on where it was") {
  notebook book;
  world w{options_for({{10s, 5s, faults::pause{node_name{"n2"}, true}}}, toy(book))};
  w.run_until(instant{10100ms});
  auto spoken = heard_from(book, "n1", "n2");
  auto n2_heard = heard_from(book, "n2", "n1");
  w.run_until(instant{14900ms});
  CHECK(heard_from(book, "n1", "n2") == spoken);
  CHECK(heard_from(book, "n2", "n1") == n2_heard);
  w.run_until(instant{20s});
  auto more = heard_from(book, "n1", "n2") - spoken;
  CHECK(more > 45);
  CHECK(more < 55);                                    // it did not make up for the lost time
  CHECK(heard_from(book, "n2", "n1") > n2_heard + 90); // but its network card had kept what came
  CHECK(truth_of(w, n2) == "power on; daemon up; paused; resumed; ");
}

TEST_CASE("news that reaches a paused machine's daemon waits for its waking") {
  std::vector<instant> handled;
  world* inside = nullptr;
  auto make = [&](caf::actor_system& system, env::environment& env, const node::node_options& options) {
    auto init = [&](caf::event_based_actor* self, env::environment* e, node::node_options o) -> caf::behavior {
      e->network.open(o.listen, [to = caf::actor_cast<caf::actor>(self)](const transport::network_event& event) {
        if (std::holds_alternative<transport::stream_closed>(event)) caf::anon_send(to, beat{});
      });
      if (o.name.text == "n1") e->network.connect(address_of(n2));
      return {[&](beat) { handled.push_back(inside->inside().now()); }};
    };
    return system.spawn(init, &env, options);
  };
  // n1's new daemon calls a machine that is off; the time-out of that call falls into the pause.
  world w{options_for({{5s, 0s, faults::power_loss{node_name{"n2"}}},
                       {6s, 0s, faults::daemon_restart{node_name{"n1"}}},
                       {7s, 5s, faults::pause{node_name{"n1"}, false}}},
                      make)};
  inside = &w;
  w.run_until(instant{20s});
  REQUIRE_FALSE(handled.empty());
  CHECK(handled.back() == instant{12s});
  for (auto at : handled) CHECK((at < instant{7s} || at >= instant{12s}));
}

TEST_CASE("clocks: drift changes the pace of a node's timers; a calendar jumps and comes back") {
  notebook book;
  std::map<std::string, env::calendar*> calendars;
  auto make = [&, inner = toy(book)](caf::actor_system& s, env::environment& e, const node::node_options& o) {
    calendars[o.name.text] = &e.calendar;
    return inner(s, e, o);
  };
  world w{options_for({{10s, 80s, faults::clock_drift{node_name{"n2"}, 100'000}},
                       {20s, 10s, faults::calendar_jump{node_name{"n3"}, -60s}}},
                      make)};
  w.run_until(instant{10s});
  auto fast = heard_from(book, "n1", "n2"), right = heard_from(book, "n1", "n3");
  auto skew = calendars["n3"]->now() - calendars["n1"]->now();
  CHECK(skew < 100ms);
  CHECK(skew > -100ms);
  w.run_until(instant{25s});
  CHECK(calendars["n3"]->now() - calendars["n1"]->now() == skew - 60s);
  CHECK(calendars["n1"]->now() - calendar_start > 24s);
  w.run_until(instant{90s});
  fast = heard_from(book, "n1", "n2") - fast;
  right = heard_from(book, "n1", "n3") - right;
  CHECK(right == 800);
  CHECK(fast >= 872); // 880, less what rounding to the tick costs
  CHECK(fast <= 881);
  CHECK(calendars["n3"]->now() - calendars["n1"]->now() == skew);
}

TEST_CASE("partitions and heal, as the nodes see them") {
  notebook book;
  world w{
      options_for({{10s, 0s, faults::partition{{node_name{"n1"}}, {}, true}}, {20s, 0s, faults::heal{}}}, toy(book))};
  w.run_until(instant{10100ms});
  auto n2_heard = heard_from(book, "n2", "n1"), n1_heard = heard_from(book, "n1", "n2");
  w.run_until(instant{19900ms});
  CHECK(heard_from(book, "n2", "n1") == n2_heard);
  CHECK(heard_from(book, "n1", "n2") > n1_heard + 90);
  w.run_until(instant{25s});
  CHECK(heard_from(book, "n2", "n1") > n2_heard + 40);
}

TEST_CASE("heal boots what is off and wakes what stands still") {
  notebook book;
  world w{options_for({{10s, 0s, faults::power_loss{node_name{"n1"}}},
                       {10s, 0s, faults::pause{node_name{"n2"}, false}},
                       {20s, 0s, faults::heal{}}},
                      toy(book))};
  w.run_until(instant{19s});
  CHECK(w.inside().hardware(n1).power == power::off);
  CHECK(w.inside().hardware(n2).paused);
  w.run_until(instant{30s});
  CHECK(w.daemon_of(n1) != nullptr);
  CHECK_FALSE(w.inside().hardware(n2).paused);
}

// A node whose root runs `work` once and stays.
node_factory worker(std::function<void(caf::event_based_actor*, env::environment&, const node::node_options&)> work) {
  return [work](caf::actor_system& system, env::environment& env, const node::node_options& options) {
    return system.spawn(
        [work](caf::event_based_actor* self, env::environment* e, node::node_options o) -> caf::behavior {
          work(self, *e, o);
          return {[](beat) {}};
        },
        &env, options);
  };
}

agents::command ocf(const std::string& action) {
  return {{"/usr/lib/ocf/resource.d/heartbeat/Dummy", action}, {}, {}, 20s, 5s};
}

TEST_CASE("services outlive their daemon, not their machine; what dies is seen to die") {
  int lives = 0;
  std::vector<std::vector<agents::scope_name>> left;
  world w{options_for({{10s, 1s, faults::daemon_restart{node_name{"n1"}}},
                       {20s, 0s, faults::service_dies{node_name{"n1"}, ""}},
                       {30s, 1s, faults::power_loss{node_name{"n1"}}}},
                      worker([&](caf::event_based_actor*, env::environment& e, const node::node_options&) {
                        if (++lives == 1)
                          for (const char* slice : {"vip", "web"})
                            e.processes.run({slice, "1"}, ocf("start"), [](const agents::outcome&) {});
                        e.processes.list(
                            [&](const result<agents::living>& alive) { left.push_back(alive->operations); });
                      }),
                      1)};
  w.run_until(instant{15s});
  CHECK(lives == 2);
  CHECK(w.processes(n1).services().size() == 2);
  w.run_until(instant{25s});
  CHECK(w.processes(n1).services().size() == 1);
  CHECK(w.inside().effects().of(effect::service_died) == 1);
  w.run_until(instant{60s});
  CHECK(w.processes(n1).services().empty());
  REQUIRE(left.size() == 3);
  CHECK(left[0].size() == 2); // both starts were under way
  CHECK(left[1].empty());
  std::vector<std::string> truth;
  for (const auto& e : w.inside().truth().events())
    if (e.kind == truth_kind::service_stopped) truth.push_back(e.detail + " in boot " + std::to_string(e.boot));
  CHECK(truth == std::vector<std::string>{"died in boot 1", "power off in boot 1"});
}

TEST_CASE("a fence agent run on one node takes the power of another, and gives it back") {
  std::vector<int> ends;
  world w{options_for(
      {}, worker([&](caf::event_based_actor*, env::environment& e, const node::node_options& o) {
        if (o.name.text == "n1")
          e.processes.run({"fence::n2", "1"}, {{"/usr/sbin/fence_sim"}, {}, "action=reboot\nplug=n2\n", 20s, 1s},
                          [&](const agents::outcome& how) { ends.push_back(std::get<agents::exited>(how).status); });
      }))};
  w.run_until(instant{30s});
  CHECK(ends == std::vector<int>{0});
  CHECK(w.inside().hardware(n2).boot == 2);
  CHECK(w.daemon_of(n2) != nullptr);
  CHECK(w.inside().hardware(n3).boot == 1);
}

TEST_CASE("a node may cut its own power in the middle of everything") {
  world w{options_for({}, worker([&](caf::event_based_actor*, env::environment& e, const node::node_options& o) {
                        e.processes.run(
                            {"fence", "1"},
                            {{"/usr/sbin/fence_sim"}, {}, "action=off\nplug=" + o.name.text + "\n", 20s, 1s},
                            [](const agents::outcome&) { FAIL("nobody is there to hear this"); });
                      }))};
  w.run_until(instant{30s});
  for (auto m : {n1, n2, n3}) CHECK(w.inside().hardware(m).power == power::off);
}

TEST_CASE("a root that ends, or throws, is started again: soon, then later and later") {
  std::vector<instant> starts;
  world* inside = nullptr;
  bool throws = false;
  auto make = worker([&](caf::event_based_actor* self, env::environment&, const node::node_options&) {
    starts.push_back(inside->inside().now());
    if (throws) throw std::runtime_error("planted");
    self->quit();
  });
  SUBCASE("ends") {
    throws = false;
  }
  SUBCASE("throws") {
    throws = true;
  }
  world w{options_for({}, make, 1)};
  inside = &w;
  w.run_until(instant{60s});
  REQUIRE(starts.size() >= 6);
  std::vector<duration> gaps;
  for (std::size_t i = 1; i < 6; ++i)
    gaps.push_back(std::chrono::floor<std::chrono::seconds>(starts[i] - starts[i - 1]));
  CHECK(gaps == std::vector<duration>{1s, 2s, 4s, 8s, 16s});
}

TEST_CASE("the agreement observer: the same command and state at an index, in each lineage by itself") {
  auto judge = agreement();
  lineage_id a, b;
  b.bytes[0] = std::byte{1};
  auto d = [](std::string_view s) { return digest_of({view_of(s)}); };
  judge->applied(instant{1s}, n1, {a, log_index{1}, d("x"), d("s")});
  judge->applied(instant{1s}, n2, {a, log_index{1}, d("x"), d("s")});
  judge->applied(instant{1s}, n2, {b, log_index{1}, d("y"), d("t")});
  CHECK(judge->found().empty());
  judge->applied(instant{2s}, n2, {a, log_index{1}, d("y"), d("s")});
  judge->applied(instant{3s}, n3, {a, log_index{1}, d("x"), d("u")});
  REQUIRE(judge->found().size() == 2);
  CHECK(judge->found()[0].text == "at index 1 n2 applied a command that is not the one of n1");
  CHECK(judge->found()[1].text == "after index 1 n3 is in another state than n1");
}

// An actor that rings again at once, as an alarm does that nobody takes down: of a machine that is named n2.
using ringing_actor = caf::stateful_actor<int, watching::observed<caf::event_based_actor>>;

TEST_CASE("an alarm without end stops the run at its moment and is named, with its machine") {
  auto make = [](caf::actor_system& system, env::environment&, const node::node_options& options) {
    auto ring = [](ringing_actor* self, const node::node_options& o) -> caf::behavior {
      self->publish(o.directory, "node/bell", "bell");
      self->delayed_send(self, 5s, beat{});
      return {[=](beat) {
        if (o.name.text == "n2") self->delayed_send(self, 0s, beat{});
      }};
    };
    return caf::actor(system.spawn(ring, options));
  };
  auto how = options_for({}, make);
  how.with_operators = false;
  world w{std::move(how)};
  w.run();
  CHECK(w.inside().now() < instant{10s});
  CHECK(w.stuck().find("time stands still: ") == 0);
  CHECK(w.stuck().find("are of node/bell on n2") != std::string::npos);
}

TEST_CASE("only invariants of the design may be registered") {
  invariant_registry all;
  CHECK_THROWS_AS(all.add("I13", "luck", agreement), broken_assertion);
}

TEST_CASE("a sweep tells the story of a plant, and is clean without it") {
  sweep_options how{.first = 1, .last = 3, .machines = 3};
  how.plants = {"own-clock-in-apply"};
  auto report = sweep(how, standard_invariants());
  REQUIRE(report.failed.size() == 1); // the first seed that finds it is enough
  const auto& run = report.failed.front();
  CHECK(run.violations.front().invariant == "I1");
  CHECK(run.story.size() <= story_lines);
  CHECK(tell_story(run).find("VIOLATED I1") != std::string::npos);
  how.last = run.seed;
  how.plants.clear();
  CHECK(sweep(how, standard_invariants()).failed.empty());
}

TEST_CASE("a sweep says which effects never came, once it has had its chances") {
  // So short that there is hardly a fault, and nobody judges.
  sweep_options how{.first = 1, .last = enough_seeds, .machines = 3, .faults_for = 6s, .quiet_for = 0s};
  auto nothing_of = [&](effect e) {
    auto never = sweep(how, invariant_registry{}).never;
    return std::count(never.begin(), never.end(), e) == 1;
  };
  CHECK(nothing_of(effect::disk_replaced));
  CHECK_FALSE(nothing_of(effect::fence_hung)); // nobody has said that nodes fence
  how.node_does = {reach::fencing};
  CHECK(nothing_of(effect::fence_hung));
  how.last = enough_seeds - 1;
  CHECK_FALSE(nothing_of(effect::disk_replaced));
}

TEST_CASE("the replay line is the whole command") {
  CHECK(replay_line(7, {.machines = 3, .plants = {"x", "y"}}) ==
        "troupe-sim run --seed 7 --nodes 3 --seconds 120 --quiet 60 --plant x --plant y");
}

} // namespace troupe::sim::world_test
