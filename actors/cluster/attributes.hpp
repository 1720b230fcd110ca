// Attributes as agents and the scheduler read them.
//
// An agent notes, per node and instance, how well that instance would do if it were promoted: its promotion score, an
// attribute of a known name. Without one an instance is not promoted (unless the configuration gives it a score): an
// agent that has said nothing may not even have its data. Scores that last until the node starts anew go before those
// that last for ever, as in Pacemaker.
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/promotion.hpp"

namespace troupe::cluster {

inline constexpr std::size_t max_attributes = 4096; // of one node, and of the cluster

// The resource whose promotion score has this name; nullptr: none that is configured and promotable.
const standing* promoted_by(const state& s, const std::string& attribute);

// As an agent asks: until a restart, else for ever, else as configured. nullptr: nobody has said.
const std::string* attribute_of(const state& s, const node_name& node, command::lifetime lasts,
                                const std::string& name);

// nullopt: its agent has said none, or no number.
std::optional<score> promotion_score(const state& s, const resource_name& resource, const node_name& node);

// Nobody is promoted yet, and another instance is being started: it may have better data, and say so when it is up.
// Whoever spoke first would be promoted for as long as that takes. Where somebody was promoted and is lost nobody waits
// for a start; nor where the configuration gives a score, by which anybody may be.
bool first_promotion_waits(const state& s, const resource_name& resource);

// "10", "-INFINITY", "+INFINITY"; what exceeds the limits is cut to them.
std::optional<score> score_of(std::string_view text);

} // namespace troupe::cluster
