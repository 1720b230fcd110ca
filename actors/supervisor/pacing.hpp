// When the steps that are due for one resource go out: at once, but for a service that fails again and again.
//
// A start waits until first_pause * 2^(k-2), at most `longest`, after the last of k failures on its node; the first
// retry comes at once, because most failures are singular and every second without the service counts. So who has
// failed a hundred times and been well since is moved, or failed over to, without a pause. Steps that are on their way
// to the log are not sent twice; one that is refused is asked for again, at once if its grounds had changed [K5], else
// more and more slowly: then planner and kernel disagree, which is a bug of ours that must not flood the log. Rejected:
// the peer's start-failure-is-fatal and its recheck timer. The first leaves a service down for good after one slip, the
// second makes a retry wait for minutes.
#pragma once

#include "actors/supervisor/ready.hpp"
#include "messages/types/time.hpp"

#include <map>
#include <optional>
#include <vector>

namespace troupe::supervisor {

struct past_failures {
  std::uint32_t count = 0;
  instant last{};
};

class pacing {
public:
  static constexpr duration first_pause = std::chrono::milliseconds{500};
  static constexpr duration longest = std::chrono::seconds{30};

  // How long a start waits after so many failures on its node.
  static duration pause_after(std::uint32_t failures);

  // The same as a time of the calendar, if the step is a start and that lies ahead; for people.
  static std::optional<stamp> paused_until(const step& s, const cluster::failures& past, stamp now);

  // Replaces all that was advised before. `past`: on the node of each step.
  void advised(std::vector<step> steps, const std::map<node_name, past_failures>& past, instant now);
  // What goes out now; each is then on its way until told() of.
  std::vector<step> due(instant now);
  // The outcome of one that went out; nullopt: the log had no room for it. True: its grounds have changed or are in
  // doubt, ask for advice again (at next_deadline, if that is later).
  bool told(const command::cell& at, std::optional<refusal> how, instant now);
  // Refusals in a row that were not of its grounds. A single one may be a race with what `if` does not name (a member
  // that joined and was not looked at yet counts as a holder [K1]); one that comes again and again is a bug.
  [[nodiscard]] std::uint32_t strange() const { return strange_; }
  [[nodiscard]] std::optional<instant> next_deadline() const;
  // It is time to ask for advice again after a refusal.
  bool ask_again(instant now);
  [[nodiscard]] bool idle() const { return waiting_.empty() && on_its_way_.empty() && !again_at_; }

private:
  struct timed {
    step what;
    instant at;
  };
  std::map<command::cell, timed> waiting_;
  std::map<command::cell, std::size_t> on_its_way_; // with the kind of command
  std::uint32_t strange_ = 0;                       // refusals in a row that should not have been
  std::optional<instant> again_at_;
};

} // namespace troupe::supervisor
