// cluster.toml: what should run, the same for all nodes. Text -> config::cluster, checked as a whole
// (conf/validate.hpp). The syntax is shown by conf/examples; each table is read by the file named here:
//
//   [cluster]                        cluster_file.cpp      name, tolerate, policies
//   [node.NAME]                      cluster_file.cpp      key, addresses, voter
//   [resource.NAME], [group.NAME]    cluster_resources.cpp agent, params, operations, clone, promotable, ...
//   [[location]] [[order]] [[colocation]]  cluster_constraints.cpp
//   [fence.NAME]                     cluster_fencing.cpp
#pragma once

#include "conf/diagnostics.hpp"
#include "conf/reader.hpp"
#include "conf/validate.hpp"
#include "messages/config.hpp"

#include <optional>
#include <string_view>

namespace troupe::conf {

// What could be read (nothing of a node.toml), and the findings of validate() at their places; of use only if `out` is
// good().
config::cluster read_cluster_tree(const value& root, const abilities& can, diagnostics& out);
// Nothing if there is an error in `out`.
std::optional<config::cluster> parse_cluster_file(std::string_view text, diagnostics& out, const abilities& can = {});

// The parts, for cluster_file.cpp.
config::resource read_resource(const std::string& name, const slot& s);
config::group read_group(const std::string& name, const slot& s);
config::location read_location(const slot& s);
config::order read_order(const slot& s);
config::colocation read_colocation(const slot& s);
config::fence_device read_device(const std::string& name, const slot& s);

} // namespace troupe::conf
