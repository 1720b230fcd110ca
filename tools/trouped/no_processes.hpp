// A daemon that starts nothing: what this build has no runner for is refused with the reason, and nothing lives on from
// an earlier session.
#pragma once

#include "agents/processes.hpp"

#include <cerrno>

namespace troupe::daemon {

class no_processes final : public agents::processes {
public:
  void run(const agents::scope_name&, agents::command, done on_end) override {
    on_end(agents::not_started{ENOSYS, "this daemon was built without a process runner"});
  }
  void end_slice(const std::string&, duration, done on_end) override { on_end(agents::exited{}); }
  void list(std::function<void(std::vector<agents::scope_name>)> on_list) override { on_list({}); }
};

} // namespace troupe::daemon
