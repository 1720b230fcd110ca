#include "actors/detector/detector.hpp"

#include "actors/cluster/holdings.hpp"

#include <fmt/format.h>

namespace troupe::detector {

namespace {

void say(detector_actor* self, env::log_level level, const std::string& text) {
  self->state.env->log.write(level, "detector", text);
}

std::string listed(const std::vector<node_name>& names) {
  std::string out;
  for (auto& n : names) out += (out.empty() ? "" : ", ") + n.text;
  return out;
}

// --- outputs ---

void post(detector_actor* self, const node_name& to, transport::route by, byte_buffer payload) {
  self->send(self->state.set.links, links::post{to, by, transport::message_kind::gossip, std::move(payload)});
}

// A suspicion is no reason to replace a leader, nor does it clear one that was thought unreachable.
void tell_replica(detector_actor* self, const opinion& now) {
  auto& state = self->state;
  if (now.is == gossip::standing::suspect) return;
  bool reachable = now.is == gossip::standing::alive;
  bool changed = reachable ? state.unreachable.erase(now.node) > 0 : state.unreachable.insert(now.node).second;
  if (!changed) return;
  self->send(state.set.replica, consensus::detector_says{now.node, !reachable});
  if (reachable) return say(self, env::log_level::info, now.node.text + " answers again");
  say(self, env::log_level::info,
      now.is == gossip::standing::left ? now.node.text + " has said goodbye"
                                       : fmt::format("{} does not answer: {}", now.node.text, listed(now.accusers)));
}

struct carrier {
  detector_actor* self;

