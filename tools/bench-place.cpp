// bench-place [NODES RESOURCES]: what place() takes on a leader, its adapter included. The cluster: a third of the
// resources plain, a third in groups of three, a third colocated with one of those; one clone a hundred; locations for
// one in four; everything is assigned, as in a cluster at rest, then a node is lost. Best of five, milliseconds.
#include "actors/cluster/apply.hpp"
#include "actors/scheduler/native/place_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace troupe::bench_place {

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
static double best_of_five(Work work) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    auto from = clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::milli>(clock::now() - from).count());
  }
  return best;
}

static cluster::state at_rest(std::size_t nodes, std::size_t resources) {
  auto c = make(nodes, resources);
  auto first = c.nodes.front().name;
  auto s = cluster::form({lineage_id{{std::byte{1}}}, stamp{std::chrono::seconds{1}}, c, {{first, journal_id{1}}}});
  auto say = [&](command::body what, const node_name& by) {
    command::command cmd;
    cmd.from.at = s.now();
    cmd.from.by.node = by;
    cmd.what = std::move(what);
    auto done = cluster::apply(s, s.index().next(), cmd);
    if (done.answer.refused != refusal::none) fmt::print("refused: {}\n", name_of(done.answer.refused));
  };
  std::array<std::byte, 16> id{};
  for (auto& n : c.nodes) {
    for (std::size_t k = 15; (id[k] = static_cast<std::byte>(static_cast<unsigned>(id[k]) + 1)) == std::byte{0}; --k) {
    }
    say(command::node_joined{n.name, machine_id{id}, boot_id{id}, {}, 1}, n.name);
  }
  say(command::assigned{scheduler::changed(scheduler::place_cluster(s).items, s)}, first);
  return s;
}

static void measure(std::size_t nodes, std::size_t resources) {
  auto s = at_rest(nodes, resources);
  auto in = scheduler::placement_input(s);
  auto present = scheduler::unpack(in);
  auto adapt = best_of_five([&] { scheduler::placement_input(s); });
  auto unpack = best_of_five([&] { scheduler::unpack(in); });
  auto place = best_of_five([&] { scheduler::place(in, present); });
  auto at_rest = best_of_five([&] { scheduler::place_cluster(s); });
  auto name = s.config().value.nodes.back().name;
  command::command lost;
  lost.from.at = s.now();
  lost.from.by.node = s.config().value.nodes.front().name;
  lost.what = command::node_lost{name, s.find(cluster::member_key{name})->value.session, "silent"};
  cluster::apply(s, s.index().next(), lost);
  auto moved = scheduler::changed(scheduler::place_cluster(s).items, s).size();
  auto rounds = scheduler::place_cluster(s).rounds;
  auto after_loss = best_of_five([&] { scheduler::place_cluster(s); });
  fmt::print(
      "{:5} x {:6}: adapter {:7.2f}, unpack {:7.2f}, place {:7.2f}; place_cluster {:7.2f} at rest, {:7.2f} after a loss"
      " ({} rounds, {} moved)\n",
      nodes, resources, adapt, unpack, place, at_rest, after_loss, rounds, moved);
}

} // namespace troupe::bench_place

int main(int argc, char** argv) {
  using troupe::bench_place::measure;
  if (argc == 3) {
    measure(std::strtoul(argv[1], nullptr, 10), std::strtoul(argv[2], nullptr, 10));
    return 0;
  }
  for (auto [nodes, resources] : {std::pair{5u, 50u}, {10u, 100u}, {32u, 1000u}, {100u, 2000u}, {100u, 5000u}})
    measure(nodes, resources);
}
