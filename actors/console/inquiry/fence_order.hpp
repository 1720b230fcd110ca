// What `troupe fence` puts into the log: an attempt with an executor and a level, or an operator's proof. Pure.
//
// The kernel judges it again. What it would refuse is said here in words that help, because an operator who fences by
// hand is in trouble already.
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/console.hpp"
#include "messages/types/result.hpp"

namespace troupe::console {

struct fence_order {
  command::body what;
  std::vector<log_index> causes;
};

// `self`: the node that is asked; it executes if it can, else the first by name that has joined.
result<fence_order> order_fence(const cluster::state& s, const fence& asked, const node_name& self);

} // namespace troupe::console
