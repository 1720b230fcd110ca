// What one fence device is at, as a pure core: one call of its agent at a time. Power switches allow few sessions at
// once, often one.
//
// Jobs come from the node's duties (duties.hpp): off, still off, or on for one target, each with the device's retries
// and budget (agents/fence/attempt.hpp). They are taken in the order in which they came; each ends in exactly one
// job_over, also one that was withdrawn, and one that has waited for as long as its budget, because the device was
// busy.
//
// How the agent calls its target is read from its metadata once, before the first call that needs it. If that fails,
// the usual name is used: a wrong guess cannot prove anything, and a device that describes itself badly may still
// switch.
//
// A device that is broken should be known before it is needed. So its agent's `monitor` is run once at the beginning
// and then every check_every, and every check_again while it fails. Rejected: a short interval, as for services. What a
// check can gain is the time for which a device is broken and nobody knows: with an hour, a node that is lost once a
// year meets it in one of 8,760 cases, and every node logs in to every device at each check (it asks from where it
// would shoot). A check gives way: it is ended when a job comes.
#pragma once

#include "agents/fence/attempt.hpp"
#include "messages/config.hpp"

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::fencing {

inline constexpr duration check_every = std::chrono::hours{1};
inline constexpr duration check_again = std::chrono::minutes{5};
inline constexpr duration call_grace = std::chrono::seconds{5}; // between TERM and KILL
inline constexpr std::size_t max_jobs = 2 * config::max_nodes;  // waiting: one off and one on a target

using agents::fence::aim;

struct job {
  log_index attempt{}; // of the cluster's log
  aim what = aim::off;
  node_name target{};
  bool operator==(const job&) const = default;
};
struct job_over {
  job what{};
  bool reached = false;
  bool called = false; // the agent was told to do something
  std::string note{};  // why it was not reached
  bool operator==(const job_over&) const = default;
};

struct device_status { // for people
  config::fence_device device;
  std::optional<job> at; // unset: idle
  instant since{};       // at it
  std::size_t waiting = 0;
  std::optional<bool> good; // by its own monitor; unset: not yet known
  std::string trouble;      // why it is not good
  instant checked{};
  std::optional<job_over> last;
  instant last_ended{};
};

class device_work {
public:
  // --- outputs ---
  struct start_call { // then answered()
    std::uint64_t number = 0;
    // Within the device's slice. It names what is done, and is used once: what an earlier actor of this device, or an
    // earlier life of the daemon, left at work is ended before this one begins.
    std::string scope;
    agents::command what;
  };
  struct end_call { // its answer comes all the same
    std::string scope;
  };
  struct health { // at first, and when it has changed
    bool good = false;
    std::string trouble;
    bool operator==(const health&) const = default;
  };
  using output = std::variant<start_call, end_call, job_over, health>;
  using outputs = std::vector<output>;

  // The first check is made at `first_check` or soon after: not all nodes at once.
  device_work(config::fence_device device, agents::fence::installation where, instant first_check);

  outputs take(instant now, const job& j);
  outputs withdraw(instant now, log_index attempt); // nobody waits for its jobs any more
  // The same name; counts from the next job or check on. `check` as for the first.
  outputs configure(instant now, config::fence_device device, instant check);
  outputs retire(instant now); // it was removed: over when done()
  outputs answered(instant now, std::uint64_t number, const agents::outcome& how);
  outputs tick(instant now); // at next_deadline(), or at any time

  [[nodiscard]] std::optional<instant> next_deadline() const;
  [[nodiscard]] bool done() const { return retired_ && std::holds_alternative<idle>(now_); }
  [[nodiscard]] device_status status() const;

private:
  struct idle {};
  struct checking {
    bool gives_way = false;
  };
  struct working {
    job what;
    std::optional<agents::fence::attempt> core; // unset: the agent is being asked how it calls a target
    bool withdrawn = false;
  };
  struct call {
    std::uint64_t number = 0;
    agents::fence::action what{};
    std::uint64_t of_core = 0; // the number that the attempt's core gave it
    duration timeout{};
    std::string stem{}, scope{};
    std::size_t tried = 0; // candidates that are not there
    std::string missing{};
  };
  struct waiting {
    job what;
    instant since{};
  };

  void go_on(instant now, outputs& out);
  void begin_job(instant now, outputs& out);
  void give_way(outputs& out);
  void expire(instant now, outputs& out);
  void start(instant now, call c, outputs& out);
  void launch(instant now, outputs& out);
  void conclude(instant now, const agents::outcome& how, outputs& out);
  void described(instant now, const agents::outcome& how, outputs& out);
  void checked(instant now, std::string trouble, outputs& out);
  void carry(instant now, const std::vector<agents::fence::attempt::output>& said, outputs& out);
  void end_job(instant now, bool reached, bool called, std::string note, outputs& out);

  config::fence_device device_;
  std::optional<std::pair<config::fence_device, instant>> next_; // and when to check it
  agents::fence::installation where_;
  std::size_t found_at_ = 0; // among the candidates, the one that was there
  std::optional<std::string> plug_parameter_;

  std::variant<idle, checking, working> now_;
  instant since_{};
  std::optional<call> call_; // under way
  std::uint64_t calls_ = 0;
  std::deque<waiting> queue_;
  bool retired_ = false;

  instant check_at_;
  std::optional<bool> good_;
  std::string trouble_;
  instant checked_{};
  std::optional<job_over> last_;
  instant last_ended_{};
};

} // namespace troupe::fencing
