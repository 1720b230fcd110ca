// bench-scheduler NODES RESOURCES ...: what place() and ready() take on a leader, state in memory; a line of NAME=MS a
// size, for `tools/bench scheduler`. The cluster: a third of the resources plain, a third in groups of three, a third
// colocated with one of those; one clone a hundred; locations for one in four. It is measured at rest, everything
// running; then with one failed resource; then with a lost node; and when all is still to be started. Best of five.
#include "actors/cluster/apply.hpp"
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"
#include "actors/scheduler/native/standing_placement.hpp"
#include "actors/supervisor/ready.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>

namespace troupe::bench_scheduler {

using clock = std::chrono::steady_clock;

static config::cluster make(std::size_t nodes, std::size_t resources) {
  config::cluster c;
  c.name = "bench";
  for (std::size_t i = 0; i < nodes; ++i) {
    config::node n;
    n.name = node_name{fmt::format("n{:04}", i)};
    n.addresses = {{"127.0.0.1", 5410}};
    c.nodes.push_back(n);
  }
  for (std::size_t i = 0; i < resources; ++i) {
    config::resource r;
    r.name = resource_name{fmt::format("r{:05}", i)};
    r.agent = {"ocf", "heartbeat", "Dummy"};
    r.start_timeout = r.stop_timeout = r.promote_timeout = r.demote_timeout = std::chrono::seconds{20};
    if (i % 900 == 0) r.clone = config::clone_options{};
    c.resources.push_back(r);
  }
  for (std::size_t i = 1; i + 9 < resources; i += 9) {
    config::group g;
    g.name = config::group_name{fmt::format("g{:05}", i)};
    for (std::size_t k = 0; k < 3; ++k) g.members.push_back(c.resources[i + k].name);
    c.groups.push_back(g);
    for (std::size_t k = 3; k < 6; ++k)
      if (!c.resources[i + k].clone)
        c.colocations.push_back(
            {.what = c.resources[i + k].name.text, .what_role = {}, .with = g.name.text, .with_role = {}});
  }
  for (std::size_t i = 1; i < resources; i += 4)
    if (i % 9 >= 7) c.locations.push_back({c.resources[i].name.text, c.nodes[i % nodes].name, score{100}});
  return c;
}

template <class Work>
static double best_of_five(
    Work work, const std::function<void()>& before = [] {}) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    before();
    auto from = clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::milli>(clock::now() - from).count());
  }
  return best;
}

static void say(cluster::state& s, command::body what, const node_name& by) {
  command::command c;
  c.from.at = s.now();
  c.from.by.node = by;
  c.what = std::move(what);
  auto done = cluster::apply(s, s.index().next(), c);
  if (done.answer.refused != refusal::none) fmt::print(stderr, "refused: {}\n", name_of(done.answer.refused));
}

// All nodes have joined and looked; nothing is assigned yet. The configuration comes in past the kernel's check: the
// curve goes on to more nodes than a cluster may have (config::max_nodes), to show that it does not bend before.
static cluster::state formed(std::size_t nodes, std::size_t resources) {
  auto c = make(nodes, resources);
  auto founder = c;
  founder.nodes.resize(1);
  founder.resources.clear();
  founder.groups.clear();
  founder.colocations.clear();
  founder.locations.clear();
  auto s = cluster::form({lineage_id{{std::byte{1}}}, stamp{std::chrono::seconds{1}}, founder,
                          {{c.nodes.front().name, journal_id{1}}}});
  cluster::transaction whole(s, s.index().next(), s.now(), {});
  cluster::rules::install_configuration(whole, c);
  whole.commit();
  std::array<std::byte, 16> id{};
  for (auto& n : c.nodes) {
    for (std::size_t k = 15; (id[k] = static_cast<std::byte>(static_cast<unsigned>(id[k]) + 1)) == std::byte{0}; --k) {
    }
    say(s, command::node_joined{n.name, machine_id{id}, boot_id{id}, {}, known_level}, n.name);
  }
  cluster::transaction t(s, s.index().next(), s.now(), {});
  for (auto& n : c.nodes) t.erase(cluster::inventory_key{n.name});
  t.commit();
  return s;
}

