// Fencing: [K6] a proof frees only boots up to the one it names, only what accepts its kind, and a device's counts only
// for an open attempt; [K7] one open attempt per target, and no acts there until late-margin after it closed.
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

#include <algorithm>
#include <set>

namespace troupe::cluster::rules {

namespace {

const attempt* open_attempt(const state& s, const node_name& target) {
  auto* found = s.find(attempt_key{target});
  return found && found->value.ended == attempt::end::open ? &found->value : nullptr;
}

bool is_dead(const member& m, log_index boot) { return m.dead_up_to && boot <= *m.dead_up_to; }

bool accepts(const state& s, const resource_name& resource, log_index defined_at, config::proof_kind kind) {
  auto* d = definition_of(s, resource, defined_at);
  return !d || d->accepts.contains(kind); // nobody defines it any more: nobody objects
}

refusal check_power(const state& s, const provenance& from, const command::fence_proof& c) {
  auto* open = open_attempt(s, c.target);
  if (!open || open->id != c.attempt) return refusal::attempt_closed;
  if (open->boot != c.boot) return refusal::boot_gone;
  return from.by.node == open->executor ? refusal::none : refusal::not_its_own;
}

} // namespace

void end_attempt(transaction& t, const node_name& target, attempt::end how, const std::string& note) {
  if (!open_attempt(t.now(), target)) return;
  t.update(attempt_key{target}, [&](attempt& a) {
    a.ended = how;
    a.note = note;
  });
  auto margin = std::chrono::ceil<std::chrono::milliseconds>(t.now().config().value.late_margin);
  t.update(member_key{target}, [&](member& m) { m.acts_from = t.now().now() + margin; });
}

void end_attempts_of(transaction& t, const node_name& executor) {
  std::vector<node_name> targets;
  for (auto& [key, found] : t.now().all<attempt_key>())
    if (found.value.executor == executor && found.value.ended == attempt::end::open) targets.push_back(key.target);
  for (auto& target : targets) end_attempt(t, target, attempt::end::executor_lost, "the executor's session is over");
}

// Also what had failed and was still to be stopped, or was being stopped: it might have been the reason as well.
static bool is_to_be_stopped(const holder& h) {
  auto* runs = std::get_if<running>(&h.now);
  return std::holds_alternative<stop_failed>(h.now) || std::holds_alternative<failed>(h.now) ||
         (runs && !runs->healthy) || (h.open && h.open->action == config::action::stop);
}

void prove_dead(transaction& t, const node_name& node, log_index boot, config::proof_kind kind) {
  std::vector<holder_key> freed;
  std::set<failure_key> unstopped;
  for_each_holder_on(t.now(), node, [&](const holder_key& key, const holder& h) {
    if (key.boot > boot) return;
    if (is_to_be_stopped(h)) unstopped.insert({key.resource, node});
    if (accepts(t.now(), key.resource, h.definition, kind)) freed.push_back(key);
  });
  if (t.now().constitution().level >= 2) {
    auto died = std::chrono::floor<std::chrono::seconds>(t.now().now());
    for (auto& key : unstopped)
      if (t.now().find(key)) t.update(key, [&](failures& f) { f.died_with_it = died; });
  }
  for (auto& key : freed) free_holder(t, key);

  if (auto* open = t.now().find(inventory_key{node}); open && open->value.boot <= boot) {
    // What does not accept this proof and was never looked at stays as a holder that nobody can ask.
    auto pending = open->value.pending;
    auto of = open->value.boot;
    for (auto& resource : pending) {
      auto* configured = standing_of(t.now(), resource);
      holder_key key{resource, 0, node, of};
      if (configured && !accepts(t.now(), resource, configured->defined_at, kind) && !t.now().find(key))
        t.put(key, {unknown{}, config::role::promoted, std::nullopt, configured->defined_at});
    }
    put_inventory(t, node, of, {});
  }
  auto* before = member_of(t.now(), node);
  auto present_dies = before->boot <= boot;
  if (auto* open = open_attempt(t.now(), node); open && open->boot <= boot)
    end_attempt(t, node, attempt::end::proved, {});
  if (present_dies) end_attempts_of(t, node);
  t.update(member_key{node}, [&](member& m) {
    m.dead_up_to = std::max(m.dead_up_to.value_or(log_index{}), boot);
    if (!present_dies) return;
    if (!m.boot_mark.bytes.empty() && !m.boot_mark.none()) m.dead_marks.push_back(m.boot_mark);
    if (m.dead_marks.size() > max_dead_boots) m.dead_marks.erase(m.dead_marks.begin());
    if (!std::holds_alternative<left>(m.here)) m.here = down{t.now().now()};
  });
}

refusal check(const state& s, const provenance& from, const command::fence_attempt& c) {
  auto* target = member_of(s, c.target);
  auto* executor = member_of(s, c.executor);
  if (!target || !executor) return refusal::unknown_node;
  if (!std::holds_alternative<joined>(executor->here)) return refusal::not_joined;
  if (executor->session != c.session) return refusal::stale_session;
  if (c.executor == c.target) return refusal::not_its_own;
  if (open_attempt(s, c.target)) return refusal::attempt_open;
  if (c.boot != target->boot || is_dead(*target, c.boot)) return refusal::boot_gone;
  return needs_proof(s, c.target) || from.by.user ? refusal::none : refusal::no_need;
}

void effect(transaction& t, const provenance&, const command::fence_attempt& c) {
  t.put(attempt_key{c.target}, {t.at(), c.boot, c.executor, c.session, c.level, t.now().now(), attempt::end::open, {}});
}

refusal check(const state& s, const provenance&, const command::fence_failed& c) {
  if (c.note.size() > command::max_note) return refusal::too_large;
  auto* open = open_attempt(s, c.target);
  return open && open->id == c.attempt ? refusal::none : refusal::attempt_closed;
}

void effect(transaction& t, const provenance&, const command::fence_failed& c) {
  end_attempt(t, c.target, attempt::end::failed, c.note);
}

refusal check(const state& s, const provenance& from, const command::fence_proof& c) {
  auto* target = member_of(s, c.target);
  if (!target) return refusal::unknown_node;
  if (c.note.size() > command::max_note) return refusal::too_large;
  // A boot that is dead already needs no proof, unless something is left on it that did not accept the first.
  bool settled = is_dead(*target, c.boot) &&
                 !(c.kind == config::proof_kind::operator_word && dead_but_held(s, c.target) == c.boot);
  if (c.boot > target->boot || settled) return refusal::boot_gone;
  switch (c.kind) {
  case config::proof_kind::power: return check_power(s, from, c);
  case config::proof_kind::operator_word: {
    // An operator vouches for a machine that is away; one that talks to us is not dead.
    return from.by.user && !(is_trusted(*target) && c.boot == target->boot) ? refusal::none
                                                                            : refusal::proof_not_accepted;
  }
  case config::proof_kind::assumed: {
    bool off = s.config().value.fencing == config::fencing_policy::off;
    return off && std::holds_alternative<lost>(target->here) ? refusal::none : refusal::proof_not_accepted;
  }
  case config::proof_kind::reboot:   // comes with a Join, never as a claim
  case config::proof_kind::storage:  // no device for these two in level 1
  case config::proof_kind::watchdog: return refusal::proof_not_accepted;
  }
  return refusal::proof_not_accepted;
}

void effect(transaction& t, const provenance&, const command::fence_proof& c) {
  prove_dead(t, c.target, c.boot, c.kind);
}

} // namespace troupe::cluster::rules
