#include "actors/supervisor/fence_plan.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace troupe::supervisor {

using namespace cluster;

namespace fence_detail {

// The newest stop that failed on the node's present boot; nullptr: none.
const entry<holder>* failed_stop_on(const state& s, const node_name& node, log_index boot) {
  const entry<holder>* newest = nullptr;
  for (const auto& [key, found] : s.all<holder_key>()) {
    bool failed_there = key.node == node && key.boot == boot && std::holds_alternative<stop_failed>(found.value.now);
    if (failed_there && (newest == nullptr || found.version > newest->version)) newest = &found;
  }
  return newest;
}

// Members that may need a proof; which of them do is asked of the kernel's own reading. One pass over the holders.
std::set<node_name> candidates(const state& s) {
  std::set<node_name> out;
  for (const auto& [key, found] : s.all<member_key>()) {
    bool suspected = std::holds_alternative<under_suspicion>(found.value.here);
    if (suspected || is_lost_or_dead(found.value)) out.insert(key.node);
  }
  for (const auto& [key, found] : s.all<holder_key>()) {
    const auto* m = member_of(s, key.node);
    bool left_over = m != nullptr && m->dead_up_to && key.boot <= *m->dead_up_to; // by the proof that was given
    if (left_over || std::holds_alternative<stop_failed>(found.value.now)) out.insert(key.node);
  }
  for (const auto& [key, found] : s.all<attempt_key>()) // also one that an operator asked for must come to an end
    if (found.value.ended == attempt::end::open) out.insert(key.target);
  return out;
}

// The last attempt, if it was made for what the node waits for now.
const entry<attempt>* attempt_for(const state& s, const node_name& target, const member& m) {
  const auto* row = s.find(attempt_key{target});
  if (row == nullptr || row->value.ended == attempt::end::open) return row;
  if (row->value.boot != m.boot) return nullptr;
  if (const auto* gone = std::get_if<lost>(&m.here)) return row->value.opened_at < gone->since ? nullptr : row;
  const auto* stop = failed_stop_on(s, target, m.boot);
  return stop != nullptr && row->value.id < stop->version ? nullptr : row;
}

bool covers(const config::fence_device& d, const node_name& target) {
  return std::find(d.targets.begin(), d.targets.end(), target) != d.targets.end();
}

std::set<std::uint32_t> levels_of(const state& s, const node_name& target) {
  std::set<std::uint32_t> out;
  for (const auto& d : s.config().value.devices)
    if (covers(d, target)) out.insert(d.level);
  return out;
}

// `levels` is not empty.
std::uint32_t next_level(const std::set<std::uint32_t>& levels, const entry<attempt>* last) {
  if (last == nullptr) return *levels.begin();
  bool same = last->value.ended == attempt::end::executor_lost;
  auto at = same ? levels.lower_bound(last->value.level) : levels.upper_bound(last->value.level);
  return at == levels.end() ? *levels.begin() : *at;
}

bool awaits_proof(const state& s, const node_name& node) {
  const auto* row = s.find(attempt_key{node});
  return (row != nullptr && row->value.ended == attempt::end::open) || needs_proof(s, node);
}

// In order of preference.
std::vector<node_name> executors(const state& s, const node_name& self, const node_name& target) {
  std::vector<node_name> sound, poor;
  for (const auto& [key, found] : s.all<member_key>()) {
    if (key.node == target || !acting_session(s, key.node)) continue;
    (awaits_proof(s, key.node) ? poor : sound).push_back(key.node);
  }
  auto& use = sound.empty() ? poor : sound;
  if (auto own = std::find(use.begin(), use.end(), self); own != use.end()) std::rotate(use.begin(), own, own + 1);
  return use;
}

// The one after who did it last time. `all` is not empty.
const node_name& next_executor(const std::vector<node_name>& all, const entry<attempt>* last) {
  auto before = last == nullptr ? all.end() : std::find(all.begin(), all.end(), last->value.executor);
  return before == all.end() || before + 1 == all.end() ? all.front() : *(before + 1);
}

duration overdue_after(const state& s, const node_name& target, std::uint32_t level) {
  duration budget{}, timeout{};
  for (const auto& d : s.config().value.devices) {
    if (d.level != level || !covers(d, target)) continue;
    budget = std::max(budget, d.budget);
    timeout = std::max(timeout, d.timeout);
  }
  return 4 * budget + timeout + overdue_margin;
}

duration pause_after(std::uint32_t rounds) {
  auto pause = first_fence_pause;
  for (std::uint32_t i = 1; i < rounds && pause < longest_fence_pause; ++i) pause *= 2;
  return std::min(pause, longest_fence_pause);
}

std::string seconds_of(duration d) {
  return fmt::format("{}s", std::chrono::ceil<std::chrono::seconds>(d).count());
}

std::string last_words(const entry<attempt>* last) {
  if (last == nullptr || last->value.note.empty()) return {};
  return fmt::format("; the last attempt: {}", last->value.note);
}

std::string or_confirm(const node_name& target) {
  return fmt::format(
      ". Or an operator makes sure that it is off, and says so: `troupe fence {} --confirmed-off --reason TEXT`", target.text);
}

std::string breakage_text(const broken_resource& why, const node_name& node) {
  switch (why.how) {
  case breakage::stop_again: return fmt::format("although {} has died for that moments ago", node.text);
  case breakage::start_elsewhere: return "but neither could it be started, there and on " + why.elsewhere.text;
  case breakage::stop_elsewhere:
    return why.other == why.resource ? "as moments ago on " + why.elsewhere.text
                                     : fmt::format("as moments ago {} on {}: their agent is not installed",
                                                   why.other.text, why.elsewhere.text);
  }
  return {};
}

} // namespace fence_detail

