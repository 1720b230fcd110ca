// What is different between two configurations, in the operator's terms, and what a running service feels of it. Pure.
#pragma once

#include "messages/config.hpp"

#include <string>
#include <vector>

namespace troupe::conf {

struct change {
  enum class what : std::uint8_t { added, removed, changed } kind{};
  std::string subject;              // "resource db"
  std::vector<std::string> details; // "start-timeout: 20s -> 30s"; of `changed`
  bool restarts = false;            // a resource: it is stopped and started where it runs
  bool operator==(const change&) const = default;
};

// In the order of the file: cluster, nodes, resources, groups, constraints, devices; each kind by name. Values of
// parameters that look like secrets, and of devices, are not told.
std::vector<change> difference(const config::cluster& before, const config::cluster& after);

} // namespace troupe::conf
