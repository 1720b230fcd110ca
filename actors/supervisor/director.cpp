#include "actors/supervisor/director.hpp"

#include "actors/cluster/holdings.hpp"
#include "actors/supervisor/planner.hpp"

#include <fmt/format.h>

namespace troupe::supervisor {

namespace {

constexpr duration contact_patience = std::chrono::seconds{10};
constexpr std::size_t max_unplaced = 4096; // changes kept for the planner; beyond them it gets the whole state anew
constexpr duration place_again = std::chrono::seconds{5}; // after place() has failed, or found no room in the log

struct send_outbox {};

} // namespace
} // namespace troupe::supervisor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::send_outbox)

namespace troupe::supervisor {

namespace {

const cluster::state& seen(director_actor* self) {
  return self->state.follows->now();
}

void say(director_actor* self, env::log_level level, const std::string& text) {
  self->state.env->log.write(level, "director", text);
}

// --- to the log ---

// Whatever else this message leads to goes along.
std::uint64_t propose(director_actor* self, command::body what, reason why, std::vector<log_index> causes) {
  auto& state = self->state;
  command::command c;
  c.from.by.node = state.set.self;
  c.from.why = why;
  c.from.causes = std::move(causes);
  if (c.from.causes.size() > command::max_causes) c.from.causes.resize(command::max_causes);
  c.from.client = state.client;
  c.from.sequence = ++state.sequence;
  c.what = std::move(what);
  if (state.outbox.empty()) self->send(self, send_outbox{});
  state.outbox.push_back(std::move(c));
  return state.sequence;
}

// --- where everything goes ---

void place(director_actor* self) {
  auto& state = self->state;
  if (state.assigned_on_its_way || !state.places.wanted(seen(self)) || env::now_of(self) < state.place_at) return;
  state.placing_causes = state.places.started();
  place_now ask{{}, std::exchange(state.unplaced, {})};
  if (!std::exchange(state.planner_follows, true)) ask.whole = std::make_shared<const cluster::state>(seen(self));
  self->send(state.planner, std::move(ask));
}

void planner_forgets(director_actor* self) {
  self->state.planner_follows = false;
  self->state.unplaced.clear();
}

void keep_for_planner(director_actor* self, const cluster::delta_ptr& d) {
  auto& state = self->state;
  // What only moves the time matters too, for gates open by it; of several in a row the last.
  auto& all = state.unplaced;
  if (d->changes.empty() && !all.empty() && all.back()->changes.empty()) all.pop_back();
  if (all.size() == max_unplaced) planner_forgets(self);
  if (state.planner_follows) all.push_back(d);
}

void on_placed(director_actor* self, placed& p) {
  auto& state = self->state;
  state.places.ended();
  auto items = state.places.changes(seen(self), std::move(p.news));
  if (!items.empty())
    state.assigned_on_its_way =
        propose(self, command::assigned{std::move(items)}, reason::placement, state.placing_causes);
}

void on_placing_failed(director_actor* self, const placing_failed& f) {
  auto& state = self->state;
  say(self, env::log_level::error, "place() failed, the last assignments stand: " + f.why);
  state.places.ended();
  planner_forgets(self);
  state.places.begin(seen(self));
  state.place_at = env::now_of(self) + place_again;
}

// --- what is due ---

caf::actor supervisor_of(director_actor* self, const resource_name& r) {
  auto& state = self->state;
  auto& found = state.supervisors[r];
  if (!found)
    found = self->spawn<caf::linked>(supervisor, state.env, state.directory, r, caf::actor_cast<caf::actor>(self));
  return found;
}

// On our clock.
instant happened_at(director_actor* self, stamp when) {
  return env::now_of(self) - std::max(duration{}, duration{self->state.env->calendar.now() - when});
}

void advise_all(director_actor* self) {
  auto& state = self->state;
  for (auto& a : state.ready.take(seen(self))) {
    if (a.steps.empty() && !state.supervisors.contains(a.resource)) continue;
    std::map<node_name, past_failures> past;
    for (auto& s : a.steps)
      if (auto* f = seen(self).find(cluster::failure_key{a.resource, s.at.node}))
        past[s.at.node] = {f->value.count, happened_at(self, f->value.last)};
    self->send(supervisor_of(self, a.resource), advised{std::move(a.steps), std::move(past)});
  }
}

void on_steps(director_actor* self, steps_due& due) {
  for (auto& s : due.steps) {
    auto number = propose(self, std::move(s.what), s.why, std::move(s.causes));
    self->state.acts_on_their_way[number] = s.at;
  }
}

// --- who is lost, who must be shot ---

void fence(director_actor* self) {
  auto& state = self->state;
  for (auto& c : state.fences.look(seen(self), state.set.self, env::now_of(self)))
    propose(self, std::move(c.what), c.from.why, std::move(c.from.causes));
}

void go_on(director_actor* self);

void on_contacts(director_actor* self, const consensus::contact_list& c) {
  auto& state = self->state;
  look l{env::now_of(self), state.env->calendar.now(), c.leader_heard, c.members};
  for (auto& v : state.losses->judge(seen(self), l)) propose(self, std::move(v.what), v.why, {});
}

// Contacts are asked for when somebody may have been silent for too long, not all the time.
void ask_contacts(director_actor* self) {
  auto& state = self->state;
  auto due = state.losses->next_look();
  if (state.contacts_asked || (due && env::now_of(self) < *due)) return;
  state.contacts_asked = true;
  self->request(state.set.replica, contact_patience, consensus::ask_contacts{})
      .then(
          [self](const consensus::contact_list& contacts) {
            self->state.contacts_asked = false;
            on_contacts(self, contacts);
            go_on(self);
          },
          [self](const caf::error&) { self->state.contacts_asked = false, go_on(self); });
}

// --- the whole ---

void rearm(director_actor* self) {
  auto& state = self->state;
  if (!state.contacts_asked) state.alarm.set(self, state.losses->next_look());
  state.alarm.set(self, state.fences.next_deadline());
  // While an Assigned is on its way its outcome is what wakes us: an alarm that is due would only ring again at once.
  bool waits = state.assigned_on_its_way && !state.set.rings_while_waiting;
  if (!waits && state.places.wanted(seen(self))) state.alarm.set(self, state.place_at);
}

void go_on(director_actor* self) {
  if (!self->state.follows) return; // the state has not come yet
  place(self);
  advise_all(self);
  ask_contacts(self);
  fence(self);
  rearm(self);
}

void begin(director_actor* self, const cluster::state_is& s) {
  auto& state = self->state;
  state.follows.emplace(*s.whole);
  planner_forgets(self);
  state.ready.begin(seen(self));
  state.places.begin(seen(self));
  state.assigned_on_its_way.reset();
  // What was on its way may be in this state or be lost: nobody waits for its outcome any more.
  for (auto& [number, cell] : std::exchange(state.acts_on_their_way, {}))
    self->send(supervisor_of(self, cell.resource), step_told{cell, refusal::stale_if});
}

void on_told(director_actor* self, const cluster::told_client& told) {
  auto& state = self->state;
  if (told.client != state.client) return;
  if (state.assigned_on_its_way == told.sequence) state.assigned_on_its_way.reset();
  auto act = state.acts_on_their_way.extract(told.sequence);
  if (!act.empty()) {
    auto& cell = act.mapped();
    self->send(supervisor_of(self, cell.resource), step_told{cell, told.answer.refused});
  } else if (told.answer.refused != refusal::none) {
    say(self, env::log_level::warning,
        fmt::format("command {} was refused: {}", told.answer.index.value, name_of(told.answer.refused)));
  }
}

// The log is overloaded: what found no room is asked for again, after a while.
void on_not_proposed(director_actor* self, const cluster::not_proposed& n) {
  auto& state = self->state;
  for (auto sequence : n.sequences) {
    auto act = state.acts_on_their_way.extract(sequence);
    if (!act.empty())
      self->send(supervisor_of(self, act.mapped().resource), step_told{act.mapped(), std::nullopt});
    if (state.assigned_on_its_way != sequence) continue;
    state.assigned_on_its_way.reset();
    state.places.begin(seen(self));
    state.place_at = env::now_of(self) + place_again;
  }
}

void follow(director_actor* self, const cluster::delta_ptr& what) {
  auto& state = self->state;
  if (!state.follows) return;
  auto& d = *what;
  state.follows->follow(d);
  keep_for_planner(self, what);
  state.ready.note(seen(self), d);
  state.places.note(seen(self), d);
  for (auto& told : d.told) on_told(self, told);
}

} // namespace

caf::behavior director(director_actor* self, env::environment* env, const watching::directory_ptr& directory,
                       director_settings set) {
  auto& state = self->state;
  self->publish(directory, "node/director", "director");
  state.env = env;
  state.directory = directory;
  state.losses.emplace(set.self, set.ignores_hosts);
  state.ready = readiness(set.ignores_orders);
  state.set = std::move(set);
  state.client = client_id{env->entropy.number() | 1};
  auto here = caf::actor_cast<caf::actor>(self);
  state.planner = self->spawn<caf::linked>(planner, directory, here);
  self->send(state.set.ledger, cluster::watch_state{here});
  self->send(state.set.detector, detector::watch_opinions{here});
  self->send(state.set.replica, consensus::watch_vouched{here});

  return {
      [=](const cluster::state_is& s) { begin(self, s), go_on(self); },
      [=](const cluster::state_changed& c) { follow(self, c.what), go_on(self); },
      [=](const cluster::leader_is&) {}, // the root ends a director that does not lead any more
      [=](const detector::opinion_is& o) { self->state.losses->opinion(o.what), go_on(self); },
      [=](const detector::host_answer& h) { self->state.losses->host_answered(h.node, h.at), go_on(self); },
      [=](consensus::vouched_are& v) { self->state.losses->vouched(std::move(v.members)), go_on(self); },
      [=](placed& p) { on_placed(self, p), go_on(self); },
      [=](const cluster::not_proposed& n) { on_not_proposed(self, n), go_on(self); },
      [=](const placing_failed& f) { on_placing_failed(self, f), go_on(self); },
      [=](steps_due& due) { on_steps(self, due); },
      [=](const advise_again& a) { self->state.ready.again(a.resource), go_on(self); },
      [=](send_outbox) {
        auto& s = self->state;
        self->send(s.set.ledger, cluster::propose_now{std::exchange(s.outbox, {})});
      },
      [=](env::wake w) {
        if (self->state.alarm.rang(w)) go_on(self);
      },
  };
}

} // namespace troupe::supervisor
