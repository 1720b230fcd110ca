// The forming of a cluster, from the side of the node where an operator said `troupe init`.
//
// Ask every voter-to-be whether it is free and which journal it has; when all have answered, the genesis is fixed, and
// every one is told to form. Up to there a failure changes nothing anywhere. From there on the genesis exists as soon as
// one has made it durable: who did not hear of it fetches it from any other (`seek`), with the same journal, so that a
// crash in the middle leaves one cluster, never two. Rejected: a cluster of one that others join, which makes the first
// node's disk decide alone while the others are still being added.
#pragma once

#include "messages/genesis.hpp"
#include "messages/types/time.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::node {

struct founding_options {
  duration retry = std::chrono::milliseconds{200};
  duration patience = std::chrono::seconds{10}; // for all answers of one kind
};

class founder {
public:
  struct order { // to send; the own node is among the receivers
    node_name to;
    formation::message what;
  };
  struct success {
    lineage_id lineage;
  };
  struct failed {
    std::string why; // for the operator; says what to do
  };
  using outcome = std::variant<success, failed>;

  founder(config::cluster c, lineage_id lineage, std::uint64_t round, stamp at, instant now, founding_options o = {});

  void receive(const node_name& from, const formation::message& m, instant now);
  void on_time(instant now);

  std::vector<order> take_orders() { return std::exchange(orders_, {}); }
  [[nodiscard]] std::optional<instant> next_deadline() const;
  [[nodiscard]] const std::optional<outcome>& ended() const { return outcome_; }

private:
  void ask_missing(instant now);
  void fix_genesis(instant now);
  void fail(std::string why);

  std::uint64_t round_;
  founding_options options_;
  genesis genesis_;
  std::vector<node_name> voters_;
  std::map<node_name, journal_id> reserved_;
  std::set<node_name> formed_;
  bool fixed_ = false; // the genesis is complete, and may exist somewhere
  instant give_up_;
  instant ask_again_;
  std::vector<order> orders_;
  std::optional<outcome> outcome_;
};

} // namespace troupe::node
