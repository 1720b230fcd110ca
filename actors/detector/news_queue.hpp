// What this node passes on, and how often (SWIM 4.1). Each item is sent lambda * ceil(log10(n + 1)) times, the least
// sent first: an infection that reaches all of n with high probability, at a cost per node that does not grow with n.
//
// Newer word about a member replaces older word; accusations of one life by different accusers stand side by side,
// since Lifeguard counts them. Among equally often sent items what saves a member comes first (alive), then what
// condemns it. Limit: max_items, beyond which the most often sent item is dropped; push-pull repairs that.
#pragma once

#include "messages/gossip.hpp"

#include <vector>

namespace troupe::detector {

class news_queue {
public:
  static constexpr std::size_t max_items = gossip::max_state;
  static constexpr unsigned lambda = 4;

  static unsigned sends_for(unsigned nodes);

  void put(const gossip::news& item);
  void forget(const node_name& about);
  // Items that fit into `budget` bytes, each counted as sent once more and dropped at sends_for(nodes). Items about
  // `first`, the receiver, come first: it must hear what is said of it (Lifeguard's buddy system, IV.C).
  std::vector<gossip::news> take(std::size_t budget, const node_name& first, unsigned nodes);

  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool holds(const node_name& about) const;

private:
  struct entry {
    gossip::news item;
    unsigned sent;
    std::uint64_t order; // later items first
  };
  std::vector<entry> items_;
  std::uint64_t counter_ = 0;
};

} // namespace troupe::detector
