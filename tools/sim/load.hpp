// How much work the nodes had: messages handled, by kind of actor, a virtual second. For whoever makes it less.
#pragma once

#include "tools/sim/observer.hpp"

#include <map>

namespace troupe::sim {

class load_meter final : public observer {
public:
  void actors(instant at, machine_index who, const std::vector<watching::actor_row>& rows) override;

  // "  replica  81.4 a second" lines, the busiest kind first; of the whole cluster.
  [[nodiscard]] std::string show() const;

private:
  std::map<std::pair<machine_index, std::string>, std::uint64_t> seen_; // by path, at the last look
  std::map<std::string, std::uint64_t> handled_;                        // by kind
  instant until_;
};

} // namespace troupe::sim
