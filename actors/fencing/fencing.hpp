// The node's part in fencing: the actor around duties. It follows the state, keeps an actor for each configured device,
// gives them their jobs, and says proofs and failures into the log.
//
// What it says goes through a lane per target: there is one open attempt a target, so nothing waits for something else.
// (A lane per device would let the proof for one node wait for the outcome of another's.) A proof that cannot be
// committed now is followed by the desk for as long as it takes; one that comes too late is refused by the kernel.
//
// A device's actor that crashes takes this one along, and the root starts both again: attempts that are still open are
// begun anew, which costs time and nothing else.
//
// First of all it ends whatever fence agents are at work: an earlier life of the daemon, or an actor that has crashed,
// has left them, and nobody bounds when an `off` of theirs lands; the late margin [K7] counts on a bound. Until then no
// device has an actor and no attempt is begun. What not even KILL ends does not hold up fencing: it does nothing more
// of itself.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/fencing/device.hpp"
#include "actors/fencing/duties.hpp"

namespace troupe::fencing {

inline constexpr duration say_again = std::chrono::seconds{1}; // the desk was full
// First checks of devices are spread over so much time for each node and for each device there is, so that not all
// nodes log in to one device at once, and no node starts all agents at once.
inline constexpr duration check_spread = std::chrono::seconds{1};

inline constexpr duration list_again = std::chrono::seconds{1}; // it could not be told which agents are at work

struct fencing_settings {
  node_name self;
  caf::actor ledger;
  agents::fence::installation agents;
  bool trusts_failures = false; // a plant
};

struct clearing { // of agents that are nobody's
  std::size_t left = 0;
  std::string trouble;                            // why it is not known what there is
  std::optional<config::cluster> configuration{}; // the latest, to be followed then
  session_id session{};
};

struct fencing_state {
  env::environment* env = nullptr;
  watching::directory_ptr directory;
  fencing_settings set;
  std::unique_ptr<duties> core;
  std::optional<clearing> first{clearing{}}; // unset: it is done
  std::map<device_name, std::pair<config::fence_device, caf::actor>> devices;
  device_troubles troubles;
  std::vector<command::command> unsaid; // the desk was full
  instant say_at{};
  env::alarm alarm;
};
using fencing_actor = caf::stateful_actor<fencing_state, watching::observed<caf::event_based_actor>>;

caf::behavior fencing(fencing_actor* self, env::environment* env, const watching::directory_ptr& directory,
                      fencing_settings set);

} // namespace troupe::fencing
