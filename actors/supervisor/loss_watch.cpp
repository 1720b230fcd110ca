#include "actors/supervisor/loss_watch.hpp"

#include "actors/cluster/holdings.hpp"
#include "actors/supervisor/loss_evidence.hpp"

#include <algorithm>

namespace troupe::supervisor {

namespace {

template <class Presence>
bool is(const cluster::presence& p) {
  return std::holds_alternative<Presence>(p);
}

// Whose silence means nothing any more, or not yet.
bool is_settled(const cluster::member& m) {
  return !m.configured || cluster::is_written_off(m);
}

std::optional<instant> heard_of(const look& l, const node_name& node) {
  auto found = std::ranges::find(l.members, node, &consensus::member_contact::node);
  return found == l.members.end() ? std::nullopt : found->heard;
}

} // namespace

loss_watch::loss_watch(node_name self, bool ignores_hosts)
  : self_(std::move(self))
  , ignores_hosts_(ignores_hosts) {}

void loss_watch::opinion(const detector::opinion& o) {
  opinions_.insert_or_assign(o.node, o);
}

void loss_watch::host_answered(const node_name& node, instant at) {
  hosts_.insert_or_assign(node, at);
}

// Whoever is silent now, or answers again, is looked at.
void loss_watch::vouched(std::vector<node_name> members) {
  if (members == vouched_) return;
  vouched_ = std::move(members);
  next_.reset();
}

std::vector<verdict> loss_watch::judge(const cluster::state& s, const look& l) {
  if (auto version = s.version_of(cluster::configuration_key{}); configured_at_ != version) {
    configured_at_ = version;
    timers_ = conf::timers_of(s.config().value);
    fences_mass_loss_ = s.config().value.mass_loss == config::mass_loss_policy::fence;
  }
  forget_others(s);
  auto by = advance(l);
  std::vector<verdict> all;
  for (auto& [key, found] : s.all<cluster::member_key>()) {
    auto& m = found.value;
    if (key.node == self_) {
      if (auto v = judge_ourselves(m, l, by)) all.push_back(std::move(*v));
      continue;
    }
    if (is_settled(m)) continue;
    auto [at, fresh] = records_.try_emplace(key.node, record{m.session, {}, {}, {}, 0, {}});
    auto& r = at->second;
    // A join is a sign of life: silence begins anew. What the first look shows has been silent under leaders before.
    if (r.session != m.session) r = record{m.session, r.heard, {}, {}, 0, {}}, fresh = true;
    auto heard = heard_of(l, key.node);
    if (fresh && !by.first) r.heard = heard;
    count(r, heard, l, by);
    auto* away = std::get_if<cluster::detached>(&m.here);
    if (away && l.calendar < away->until && cluster::holds_only_what_is_left_alone(s, key.node)) {
      r.silence = {};
      continue;
    }
    if (auto v = judge_one(s, key.node, m, r, l, by)) all.push_back(std::move(*v));
  }
  plan_next(s, l, by);
  return all;
}

// An earlier leader suspected us; who leads now, and is heard by a quorum, is well. Nobody else could say so.
std::optional<verdict> loss_watch::judge_ourselves(const cluster::member& m, const look& l, const measure& by) {
  if (!is<cluster::under_suspicion>(m.here) || !by.sound) return std::nullopt;
  if (absolved_ && l.now < *absolved_ + timers_.tolerate) return std::nullopt;
  absolved_ = l.now;
  return verdict{reason::mass_loss, command::suspected{self_, m.session, true, "it leads"}};
}

loss_watch::measure loss_watch::advance(const look& l) {
  measure m;
  m.first = !last_;
  if (last_) {
    auto longest = timers_.contact_look + timers_.tick;
    m.growth = std::clamp(l.leader_heard - last_->leader_heard, duration{}, longest);
    observed_ += m.growth;
    m.on_time = l.now - last_->now <= longest;
    m.sound = m.on_time && m.growth > duration{} && observed_ >= timers_.leader_settle;
  }
  last_ = look{l.now, l.calendar, l.leader_heard, {}};
  nearest_.reset();
  return m;
}

void loss_watch::count(record& r, const std::optional<instant>& heard, const look& l, const measure& m) const {
  r.watched += m.growth;
  bool news = heard && (!r.heard || *r.heard < *heard);
  if (!news) {
    r.silence += m.growth;
    return;
  }
  r.heard = heard;
  auto since = std::max(duration{}, l.leader_heard - *heard);
  r.silence = m.first ? since : std::min(since, m.growth);
}

bool loss_watch::host_answers(const node_name& node, const record& r) const {
  auto at = hosts_.find(node);
  return at != hosts_.end() && !ignores_hosts_ && (!r.heard || at->second > *r.heard); // else it was in an earlier silence
}

// The detector's word on this session; what it thinks of an earlier one says nothing.
const detector::opinion* loss_watch::accusation(const node_name& node, const record& r) const {
  auto at = opinions_.find(node);
  if (at == opinions_.end() || at->second.session != r.session) return nullptr;
  bool gone = at->second.is == gossip::standing::faulty || at->second.is == gossip::standing::left;
  return gone ? &at->second : nullptr;
}

std::optional<verdict> loss_watch::judge_one(const cluster::state& s, const node_name& node, const cluster::member& m,
                                             record& r, const look& l, const measure& by) {
  bool never = is<cluster::never_seen>(m.here);
  if (never && !cluster::holds_anything(s, node)) return std::nullopt; // just configured: nothing may run there
  bool suspended = is<cluster::under_suspicion>(m.here);

