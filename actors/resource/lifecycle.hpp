// What one instance does on this node, one operation at a time. Pure: pictures of what is wanted, outcomes, turns and
// time come in; calls, reports and the next deadline come out.
//
//   resting -> (a turn) -> calling -> resting
//                             |-> emptying: a good stop, and a probe that found nothing where something was, count only
//                             |             when the slice is empty
//                             |-> looking:  the agent is missing; does anything live in the slice?
//                             `-> dropping: no longer wanted; it is ended, and whatever it says is not heard
//
// - An act is taken from the picture while the picture shows it open. Done once, it is not done again, however long the
//   picture still shows it: acts of an instance rise, so the last one done is all that need be remembered.
// - Withdrawn before it began: `not_run`. Withdrawn later: it ends as it ends, and that is reported.
// - An act does not wait for a monitor: that is ended. It waits for a probe, whose answer somebody needs.
// - Another session than before: whatever goes on belonged to the old one, is ended first, and is never reported.
// - Scopes: an act's is its number, so that asking twice attaches; a probe's or monitor's is new each time, because one
//   that left something behind would block its name.
// - Notices come after acts and probes. Whatever its agent answers, the instance has been told.
// - A turn bounds what the node does at once (turnstile). It is given to the instance, which decides only then what to
//   do with it; an act needs a turn given for acts, because that one is not given without contact to a leader.
//
// An agent that is missing: a start fails with OCF's 5. A stop fails as well, and so leads to fencing: what was started
// may run on without its agent (an address has no process that could be looked for). Only where the start did not run
// either, and nothing lives in the slice, there is nothing to stop. A probe of what the state has here is `failed`, for
// the same reason; of anything else it is `not_held` if nothing lives in the slice. Where it cannot be told what lives,
// something does.
#pragma once

#include "actors/resource/calls.hpp"
#include "actors/resource/checks.hpp"

#include <string>
#include <variant>

namespace troupe::resource {

enum class urgency : std::uint8_t { monitor, probe, act }; // in rising order

// --- effects ---
using call_number = ordinal<struct call_tag>; // of a question to env.processes; an answer to an older one is not heard

struct ask_turn { // again with a higher one: moves up
  urgency how{};
};
struct give_turn_back {};
struct run_program {
  call_number number;
  agents::scope_name scope;
  agents::command call;
};
struct end_scope {
  call_number number;
  agents::scope_name scope;
};
struct end_slice {
  call_number number;
  std::string slice;
};
struct list_processes {
  call_number number;
};
struct tell { // into the next report
  command::report_item item;
};
struct lone_stop_ended {
  bool stopped = false;
  std::string note;
};
using effect =
    std::variant<ask_turn, give_turn_back, run_program, end_scope, end_slice, list_processes, tell, lone_stop_ended>;
using effects = std::vector<effect>;

class lifecycle {
public:
  // `series`: of this object, so that no two of them ever use one scope for different things.
  lifecycle(agent_place here, instance what, std::uint64_t series = 1)
    : here_(std::move(here))
    , what_(std::move(what))
    , series_(series) {}

  void want(wanted now_wanted, instant now, effects& out);
  // Stop it without being told to, because this node is alone. The picture has no session by then.
  void stop_alone(blueprint how, instant now, effects& out);
  void turn(urgency granted, instant now, effects& out);
  void ended(call_number number, const agents::outcome& how, instant now, effects& out);
  void listed(call_number number, const result<agents::living>& found, instant now, effects& out);
  void tick(instant now, effects& out);
  [[nodiscard]] std::optional<instant> next_deadline() const;

  // Nothing goes on and nothing is to be done but recurring monitors.
  [[nodiscard]] bool at_rest() const;
  [[nodiscard]] const wanted& wants() const { return wanted_; }

  struct activity {
    std::string what; // "start (act 4711)", "ending a monitor", "resting"
    std::optional<instant> since;
    std::string next; // what waits for its turn; empty: nothing
  };
  [[nodiscard]] activity doing() const;

private:
  struct probe_job {
    bool held = false;
    bool operator==(const probe_job&) const = default;
  };
  struct act_job {
    log_index id;
    config::action action{};
    bool operator==(const act_job&) const = default;
  };
  struct monitor_job {
    std::size_t index = 0;
    bool operator==(const monitor_job&) const = default;
  };
  struct lone_job {
    bool demotes = false; // before the stop; whatever comes of it
    bool operator==(const lone_job&) const = default;
  };
  struct notice_job {
    telling what;
    bool operator==(const notice_job&) const = default;
  };
  using job = std::variant<probe_job, act_job, monitor_job, lone_job, notice_job>;

  struct resting {};
  struct calling {
    job what;
    agents::scope_name scope;
    agent_call call;
    std::size_t candidate = 0;
  };
  struct looking {
    job what;
    verdict so_far;
  };
  struct emptying {
    job what;
    std::int32_t exit_code = 0;
  };
  struct dropping {};
  using state = std::variant<resting, calling, looking, emptying, dropping>;

  [[nodiscard]] bool has_session() const { return wanted_.session.value != 0; }
  [[nodiscard]] bool to_do(const cluster::open_act& act) const { return act.id > done_up_to_; }
  [[nodiscard]] const act_job* act_under_way() const;
  [[nodiscard]] bool probe_wanted() const;
  [[nodiscard]] bool notice_wanted() const { return wanted_.tell && wanted_.round && wanted_.tell != told_; }
  [[nodiscard]] std::optional<job> choose(instant now) const;
  [[nodiscard]] std::optional<urgency> pending(instant now) const;
  [[nodiscard]] std::string name_of(const job& j) const;

  void watch_again(instant now);
  void answer_withdrawal(effects& out);
  void drop_what_is_not_wanted(bool other_session, instant now, effects& out);
  void drop(instant now, effects& out);
  void proceed(instant now, effects& out);
  void rest(instant now, effects& out);
  void begin(const job& j, instant now, effects& out);
  void call(instant now, effects& out);
  void look(const job& j, verdict so_far, effects& out);
  void empty(const job& j, std::int32_t exit_code, effects& out);

  void judge(const calling& c, const probe_job& j, const agents::outcome& how, instant now, effects& out);
  void judge(const calling& c, const act_job& j, const agents::outcome& how, instant now, effects& out);
  void judge(const calling& c, const monitor_job& j, const agents::outcome& how, instant now, effects& out);
  void judge(const calling& c, const notice_job& j, const agents::outcome& how, instant now, effects& out);
  void judge(const calling& c, const lone_job& j, const agents::outcome& how, instant now, effects& out);
  void emptied(const emptying& e, const agents::outcome& how, effects& out);
  void act_is_done(const act_job& j, command::act_end end, const verdict& v, effects& out);
  void probe_is_done(command::finding found, std::int32_t exit_code, effects& out);
  void lone_stop_is_done(bool stopped, std::string note, effects& out);

  call_number next_call() { return last_call_ = last_call_.next(); }
  agents::scope_name scope_of(const job& j);

  agent_place here_;
  instance what_;
  std::uint64_t series_;
  wanted wanted_;
  state state_;
  instant since_{};
  call_number last_call_; // answers to others are not heard
  std::uint64_t last_scope_ = 0;
  std::optional<urgency> asked_;
  bool has_turn_ = false;

  checks checks_;
  log_index done_up_to_;                                   // of acts
  bool never_ran_ = false;                                 // the agent of the start was missing
  std::optional<std::pair<session_id, log_index>> probed_; // in which session, under which definition
  std::optional<telling> told_;                            // the last notice that was given
  std::optional<blueprint> lone_;                          // to be stopped without having been told
};

} // namespace troupe::resource
