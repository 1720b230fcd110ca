// A configuration of ours as the configuration part of a CIB, beside the status of another: so that the scheduler can
// be asked, under the peer's rules, what it would do with a cluster.toml in a state that a Pacemaker cluster was in.
//
// The order of the lists means something to those rules: it is that of the file (file_order). From the other CIB come
// its status, and what an operator said of the moment: standby, maintenance.
#pragma once

#include "conf/cib/cib.hpp"
#include "conf/tree.hpp"
#include "messages/config.hpp"

#include <deque>
#include <map>
#include <string>

namespace troupe::import_cib {

// Where each named table stands in a cluster.toml: "resource.vip" -> 3.
using file_order = std::map<std::string, std::size_t, std::less<>>;
file_order order_of(const conf::value& root);

struct configured { // the views of `cib` are into all of it
  std::shared_ptr<const config::cluster> from;
  std::shared_ptr<std::deque<std::string>> texts;
  conf::cib::contents cib;
};
// Without `status` all nodes are up, and nothing was looked for yet.
configured cib_of(config::cluster c, const file_order& order, const conf::cib::contents* status);

} // namespace troupe::import_cib
