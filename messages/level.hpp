// What commands mean. A cluster begins with what its founder knows, and rises by a command once every member can
// (command::level_set); a program that knows less does not take part. A change of what an existing command does to the
// state, or of how the state is written, needs a new level: replicas that run different programs must agree to the
// byte.
//
// 1: the first.
// 2: failures say when the node was proved dead with what could not be stopped, or was to be; they do not age as long
//    as it cannot, nor soon after such a death. An operator's word that is given again is a new one.
// 3: failures say how often it could not be promoted, and do not age while another one is; the loss brake counts nodes.
// 4: what is configured while a node is under suspicion has to be looked for there, too.
#pragma once

#include <cstdint>

namespace troupe {

inline constexpr std::uint32_t known_level = 4; // what this program can apply

} // namespace troupe