  loss_evidence why{r.silence, r.heard.has_value(), host_answers(node, r), accusation(node, r)};
  auto limit = why.accusation ? timers_.lost_if_suspected : timers_.lost_alone;
  if (why.host_answers) limit = std::max(limit, timers_.restart_grace);
  auto missing = limit - r.silence;
  if (never || !r.heard) missing = std::max(missing, timers_.boot_grace - r.watched);

  std::optional<verdict> out;
  if (suspended && r.heard && l.leader_heard - *r.heard <= timers_.contact_look) {
    out = verdict{reason::mass_loss, command::suspected{node, r.session, true, "it answers again"}};
  } else if (suspended && !fences_mass_loss_) {
    return std::nullopt;
  } else if (missing <= duration{}) {
    auto code = suspended ? reason::mass_loss : why.host_answers ? reason::daemon_away : reason::node_silent;
    out = verdict{code, command::node_lost{node, r.session, to_text(why)}};
  } else {
    nearest_ = nearest_ ? std::min(*nearest_, missing) : missing;
  }
  if (!out || !by.sound) return std::nullopt;
  if (r.told && r.presence == m.here.index() && l.now < *r.told + timers_.tolerate) return std::nullopt;
  r.told = l.now;
  r.presence = m.here.index();
  return out;
}

// Often enough to see a stall of its own. Silence grows when a tick is answered, not with the clock: near somebody's
// end the answers are awaited closely; after a stall not before two more ticks can have been answered.
void loss_watch::plan_next(const cluster::state& s, const look& l, const measure& by) {
  if (records_.empty()) {
    next_ = l.now + timers_.tolerate; // nobody to watch: a late first look of a new member costs one look
    return;
  }
  if (observed_ >= timers_.leader_settle && nobody_in_doubt(s)) {
    next_ = instant::max();
    return;
  }
  auto wait = timers_.contact_look;
  if (nearest_ && by.on_time) wait = std::clamp(*nearest_ - timers_.tick, timers_.tick / 8, wait);
  next_ = l.now + wait;
}

bool loss_watch::nobody_in_doubt(const cluster::state& s) const {
  auto* ourselves = s.find(cluster::member_key{self_});
  if (ourselves && is<cluster::under_suspicion>(ourselves->value.here)) return false;
  return std::ranges::all_of(records_, [&](const auto& entry) {
    auto* m = s.find(cluster::member_key{entry.first});
    if (m == nullptr || is_settled(m->value)) return true;
    if (is<cluster::never_seen>(m->value.here)) return !cluster::holds_anything(s, entry.first);
    return is<cluster::joined>(m->value.here) && std::ranges::binary_search(vouched_, entry.first);
  });
}

void loss_watch::forget_others(const cluster::state& s) {
  auto gone = [&](const auto& entry) {
    auto* m = s.find(cluster::member_key{entry.first});
    return m == nullptr || is_settled(m->value);
  };
  std::erase_if(records_, gone);
  auto stranger = [&](const auto& entry) { return s.find(cluster::member_key{entry.first}) == nullptr; };
  std::erase_if(opinions_, stranger);
  std::erase_if(hosts_, stranger);
}

} // namespace troupe::supervisor
