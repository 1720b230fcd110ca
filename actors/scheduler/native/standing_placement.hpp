// place() for whoever asks again and again, as the leader does: the answer of place_cluster() by placing anew only the
// parts of the configuration that a change concerns.
//
//   standing_placement places;
//   places.note(delta) ...                 each change of the state, in its order
//   auto news = places.place(state);       = changed(place_cluster(state).items, state)
//
// Parts (parts.hpp) meet in one thing only: of equally good nodes the one with fewer resources is taken, counted when
// it is a resource's turn. So a part is placed again if an input of its own has changed; or if such a count decided the
// last time, because it may be another now; or if the state does not yet say what was answered. All others stay, and
// only count, at the turns when they did. Nodes concern everybody: when one becomes better or worse, all is placed.
// With a failed resource among 5,000 on 100 nodes that is a hundred times less work than the whole.
//
// Rejected: to make each stage of the scheduler incremental. Each would have to know what the others remember; here
// they are run as they are, on less.
#pragma once

#include "actors/cluster/changes.hpp"
#include "actors/scheduler/native/parts.hpp"
#include "actors/scheduler/native/place_cluster.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe::scheduler {

class standing_placement {
public:
  void forget() { known_.reset(); } // what comes next is not the state that was followed
  void note(const cluster::delta& changed);
  // Those that differ from the assignments in the state, sorted by name.
  std::vector<command::assignment> place(const cluster::state& s);

  struct effort { // of the last call
    std::size_t parts = 0, placed = 0;
  };
  [[nodiscard]] effort last_effort() const { return last_; }

private:
  struct part {
    bool stale = true;
    std::vector<std::size_t> turns; // of its resources and groups
  };
  struct knowledge { // of one configuration
    explicit knowledge(const cluster::state& s);
    log_index version;
    configuration_parts split;
    std::vector<part> parts;
    std::map<std::string, std::size_t, std::less<>> part_named; // of each resource and group
    std::map<std::string, std::size_t, std::less<>> turn_named;
    std::vector<std::size_t> whose_turn;          // part, by turn
    std::vector<std::vector<node_id>> settled_at; // by turn: where instances were settled
    std::vector<node_use> uses;                   // by node
  };
  void mark(const std::string& name);
  void mark_all();
  void judge_nodes(const cluster::state& s);
  [[nodiscard]] std::vector<placed_elsewhere> others_than(const std::vector<std::size_t>& parts) const;
  void learn_turns(const placement_result& r);
  void learn(const cluster::state& s, const config::cluster& placed, const placement_result& r);

  std::optional<knowledge> known_;
  effort last_;
};

} // namespace troupe::scheduler