  void operator()(const send_datagram& s) { post(self, s.to, transport::route::datagram, gossip::to_wire(s.what)); }
  void operator()(const send_state& s) { post(self, s.to, transport::route::stream, gossip::to_wire(s.what)); }
  void operator()(const opinion_changed& o) {
    tell_replica(self, o.now);
    for (auto& w : self->state.watchers) self->send(w, opinion_is{o.now});
  }
  void operator()(const blob_heard&) {} // nobody of this version sends any
  void operator()(const refuted& r) {
    say(self, env::log_level::info, fmt::format("{} took this node for unreachable", r.by.text));
  }
  // Before it has joined, a life hears of the one before it.
  void operator()(const superseded& s) {
    if (self->state.session != session_id{}) self->send(self->state.set.root, life_is_over{s.by});
  }
  void operator()(const departed&) {
    self->state.gone = true;
    for (auto& waits : std::exchange(self->state.leaving, {})) waits.deliver(departed{});
  }
};

void carry_out(detector_actor* self, outputs outs) {
  for (auto& o : outs) std::visit(carrier{self}, o);
}

void rearm(detector_actor* self) {
  auto& state = self->state;
  if (state.core && !state.gone) state.alarm.set(self, state.core->next_deadline());
}

// --- what the log says ---

// The membership of this session stands. Whoever is lost or down speaks for itself if it comes back.
bool stands(const cluster::member& m) {
  return m.session != session_id{} && cluster::is_present(m);
}

void take(detector_actor* self, const node_name& node, const cluster::member& m) {
  auto& state = self->state;
  if (node == state.set.self || !stands(m)) return; // our own session: see joined_as
  carry_out(self, state.core->admit(node, m.session, env::now_of(self), state.random));
}

void begin(detector_actor* self, const config::cluster& c) {
  auto& state = self->state;
  options o;
  o.self = state.set.self;
  o.session = state.session;
  o.seeds = state.set.seeds;
  for (auto& n : c.nodes)
    if (std::find(o.seeds.begin(), o.seeds.end(), n.name) == o.seeds.end()) o.seeds.push_back(n.name);
  o.timers = conf::timers_of(c);
  o.datagram_budget = datagram_budget;
  state.core = std::make_unique<swim>(std::move(o), state.set.planted);
  auto now = env::now_of(self);
  carry_out(self, state.core->start(now, state.random));
  carry_out(self, state.core->vouch(state.vouched, now, state.random));
}

void take(detector_actor* self, const config::cluster& c) {
  auto& state = self->state;
  std::vector<node_name> names;
  for (auto& n : c.nodes) names.push_back(n.name);
  state.core->retime(conf::timers_of(c));
  carry_out(self, state.core->configure(names, env::now_of(self), state.random));
  auto gone = [&](const node_name& n) { return std::find(names.begin(), names.end(), n) == names.end(); };
  for (auto& n : state.unreachable)
    if (gone(n)) self->send(state.set.replica, consensus::detector_says{n, false});
  std::erase_if(state.unreachable, gone);
  std::erase_if(state.hosts, [&](auto& h) { return gone(h.first); });
}

void take(detector_actor* self, const cluster::state& whole) {
  auto& c = whole.config().value;
  if (!self->state.core) begin(self, c);
  take(self, c);
  for (auto& [key, m] : whole.all<cluster::member_key>()) take(self, key.node, m.value);
}

void take(detector_actor* self, const cluster::delta& d) {
  if (!self->state.core) return; // the whole state comes first
  for (auto& one : d.changes) {
    if (auto* m = std::get_if<cluster::row_change<cluster::member_key>>(&one); m && m->now)
      take(self, m->key.node, m->now->value);
    if (auto* c = std::get_if<cluster::row_change<cluster::configuration_key>>(&one); c && c->now)
      take(self, c->now->value.value);
  }
}

// --- what others say ---

void receive(detector_actor* self, const links::delivered& d) {
  auto& state = self->state;
  if (!state.core) return;
  auto read = gossip::from_wire(d.payload);
  if (!read)
    return say(self, env::log_level::warning,
               fmt::format("refused a message of {}: {}", d.from.text, read.error().text));
  auto now = env::now_of(self);
  if (auto* probe = std::get_if<gossip::datagram>(&*read))
    return carry_out(self, state.core->on_datagram(d.from, *probe, now, state.random));
  carry_out(self, state.core->on_push_pull(d.from, std::get<gossip::push_pull>(*read), now, state.random));
}

void remember_host(detector_actor* self, const node_name& node) {
  auto& state = self->state;
  auto at = env::now_of(self);
  state.hosts[node] = at;
  for (auto& w : state.watchers) self->send(w, host_answer{node, at});
}

void show_all(detector_actor* self, const caf::actor& to) {
  auto& state = self->state;
  for (auto& [node, at] : state.hosts) self->send(to, host_answer{node, at});
  if (!state.core) return;
  for (auto& o : state.core->opinions()) self->send(to, opinion_is{o});
}

opinion_list list(detector_actor* self) {
  auto* core = self->state.core.get();
  if (core == nullptr) return {};
  return {core->self(), core->opinions(), core->local_health_score(), core->accuses_nobody(), core->counts()};
}

void say_goodbye(detector_actor* self, caf::response_promise who) {
  auto& state = self->state;
  if (!state.core || state.gone) return who.deliver(departed{});
  bool first = state.leaving.empty();
  state.leaving.push_back(std::move(who));
  if (first) carry_out(self, state.core->leave(env::now_of(self), state.random));
}

} // namespace

caf::behavior detector(detector_actor* self, env::environment* env, const watching::directory_ptr& directory,
                       settings set) {
  auto& state = self->state;
  self->publish(directory, "node/detector", "detector");
  state.env = env;
  state.set = std::move(set);
  state.random = random_source{env->entropy.number()};
  auto here = caf::actor_cast<caf::actor>(self);
  self->send(state.set.links, links::subscribe{transport::message_kind::gossip, here});
  self->send(state.set.links, links::subscribe{std::nullopt, here});
  self->send(state.set.ledger, cluster::watch_state{here, cluster::interest::nodes});
  self->send(state.set.replica, consensus::watch_vouched{here});
  self->set_down_handler([self](const caf::down_msg& down) {
    std::erase_if(self->state.watchers, [&](auto& w) { return w.address() == down.source; });
  });

  return {
      [=](const cluster::state_is& s) { take(self, *s.whole), rearm(self); },
      [=](const cluster::state_changed& s) { take(self, *s.what), rearm(self); },
      [=](const cluster::leader_is&) {},
      [=](consensus::vouched_are& v) {
        auto& s = self->state;
        s.vouched = std::move(v.members);
        if (s.core) carry_out(self, s.core->vouch(s.vouched, env::now_of(self), s.random));
        rearm(self);
      },
      [=](const joined_as& j) {
        auto& s = self->state;
        s.session = j.session;
        if (s.core) carry_out(self, s.core->admit(s.set.self, j.session, env::now_of(self), s.random));
        rearm(self);
      },
      [=](const links::delivered& d) { receive(self, d), rearm(self); },
      [=](const links::link_is&) {},
      [=](const links::host_is_up& h) { remember_host(self, h.peer); },
      [=](env::wake w) {
        auto& s = self->state;
        if (!s.alarm.rang(w) || !s.core) return;
        carry_out(self, s.core->on_deadline(env::now_of(self), s.random));
        rearm(self);
      },
      [=](watch_opinions& w) {
        show_all(self, w.who);
        self->monitor(w.who);
        self->state.watchers.push_back(std::move(w.who));
      },
      [=](ask_opinions) { return list(self); },
      [=](leave) -> caf::result<departed> {
        say_goodbye(self, self->make_response_promise());
        rearm(self);
        return caf::delegated<departed>{};
      },
  };
}

} // namespace troupe::detector
