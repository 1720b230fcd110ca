#include "actors/links/links.hpp"

#include "transport/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::links {

namespace {

transport::moment moment_of(links_actor* self) {
  return {env::now_of(self), self->state.random};
}

void tell(links_actor* self, transport::effect&& e) {
  auto& state = self->state;
  if (auto* m = std::get_if<transport::message_received>(&e)) {
    auto reader = state.readers.find(m->head.kind);
    if (reader != state.readers.end())
      self->send(reader->second, delivered{std::move(m->from), m->head, std::move(m->payload)});
  } else if (auto* l = std::get_if<transport::link_changed>(&e)) {
    for (auto& w : state.watchers) self->send(w, link_is{l->peer, l->state});
  } else if (auto* b = std::get_if<transport::stream_broken>(&e)) {
    if (b->stuck)
      state.env->log.write(
          env::log_level::info, "links",
          fmt::format("{} answers again, but the stream with it is stuck: dials it anew", b->peer.text));
    for (auto& w : state.stream_watchers) self->send(w, stream_lost{b->peer});
  } else if (auto* h = std::get_if<transport::host_answered>(&e)) {
    for (auto& w : state.watchers) self->send(w, host_is_up{h->peer});
  } else if (auto* t = std::get_if<transport::turned_away>(&e)) {
    state.env->log.write(env::log_level::warning, "links",
                         fmt::format("turned away {}{}: {}", transport::to_text(t->from),
                                     t->who ? " (" + t->who->text + ")" : "", transport::to_text(t->why)));
  }
}

// Messages that come and go over what is open. The earliest that may follow from them is a keep-alive.
bool plain_traffic(const transport::effects& all) {
  return !all.empty() && std::ranges::all_of(all, [](const transport::effect& e) {
    if (auto* d = std::get_if<transport::send_datagram>(&e)) return !transport::is_handshake(d->data);
    return std::holds_alternative<transport::message_received>(e) || std::holds_alternative<transport::write_stream>(e);
  });
}

void carry_out(links_actor* self) {
  auto& state = self->state;
  bool plain = plain_traffic(state.effects);
  transport::carry_out(state.effects, state.env->network, *state.board,
                       [self](transport::effect&& e) { tell(self, std::move(e)); });
  if (plain && state.alarm.armed_by(env::now_of(self) + state.board->timing().keep_alive)) return;
  state.alarm.set(self, state.board->deadline()); // a walk over all links
}

void set_directory(links_actor* self, transport::directory_of_keys keys) {
  auto& state = self->state;
  state.known.clear();
  for (auto& [name, node] : keys.nodes) state.known.insert(name);
  state.board->set_directory(moment_of(self), std::move(keys), state.effects);
  carry_out(self);
}

links_status status_of(links_actor* self) {
  auto& board = *self->state.board;
  links_status out;
  for (auto& name : self->state.known)
    if (auto* link = board.link(name)) out.links.push_back({name, link->state().datagrams, link->state().stream});
  for (std::size_t i = 0; i < transport::refusal_kinds; ++i) {
    auto why = static_cast<transport::refusal>(i);
    auto& tally = board.refusals().of(why);
    if (tally.count == 0) continue;
    auto age = env::now_of(self) - tally.last;
    out.refused_so_far.push_back({std::string(transport::to_text(why)), tally.count, tally.last_from, tally.last_who,
                                  std::chrono::floor<stamp::duration>(self->state.env->calendar.now() - age), age});
  }
  return out;
}

// An actor that is not there any more is told nothing: the network holds it weakly.
std::string open(links_actor* self, const std::vector<transport::endpoint>& listen) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  return self->state.env->network.open(listen, [here](transport::network_event event) {
    if (auto alive = caf::actor_cast<caf::actor>(here)) caf::anon_send(alive, network_said{std::move(event)});
  });
}

} // namespace

transport::link_timing timing_from(const conf::timers& t) {
  return {t.link_keep_alive, t.link_silent, t.handshake_retry, t.reconnect_min, t.reconnect_max, t.connect_limit};
}

caf::behavior links(links_actor* self, env::environment* env, const watching::directory_ptr& directory, settings s) {
  auto& state = self->state;
  self->publish(directory, "node/links", "links");
  state.env = env;
  state.random = [env](std::span<std::byte> out) { env->entropy.fill(out); };
  std::array<std::byte, 32> cookie_key{};
  env->entropy.fill(cookie_key);
  transport::seed_bytes seed(s.identity_seed);
  state.board = std::make_unique<transport::switchboard>(transport::identity(s.name, seed), s.ours, session_id{},
                                                         transport::secret_bytes<32>(cookie_key));
  if (auto wrong = open(self, s.listen); !wrong.empty()) {
    env->log.write(env::log_level::error, "links", wrong);
    self->quit(caf::exit_reason::user_shutdown);
    return {};
  }
  set_directory(self, std::move(s.keys));

  return {
      [=](post& p) {
        self->state.board->send(moment_of(self), p.to, p.by, p.kind, p.payload, self->state.effects);
        carry_out(self);
      },
      [=](post_to_all& p) {
        for (auto& to : p.to)
          self->state.board->send(moment_of(self), to, p.by, p.kind, p.payload, self->state.effects);
        carry_out(self);
      },
      [=](network_said& n) {
        self->state.board->on_event(moment_of(self), std::move(n.event), self->state.effects);
        carry_out(self);
      },
      [=](env::wake w) {
        if (!self->state.alarm.rang(w)) return;
        self->state.board->tick(moment_of(self), self->state.effects);
        carry_out(self);
      },
      [=](subscribe& s2) {
        if (s2.kind)
          self->state.readers[*s2.kind] = s2.to;
        else
          self->state.watchers.push_back(s2.to);
      },
      [=](watch_streams& w) { self->state.stream_watchers.push_back(std::move(w.to)); },
      [=](keys_changed& k) { set_directory(self, std::move(k.keys)); },
      [=](ask_links) { return status_of(self); },
      [=](const timers_are& t) {
        self->state.board->set_timing(timing_from(t.timers));
        carry_out(self);
      },
      [=](const terms_changed& t) { self->state.board->set_terms(t.ours, t.session); },
  };
}

} // namespace troupe::links
