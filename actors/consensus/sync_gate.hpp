// Between what a replica decides and what others hear of it lies the disk. The gate collects the records of one step
// into one persist, and holds back messages until all records before them are durable.
//
// Rule: a message that promises, accepts or names a ballot goes through after_sync(); what only repeats durable or
// harmless facts may go at once. Holding back for more records than necessary is allowed, for fewer never.
#pragma once

#include "actors/consensus/effects.hpp"
#include "actors/consensus/plants.hpp"

#include <deque>
#include <optional>

namespace troupe::consensus {

class sync_gate {
public:
  explicit sync_gate(plants planted)
    : eager_(planted.has(plant::answer_before_sync)) {}

  void record(journal_record r) {
    if (!closed_) records_.push_back(std::move(r));
  }
  [[nodiscard]] bool has_records() const { return !records_.empty(); }

  // True: nothing to wait for, the caller sends it. False: it is held.
  [[nodiscard]] bool passes(const node_name& to, const message_body& body);

  void flush(effects& out); // this step's records, if there are any

  // A held message whose records are durable now, in order; none: no more of them.
  void durable(sync_token token);
  struct released {
    node_name to;
    message_body body;
  };
  std::optional<released> next_released();

  // Nothing becomes durable any more: records go nowhere, and what waits for one is never said.
  void close();

private:
  struct held {
    sync_token token;
    released what;
  };
  bool eager_;
  bool closed_ = false;
  std::vector<journal_record> records_; // of this step
  sync_token issued_;
  sync_token durable_;
  std::deque<held> held_; // by token
};

} // namespace troupe::consensus
