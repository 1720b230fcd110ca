// ready(): which acts are due now. The cheap half of planning: place() has said where everything belongs (assignments,
// in the state), this says what may be done about it at this moment, and for all else what it waits for.
//
// A pure reading of the state. There is no transition: each instance is looked at by itself, so one slow action holds
// up only what is ordered behind it. An instance
//   stays    while it is assigned there, healthy, started with the present parameters, and what it needs stays up
//   stops    otherwise, once all that needs it is gone; if it works and only moves, once its next node may start it
//   starts   once it is assigned, nothing of it may be active beyond its limit [K1], and what it needs is up
// The kernel checks each act again; the records it rests on go along as `if` [K5].
//
// A predecessor of which there are many instances and none is named (no interleave): whoever starts waits for all of
// them that were not tried in vain, whoever runs needs one of them. The peer restarts dependents when any instance
// changes; its users count that among its traps.
#pragma once

#include "actors/cluster/changes.hpp"
#include "actors/supervisor/ordering.hpp"
#include "actors/supervisor/wait.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::supervisor {

class situation;

struct step { // a command that is due: an Act or a Withdraw; of a round of notices, whose cell has no node
  command::cell at;
  command::body what;
  reason why = reason::placement;
  std::vector<log_index> causes; // the newest facts that made it due; at most max_causes
};
struct advice {
  resource_name resource;
  std::vector<step> steps;
  std::vector<wait> waits;
};

// What is due for one resource; `known` is the ordering of the state's configuration.
advice advise(const cluster::state& s, const ordering& known, const resource_name& resource);
// The same for one resource after the other of a state that does not change meanwhile: what was found out for one is
// known for all.
advice advise(situation& sees, const resource_name& resource);

// The same for a whole state that changes: looks only at what a change concerns.
class readiness {
public:
  // `ignores_orders` is a plant.
  explicit readiness(bool ignores_orders = false)
    : ignores_orders_(ignores_orders) {}
  void begin(const cluster::state& s);                               // everything is to be looked at
  void note(const cluster::state& s, const cluster::delta& changed); // `s` is the state after it
  void again(const resource_name& resource) { dirty_.insert(resource); }

  // Advice for every resource that was concerned since the last call, also when nothing is due for it any more.
  std::vector<advice> take(const cluster::state& s);

  // What all that is not where it belongs waits for, as of the last look.
  [[nodiscard]] const std::map<resource_name, std::vector<wait>>& waiting() const { return waiting_; }

private:
  void all_of(const cluster::state& s);
  void note_one(const cluster::state& s, const cluster::row_change<cluster::member_key>& row);
  void note_one(const cluster::state& s, const cluster::row_change<cluster::inventory_key>& row);

  struct seen { // of a node: what matters here
    std::size_t presence = 0;
    session_id session;
    stamp gate{}; // until then nothing may be done there; none: open
    bool operator==(const seen&) const = default;
  };
  void know(const config::cluster& c);
  static seen seen_of(const cluster::state& s, const cluster::member& m);
  bool ignores_orders_;
  std::optional<ordering> known_;
  std::map<node_name, seen> nodes_;
  std::map<node_name, std::vector<resource_name>> unprobed_;
  std::set<resource_name> changed_; // it, and whatever it concerns, is to be looked at
  std::set<resource_name> dirty_;
  std::map<resource_name, std::vector<wait>> waiting_;
};

} // namespace troupe::supervisor
