// What this node thinks of another one, and which news outdoes it.
//
// The rule (SWIM 4.2), for news of the same session with incarnation i against what is known with incarnation j:
//   alive    outdoes alive, suspect and faulty if i > j: only the member itself raises its incarnation
//   suspect  outdoes alive if i >= j, suspect and faulty if i > j; with i = j it confirms a suspicion
//   faulty   outdoes alive and suspect if i >= j, faulty if i > j. The paper's "confirm" outdoes any incarnation, which
//            makes a death final; here a member that was only cut off speaks again, so an older word has been refuted
//   left     outdoes all three if i >= j, and is final for its session: it is the member's own word
// A later session outdoes everything of an earlier one. Whether a member *is* a member, the log decides, not this.
#pragma once

#include "actors/detector/plants.hpp"
#include "actors/detector/suspicion.hpp"
#include "messages/gossip.hpp"

#include <optional>
#include <variant>

namespace troupe::detector {

struct alive {};
struct faulty {
  std::vector<node_name> accusers; // those who suspected it, and who ran out of patience, last
};
struct left {};

struct member {
  gossip::life life;
  std::variant<alive, suspicion, faulty, left> state;
  instant since;                   // of this standing
  std::optional<instant> heard;    // anything of this life, directly from it
  std::optional<instant> answered; // an answer to this node's own probe, directly: both ways work
};

gossip::standing standing_of(const member& m);
std::vector<node_name> accusers_of(const member& m);

enum class effect : std::uint8_t { ignored, confirms, outdoes };
effect effect_of(const gossip::news& n, const member& m, const plants& planted = {});

} // namespace troupe::detector
