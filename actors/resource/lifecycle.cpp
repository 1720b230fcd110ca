#include "actors/resource/lifecycle.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

namespace troupe::resource {

// --- what is wanted ---

void lifecycle::want(wanted now_wanted, instant now, effects& out) {
  bool other_session = now_wanted.session != wanted_.session;
  bool same = now_wanted == wanted_;
  wanted_ = std::move(now_wanted);
  if (same) return;
  if (other_session) {
    probed_.reset();
    told_.reset();
    lone_.reset();
  }
  if (!wanted_.held) never_ran_ = false;
  if (!wanted_.probe) probed_.reset(); // the next one is another, though nothing else may have changed
  drop_what_is_not_wanted(other_session, now, out);
  watch_again(now);
  answer_withdrawal(out);
  proceed(now, out);
}

void lifecycle::stop_alone(blueprint how, instant now, effects& out) {
  TROUPE_ASSERT(!has_session(), "a node with a session is told what to stop");
  lone_ = std::move(how);
  proceed(now, out);
}

// Monitors begin anew when what they watch is another thing than before; that our own report has changed its health is
// no such thing.
void lifecycle::watch_again(instant now) {
  if (!wanted_.watch) return checks_.end();
  bool as_before = checks_.running() && checks_.definition() == wanted_.how->definition.get() &&
                   checks_.role() == wanted_.watch->role;
  if (!as_before) checks_.begin(wanted_.how->definition, *wanted_.watch, now);
}

const lifecycle::act_job* lifecycle::act_under_way() const {
  const job* j = nullptr;
  if (auto* c = std::get_if<calling>(&state_))
    j = &c->what;
  else if (auto* e = std::get_if<emptying>(&state_))
    j = &e->what;
  else if (auto* l = std::get_if<looking>(&state_))
    j = &l->what;
  return j ? std::get_if<act_job>(j) : nullptr;
}

void lifecycle::answer_withdrawal(effects& out) {
  auto& act = wanted_.act;
  if (!act || !act->withdrawn || !to_do(*act)) return;
  auto* under_way = act_under_way();
  if (under_way && under_way->id == act->id) return;
  act_is_done({act->id, act->action}, command::act_end::not_run, {}, out);
}

void lifecycle::drop_what_is_not_wanted(bool other_session, instant now, effects& out) {
  if (other_session) {
    if (!std::holds_alternative<resting>(state_)) drop(now, out);
    return;
  }
  auto* c = std::get_if<calling>(&state_);
  if (!c || !std::holds_alternative<monitor_job>(c->what)) return;
  // watch is unset while an act is open.
  bool still_watched =
      wanted_.watch && checks_.definition() == wanted_.how->definition.get() && checks_.role() == wanted_.watch->role;
  if (!still_watched) drop(now, out);
}

// What was begun ends before anything else is begun. An end that is under way already is just not heard any more.
void lifecycle::drop(instant now, effects& out) {
  if (auto* c = std::get_if<calling>(&state_)) out.push_back(end_scope{next_call(), c->scope});
  since_ = now;
  state_ = dropping{};
}

// --- what is done next ---

bool lifecycle::probe_wanted() const {
  if (!wanted_.probe) return false;
  auto defined_at = wanted_.how ? wanted_.how->defined_at : log_index{};
  return probed_ != std::pair(wanted_.session, defined_at);
}

std::optional<lifecycle::job> lifecycle::choose(instant now) const {
  if (!has_session()) return {};
  if (wanted_.act && !wanted_.act->withdrawn && to_do(*wanted_.act))
    return act_job{wanted_.act->id, wanted_.act->action};
  if (probe_wanted()) return probe_job{wanted_.held};
  if (notice_wanted()) return notice_job{*wanted_.tell};
  if (auto monitor = checks_.due(now)) return monitor_job{*monitor};
  return {};
}

std::optional<urgency> lifecycle::pending(instant now) const {
  auto next = choose(now);
  if (!next) return {};
  if (std::holds_alternative<act_job>(*next)) return urgency::act;
  return std::holds_alternative<monitor_job>(*next) ? urgency::monitor : urgency::probe;
}

void lifecycle::proceed(instant now, effects& out) {
  if (!std::holds_alternative<resting>(state_)) return;
  if (lone_) return begin(lone_job{lone_->copies && lone_->copies->promoted_max > 0}, now, out);
  auto next = pending(now);
  if (!next) return; // a turn that was asked for is given back when it comes
  if (asked_ && *asked_ >= *next) return;
  asked_ = next;
  out.push_back(ask_turn{*next});
}

// What it is used for is decided now; for something more urgent than it was given for, it is asked for anew.
void lifecycle::turn(urgency granted, instant now, effects& out) {
  TROUPE_ASSERT(!has_turn_, "a second turn before the first was given back");
  asked_.reset();
  auto next = pending(now);
  if (std::holds_alternative<resting>(state_) && next && *next <= granted) {
    has_turn_ = true;
    return begin(*choose(now), now, out);
  }
  out.push_back(give_turn_back{});
  proceed(now, out);
}

// Each turn serves one operation: whether the next one may begin is not for us to say.
void lifecycle::rest(instant now, effects& out) {
  if (std::exchange(has_turn_, false)) out.push_back(give_turn_back{});
  answer_withdrawal(out);
  proceed(now, out);
}

void lifecycle::tick(instant now, effects& out) {
  proceed(now, out);
}

std::optional<instant> lifecycle::next_deadline() const {
  // Whatever is under way wakes us by its end; whatever waits for a turn, by the turn.
  if (!std::holds_alternative<resting>(state_) || asked_) return {};
  return checks_.next_deadline();
}

bool lifecycle::at_rest() const {
  return std::holds_alternative<resting>(state_) && !lone_ && !(wanted_.act && to_do(*wanted_.act)) && !probe_wanted() &&
         !notice_wanted();
}

// --- doing it ---

agents::scope_name lifecycle::scope_of(const job& j) {
  if (auto* act = std::get_if<act_job>(&j)) return {slice_of(what_), std::to_string(act->id.value)};
  auto kind = std::holds_alternative<probe_job>(j)     ? "probe"
              : std::holds_alternative<notice_job>(j)  ? "notice"
              : std::holds_alternative<monitor_job>(j) ? "monitor"
                                                       : "alone";
  return {slice_of(what_), fmt::format("{}-{}.{}.{}", kind, wanted_.session.value, series_, ++last_scope_)};
}

void lifecycle::begin(const job& j, instant now, effects& out) {
  since_ = now;
  // Neither configured nor held, and yet to be looked at: nobody can ask for it any more, but its slice can be emptied.
  if (!wanted_.how && std::holds_alternative<probe_job>(j)) return empty(j, 0, out);
  calling c{j, scope_of(j), {}, 0};
  if (auto* lone = std::get_if<lone_job>(&j)) {
    c.call = call_for(here_, what_, *lone_, lone->demotes ? config::action::demote : config::action::stop);
  } else if (auto* act = std::get_if<act_job>(&j)) {
    if (act->action == config::action::start) never_ran_ = false;
    c.call = call_for(here_, what_, *wanted_.how, act->action, wanted_.round.get());
  } else if (auto* n = std::get_if<notice_job>(&j)) {
    c.call = notice_of(here_, what_, *wanted_.how, *wanted_.round, n->what.stage);
  } else if (auto* m = std::get_if<monitor_job>(&j)) {
    c.call = monitor_of(here_, what_, *wanted_.how, wanted_.how->definition->monitors[m->index]);
  } else {
    c.call = probe_of(here_, what_, *wanted_.how);
  }
  bool nowhere = c.call.programs.empty();
  state_ = std::move(c);
  if (!nowhere) return call(now, out);
  auto none = std::get<calling>(state_).call.agent;
  ended(next_call(), agents::not_started{ENOENT, none}, now, out);
}

void lifecycle::call(instant now, effects& out) {
  auto& c = std::get<calling>(state_);
  auto run = c.call.call;
  run.arguments[0] = c.call.programs[c.candidate];
  since_ = now;
  out.push_back(run_program{next_call(), c.scope, std::move(run)});
}

void lifecycle::ended(call_number number, const agents::outcome& how, instant now, effects& out) {
  if (number != last_call_) return;
  auto before = std::exchange(state_, resting{});
  if (auto* c = std::get_if<calling>(&before)) {
    if (missing(how) && c->candidate + 1 < c->call.programs.size()) {
      ++c->candidate;
      state_ = std::move(*c);
      return call(now, out);
    }
    std::visit([&](auto& j) { judge(*c, j, how, now, out); }, c->what);
  } else if (auto* e = std::get_if<emptying>(&before)) {
    emptied(*e, how, out);
  }
  if (std::holds_alternative<resting>(state_)) rest(now, out);
}

void lifecycle::look(const job& j, verdict so_far, effects& out) {
  state_ = looking{j, std::move(so_far)};
  out.push_back(list_processes{next_call()});
}

void lifecycle::empty(const job& j, std::int32_t exit_code, effects& out) {
  state_ = emptying{j, exit_code};
  out.push_back(end_slice{next_call(), slice_of(what_)});
}

lifecycle::activity lifecycle::doing() const {
  activity out;
  if (auto* c = std::get_if<calling>(&state_))
    out.what = name_of(c->what);
  else if (auto* l = std::get_if<looking>(&state_))
    out.what = name_of(l->what) + ": looks for its processes";
  else if (auto* e = std::get_if<emptying>(&state_))
    out.what = name_of(e->what) + ": ends what is left of it";
  else
    out.what = std::holds_alternative<dropping>(state_) ? "ends what is not wanted any more" : "rests";
  if (!std::holds_alternative<resting>(state_)) out.since = since_;
  if (asked_) out.next = *asked_ == urgency::act ? "an act" : *asked_ == urgency::probe ? "a probe" : "a monitor";
  return out;
}

std::string lifecycle::name_of(const job& j) const {
  if (auto* act = std::get_if<act_job>(&j)) return fmt::format("{} (act {})", config::name_of(act->action), act->id.value);
  if (std::holds_alternative<probe_job>(j)) return "probe";
  if (std::holds_alternative<notice_job>(j)) return "notice";
  return std::holds_alternative<monitor_job>(j) ? "monitor" : "stop, because this node is alone";
}

} // namespace troupe::resource
