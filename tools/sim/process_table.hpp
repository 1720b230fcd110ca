// The processes of one machine: agents at work, and the services that they start. The daemon's children live on when
// it dies and go with the machine. What a service is here is the truth about it: a slice in which it runs, or none.
//
// Programs: /usr/lib/ocf/resource.d/PROVIDER/TYPE with an action (start, stop, monitor, promote, demote, meta-data,
// validate-all, notify) acts on the service of its slice; a file called fence_* is a fence agent of the power grid;
// anything else does not exist. Times are the seed's, faults make agents slow, fail, hang or stick. An agent's effect
// comes half way: one that is ended before then did nothing, one ended after it did its work and could not say so.
#pragma once

#include "agents/processes.hpp"
#include "tools/sim/kernel.hpp"
#include "tools/sim/power_grid.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::sim {

inline constexpr duration slice_end_takes = std::chrono::milliseconds{20};
inline constexpr std::size_t max_running_agents = 10'000; // on one machine

// OCF exit codes that the simulated agents use.
inline constexpr int ocf_success = 0, ocf_unimplemented = 3, ocf_not_running = 7, ocf_running_promoted = 8;

class process_table {
public:
  struct service {
    bool promoted = false;
    std::string parameters; // with which it was started: "size=3 colour=red"
    bool operator==(const service&) const = default;
  };

  process_table(kernel& k, machine_index machine, power_grid& grid);

  // --- for env.processes of the present daemon ---
  void run(const agents::scope_name& scope, agents::command call, agents::processes::done on_end);
  void end_slice(const std::string& slice, duration grace, agents::processes::done on_end);
  void end_scope(const agents::scope_name& scope, duration grace, agents::processes::done on_end);
  [[nodiscard]] agents::living list() const;
  void forget_callbacks(); // the daemon died; its children go on

  // --- for the world ---
  [[nodiscard]] const std::map<std::string, service>& services() const { return services_; }
  void kill_service(const std::string& slice, std::string why);
  void lose_power();

private:
  struct operation {
    std::uint64_t number = 0; // tells this run from a later one of the same name
    program_run plan;
    agents::command call;
    std::vector<agents::processes::done> waiting;
    bool beyond_help = false; // stuck, and that was said
    bool orphaned = false;    // of an earlier life of the daemon
  };
  struct ending { // of a scope, or of a whole slice and its service
    std::string slice;
    std::optional<std::string> scope;
    agents::processes::done on_end;
    [[nodiscard]] bool holds(const agents::scope_name& s) const {
      return s.slice == slice && (!scope || *scope == s.scope);
    }
  };
  [[nodiscard]] program_run plan(const agents::scope_name& scope, const agents::command& call);
  [[nodiscard]] program_run plan_service(const std::string& slice, const agents::command& call);
  void act(const std::string& slice, const std::string& action, const std::string& parameters);
  void tell(const operation& op, std::optional<int> status);
  void stop_service(const std::string& slice, std::string why);
  [[nodiscard]] int monitor(const std::string& slice) const;
  void trouble(program_run& run, const std::string& slice, const std::string& action);
  void start_operation(const operation& op);
  operation* find(std::uint64_t number);
  void half_way(std::uint64_t number);
  void ended(std::uint64_t number);
  void timed_out(std::uint64_t number, int signal);
  void finish(std::uint64_t number, const agents::outcome& how);
  void end(ending what, duration grace);
  void place_ended(std::uint64_t ticket);

  kernel& kernel_;
  machine_index machine_;
  power_grid& grid_;
  random_source random_;
  std::map<std::string, service> services_;
  std::map<agents::scope_name, operation> running_;
  std::map<std::uint64_t, agents::scope_name> names_; // of what runs, by number
  std::map<std::uint64_t, ending> ending_;            // what is being emptied
  std::uint64_t last_ = 0;
};

// What a call is about: the action, and of a fence agent whom it switches.
struct call_summary {
  std::string action;
  std::string target;
};
call_summary about_call(const agents::command& call);

// env.processes of one life of a daemon.
class sim_processes final : public agents::processes {
public:
  sim_processes(kernel& k, machine_index machine, process_table& table)
    : kernel_(k)
    , machine_(machine)
    , table_(table) {}

  void run(const agents::scope_name& scope, agents::command call, done on_end) override;
  void end_slice(const std::string& slice, duration grace, done on_end) override;
  void end_scope(const agents::scope_name& scope, duration grace, done on_end) override;
  void list(std::function<void(result<agents::living>)> on_list) override;
  void shut();

private:
  kernel& kernel_;
  machine_index machine_;
  process_table& table_;
  bool shut_ = false;
  std::map<std::uint64_t, std::function<void(result<agents::living>)>> lists_;
  std::uint64_t last_list_ = 0;
};

} // namespace troupe::sim