using namespace fence_detail;

std::string spared_text(const std::vector<broken_resource>& why, const node_name& node) {
  TROUPE_ASSERT(!why.empty(), "only what could not be stopped is spared");
  auto& first = why.front().resource.text;
  auto out = fmt::format("{} could not be stopped on {}, {}", first, node.text, breakage_text(why.front(), node));
  for (std::size_t i = 1; i < why.size() && i < spared_named; ++i)
    out += fmt::format("; nor {}, {}", why[i].resource.text, breakage_text(why[i], node));
  if (why.size() > spared_named) out += fmt::format("; nor {} more", why.size() - spared_named);
  bool one = why.size() == 1;
  return fmt::format("{0}. {1} is not fenced for {2}: mend {3}, then `troupe cleanup {4}` stops {2} once more, and has "
                     "{1} fenced if that fails; or `troupe fence {1}`",
                     out, node.text, one ? "it" : "them", one ? first : "them", one ? first : "--node " + node.text);
}

std::vector<command::command> fence_plan::look(const state& s, const node_name& self, instant now) {
  std::vector<command::command> out;
  waiting_.clear();
  deadline_.reset();
  auto targets = candidates(s);
  std::erase_if(paces_, [&](const auto& each) { return !targets.contains(each.first); });
  for (const auto& target : targets) {
    const auto* m = member_of(s, target);
    if (m == nullptr) continue;
    consider({s, self, target, *m, attempt_for(s, target, *m), std::holds_alternative<lost>(m->here)}, now, out);
  }
  return out;
}

void fence_plan::consider(const view& v, instant now, std::vector<command::command>& out) {
  if (std::holds_alternative<under_suspicion>(v.node.here)) {
    if (holds_anything(v.s, v.target))
      wait(v, fence_wait::suspected,
           "its loss is one of too many to be believed: nothing is done for it before an "
           "operator says that it is lost, or it is heard again");
    return;
  }
  bool open = v.last != nullptr && v.last->value.ended == attempt::end::open;
  if (open) return consider_open(v, paces_[v.target], now, out);
  if (dead_but_held(v.s, v.target))
    wait(v, fence_wait::dead_but_held,
         "it is proved dead, but not in a way that all resources accept which it held: they wait for its next start" +
           or_confirm(v.target));
  if (!needs_proof(v.s, v.target)) {
    paces_.erase(v.target);
    return;
  }
  auto& p = paces_[v.target];
  if (std::holds_alternative<detached>(v.node.here))
    return wait(v, fence_wait::away, "it is away for a planned restart, which will show what runs there");
  if (failed_stops_are_left_alone(v.s, v.target))
    return wait(
        v, fence_wait::left_alone,
        "what could not be stopped there is left alone (maintenance, or managed = false): it is not fenced for that "
        "as long as that lasts");
  if (waits_for_stops(v, p, now))
    return wait(v, fence_wait::tried_again, "what could not be stopped there is stopped once more, after a cleanup");
  if (auto broken = broken_beyond_node(v.s, v.target); !broken.empty())
    return wait(v, fence_wait::broken_resource, spared_text(broken, v.target));
  switch (v.s.config().value.fencing) {
  case config::fencing_policy::none:
    return wait(v, fence_wait::no_fencing, "no fence device is configured" + or_confirm(v.target));
  case config::fencing_policy::off: return consider_assumption(v, p, now, out);
  case config::fencing_policy::devices: return consider_attempt(v, p, now, out);
  }
}

bool fence_plan::waits_for_stops(const view& v, pace& p, instant now) {
  if (!failed_stops_are_tried_again(v.s, v.target)) return p.cleaned_up.reset(), false;
  bool under_way = false;
  for_each_holder_on(v.s, v.target, [&](const holder_key& key, const holder& h) {
    under_way = under_way || (key.boot == v.node.boot && std::holds_alternative<stop_failed>(h.now) && h.open);
  });
  if (under_way) return true; // its time-out is its limit
  if (!p.cleaned_up) p.cleaned_up = now;
  if (now >= *p.cleaned_up + stop_tried_again_within) return false;
  wake_at(*p.cleaned_up + stop_tried_again_within);
  return true;
}

