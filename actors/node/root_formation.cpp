// The root without a cluster: taking part in a forming, leading one, looking for one.
#include "actors/cluster/apply.hpp"
#include "actors/node/root.hpp"
#include "transport/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::node {

namespace {

// To itself without the links: the own node takes part like any other.
void send_formation(root_actor* self, const node_name& to, const formation::message& m) {
  auto& state = self->state;
  if (to == state.options.name) return on_formation(self, to, m);
  self->send(state.links, links::post{to, transport::route::stream, transport::message_kind::joining,
                                      formation::encode(m)});
}

// Who forms a cluster knows its nodes from the configuration, the others know him as a seed.
void know(root_actor* self, const config::cluster& c) {
  links::keys_changed known;
  for (auto& seed : self->state.options.seeds) known.keys.nodes[seed.name] = seed;
  for (auto& n : c.nodes) {
    transport::pinned_node peer{n.name, n.key, {}};
    for (auto& a : n.addresses)
      if (auto where = transport::make_endpoint(a.host, a.port)) peer.addresses.push_back(*where);
    if (n.name != self->state.options.name) known.keys.nodes[n.name] = peer;
  }
  self->send(self->state.links, std::move(known));
}

void carry_out_founding(root_actor* self) {
  auto& state = self->state;
  // Sending to ourselves may give the founder its last answer, so it is asked again each time.
  while (state.founding) {
    auto orders = state.founding->take_orders();
    for (auto& o : orders) send_formation(self, o.to, o.what);
    if (orders.empty()) break;
  }
  if (!state.founding || !state.founding->ended()) return;
  auto outcome = *state.founding->ended();
  state.founding.reset();
  if (auto* good = std::get_if<founder::success>(&outcome))
    state.founding_asked.deliver(formed_cluster{good->lineage});
  else
    state.founding_asked.deliver(
        caf::make_error(caf::sec::runtime_error, std::get<founder::failed>(outcome).why));
}

void take(root_actor* self, const node_name& from, const formation::reserve& r) {
  auto& state = self->state;
  if (state.formed) return send_formation(self, from, formation::taken{r.round, state.formed->lineage});
  if (state.reservation_durable) return send_formation(self, from, formation::reserved{r.round, *state.reserved});
  state.waiting_reserve.emplace_back(from, r.round);
  if (state.reserved) return;
  state.reserved = journal_id{state.env->entropy.number() | 1}; // never 0
  ask_disk(self, disk_step::reservation, write_reservation(*state.reserved));
}

// Empty: the configuration knows us as we are.
std::string misnamed(root_actor* self, const config::cluster& c) {
  auto& nodes = c.nodes;
  auto us = std::find_if(nodes.begin(), nodes.end(), [&](auto& n) { return n.name == self->state.options.name; });
  if (us == nodes.end()) return "the configuration does not name this node";
  return us->key == self->state.key ? std::string{} : "the configuration gives this node another key";
}

std::string why_not(root_actor* self, const formation::form& f) {
  auto wrong = cluster::why_not(f.of);
  return wrong.empty() && !f.member ? misnamed(self, f.of.configuration) : wrong;
}

void take(root_actor* self, const node_name& from, const formation::form& f) {
  auto& state = self->state;
  if (state.formed) {
    if (state.formed->lineage != f.of.lineage)
      return send_formation(self, from, formation::refused{f.of.lineage, "it belongs to another cluster"});
    if (state.genesis_durable) return send_formation(self, from, formation::formed{f.of.lineage});
    state.waiting_formed.push_back(from);
    return;
  }
  if (auto wrong = why_not(self, f); !wrong.empty()) {
    say(self, env::log_level::error, fmt::format("refused to take part in the cluster of {}: {}", from.text, wrong));
    return send_formation(self, from, formation::refused{f.of.lineage, wrong});
  }
  state.formed = f.of;
  state.waiting_formed.push_back(from);
  ask_disk(self, disk_step::genesis, write_genesis(f.of));
}

void take(root_actor* self, const node_name& from, const formation::seek&) {
  auto& state = self->state;
  if (!state.genesis_durable) return;
  auto* now = state.configuration.get();
  bool member = now && std::any_of(now->nodes.begin(), now->nodes.end(), [&](auto& n) { return n.name == from; });
  send_formation(self, from, formation::form{*state.formed, member});
}

template <class Answer>
void take(root_actor* self, const node_name& from, const Answer& answer) {
  auto& state = self->state;
  if (!state.founding) return;
  state.founding->receive(from, answer, env::now_of(self));
}

} // namespace

void begin_founding(root_actor* self, init_cluster& order, caf::response_promise promise) {
  auto& state = self->state;
  auto refuse = [&](const std::string& why) { promise.deliver(caf::make_error(caf::sec::runtime_error, why)); };
  if (!state.charter_read) return refuse("this node is starting; try again");
  if (state.formed) return refuse("this node belongs to a cluster already");
  if (state.founding) return refuse("a cluster is being formed here already");
  // Before anybody is asked: the others would form it without us.
  if (auto wrong = misnamed(self, order.configuration); !wrong.empty()) return refuse(wrong);
  know(self, order.configuration);
  lineage_id lineage;
  state.env->entropy.fill(lineage.bytes);
  state.founding = std::make_unique<founder>(std::move(order.configuration), lineage, state.env->entropy.number(),
                                             state.env->calendar.now(), env::now_of(self));
  state.founding_asked = std::move(promise);
  carry_out_founding(self);
}

void on_formation(root_actor* self, const node_name& from, const formation::message& m) {
  if (!self->state.charter_read) return; // whoever asked asks again
  std::visit([&](auto& body) { take(self, from, body); }, m);
  carry_out_founding(self);
}

void on_formation_time(root_actor* self) {
  auto& state = self->state;
  auto now = env::now_of(self);
  if (state.founding) {
    state.founding->on_time(now);
    carry_out_founding(self);
  }
  if (!state.charter_read || state.formed || now < state.seek_at) return;
  for (auto& seed : state.options.seeds) send_formation(self, seed.name, formation::seek{});
  state.seek_at = now + seek_interval;
}

void on_reservation_durable(root_actor* self) {
  auto& state = self->state;
  state.reservation_durable = true;
  for (auto& [who, round] : std::exchange(state.waiting_reserve, {}))
    send_formation(self, who, formation::reserved{round, *state.reserved});
  carry_out_founding(self);
}

void on_genesis_durable(root_actor* self) {
  auto& state = self->state;
  state.genesis_durable = true;
  for (auto& who : std::exchange(state.waiting_formed, {}))
    send_formation(self, who, formation::formed{state.formed->lineage});
  carry_out_founding(self);
  start_cluster(self);
}

} // namespace troupe::node
