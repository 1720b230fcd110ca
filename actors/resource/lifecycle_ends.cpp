// The other half of the lifecycle: what follows from how a call ended.
#include "actors/resource/lifecycle.hpp"
#include "agents/text.hpp"

#include <algorithm>

namespace troupe::resource {

using command::act_end;
using command::finding;

void lifecycle::judge(const calling&, const probe_job& j, const agents::outcome& how, instant, effects& out) {
  auto v = of_probe(how);
  if (missing(how) && !j.held) return look(j, {false, false, v.exit_code, {}}, out);
  if (v.found == finding::not_held && j.held) return empty(j, v.exit_code, out);
  probe_is_done(v.found, v.exit_code, out);
}

void lifecycle::judge(const calling& c, const act_job& j, const agents::outcome& how, instant, effects& out) {
  auto v = of_action(how, c.call.agent, c.call.call.timeout);
  if (std::holds_alternative<agents::stuck>(how)) return act_is_done(j, act_end::stuck, v, out);
  bool stop = j.action == config::action::stop;
  if (v.good && stop) return empty(j, 0, out);
  if (missing(how) && stop && never_ran_) return look(j, std::move(v), out);
  if (j.action == config::action::start) never_ran_ = missing(how);
  act_is_done(j, v.good ? act_end::ok : act_end::failed, v, out);
}

void lifecycle::judge(const calling& c, const monitor_job& j, const agents::outcome& how, instant now, effects& out) {
  auto v = of_monitor(how, c.call.agent, c.call.call.timeout, checks_.role());
  if (auto told = checks_.answered(j.index, v, now))
    out.push_back(tell{command::monitored{what_.resource, what_.ordinal, told->good, told->exit_code, told->note}});
}

void lifecycle::judge(const calling&, const notice_job& j, const agents::outcome&, instant, effects& out) {
  told_ = j.what;
  if (wanted_.tell == j.what)
    out.push_back(tell{command::notified{what_.resource, what_.ordinal, j.what.round, j.what.stage}});
}

// There are agents that do not stop what is promoted.
void lifecycle::judge(const calling& c, const lone_job& j, const agents::outcome& how, instant now, effects& out) {
  if (j.demotes) return begin(lone_job{}, now, out);
  auto v = of_action(how, c.call.agent, c.call.call.timeout);
  if (v.good) return empty(j, 0, out);
  lone_stop_is_done(false, v.note, out);
}

void lifecycle::listed(call_number number, const result<agents::living>& found, instant now, effects& out) {
  auto* l = std::get_if<looking>(&state_);
  if (number != last_call_ || !l) { // not heard any more; but what waited for it goes on
    if (number == last_call_) ended(number, agents::exited{}, now, out);
    return;
  }
  auto before = std::move(*l);
  state_ = resting{};
  bool empty = found && !std::binary_search(found->slices.begin(), found->slices.end(), slice_of(what_));
  auto& note = before.so_far.note;
  if (!found) note = agents::sentence(note + "; what lives here cannot be told: " + found.error().text);
  if (auto* act = std::get_if<act_job>(&before.what)) {
    if (empty)
      act_is_done(*act, act_end::ok, {true, false, 0, "its agent is not installed; nothing was ever started"}, out);
    else
      act_is_done(*act, act_end::failed, before.so_far, out);
  } else {
    probe_is_done(empty ? finding::not_held : finding::failed, before.so_far.exit_code, out);
  }
  rest(now, out);
}

void lifecycle::emptied(const emptying& e, const agents::outcome& how, effects& out) {
  auto* left = std::get_if<agents::stuck>(&how);
  auto note = left ? agents::sentence(left->what) : std::string{};
  if (auto* act = std::get_if<act_job>(&e.what))
    act_is_done(*act, left ? act_end::stuck : act_end::ok, {!left, true, left ? exit_generic : 0, note}, out);
  else if (std::holds_alternative<probe_job>(e.what))
    probe_is_done(left ? finding::failed : finding::not_held, e.exit_code, out);
  else
    lone_stop_is_done(!left, note, out);
}

// Reported only while the state still shows it open: a report that names a closed act is refused as a whole.
void lifecycle::act_is_done(const act_job& j, act_end end, const verdict& v, effects& out) {
  done_up_to_ = std::max(done_up_to_, j.id);
  if (!wanted_.act || wanted_.act->id != j.id) return;
  out.push_back(tell{command::act_done{what_.resource, what_.ordinal, j.id, end, v.exit_code, v.note}});
}

void lifecycle::probe_is_done(finding found, std::int32_t exit_code, effects& out) {
  probed_ = {wanted_.session, wanted_.how ? wanted_.how->defined_at : log_index{}};
  if (!wanted_.probe) return;
  out.push_back(tell{command::probed{what_.resource, what_.ordinal, found, exit_code}});
}

void lifecycle::lone_stop_is_done(bool stopped, std::string note, effects& out) {
  lone_.reset();
  out.push_back(lone_stop_ended{stopped, std::move(note)});
}

} // namespace troupe::resource
