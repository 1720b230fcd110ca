// What the fencing actors are told and what they tell.
#pragma once

#include "actors/fencing/device_work.hpp"

#include <caf/all.hpp>

#include <map>

namespace troupe::fencing {

// --- told to the node's fencing actor ---
struct own_session { // by the root, when this life of the daemon has joined: from now on attempts are carried out
  session_id session;
};
struct ask_devices {}; // answered with device_list
struct device_list {
  std::map<device_name, caf::actor> devices;
};

struct ask_troubles {}; // answered with device_troubles
struct device_troubles { // as of each device's last check from this node; none: in order, or not checked yet
  std::map<device_name, std::string> why;
};

// --- asked of a device's actor ---
struct ask_device {}; // answered with device_status

// --- between the two ---
struct take_job { // then device_said
  job what;
};
struct withdraw_jobs {
  log_index attempt;
};
struct configure_device {
  config::fence_device device;
  duration check_after{};
};
struct retire_device {}; // it was removed: ends when nothing is under way
struct device_health { // at each check; empty: in order
  device_name device;
  std::string trouble;
};
struct device_said {
  device_name device;
  job_over how;
};

} // namespace troupe::fencing

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::own_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::ask_devices)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::device_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::ask_troubles)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::device_troubles)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::device_health)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::ask_device)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::device_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::take_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::withdraw_jobs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::configure_device)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::retire_device)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::device_said)
