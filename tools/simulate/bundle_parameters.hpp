// The parameters that the peer gives to the container of a bundle's replica. They are nowhere in a CIB, but their
// digest is in the history: another one means that the bundle was changed since the container started.
#pragma once

#include "conf/cib/cib.hpp"

#include <map>
#include <string>

namespace troupe::simulate {

struct replica_names {
  std::string bundle;
  unsigned number = 0;
  std::string address{};      // of this replica; empty: none
  std::string host_entries{}; // addresses of all replicas, as options
};

std::map<std::string, std::string> container_parameters(const conf::cib::bundle_settings& b, const replica_names& names,
                                                        bool has_inner);

} // namespace troupe::simulate
