// What a stretch of the log changed, as records: how whoever follows the state on this node learns of it.
//
// The ledger owns the state. Others (the director on the leader, the executor, the fencing actors, the detector) get
// the whole once and then, after each slot that changed something, one delta, shared between all of them; each takes
// what concerns it. Whoever needs the whole keeps a mirror. Rejected: letting watchers apply the commands themselves.
// It would do the kernel's work once per watcher, and a watcher that differs in one rule would plan for another
// cluster.
#pragma once

#include "actors/cluster/state.hpp"

#include <memory>
#include <variant>
#include <vector>

namespace troupe::cluster {

// One record as it is now; no value: it is gone.
template <class Key>
struct row_change {
  Key key;
  std::optional<entry<record_of_t<Key>>> now;
};
using change =
    std::variant<row_change<configuration_key>, row_change<definition_key>, row_change<member_key>,
                 row_change<inventory_key>, row_change<holder_key>, row_change<assignment_key>, row_change<attempt_key>,
                 row_change<failure_key>, row_change<directive_key>, row_change<client_key>, row_change<charter_key>,
                 row_change<attribute_key>, row_change<notices_key>>;

struct told_client { // what became of a command that somebody waits for
  client_id client;
  std::uint64_t sequence = 0;
  outcome answer;
};

struct delta {
  log_index at; // the newest command in it
  stamp now;
  std::vector<change> changes;   // each record once
  std::vector<told_client> told; // in log order
};
using delta_ptr = std::shared_ptr<const delta>;
using state_ptr = std::shared_ptr<const state>;

// The records of `touched` as they stand in `s`; a key may come more than once.
std::vector<change> changes_of(const state& s, const std::vector<record_key>& touched);

// A copy of somebody else's state that follows it. Equal to the original after each delta, digest included.
class mirror {
public:
  explicit mirror(state whole)
    : state_(std::move(whole)) {}
  void follow(const delta& d);
  [[nodiscard]] const state& now() const { return state_; }

private:
  state state_;
};

} // namespace troupe::cluster
