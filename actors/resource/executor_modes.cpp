// The executor's modes: its start, the end of a session, and being alone.
#include "actors/resource/executor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::resource {

// --- starting ---

void look_for_leftovers(executor_actor* self) {
  self->state.env->processes.list([here = caf::actor_cast<caf::actor_addr>(self)](result<agents::living> found) {
    if (auto alive = caf::actor_cast<caf::actor>(here)) caf::anon_send(alive, lives_here{std::move(found)});
  });
}

void end_leftovers(executor_actor* self, const result<agents::living>& found) {
  auto& state = self->state;
  starting s;
  if (!found) {
    s.trouble = found.error().text;
    if (s.trouble != std::get<starting>(state.mode).trouble)
      say(self, env::log_level::warning, fmt::format("does not know what an earlier life left: {}", s.trouble));
    state.mode = std::move(s);
    return state.alarm.set(self, env::now_of(self) + list_again);
  }
  for (auto& scope : found->operations) {
    if (scope.slice.starts_with(agents::device_slices)) continue;
    ++s.left;
    say(self, env::log_level::info, fmt::format("ends {}/{}, left by an earlier life", scope.slice, scope.scope));
    state.env->processes.end_scope(scope, kill_grace,
                                   [here = caf::actor_cast<caf::actor_addr>(self), scope](agents::outcome how) {
                                     if (auto alive = caf::actor_cast<caf::actor>(here))
                                       caf::anon_send(alive, leftover_ended{scope, std::move(how)});
                                   });
  }
  state.mode = s;
  if (s.left > 0) return;
  state.mode = open{};
  self->send(state.set.root, executor_ready{});
}

void on_leftover(executor_actor* self, const leftover_ended& l) {
  auto& state = self->state;
  auto& s = std::get<starting>(state.mode);
  // It can act no more than what cannot be killed does; its resource's probe and stop will show what it holds.
  if (std::holds_alternative<agents::stuck>(l.how))
    say(self, env::log_level::warning, fmt::format("{}/{} cannot be ended", l.scope.slice, l.scope.scope));
  if (--s.left > 0) return;
  state.mode = open{};
  self->send(state.set.root, executor_ready{});
}

namespace {

// --- the end of a session ---

bool everything_rests(executor_actor* self) {
  auto& all = self->state.instances;
  return std::all_of(all.begin(), all.end(), [](auto& i) { return i.second.resting; });
}

void close(executor_actor* self, std::string why) {
  say(self, env::log_level::warning, fmt::format("a new session is needed: {}", why));
  self->state.mode = closing{std::move(why)};
  self->state.view->session_is({});
}

void ask_for_session(executor_actor* self, std::string why) {
  self->state.mode = open{};
  self->send(self->state.set.root, rejoin_wanted{std::move(why)});
}

// --- alone ---

void stop_what_may_go(executor_actor* self, alone& a) {
  for (auto& h : a.plan.next()) {
    auto& entry = entry_of(self, h.what);
    entry.resting = false;
    entry.number = ++self->state.last_number;
    self->send(entry.actor, stop_now{entry.number, std::move(h.how)});
  }
}

void be_alone(executor_actor* self, std::string why, bool for_ever) {
  auto& state = self->state;
  auto held = state.view->holdings();
  say(self, env::log_level::warning, fmt::format("stops {} instances by itself: {}", held.size(), why));
  state.mode = alone{std::move(why), for_ever, lone_stop(held, state.view->configuration()), 0};
  state.view->session_is({});
  if (for_ever) state.view->forget_taken();
}

void go_on_alone(executor_actor* self, alone& a) {
  auto& state = self->state;
  if (state.view->here() == standing::dead && !std::exchange(a.for_ever, true)) state.view->forget_taken();
  bool heard = !a.for_ever && state.contact->fresh(env::now_of(self));
  if (heard) a.plan.no_more();
  stop_what_may_go(self, a);
  if (!a.plan.finished() || !everything_rests(self) || !(heard || a.for_ever)) return;
  auto why = fmt::format("stopped what it held by itself ({} stops failed): {}", a.failed, a.why);
  ask_for_session(self, why);
}

void look_at_open(executor_actor* self) {
  auto& state = self->state;
  auto& view = *state.view;
  if (view.here() == standing::dead && !view.holdings().empty())
    return be_alone(self, "the cluster has declared this boot dead", true);
  // On a new answer only: a node that held nothing may have been without a leader until just now, and learn of its
  // services by joining.
  if (state.contact_answered && state.contact->alone() && !view.holdings().empty())
    return be_alone(self, "no leader was heard for " + conf::to_text(state.set.timers.no_contact_stop), false);
  if (view.here() == standing::cast_out) return close(self, "the cluster has lost this node");
  if (state.reports->lost_its_way())
    close(self, fmt::format("reports are refused: {}", name_of(state.reports->last_refusal())));
}

} // namespace

void on_stopped_alone(executor_actor* self, const stopped_alone& s) {
  auto* a = std::get_if<alone>(&self->state.mode);
  if (!a) return;
  a->plan.ended(s.from.who);
  if (s.stopped) return;
  ++a->failed;
  say(self, env::log_level::error, fmt::format("{} could not be stopped: {}", slice_of(s.from.who), s.note));
}

namespace {

// `tolerate` may change while we run. What is out of range never gets into the log.
void follow_timers(executor_actor* self) {
  auto& set = self->state.set;
  auto tolerate = self->state.view->configuration().tolerate;
  if (tolerate == set.timers.tolerate) return;
  auto derived = conf::derive({.tolerate = tolerate});
  if (!derived) return;
  set.timers = *derived;
  self->state.contact->lost_after(set.timers.contact_lost);
}

} // namespace

void change_mode(executor_actor* self) {
  auto& state = self->state;
  if (std::holds_alternative<starting>(state.mode)) return;
  if (state.view->follows()) {
    follow_timers(self);
    bool stops = state.view->configuration().no_quorum == config::no_quorum_policy::stop;
    state.contact->stop_after(stops ? std::optional(state.set.timers.no_contact_stop) : std::nullopt);
    if (std::holds_alternative<open>(state.mode)) look_at_open(self);
  }
  settle(self); // pictures first: what is to rest is told so before it is looked whether it does
  if (auto* a = std::get_if<alone>(&state.mode))
    go_on_alone(self, *a);
  else if (auto* c = std::get_if<closing>(&state.mode); c && everything_rests(self))
    ask_for_session(self, c->why);
  else
    return;
  if (std::holds_alternative<open>(state.mode)) change_mode(self); // maybe more has happened meanwhile
}

std::string mode_text(const executor_mode& m) {
  if (std::holds_alternative<starting>(m)) return "starting";
  if (auto* c = std::get_if<closing>(&m)) return "closing: " + c->why;
  if (auto* a = std::get_if<alone>(&m)) return "alone: " + a->why;
  return "open";
}

} // namespace troupe::resource
