// plan(): what the cluster would do from here, if all went well. On a copy of the state: repeat what the leader does
// (fence_plan, place(), ready()), assume that it succeeds, and apply it, to a fixed point.
//
// It asks the same cores as the director, and the kernel judges each command, so a plan cannot show what the cluster
// would not do. Assumed: every act, probe and fencing succeeds, what nobody has looked for yet is not there, no service
// fails meanwhile, and gates pass with time. What then still waits, waits for somebody outside of the cluster.
// [I12] The plan of a state in which some of a plan has been carried out is the rest of it.
//
// A wave is what goes out at the same time: each of its steps waits for earlier waves only. The real cluster knows no
// waves; there a step waits only for those that it needs.
// Rejected: a planner of its own for showing (the peer's simulator runs its whole engine again): two that must agree.
//
// Pure. Bounded by max_plan_steps and max_waves.
#pragma once

#include "actors/supervisor/ready.hpp"

namespace troupe::supervisor {

inline constexpr std::size_t max_plan_steps = 20'000;
inline constexpr std::size_t max_waves = 2'000;

struct plan_question { // what if; empty: what is still to be done
  std::optional<config::cluster> configuration;
  std::vector<node_name> failing; // lost all of a sudden
  std::vector<node_name> standby;
  std::size_t steps = max_plan_steps; // no more than these, or as many as the command has that reaches them
};

enum class step_kind : std::uint8_t { look, place, fence, act, withdraw };
struct planned_step {
  std::uint32_t wave = 0; // from 1; 0: under way when it was asked
  step_kind kind{};
  resource_name resource{}; // look: empty, all that was not looked for
  node_name node{};         // where; fence: the target; place: empty
  config::action action{};  // act
  std::string text{};       // "start db on n2"
  std::string because{};
  bool operator==(const planned_step&) const = default;
};

struct plan {
  std::string refused{}; // the question itself cannot be: why; then there is nothing else
  std::vector<planned_step> steps{}; // as they are carried out; a later one may have a smaller number
  std::vector<wait> waits{};         // what stays undone, and what each waits for
  std::vector<std::string> others{}; // what else stays undone: a sentence each
  bool cut = false;                  // plan_question::steps: there would be more
  cluster::state after{};            // as it would be when these steps are done
};

// `self`: whose plan it is, who would fence.
plan make_plan(cluster::state s, const plan_question& asked, const node_name& self);

} // namespace troupe::supervisor
