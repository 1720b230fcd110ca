// What those write who come from Pacemaker, and is no word here: what there is instead, or that this version does not
// carry it out. For keys of a file, and for what the commands that agents call are asked to set.
//
// A word counts only where it is not one of ours: `standby` in [node.NAME], `interleave` outside of `clone`.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::conf {

struct pacemaker_word {
  // What means something to Pacemaker when it is set as an attribute: of the cluster, of a node. All else is a key.
  enum class kind : std::uint8_t { property, node_attribute, key };
  kind is;
  std::string_view name;    // with '-' where older ones have '_'
  bool carried_out;         // by what `instead` says
  std::string_view instead; // what to do; never empty
};

// '-' and '_' are the same. nullptr: it is none that is known.
const pacemaker_word* find_pacemaker_word(std::string_view written);

} // namespace troupe::conf
