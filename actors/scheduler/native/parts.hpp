// A configuration in parts that can be placed one by one: what is tied by a group or a colocation is in one part. What
// places of one part have to do with another's is only how many resources a node has, by which equals are told apart.
#pragma once

#include "messages/config.hpp"

#include <cstdint>
#include <vector>

namespace troupe::scheduler {

class configuration_parts {
public:
  explicit configuration_parts(const config::cluster& c);

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  // By position in the configuration's resources.
  [[nodiscard]] std::size_t part_of(std::size_t resource) const { return part_of_[resource]; }
  [[nodiscard]] const std::vector<std::size_t>& members(std::size_t part) const { return members_[part].resources; }
  // The configuration with these parts only; all of its nodes, none of its orders, which do not influence places.
  [[nodiscard]] config::cluster only(const config::cluster& whole, const std::vector<std::size_t>& parts) const;

private:
  struct positions { // in the configuration's lists, ascending
    std::vector<std::size_t> resources, groups, locations, colocations;
  };
  std::vector<std::size_t> part_of_;
  std::vector<positions> members_;
};

} // namespace troupe::scheduler
