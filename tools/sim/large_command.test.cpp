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
    newest[who] = std::max(newest[who], what.index); // a snapshot may pass over some
  }
  std::map<machine_index, log_index> newest;
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
config::cluster with_resources(config::cluster c, int count, std::size_t note) {
  config::resource one;
  one.agent = {"ocf", "troupe", "simulated"};
  one.target = config::role::stopped;
  for (auto* t : {&one.start_timeout, &one.stop_timeout, &one.promote_timeout, &one.demote_timeout}) *t = 20s;
  one.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  for (int i = 0; i < count; ++i) {
    one.name = resource_name{"service-" + std::to_string(i)};
    one.params = {{"state", "/run/service-" + std::to_string(i)},
                  {"note", std::string(note, static_cast<char>('a' + i % 26))}};
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

struct plot {
  std::uint64_t seed = 1;
  node::tuning sizes{};
  int resources = 0;
  std::size_t note = 80;          // bytes of a parameter of each
  std::vector<duration> deaths{}; // after the order: the daemon of n1, then of n2, then of n1 again, for two seconds
};

// Three nodes form a cluster; a configuration is ordered at n3 after 20 s. Ends once it is applied everywhere, but not
// while there are deaths to come and to recover from.
story play(const plot& p) {
  story told;
  world_options o;
  o.seed = p.seed;
  o.plan.machines = machine_names(3);
  o.plan.faults_for = 60s;
  o.plan.quiet_for = 60s;
  o.with_operators = false;
  o.sizes = p.sizes;
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
        w, n3, {"test", "root (0)", command::config_set{log_index{}, with_resources(formed, p.resources, p.note)}},
        [&](const auto& t) { told.told.push_back(t.answer); });
  });
  for (std::size_t i = 0; i < p.deaths.size(); ++i)
    soon(20s + p.deaths[i], [&, i] { w.kill_daemon(i % 2 == 0 ? n1 : n2, "by the test", 2s); });
  auto everywhere = [&] {
    auto has = [&](machine_index m) { return heard.newest[m] >= told.told[0].index; };
    return !told.told.empty() && has(n1) && has(n2) && has(n3);
  };
  auto at_least = instant{p.deaths.empty() ? 20s : 40s};
  for (auto until = at_least; until <= instant{60s} && (until == at_least || !everywhere()); until += 100ms)
    w.run_until(until);
  CHECK(same->found().empty());
  for (auto& v : same->found()) MESSAGE(v.text);
  CHECK(everywhere()); // at one index
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
    auto told = play({.sizes = sizes, .resources = 5000});
    CHECK(told.formed);
    REQUIRE(told.told.size() == 1);
    CHECK(told.told[0].refused == refusal::none);
    CHECK(told.passed_over == 0);
  }
}

TEST_CASE("leaders that die in the middle of a large command leave nothing of it; it is answered once") {
  int cut_off = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    auto first = std::chrono::milliseconds{20 * static_cast<int>(seed)};
    auto told = play({.seed = seed,
                      .sizes = small(),
                      .resources = 100,
                      .note = 3000,
                      .deaths = {first, first + 1250ms, first + 2500ms}});
    CHECK(told.formed);
    REQUIRE(told.told.size() == 1);
    CHECK(told.told[0].refused == refusal::none);
    cut_off += told.passed_over;
  }
  CHECK(cut_off > 0); // else these deaths prove nothing
}

} // namespace troupe::sim::large_command_test