// Everything runs where it is assigned.
static void start_all(cluster::state& s) {
  std::vector<cluster::holder_key> keys;
  for (auto& [key, a] : s.all<cluster::assignment_key>())
    for (auto& p : a.value.places)
      keys.push_back({key.resource, p.ordinal, p.node, s.find(cluster::member_key{p.node})->value.boot});
  cluster::transaction t(s, s.index().next(), s.now(), {});
  for (auto& key : keys)
    t.put(key, cluster::holder{
                   cluster::running{}, config::role::started, {}, cluster::standing_of(s, key.resource)->defined_at});
  t.commit();
}

// Every resource is looked at; the orders are known, as they are on a leader until its configuration changes.
static double ready_ms(const cluster::state& s, std::size_t& due) {
  supervisor::readiness ready;
  return best_of_five(
      [&] {
        due = 0;
        for (auto& a : ready.take(s)) due += a.steps.size();
      },
      [&] { ready.begin(s); });
}

// What the leader does for one failed resource, from the change of the state to the new places and what is then due.
static double replan_ms(cluster::state s, std::size_t& placed) {
  auto which = s.all<cluster::assignment_key>().begin();
  std::advance(which, s.all<cluster::assignment_key>().size() / 2);
  auto resource = which->first.resource;
  auto node = which->second.value.places.front().node;
  scheduler::standing_placement places;
  for (int i = 0; i < 2; ++i) places.place(s);
  supervisor::readiness ready;
  ready.begin(s);
  ready.take(s);
  std::uint32_t count = 0;
  return best_of_five([&] {
    cluster::transaction t(s, s.index().next(), s.now(), {});
    ++count;
    t.put(cluster::failure_key{resource, node}, cluster::failures{count, s.now(), 1, "", count});
    auto touched = t.commit();
    cluster::delta d{s.index(), s.now(), cluster::changes_of(s, touched), {}};
    places.note(d);
    auto news = places.place(s);
    placed = places.last_effort().placed;
    ready.note(s, d);
    ready.take(s);
  });
}

static void measure(std::size_t nodes, std::size_t resources) {
  auto s = formed(nodes, resources);
  say(s, command::assigned{scheduler::changed(scheduler::place_cluster(s).items, s)},
      s.config().value.nodes.front().name);
  std::size_t all_due = 0, none_due = 0;
  auto ready_cold = ready_ms(s, all_due);
  start_all(s);
  auto ready_rest = ready_ms(s, none_due);
  auto in = scheduler::placement_input(s);
  auto present = scheduler::unpack(in);
  auto adapt = best_of_five([&] { scheduler::placement_input(s); });
  auto unpack = best_of_five([&] { scheduler::unpack(in); });
  auto place = best_of_five([&] { scheduler::place(in, present); });
  auto whole = best_of_five([&] { scheduler::place_cluster(s); });
  std::size_t parts = 0;
  auto replan = replan_ms(s, parts);
  auto name = s.config().value.nodes.back().name;
  say(s, command::node_lost{name, s.find(cluster::member_key{name})->value.session, "silent"},
      s.config().value.nodes.front().name);
  auto lost = scheduler::place_cluster(s);
  auto after_loss = best_of_five([&] { scheduler::place_cluster(s); });
  fmt::print("nodes={} resources={} adapter={:.3f} unpack={:.3f} place={:.3f} place_cluster={:.3f} ready={:.3f} due={} "
             "ready_cold={:.3f} due_cold={} replan={:.3f} replan_parts={} lost_node={:.3f} rounds={} moved={}\n",
             nodes, resources, adapt, unpack, place, whole, ready_rest, none_due, ready_cold, all_due, replan, parts,
             after_loss, lost.rounds, scheduler::changed(lost.items, s).size());
}

} // namespace troupe::bench_scheduler

int main(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; i += 2)
    troupe::bench_scheduler::measure(std::strtoul(argv[i], nullptr, 10), std::strtoul(argv[i + 1], nullptr, 10));
}
