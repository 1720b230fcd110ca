// Whom to probe next (SWIM 4.3): round-robin over a shuffled list, shuffled again after each rotation; a newcomer gets
// a random place in it. So a member is probed once per rotation, and between two probes of it by the same prober lie at
// most 2m - 1 periods for m members. Uniform random choice, SWIM's first form, has no such bound.
#pragma once

#include "messages/types/ids.hpp"
#include "messages/types/random.hpp"

#include <optional>
#include <vector>

namespace troupe::detector {

class probe_order {
public:
  void insert(const node_name& name, random_source& random); // not yet in it
  void remove(const node_name& name);                        // nothing happens if absent
  // The next one; shuffles first when the rotation is through. Nothing if empty.
  std::optional<node_name> next(random_source& random);
  // Will the next call begin a rotation?
  [[nodiscard]] bool rotation_done() const { return next_ >= order_.size(); }
  [[nodiscard]] bool contains(const node_name& name) const;
  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] std::size_t size() const { return order_.size(); }

private:
  std::vector<node_name> order_;
  std::size_t next_ = 0;
};

} // namespace troupe::detector
