#include "actors/detector/news_queue.hpp"

#include <algorithm>
#include <tuple>

namespace troupe::detector {

namespace queue_rules {

unsigned urgency(gossip::standing is) {
  switch (is) {
  case gossip::standing::alive: return 0;
  case gossip::standing::suspect: return 1;
  case gossip::standing::faulty: return 2;
  case gossip::standing::left: break;
  }
  return 3;
}

bool side_by_side(const gossip::news& a, const gossip::news& b) {
  return a.is == gossip::standing::suspect && b.is == a.is && a.of == b.of && a.by != b.by;
}

} // namespace queue_rules

unsigned news_queue::sends_for(unsigned nodes) {
  unsigned digits = 0; // ceil(log10(nodes + 1))
  for (std::uint64_t power = 1; power < std::uint64_t{nodes} + 1; power *= 10) ++digits;
  return lambda * std::max(1u, digits);
}

void news_queue::put(const gossip::news& item) {
  std::erase_if(items_,
                [&](const entry& e) { return e.item.about == item.about && !queue_rules::side_by_side(e.item, item); });
  if (items_.size() == max_items)
    items_.erase(std::ranges::max_element(items_, {}, [](const entry& e) { return std::tuple(e.sent, ~e.order); }));
  items_.push_back({item, 0, ++counter_});
}

void news_queue::forget(const node_name& about) {
  std::erase_if(items_, [&](const entry& e) { return e.item.about == about; });
}

std::vector<gossip::news> news_queue::take(std::size_t budget, const node_name& first, unsigned nodes) {
  std::ranges::sort(items_, {}, [&](const entry& e) {
    return std::tuple(e.item.about != first, e.sent, queue_rules::urgency(e.item.is), ~e.order);
  });
  std::vector<gossip::news> out;
  for (auto& e : items_) {
    auto size = gossip::bound_of(e.item);
    if (size > budget || out.size() == gossip::max_news) continue;
    budget -= size;
    out.push_back(e.item);
    ++e.sent;
  }
  std::erase_if(items_, [limit = sends_for(nodes)](const entry& e) { return e.sent >= limit; });
  return out;
}

bool news_queue::holds(const node_name& about) const {
  return std::ranges::any_of(items_, [&](const entry& e) { return e.item.about == about; });
}

} // namespace troupe::detector
