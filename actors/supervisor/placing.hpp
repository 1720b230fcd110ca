// When place() runs, and what of its answer is committed.
//
// It runs when one of its inputs has changed, on a snapshot, one run at a time; what changes meanwhile leads to the
// next run. One input changes by time alone: a node that was fenced gets nothing new until its gate opens [K7]. Its
// answer is committed as Assigned, only where it differs.
//
// Two cases wait, so that the first placement of something is not made in the dark and then lived with:
//   - a cluster that has just been formed: until every node was seen, or is given up
//   - a resource without an assignment: until all joined nodes have looked whether it runs there already
#pragma once

#include "actors/cluster/changes.hpp"

#include <map>
#include <set>
#include <vector>

namespace troupe::supervisor {

// The second case, and the first: `r` has no assignment, and is given none now. What has none although it could is to be
// nowhere: that is not committed.
bool too_early_to_place(const cluster::state& s, const resource_name& r);

class placing {
public:
  void begin(const cluster::state& s);
  void note(const cluster::state& s, const cluster::delta& changed);

  // True: place() is to run now, on `s`; ended() tells that it has. The causes of this run are those of its commands.
  [[nodiscard]] bool wanted(const cluster::state& s) const;
  std::vector<log_index> started();
  void ended();
  [[nodiscard]] bool running() const { return running_; }

  // What of the answer is to be committed; `s` may be newer than what place() saw.
  [[nodiscard]] std::vector<command::assignment> changes(const cluster::state& s,
                                                         std::vector<command::assignment> answer) const;

private:
  void dirty(log_index cause);
  bool dirty_ = false;
  bool running_ = false;
  std::vector<log_index> causes_; // newest last, at most max_causes
  struct seen {                   // of a node: what matters here
    std::size_t presence = 0;
    session_id session;
    stamp gate{}; // until then nothing new is placed there; none: open
    bool operator==(const seen&) const = default;
  };
  static seen seen_of(const cluster::state& s, const cluster::member& m);
  std::map<node_name, seen> nodes_;
  bool promotion_waited(const cluster::state& s, const resource_name& r); // and does not any more
  std::set<resource_name> promotions_wait_;                               // for starts
};

} // namespace troupe::supervisor
