// How long a member stays suspect before it is called faulty (Lifeguard IV.B, "LHA-Suspicion"). It starts at `max` and
// falls towards `min` with each independent accuser beyond the first, fast at first:
//
//   timeout(c) = max(min, max - (max - min) * log(c + 1) / log(k + 1))      c confirmations, k wanted
//
// so a single slow accuser is slow to harm, and a death that many see is believed soon. With nobody to confirm (k = 0,
// two nodes) it is `min`. Only the first k confirmations count and are passed on.
#pragma once

#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

#include <vector>

namespace troupe::detector {

struct suspicion_shape {
  duration min{};
  duration max{};
  unsigned wanted = 0; // k
};

duration suspicion_timeout(const suspicion_shape& shape, unsigned confirmations);

class suspicion {
public:
  suspicion(const suspicion_shape& shape, node_name accuser, instant since);

  // False: this accuser has spoken already, or enough have. `twice` is a plant: then the same one may confirm itself.
  bool confirm(const node_name& accuser, bool twice = false);
  // The wait begins anew, what accusers said stays.
  void restart(instant now) { since_ = now; }

  [[nodiscard]] instant deadline() const;
  [[nodiscard]] instant since() const { return since_; }
  [[nodiscard]] const std::vector<node_name>& accusers() const { return accusers_; }

private:
  suspicion_shape shape_;
  std::vector<node_name> accusers_; // in the order heard; at most shape_.wanted + 1
  instant since_;
};

} // namespace troupe::detector
