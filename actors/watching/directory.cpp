#include "actors/watching/directory.hpp"

#include <algorithm>

namespace troupe::watching {

void actor_directory::add(std::shared_ptr<actor_card> card) {
  std::lock_guard hold{mutex_};
  auto number = card->number;
  cards_[number] = std::move(card);
  ++ever_;
}

void actor_directory::remove(std::uint64_t number) {
  std::lock_guard hold{mutex_};
  cards_.erase(number);
}

std::vector<actor_row> actor_directory::list() const {
  std::vector<actor_row> rows;
  std::lock_guard hold{mutex_};
  for (const auto& [number, card] : cards_) {
    // handled first: it never runs ahead of received, so the difference is never negative.
    auto handled = card->handled.load();
    auto received = card->received.load();
    auto since = card->busy_since.load();
    rows.push_back({card->path, card->kind, received - handled, handled, {}});
    if (since != not_busy) rows.back().busy_since = instant{duration{since}};
  }
  std::stable_sort(rows.begin(), rows.end(), [](const actor_row& a, const actor_row& b) { return a.path < b.path; });
  return rows;
}

std::uint64_t actor_directory::ever() const {
  std::lock_guard hold{mutex_};
  return ever_;
}

} // namespace troupe::watching
