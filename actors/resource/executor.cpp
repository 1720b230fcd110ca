#include "actors/resource/executor.hpp"

#include <fmt/format.h>

namespace troupe::resource {

void say(executor_actor* self, env::log_level level, const std::string& text) {
  self->state.env->log.write(level, "executor", text);
}

instance_entry& entry_of(executor_actor* self, const instance& what) {
  auto& state = self->state;
  auto& entry = state.instances[what];
  if (entry.actor) return entry;
  entry.life = ++state.last_life;
  instance_settings s{{state.set.agents, state.set.self}, {what, entry.life}, caf::actor_cast<caf::actor>(self)};
  entry.actor = self->spawn<caf::linked>(instance_of_resource, state.env, state.directory, std::move(s));
  return entry;
}

namespace {

// nullptr: the last words of an actor that is retired.
instance_entry* find(executor_actor* self, const sender& from) {
  auto found = self->state.instances.find(from.who);
  return found != self->state.instances.end() && found->second.life == from.life ? &found->second : nullptr;
}

void give_pictures(executor_actor* self) {
  auto& state = self->state;
  for (auto& p : state.view->changes()) {
    if (p.now.nothing() && !state.instances.contains(p.what)) continue;
    auto& entry = entry_of(self, p.what);
    entry.nothing_wanted = p.now.nothing();
    entry.resting = false;
    entry.number = ++state.last_number;
    self->send(entry.actor, picture_is{entry.number, std::move(p.now)});
  }
}

void give_turns(executor_actor* self) {
  auto& state = self->state;
  for (auto& t : state.turns->next(state.contact->fresh(env::now_of(self))))
    self->send(state.instances.at(t.who).actor, your_turn{t.how});
}

void on_rest(executor_actor* self, const rests& r) {
  auto& state = self->state;
  auto* entry = find(self, r.from);
  if (!entry || entry->number != r.number) return;
  entry->resting = true;
  if (!entry->nothing_wanted) return;
  self->send(entry->actor, retire{});
  state.turns->forget(r.from.who);
  state.instances.erase(r.from.who);
}

// For the daemon's log; the cluster's history has it from the report.
void note(executor_actor* self, const command::report_item& item) {
  if (auto* d = std::get_if<command::act_done>(&item)) {
    bool bad = d->end == command::act_end::failed || d->end == command::act_end::stuck;
    if (bad)
      say(self, env::log_level::warning,
          fmt::format("act {} on {} {}: exit code {}, {}", d->act.value, slice_of({d->resource, d->ordinal}),
                      d->end == command::act_end::stuck ? "is stuck" : "failed", d->exit_code, d->note));
  } else if (auto* m = std::get_if<command::monitored>(&item)) {
    say(self, m->healthy ? env::log_level::info : env::log_level::warning,
        fmt::format("{} is {}{}", slice_of({m->resource, m->ordinal}),
                    m->healthy ? "healthy again" : "not healthy: ", m->note));
  }
}

void send_report(executor_actor* self) {
  auto& state = self->state;
  auto report = state.reports->next(*state.view, env::now_of(self));
  if (!report) return;
  auto session = report->session;
  command::command c;
  c.from.why = reason::result;
  c.from.by.node = state.set.self;
  for (auto& item : report->items)
    if (auto* done = std::get_if<command::act_done>(&item); done && c.from.causes.size() < command::max_causes)
      c.from.causes.push_back(done->act);
  c.what = std::move(*report);
  // No time-out: the desk follows the command to its outcome, through whatever happens to leaders.
  self->request(state.set.ledger, caf::infinite, cluster::submit{"report", std::move(c)})
      .then(
          [self, session](const cluster::told_outcome& told) {
            self->state.reports->answered(session, told.answer);
            if (told.answer.refused != refusal::none)
              say(self, env::log_level::warning, fmt::format("a report was refused: {}", name_of(told.answer.refused)));
            change_mode(self);
          },
          [self, session](const caf::error&) {
            self->state.reports->not_taken(session, env::now_of(self));
            change_mode(self);
          });
}

void ask_for_contact(executor_actor* self) {
  auto& state = self->state;
  auto now = env::now_of(self);
  bool idle = state.contact->alone() && state.view->holdings().empty(); // then nothing hangs on the next answer
  contact_watch::need need{state.turns->acts_wait(), std::holds_alternative<alone>(state.mode) || idle};
  auto at = state.contact->ask_at(need, now);
  if (!at || *at > now) return state.alarm.set(self, at);
  state.contact->asked(now);
  auto judge = [self] {
    self->state.contact_answered = true;
    change_mode(self);
    self->state.contact_answered = false;
  };
  self->request(state.set.replica, state.set.timers.contact_lost, consensus::ask_contacts{})
      .then(
          [self, judge](const consensus::contact_list& told) {
            self->state.contact->told(told.leader_heard);
            judge();
          },
          [self, judge](const caf::error&) {
            self->state.contact->unanswered();
            judge();
          });
}

} // namespace

void settle(executor_actor* self) {
  if (std::holds_alternative<starting>(self->state.mode)) return;
  give_pictures(self);
  give_turns(self);
  send_report(self);
  ask_for_contact(self);
  self->state.alarm.set(self, self->state.reports->next_deadline());
}

caf::behavior executor(executor_actor* self, env::environment* env, const watching::directory_ptr& directory,
                       executor_settings set) {
  auto& state = self->state;
  self->publish(directory, "node/executor", "executor");
  state.env = env;
  state.directory = directory;
  state.last_life = env->entropy.number() >> 32; // scopes of an earlier daemon may still be there
  state.view = std::make_unique<node_view>(set.self, env->host.boot, set.acts_of_any_session);
  state.reports = std::make_unique<reporter>(set.self);
  state.contact = std::make_unique<contact_watch>(set.timers.contact_lost, env::now_of(self));
  state.turns = std::make_unique<turnstile>(set.at_once);
  state.set = std::move(set);
  self->send(state.set.ledger, cluster::watch_state{caf::actor_cast<caf::actor>(self)});
  look_for_leftovers(self);

  auto then = [self] { change_mode(self); };
  return {
      [=](const cluster::state_is& s) { self->state.view->take(*s.whole), then(); },
      [=](const cluster::state_changed& s) { self->state.view->take(*s.what), then(); },
      [=](const cluster::leader_is&) {}, // who leads is nothing to us; when it was heard, the replica is asked
      [=](const session_is& s) {
        // In any other mode a rejoin is about to be asked for, which brings another session.
        if (std::holds_alternative<open>(self->state.mode)) self->state.view->session_is(s.session);
        then();
      },
      [=](const lives_here& l) { end_leftovers(self, l.found), then(); },
      [=](const leftover_ended& l) { on_leftover(self, l), then(); },
      [=](const turn_wanted& t) {
        if (find(self, t.from)) self->state.turns->ask(t.from.who, t.how);
        then();
      },
      [=](const turn_returned& t) {
        if (find(self, t.from)) self->state.turns->give_back(t.from.who);
        then();
      },
      [=](happened& h) {
        note(self, h.item);
        if (auto* p = std::get_if<command::probed>(&h.item); p && self->state.set.believes_in_nothing)
          p->found = command::finding::not_held;
        if (auto* m = std::get_if<command::monitored>(&h.item); m && self->state.set.tells_first_finding)
          if (!self->state.findings_told.insert({m->resource, m->ordinal}).second) return then();
        self->state.reports->add(h.session, std::move(h.item));
        then();
      },
      [=](const rests& r) { on_rest(self, r), then(); },
      [=](const stopped_alone& s) { on_stopped_alone(self, s), then(); },
      [=](env::wake w) {
        if (!self->state.alarm.rang(w)) return;
        if (std::holds_alternative<starting>(self->state.mode)) look_for_leftovers(self);
        then();
      },
      [=](ask_executor) {
        auto& s = self->state;
        executor_activity told{mode_text(s.mode), s.turns->under_way(), s.turns->waiting(), {}};
        for (auto& [what, entry] : s.instances) told.instances.emplace_back(what, entry.actor);
        return told;
      },
  };
}

} // namespace troupe::resource
