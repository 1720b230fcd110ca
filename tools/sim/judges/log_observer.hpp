// An observer that reads the log as well as the truth. Each index counts once, when the first node has applied it: from
// then on it is a fact that somebody may act upon. That all nodes agree on it is I1's business.
//
// The product's state is read for what the log says (who is a member, in which boot, what is configured), never for
// what is right: that a judge works out by itself from the truth.
#pragma once

#include "tools/sim/observer.hpp"

namespace troupe::sim {

class log_observer : public observer {
public:
  void applied(instant at, machine_index who, const node::applied_command& what) final;

protected:
  // A command that was not refused has become a fact.
  virtual void fact(instant at, const command::command& what, const cluster::state& after) = 0;
  // A machine has applied everything up to this one.
  virtual void reached(machine_index, log_index) {}

  // The newest configuration; none before the first command.
  [[nodiscard]] const config::cluster* configuration() const { return version_ ? &configuration_ : nullptr; }
  // Since when the present one has been in force.
  [[nodiscard]] instant configured_since() const { return since_; }
  [[nodiscard]] log_index newest() const { return newest_; }

private:
  log_index newest_;
  std::optional<log_index> version_;
  config::cluster configuration_;
  instant since_{};
};

// n3 is the machine with index 2.
machine_index machine_of(const node_name& name);
node_name name_of(machine_index m);

// --- questions about a configuration ---

// How many machines may run it at once; 1 for what is not configured.
std::size_t most_instances(const config::cluster& c, const std::string& slice);
std::size_t most_promoted(const config::cluster& c, const std::string& slice); // 0: it is not promotable
// A resource, or the members of a group, in order.
std::vector<std::string> members_of(const config::cluster& c, const std::string& name);
// The group it is in, or nullptr.
const config::group* group_of(const config::cluster& c, const std::string& slice);
bool is_clone(const config::cluster& c, const std::string& slice);

} // namespace troupe::sim
