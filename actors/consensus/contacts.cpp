#include "actors/consensus/contacts.hpp"

#include <algorithm>

namespace troupe::consensus {

static void raise(std::optional<instant>& to, std::optional<instant> at) {
  if (at && (!to || *to < *at)) to = at;
}

static std::optional<instant> heard_at(const contact& told, instant now) {
  return told.age < never_heard ? std::optional(now - told.age) : std::nullopt;
}

void contacts::set_members(std::vector<node_name> members) {
  settle_tick();
  members_ = std::move(members);
  std::erase_if(known_, [&](const auto& k) { return !std::ranges::binary_search(members_, k.first); });
  for (const auto& m : members_) known_.try_emplace(m);
}

void contacts::heard(const node_name& member, instant now) {
  if (auto it = known_.find(member); it != known_.end()) raise(it->second.heard, now);
}

void contacts::applied(const node_name& member, slot_number slot) {
  if (auto it = known_.find(member); it != known_.end()) it->second.applied = std::max(it->second.applied, slot);
}

void contacts::ticked(const std::vector<contact>& silent, instant now) {
  if (silent.empty() && silent_.empty()) { // nothing to remember of the tick before this one
    tick_at_ = now;
    return;
  }
  settle_tick();
  tick_at_ = now;
  silent_ = silent;
}

void contacts::settle_tick() {
  if (!tick_at_) return;
  for (auto& [node, k] : known_) {
    auto it = std::ranges::find(silent_, node, &contact::node);
    raise(k.heard, it == silent_.end() ? tick_at_ : heard_at(*it, *tick_at_));
  }
  tick_at_.reset();
  silent_.clear();
}

void contacts::merge(const std::vector<contact>& told, instant now) {
  for (const auto& c : told)
    if (auto at = heard_at(c, now)) heard(c.node, *at);
}

std::optional<instant> contacts::last(const node_name& member) const {
  auto it = known_.find(member);
  if (it == known_.end()) return std::nullopt;
  auto at = it->second.heard;
  if (tick_at_) {
    auto told = std::ranges::find(silent_, member, &contact::node);
    raise(at, told == silent_.end() ? tick_at_ : heard_at(*told, *tick_at_));
  }
  return at;
}

std::vector<member_contact> contacts::all() const {
  std::vector<member_contact> list;
  for (const auto& [node, k] : known_) list.push_back({node, last(node), k.applied});
  return list;
}

std::vector<contact> contacts::ages(instant now, duration at_least) const {
  std::vector<contact> list;
  for (const auto& node : members_) {
    auto at = last(node);
    auto age = at ? std::min(now - *at, never_heard) : never_heard;
    if (age >= at_least) list.push_back({node, age});
  }
  return list;
}

} // namespace troupe::consensus
