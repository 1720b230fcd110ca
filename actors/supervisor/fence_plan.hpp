// Which fence attempts the leader proposes, as a pure core: given the state and the time, commands, and what to tell
// about those who wait.
//
// A node needs a proof of death when it is lost and may hold something, or when a stop failed there [needs_proof]. It
// gets one attempt at a time, the first at once. After a failure the next level is tried at once, by another executor:
// what failed may be the device or the way to it. Only when every level has failed there is a pause, which doubles: the
// devices are hardly better a moment later, and power switches stand few logins. An attempt that ended because its
// executor was lost failed for no fault of the device: the same level again, at once.
//
// Not for what is broken beyond the node (cluster::broken_beyond_node): a broken configuration would have every node
// fenced, one after the other and again and again, and everything on them. It waits for an operator. Nor for what an
// operator has in maintenance, or does not want managed.
//
// Executors are members that have joined, but not the target, and not one that waits for a proof itself while there
// are others. The leader's own node comes first, because it surely hears of the attempt; then by name.
//
// Nothing is proposed for a node under suspicion [K8]; nor, while it lasts, for one that is away for a planned restart,
// which may prove more than a device; nor for a boot that is known to be dead [I9].
//
// Facts are in the state: level, executor and end of the last attempt. What is kept here is only for pacing: how often
// all levels have failed, as far as this leader has seen. A new leader begins with the shortest pause again.
//
// Rejected: one attempt per device at the same time. The first proof would do, and the others would switch a node off
// that has come back.
#pragma once

#include "actors/cluster/holdings.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::supervisor {

inline constexpr duration first_fence_pause = std::chrono::seconds{2}; // after all levels have failed; doubles
inline constexpr duration longest_fence_pause = std::chrono::minutes{2};
inline constexpr std::size_t spared_named = 3; // so many resources' stories does one line tell
// An executor gives every step of an attempt a limit; together they are less than four budgets and one call of the
// level's slowest device. One from which nothing is heard for so much longer is given up; and one that cannot be heard
// (suspected, or restarting by plan) after late-margin, in which what it had begun may still land.
inline constexpr duration overdue_margin = std::chrono::minutes{1};
// A proposal that the state does not show by then was lost or refused; it may be made again.
inline constexpr duration propose_fencing_again = std::chrono::seconds{1};
// So long after a cleanup its stop may take to begin; something else may be in its way for good.
inline constexpr duration stop_tried_again_within = std::chrono::seconds{5};

enum class fence_wait : std::uint8_t {
  under_way,       // an attempt is open
  proposed,        // one is about to be
  pausing,         // all levels have failed; again soon
  no_executor,     // no other node has joined
  not_covered,     // no device has it among its targets
  no_fencing,      // no device is configured at all
  stop_unfenced,   // fencing is off, and a stop failed: nothing is assumed of a node that is here
  broken_resource, // what could not be stopped is broken elsewhere, too
  tried_again,     // the failed stop was cleaned up: first it is tried once more
  left_alone,      // what could not be stopped is in maintenance, or not managed
  suspected,       // its loss is beyond the brake
  away,            // for a planned restart
  dead_but_held,   // its boot is proved dead, by what not all of its resources accept
};
// Why the node is not fenced for the stops that failed there, of which there are some, and what an operator can do.
std::string spared_text(const std::vector<cluster::broken_resource>& why, const node_name& node);

struct fence_standing {
  node_name target;
  fence_wait why{};
  std::string text; // for an operator: why, and what he can do
  bool operator==(const fence_standing&) const = default;
};

class fence_plan {
public:
  // `self` leads. Call it when the state has changed and at next_deadline(). The commands carry reason, causes and
  // principal; stamp, client and sequence are the caller's. What comes to nothing is proposed again by itself.
  std::vector<command::command> look(const cluster::state& s, const node_name& self, instant now);

  // As of the last look.
  [[nodiscard]] std::optional<instant> next_deadline() const { return deadline_; }
  [[nodiscard]] const std::vector<fence_standing>& waiting() const { return waiting_; } // by target

private:
  struct pace {               // of one target
    log_index attempt{};      // the newest seen
    instant since{};          // when it was seen first
    bool counted = false;     // it was seen closed
    std::uint32_t rounds = 0; // so often all levels have failed
    instant not_before{};
    std::optional<instant> executor_gone;
    std::optional<instant> proposed;
    std::optional<instant> cleaned_up; // since when its failed stops are to be tried again
    node_name proposed_to; // the executor
  };
  struct view { // one target in this look
    const cluster::state& s;
    const node_name& self; // leads
    const node_name& target;
    const cluster::member& node;
    const cluster::entry<cluster::attempt>* last; // of this need; nullptr: none yet
    bool lost = false;
  };

  bool waits_for_stops(const view& v, pace& p, instant now);
  void consider(const view& v, instant now, std::vector<command::command>& out);
  void consider_open(const view& v, pace& p, instant now, std::vector<command::command>& out);
  void consider_attempt(const view& v, pace& p, instant now, std::vector<command::command>& out);
  void consider_assumption(const view& v, pace& p, instant now, std::vector<command::command>& out);
  void count_end(const view& v, pace& p, instant now) const;
  void propose(const view& v, pace& p, instant now, command::body what, reason why, std::vector<command::command>& out);
  void wait(const view& v, fence_wait why, std::string text);
  void wake_at(instant when) { deadline_ = deadline_ ? std::min(*deadline_, when) : when; }

  std::map<node_name, pace> paces_;
  std::vector<fence_standing> waiting_;
  std::optional<instant> deadline_;
};

} // namespace troupe::supervisor
