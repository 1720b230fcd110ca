#include "actors/consensus/campaign.hpp"

#include <algorithm>

namespace troupe::consensus {

campaign::campaign(ballot number, slot_number chosen, plants planted)
  : number_(number)
  , first_(chosen.next())
  , base_(chosen)
  , planted_(planted) {}

std::optional<slot_number> campaign::cursor(journal_id voter) const {
  if (told_all_.has(voter)) return std::nullopt;
  auto it = cursors_.find(voter);
  return it == cursors_.end() ? first_ : it->second;
}

std::optional<slot_number> campaign::add(const voter& from, const promise& p) {
  if (p.number != number_ || cursor(from.journal) != p.first) return std::nullopt;
  if (p.chosen > base_) {
    base_ = p.chosen;
    base_known_by_ = from.node;
  }
  for (const auto& v : p.accepted) adopt(v);
  if (p.more && !p.accepted.empty()) {
    auto next = p.accepted.back().slot.next();
    cursors_.insert_or_assign(from.journal, next);
    return next;
  }
  told_all_.add(from.journal);
  return std::nullopt;
}

void campaign::adopt(const accepted_value& v) {
  if (planted_.has(plant::skip_phase_one_values)) return;
  auto [it, fresh] = values_.try_emplace(v.slot, v);
  bool better = planted_.has(plant::adopt_lowest_ballot) ? v.number < it->second.number : v.number > it->second.number;
  if (!fresh && better) it->second = v;
}

slot_number campaign::last() const {
  return values_.empty() ? base_ : std::max(base_, values_.rbegin()->first);
}

shared_batch campaign::value(slot_number slot) const {
  auto it = values_.find(slot);
  return it == values_.end() ? std::make_shared<const batch>() : it->second.value;
}

} // namespace troupe::consensus
