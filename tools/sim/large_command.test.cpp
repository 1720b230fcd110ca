// A command far larger than a slot of the log, through whole nodes: the pieces of one configuration, cut off by the
// death of leaders, brought again by the desk, read again by restarted nodes.
#include "tools/sim/observer.hpp"
#include "tools/sim/world.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::sim::large_command_test {

using namespace std::chrono_literals;

constexpr machine_index n1{0}, n2{1}, n3{2};

class listener final : public observer {
public:
  void applied(instant, machine_index who, const node::applied_command& what) override {
    if (what.index > newest[who]) newest[who] = what.index;
    at[what.index].insert(who);
  }
  std::map<machine_index, log_index> newest;
  std::map<log_index, std::set<machine_index>> at;
};

struct story {
  bool formed = false;
  std::vector<outcome> told;
  int passed_over = 0; // beginnings that lead to nothing, over all nodes
};

config::cluster only_nodes(config::cluster drawn) {
  config::cluster c;
  c.name = drawn.name;
  c.nodes = drawn.nodes;
  c.fencing = config::fencing_policy::devices;
  return c;
}

// They are probed, and stay down: what they do is no part of this.
config::cluster with_resources(config::cluster c, int count) {
  config::resource one;
  one.agent = {"ocf", "troupe", "simulated"};
  one.target = config::role::stopped;
  for (auto* t : {&one.start_timeout, &one.stop_timeout, &one.promote_timeout, &one.demote_timeout}) *t = 20s;
  one.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  for (int i = 0; i < count; ++i) {
    one.name = resource_name{"service-" + std::to_string(i)};
    one.params = {{"state", "/run/service-" + std::to_string(i)},
                  {"note", std::string(80, static_cast<char>('a' + i % 26))}};
    c.resources.push_back(one);
  }
  std::sort(c.resources.begin(), c.resources.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return c;
}

template <class Message, class Answer>
void ask(world& w, machine_index where, Message what, std::function<void(const Answer&)> take) {
  auto root = w.daemon_of(where)->root();
  root->home_system().spawn(
      [take](caf::event_based_actor* self, const caf::actor& to, const Message& m) {
        self->request(to, caf::infinite, m)
            .then([take](const Answer& a) { take(a); },
                  [self](const caf::error& e) { FAIL_CHECK(self->system().render(e)); });
      },
      root, std::move(what));
}

// Three nodes; a configuration of `resources` more is ordered at n3 after 20 s; each of `deaths` (after the order)
// takes the daemon of n1, then n2, then n1 again, for two seconds.
story play(std::uint64_t seed, int resources, const std::vector<duration>& deaths, const node::tuning& sizes) {
  story told;
  world_options o;
  o.seed = seed;
  o.plan.machines = machine_names(3);
  o.plan.faults_for = 60s;
  o.plan.quiet_for = 60s;
  o.with_operators = false;
  o.sizes = sizes;
  o.trace_sink = [&](std::string_view line) {
    if (line.find("bytes of an unfinished command") != std::string_view::npos) ++told.passed_over;
  };
  world w{std::move(o)};
  auto same = agreement();
  listener heard;
  w.watch(*same);
  w.watch(heard);
  auto& k = w.inside();
  auto formed = only_nodes(draw_cluster(identities(k), k.random_for("cluster")));
  auto soon = [&](duration when, std::function<void()> what) { k.at(instant{when}, k.world(), std::move(what)); };
  soon(10s, [&] {
    ask<node::init_cluster, node::formed_cluster>(w, n1, {formed}, [&](const auto&) { told.formed = true; });
  });
  soon(20s, [&] {
    ask<node::operator_command, cluster::told_outcome>(
        w, n3, {"test", "root (0)", command::config_set{log_index{}, with_resources(formed, resources)}},
        [&](const auto& t) { told.told.push_back(t.answer); });
  });
  for (std::size_t i = 0; i < deaths.size(); ++i)
    soon(20s + deaths[i], [&, i] { w.kill_daemon(i % 2 == 0 ? n1 : n2, "by the test", 2s); });
  w.run();
  CHECK(same->found().empty());
  for (auto& v : same->found()) MESSAGE(v.text);
  for (auto& t : told.told) CHECK(heard.at[t.index].size() == 3); // one index, on every node
  CHECK(heard.newest[n1] == heard.newest[n2]);
  CHECK(heard.newest[n1] == heard.newest[n3]);
  return told;
}

node::tuning small() {
  node::tuning t;
  t.batch_bytes = std::size_t{8} << 10;
  t.message_bytes = std::size_t{16} << 10;
  t.chunk_bytes = std::size_t{4} << 10;
  t.journal_segment = std::uint32_t{256} << 10;
  t.snapshot_after = 20; // fewer than there are pieces
  t.keep_behind = 10;
  return t;
}

TEST_CASE("a configuration of 5,000 resources is one command on every node") {
  for (const auto& sizes : {node::tuning{}, small()}) {
    auto told = play(1, 5000, {}, sizes);
    CHECK(told.formed);
    REQUIRE(told.told.size() == 1);
    CHECK(told.told[0].refused == refusal::none);
    CHECK(told.passed_over == 0);
  }
}

TEST_CASE("leaders that die in the middle of a large command leave nothing of it; it is answered once") {
  int cut_off = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    auto first = std::chrono::milliseconds{60 * static_cast<int>(seed)};
    auto told = play(seed, 2000, {first, first + 1250ms, first + 2500ms}, small());
    CHECK(told.formed);
    REQUIRE(told.told.size() == 1);
    CHECK(told.told[0].refused == refusal::none);
    cut_off += told.passed_over;
  }
  CHECK(cut_off > 0); // else these deaths prove nothing
}

} // namespace troupe::sim::large_command_test
