#include "actors/resource/turnstile.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::resource {

turnstile::turnstile(std::size_t at_once)
  : at_once_(at_once) {
  TROUPE_ASSERT(at_once >= 4, "so few places leave none for acts");
}

void turnstile::ask(const instance& who, urgency how) {
  if (given_.contains(who)) return; // it has not seen its turn yet, and will ask again if that is not enough
  auto [at, fresh] = waiting_.try_emplace(who, how);
  if (!fresh) {
    if (at->second >= how) return;
    std::erase(queue(at->second), who);
    at->second = how;
  }
  queue(how).push_back(who);
}

void turnstile::give_back(const instance& who) {
  [[maybe_unused]] auto had = given_.erase(who);
  TROUPE_ASSERT(had == 1, "a turn was given back that nobody had");
}

void turnstile::forget(const instance& who) {
  if (auto at = waiting_.find(who); at != waiting_.end()) {
    std::erase(queue(at->second), who);
    waiting_.erase(at);
  }
  given_.erase(who);
}

std::size_t turnstile::count(urgency how) const {
  return static_cast<std::size_t>(
      std::count_if(given_.begin(), given_.end(), [&](auto& g) { return g.second == how; }));
}

// Monitors take half of the places at most, monitors and probes together three quarters.
bool turnstile::room_for(urgency how) const {
  if (given_.size() >= at_once_) return false;
  if (how == urgency::act) return true;
  auto monitors = count(urgency::monitor);
  if (how == urgency::monitor && monitors >= at_once_ / 2) return false;
  return monitors + count(urgency::probe) < at_once_ * 3 / 4;
}

std::vector<turnstile::turn> turnstile::next(bool acts_may) {
  std::vector<turn> out;
  for (auto how : {urgency::act, urgency::probe, urgency::monitor}) {
    if (how == urgency::act && !acts_may) continue;
    auto& line = queue(how);
    while (!line.empty() && room_for(how)) {
      auto who = line.front();
      line.pop_front();
      waiting_.erase(who);
      given_.emplace(who, how);
      out.push_back({who, how});
    }
  }
  return out;
}

std::size_t turnstile::waiting() const {
  return waiting_.size();
}

} // namespace troupe::resource
