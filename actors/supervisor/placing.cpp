#include "actors/supervisor/placing.hpp"

#include "actors/cluster/attributes.hpp"
#include "actors/cluster/holdings.hpp"
#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::supervisor {

namespace {

bool looked_for_everywhere(const cluster::state& s, const resource_name& r) {
  for (auto& [key, m] : s.all<cluster::member_key>())
    if (std::holds_alternative<cluster::joined>(m.value.here) && cluster::not_inventoried(s, r, key.node)) return false;
  return true;
}

bool waits_for_formation(const cluster::state& s) {
  if (!s.all<cluster::assignment_key>().empty()) return false;
  auto& members = s.all<cluster::member_key>();
  return std::any_of(members.begin(), members.end(), [](auto& row) {
    return row.second.value.configured && std::holds_alternative<cluster::never_seen>(row.second.value.here);
  });
}

} // namespace

bool too_early_to_place(const cluster::state& s, const resource_name& r) {
  return waits_for_formation(s) || !looked_for_everywhere(s, r);
}

placing::seen placing::seen_of(const cluster::state& s, const cluster::member& m) {
  return {m.here.index(), m.session, m.acts_from > s.now() ? m.acts_from : stamp{}};
}

void placing::begin(const cluster::state& s) {
  nodes_.clear();
  for (auto& [key, m] : s.all<cluster::member_key>()) nodes_[key.node] = seen_of(s, m.value);
  promotions_wait_.clear();
  for (auto& [name, standing] : s.config().resources) (void)promotion_waited(s, name);
  dirty(s.index());
}

bool placing::promotion_waited(const cluster::state& s, const resource_name& r) {
  if (!cluster::first_promotion_waits(s, r)) return promotions_wait_.erase(r) > 0;
  promotions_wait_.insert(r);
  return false;
}

void placing::dirty(log_index cause) {
  dirty_ = true;
  if (!causes_.empty() && causes_.back() == cause) return;
  causes_.push_back(cause);
  if (causes_.size() > command::max_causes) causes_.erase(causes_.begin());
}

void placing::note(const cluster::state& s, const cluster::delta& changed) {
  for (auto& one : changed.changes) {
    if (auto* m = std::get_if<cluster::row_change<cluster::member_key>>(&one)) {
      auto now = m->now ? seen_of(s, m->now->value) : seen{};
      if (std::exchange(nodes_[m->key.node], now) != now) dirty(m->now ? m->now->version : changed.at);
    } else if (auto* f = std::get_if<cluster::row_change<cluster::failure_key>>(&one)) {
      dirty(f->now ? f->now->version : changed.at);
    } else if (auto* h = std::get_if<cluster::row_change<cluster::holder_key>>(&one)) {
      // Where something is matters if it is nowhere assigned, or left alone; that it cannot be stopped, to its node.
      bool condemns = h->now && std::holds_alternative<cluster::stop_failed>(h->now->value.now);
      if (!h->now || condemns || promotion_waited(s, h->key.resource) ||
          !s.find(cluster::assignment_key{h->key.resource}))
        dirty(h->now ? h->now->version : changed.at);
    } else if (std::holds_alternative<cluster::row_change<cluster::assignment_key>>(one)) {
      if (running_) dirty(changed.at); // somebody else's: what is under way has not seen it
    } else if (auto* a = std::get_if<cluster::row_change<cluster::attribute_key>>(&one)) {
      // Of the attributes only promotion scores matter to a place.
      if (cluster::promoted_by(s, a->key.name)) dirty(a->now ? a->now->version : changed.at);
    } else if (std::holds_alternative<cluster::row_change<cluster::configuration_key>>(one) ||
               std::holds_alternative<cluster::row_change<cluster::directive_key>>(one) ||
               std::holds_alternative<cluster::row_change<cluster::attempt_key>>(one) ||
               std::holds_alternative<cluster::row_change<cluster::inventory_key>>(one)) {
      dirty(changed.at);
    }
  }
  for (auto& [name, node] : nodes_)
    if (node.gate != stamp{} && node.gate <= s.now()) {
      node.gate = stamp{};
      dirty(s.version_of(cluster::member_key{name}));
    }
}

bool placing::wanted(const cluster::state& s) const {
  return dirty_ && !running_ && !waits_for_formation(s);
}

std::vector<log_index> placing::started() {
  TROUPE_ASSERT(!running_, "one placement at a time");
  running_ = true;
  dirty_ = false;
  return std::exchange(causes_, {});
}

void placing::ended() {
  running_ = false;
}

std::vector<command::assignment> placing::changes(const cluster::state& s,
                                                  std::vector<command::assignment> answer) const {
  std::erase_if(answer, [&](const command::assignment& a) {
    if (!cluster::standing_of(s, a.resource) || !cluster::is_news(s, a)) return true;
    bool first = s.find(cluster::assignment_key{a.resource}) == nullptr;
    return first && !looked_for_everywhere(s, a.resource);
  });
  return answer;
}

} // namespace troupe::supervisor
