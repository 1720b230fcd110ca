// When each member was last heard of, and what it has applied. The leader's evidence that a member is lost begins here,
// and so it must outlive a change of leaders: a follower keeps what the leader's ticks say of silent members, a grant
// of a pre-vote carries it to the next leader, and silence counts from the newest word of anyone.
//
// Whoever is not named as silent in a tick counts as heard at that tick: at most options.quiet too late, on the side of
// "alive". A member that nobody has heard is named too, as never_heard: otherwise the first tick would make it one that
// was heard just now, and after a change of leaders a machine that is still booting would be taken for lost.
#pragma once

#include "messages/consensus.hpp"

#include <map>
#include <optional>
#include <vector>

namespace troupe::consensus {

struct member_contact {
  node_name node;
  std::optional<instant> heard; // unset: never, by anyone who told us
  slot_number applied;          // newest acknowledged to us
};

class contacts {
public:
  void set_members(std::vector<node_name> members); // sorted; without ourselves
  [[nodiscard]] const std::vector<node_name>& members() const { return members_; }

  void heard(const node_name& member, instant now);
  void applied(const node_name& member, slot_number slot);
  void ticked(const std::vector<contact>& silent, instant now); // by the leader that we follow
  void merge(const std::vector<contact>& told, instant now);    // by a voter that grants

  [[nodiscard]] std::optional<instant> last(const node_name& member) const;
  [[nodiscard]] std::vector<member_contact> all() const;
  [[nodiscard]] std::vector<contact> ages(instant now, duration at_least = duration{}) const; // never_heard included

private:
  struct known {
    std::optional<instant> heard;
    slot_number applied;
  };
  void settle_tick();

  std::vector<node_name> members_;
  std::map<node_name, known> known_; // of members only
  std::optional<instant> tick_at_;   // not yet in known_: a tick must not cost a walk over all members
  std::vector<contact> silent_;
};

} // namespace troupe::consensus
