// Out of the cluster in order. What runs here goes first: the node asks for a standby of its own, in the log, where
// everybody sees it and the director acts on it like on an operator's. Then NodeLeft, then the detector's goodbye.
//
// What is in maintenance, or not managed, nobody moves or stops. If nothing else is left here the node detaches, and
// ends with its services running: so a daemon is exchanged below them. Nothing is fenced for that while it lasts.
//
// Rejected: a command of its own for draining. It would be a second way to say that a node should hold nothing.
#include "actors/cluster/holdings.hpp"
#include "actors/consensus/messages.hpp"
#include "actors/node/root.hpp"

#include <fmt/format.h>

namespace troupe::node {

namespace {

constexpr duration farewell = std::chrono::seconds{5}; // at most, for the last words

command::command spoken(root_actor* self, command::body what) {
  command::command c;
  c.from.why = reason::drain;
  c.from.by.node = self->state.options.name;
  c.what = std::move(what);
  return c;
}

cluster::directive_key own_standby(root_actor* self) {
  return {command::directive_kind::standby, self->state.options.name.text};
}

// An operator's does as well; but where that is lifted, or expires, what is moved away would come back.
void drain(root_actor* self) {
  auto& state = self->state;
  if (state.standby_sent || env::now_of(self) < state.may_drain) return;
  command::directive d;
  d.kind = command::directive_kind::standby;
  d.subject = state.options.name.text;
  d.note = state.leaving_why;
  state.standby_sent = true;
  auto answered = [self] {
    self->state.standby_sent = false;
    self->state.may_drain = env::now_of(self) + leave_again;
  };
  self->request(state.ledger, caf::infinite, cluster::submit{"node", spoken(self, std::move(d))})
      .then([answered](const cluster::told_outcome&) { answered(); }, [answered](const caf::error&) { answered(); });
}

// The cluster knows our session, and that we are here.
bool session_stands(const root_actor* self) {
  auto& state = self->state;
  return state.self && cluster::is_present(*state.self) && state.self->session == state.session;
}

void wave(root_actor* self) {
  auto& state = self->state;
  state.leaving = leaving_step::waving;
  auto whom = find_service(self, service::detector);
  auto ended = [self] { end(self, caf::exit_reason::user_shutdown); };
  if (!whom) return ended();
  self->request(whom, farewell, detector::leave{})
      .then([ended](const detector::departed&) { ended(); }, [ended](const caf::error&) { ended(); });
}

void go(root_actor* self, command::body last_word) {
  auto& state = self->state;
  state.leaving = leaving_step::going;
  self->request(state.ledger, caf::infinite, cluster::submit{"node", spoken(self, std::move(last_word))})
      .then(
          [self](const cluster::told_outcome& told) {
            if (told.answer.refused == refusal::none) return wave(self);
            say(self, env::log_level::warning,
                fmt::format("leaves not yet: the cluster refuses it ({})", name_of(told.answer.refused)));
            self->state.leaving = leaving_step::draining; // something came here after all, or the session is another
            self->state.may_go = env::now_of(self) + leave_again;
            if (!session_stands(self)) rejoin(self, "it leaves, and takes a session to do that");
          },
          [self](const caf::error&) { wave(self); });
}

} // namespace

void look_whether_gone(root_actor* self) {
  auto& state = self->state;
  if (state.leaving != leaving_step::draining || !state.seen || !state.session) return;
  auto& now = state.seen->now();
  auto& name = state.options.name;
  auto* standby = now.find(own_standby(self));
  if (!standby) return drain(self); // so that nothing new comes here
  if (env::now_of(self) < state.may_go) return;
  if (!cluster::holds_anything(now, name)) return go(self, command::node_left{name, *state.session});
  if (!cluster::holds_only_what_is_left_alone(now, name)) return;
  say(self, env::log_level::info, "ends for a while: what runs here is left alone, in maintenance or not managed");
  auto until = std::chrono::floor<stamp::duration>(state.env->calendar.now() + planned_absence);
  go(self, command::detach{name, *state.session, until});
}

void begin_leaving(root_actor* self, std::string why) {
  auto& state = self->state;
  if (state.leaving) return;
  state.leaving_why = std::move(why);
  if (!state.ledger || !state.session) return end(self, caf::exit_reason::user_shutdown);
  say(self, env::log_level::info, "leaves the cluster: what runs here is moved or stopped first");
  state.leaving = leaving_step::draining;
  state.leaving_ends = env::now_of(self) + drain_limit;
  state.leaving_look = env::now_of(self);
  self->send(state.ledger, cluster::watch_state{caf::actor_cast<caf::actor>(self)});
}

// Its journal takes no more, but it still hears, and can stop what it holds: nobody need be fenced for a full disk.
void leave_without_disk(root_actor* self, const consensus::disk_failed& how) {
  auto& state = self->state;
  auto why = fmt::format("its data disk {}: {}", how.full ? "is full" : "failed", how.why);
  if (!state.leaving && (!state.ledger || !state.session)) return give_up(self, why);
  say(self, env::log_level::error, why);
  begin_leaving(self, std::move(why));
}

void on_state(root_actor* self, const cluster::state_is& s) {
  auto& state = self->state;
  if (!state.leaving) return;
  state.seen.emplace(*s.whole);
  look_whether_gone(self);
}

void on_state(root_actor* self, const cluster::state_changed& s) {
  auto& state = self->state;
  if (!state.seen) return;
  state.seen->follow(*s.what);
  look_whether_gone(self);
}

static void go_as_it_is(root_actor* self, const char* why) {
  say(self, env::log_level::warning, fmt::format("could not leave in order: {}; what runs here goes on", why));
  end(self, caf::exit_reason::user_shutdown);
}

// The node is found as it goes when it comes back.
void on_leaving_time(root_actor* self) {
  auto& state = self->state;
  auto now = env::now_of(self);
  if (!state.leaving) return;
  if (now >= state.leaving_ends) return go_as_it_is(self, "it takes too long");
  if (now < state.leaving_look) return;
  state.leaving_look = now + look_for_leader;
  look_whether_gone(self);
  // The ledger names a leader until there is another one; when it was heard, the replica knows.
  self->request(state.replica, alone_limit, consensus::ask_contacts{})
      .then(
          [self](const consensus::contact_list& c) {
            if (env::now_of(self) >= c.leader_heard + alone_limit) go_as_it_is(self, "nobody leads");
          },
          [self](const caf::error&) { go_as_it_is(self, "the replica does not answer"); });
}

void lift_own_standby(root_actor* self) {
  self->request(self->state.ledger, std::chrono::seconds{10}, cluster::ask_state{})
      .then(
          [self](const cluster::state_is& s) {
            auto* found = s.whole->find(own_standby(self));
            if (!found || found->value.owner != self->state.options.name.text) return;
            command::directive d;
            d.kind = command::directive_kind::standby;
            d.subject = self->state.options.name.text;
            d.lifted = true;
            // What comes of it is read in the state.
            self->request(self->state.ledger, caf::infinite, cluster::submit{"node", spoken(self, std::move(d))})
                .then([](const cluster::told_outcome&) {}, [](const caf::error&) {});
          },
          [](const caf::error&) {});
}

} // namespace troupe::node