void fence_plan::consider_open(const view& v, pace& p, instant now, std::vector<command::command>& out) {
  const auto& a = v.last->value;
  if (p.attempt != a.id) {
    p.attempt = a.id;
    p.since = now;
    p.counted = false;
    p.executor_gone.reset();
    p.proposed.reset();
  }
  wait(v, fence_wait::under_way,
       fmt::format("{} fences it (attempt {}, level {})", a.executor.text, a.id.value, a.level));
  bool here = acting_session(v.s, a.executor) == a.session;
  if (here)
    p.executor_gone.reset();
  else if (!p.executor_gone)
    p.executor_gone = now;
  auto limit = here ? overdue_after(v.s, v.target, a.level) : v.s.config().value.late_margin;
  auto since = here ? p.since : *p.executor_gone;
  if (now < since + limit) return wake_at(since + limit);
  auto note = fmt::format("nothing was heard of it from {} for {}", a.executor.text, seconds_of(limit));
  propose(v, p, now, command::fence_failed{v.target, a.id, note}, reason::deadline_due, out);
}

// A closed attempt says how long to wait for the next one; once.
void fence_plan::count_end(const view& v, pace& p, instant now) const {
  if (v.last == nullptr) return;
  const auto& a = v.last->value;
  if (p.attempt == a.id && p.counted) return;
  p.attempt = a.id;
  p.counted = true;
  p.proposed.reset();
  p.not_before = now;
  auto levels = levels_of(v.s, v.target);
  bool last_level = levels.upper_bound(a.level) == levels.end();
  if (a.ended == attempt::end::failed && last_level) p.not_before = now + pause_after(++p.rounds);
}

void fence_plan::consider_attempt(const view& v, pace& p, instant now, std::vector<command::command>& out) {
  count_end(v, p, now);
  auto levels = levels_of(v.s, v.target);
  if (levels.empty())
    return wait(v, fence_wait::not_covered, "no fence device has it among its targets" + or_confirm(v.target));
  if (now < p.not_before) {
    wake_at(p.not_before);
    return wait(v, fence_wait::pausing,
                fmt::format("every device has failed, {} times over; again in {}{}{}", p.rounds,
                            seconds_of(p.not_before - now), last_words(v.last), or_confirm(v.target)));
  }
  auto all = executors(v.s, v.self, v.target);
  if (all.empty()) return wait(v, fence_wait::no_executor, "no other node is here that could fence it");
  const auto& by = next_executor(all, v.last);
  if (!acting_session(v.s, p.proposed_to)) p.proposed.reset(); // it is gone: the kernel refuses what names it
  if (!p.proposed) p.proposed_to = by;
  command::fence_attempt c{v.target, v.node.boot, by, *acting_session(v.s, by), next_level(levels, v.last)};
  propose(v, p, now, c, v.lost ? reason::fence_unclean : reason::fence_failed_stop, out);
  wait(v, fence_wait::proposed, fmt::format("{} is about to fence it", by.text));
}

void fence_plan::consider_assumption(const view& v, pace& p, instant now, std::vector<command::command>& out) {
  if (!v.lost)
    return wait(v, fence_wait::stop_unfenced,
                "a stop failed there, and fencing is off: clean up by hand what still runs, or restart the node");
  propose(v, p, now, command::fence_proof{v.target, v.node.boot, config::proof_kind::assumed, {}, "fencing is off"},
          reason::fencing_off, out);
  wait(v, fence_wait::proposed, "fencing is off: it is about to be assumed dead");
}

void fence_plan::propose(const view& v, pace& p, instant now, command::body what, reason why,
                         std::vector<command::command>& out) {
  bool on_its_way = p.proposed && now < *p.proposed + propose_fencing_again;
  if (!on_its_way) p.proposed = now;
  wake_at(*p.proposed + propose_fencing_again);
  if (on_its_way) return;
  command::command c;
  c.from.why = why;
  c.from.by.node = v.self;
  const auto* stop = v.lost ? nullptr : failed_stop_on(v.s, v.target, v.node.boot);
  c.from.causes.push_back(stop != nullptr ? stop->version : v.s.version_of(member_key{v.target}));
  if (v.last != nullptr) c.from.causes.push_back(v.last->value.id);
  c.what = std::move(what);
  out.push_back(std::move(c));
}

void fence_plan::wait(const view& v, fence_wait why, std::string text) {
  waiting_.push_back({v.target, why, std::move(text)});
}

} // namespace troupe::supervisor
