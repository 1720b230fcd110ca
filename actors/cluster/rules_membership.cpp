// Who is a member, in which session and boot. [K8] the loss brake, [K9] Join is compare-and-set.
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

#include <algorithm>
#include <set>

namespace troupe::cluster::rules {

namespace {

// A member's present session, or why it is not what the command names.
refusal check_session(const member* m, session_id named) {
  if (!m) return refusal::unknown_node;
  return m->session == named ? refusal::none : refusal::stale_session;
}

// The brake: so many losses within the window are believed, more are suspected [K8].
std::size_t brake(const state& s) {
  return std::max<std::size_t>(2, s.config().value.nodes.size() / 4);
}

// Here and not from conf/timers, which only prints it: what the log means does not change with a release.
std::vector<loss> losses_in_window(const state& s) {
  auto window = std::chrono::ceil<std::chrono::milliseconds>(10 * s.config().value.tolerate);
  auto kept = s.constitution().recent_losses;
  std::erase_if(kept, [&](const loss& l) { return l.at + window < s.now(); });
  return kept;
}

std::vector<resource_name> everything_to_probe(const state& s, const node_name& node) {
  std::vector<resource_name> pending;
  for (auto& [name, standing] : s.config().resources) pending.push_back(name);
  for_each_holder_on(s, node, [&](const holder_key& key, const holder&) { pending.push_back(key.resource); });
  return pending;
}

// The operations of the session before were ended by the daemon; what they led to, the inventory will tell.
void end_acts_of(transaction& t, const node_name& node, log_index boot) {
  std::vector<holder_key> open;
  for_each_holder_on(t.now(), node, [&](const holder_key& key, const holder& h) {
    if (key.boot == boot && h.open) open.push_back(key);
  });
  for (auto& key : open)
    t.update(key, [](holder& h) {
      h.open.reset();
      if (std::holds_alternative<starting>(h.now)) h.now = unknown{};
    });
}

} // namespace

refusal check(const state& s, const provenance& from, const command::node_joined& c) {
  auto* m = member_of(s, c.node);
  if (!m || !m->configured) return refusal::unknown_node;
  if (from.by.node != c.node) return refusal::not_its_own;
  if (c.replaces != m->session) return refusal::stale_join;
  if (!m->machine.none() && m->machine != c.machine) return refusal::other_machine;
  if (std::find(m->dead_marks.begin(), m->dead_marks.end(), c.boot) != m->dead_marks.end())
    return refusal::boot_is_dead;
  if (c.max_level < s.constitution().level) return refusal::bad_level;
  return refusal::none;
}

void effect(transaction& t, const provenance&, const command::node_joined& c) {
  auto before = *member_of(t.now(), c.node);
  bool same_boot = before.boot.value != 0 && before.boot_mark == c.boot;
  if (same_boot) {
    end_acts_of(t, c.node, before.boot);
  } else if (before.boot.value != 0) {
    // The same key on the same machine, another start of it: what ran before it is gone.
    prove_dead(t, c.node, before.boot, config::proof_kind::reboot);
  }
  end_attempts_of(t, c.node);
  if (!same_boot) forget_transient(t, c.node);
  auto boot = same_boot ? before.boot : t.at();
  t.update(member_key{c.node}, [&](member& m) {
    m.machine = c.machine;
    m.boot_mark = c.boot;
    m.boot = boot;
    m.session = session_id{t.at().value};
    m.here = joined{};
    m.reports = 0;
    m.max_level = c.max_level;
  });
  put_inventory(t, c.node, boot, everything_to_probe(t.now(), c.node));
}

refusal check(const state& s, const provenance& from, const command::node_left& c) {
  auto* m = member_of(s, c.node);
  if (auto bad = check_session(m, c.session); bad != refusal::none) return bad;
  if (from.by.node != c.node) return refusal::not_its_own;
  if (!is_trusted(*m)) return refusal::not_joined;
  return holds_anything(s, c.node) ? refusal::still_holds : refusal::none;
}

void effect(transaction& t, const provenance&, const command::node_left& c) {
  end_attempts_of(t, c.node);
  forget_transient(t, c.node);
  t.update(member_key{c.node}, [&](member& m) { m.here = left{t.now().now()}; });
}

refusal check(const state& s, const provenance& from, const command::detach& c) {
  auto* m = member_of(s, c.node);
  if (auto bad = check_session(m, c.session); bad != refusal::none) return bad;
  if (from.by.node != c.node && !from.by.user) return refusal::not_its_own;
  if (!std::holds_alternative<joined>(m->here)) return refusal::not_joined;
  return c.until > s.now() + command::max_detach ? refusal::too_large : refusal::none;
}

void effect(transaction& t, const provenance&, const command::detach& c) {
  t.update(member_key{c.node}, [&](member& m) { m.here = detached{c.until}; });
}

refusal check(const state& s, const provenance&, const command::suspected& c) {
  auto* m = member_of(s, c.node);
  if (auto bad = check_session(m, c.session); bad != refusal::none) return bad;
  if (c.evidence.size() > command::max_note) return refusal::too_large;
  bool fits = c.lifted ? std::holds_alternative<under_suspicion>(m->here) : is_trusted(*m);
  return fits ? refusal::none : refusal::not_joined;
}

void effect(transaction& t, const provenance&, const command::suspected& c) {
  t.update(member_key{c.node}, [&](member& m) {
    if (c.lifted) m.here = joined{};
    else m.here = under_suspicion{t.now().now(), c.evidence};
  });
}

refusal check(const state& s, const provenance&, const command::node_lost& c) {
  auto* m = member_of(s, c.node);
  if (auto bad = check_session(m, c.session); bad != refusal::none) return bad;
  if (c.evidence.size() > command::max_note) return refusal::too_large;
  return is_written_off(*m) ? refusal::not_joined : refusal::none;
}

// From level 3 on: how many others. One that dies again and again is not a mass of them, and there is nothing else for
// the brake to protect.
static std::size_t lost_beside(const state& s, const std::vector<loss>& losses, const node_name& node) {
  if (s.constitution().level < 3) return losses.size();
  std::set<node_name> others;
  for (auto& l : losses)
    if (l.node != node) others.insert(l.node);
  return others.size();
}

void effect(transaction& t, const provenance& from, const command::node_lost& c) {
  auto losses = losses_in_window(t.now());
  bool spoken_for = from.by.user || t.now().config().value.mass_loss == config::mass_loss_policy::fence;
  auto now = t.now().now();
  if (lost_beside(t.now(), losses, c.node) >= brake(t.now()) && !spoken_for) {
    t.update(member_key{c.node}, [&](member& m) {
      if (!std::holds_alternative<under_suspicion>(m.here)) m.here = under_suspicion{now, c.evidence};
    });
    return;
  }
  losses.push_back({c.node, now});
  t.update(charter_key{}, [&](charter& ch) { ch.recent_losses = losses; });
  end_attempts_of(t, c.node);
  forget_transient(t, c.node);
  t.update(member_key{c.node}, [&](member& m) { m.here = lost{now, c.evidence}; });
}

} // namespace troupe::cluster::rules
