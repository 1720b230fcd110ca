// env.processes for real, on the event loop. An operation is one child (spawn.hpp) in an enclosure (cgroup or session),
// with files for its output (scope_files.hpp); its pidfd wakes the loop. What it leaves behind lives on in its scope:
// the service, also without us. Nobody waits for the end of output: a service may hold it open for ever.
//
// An operation ends when its own program does; one that was timed out ends when its scope is empty. Output beyond the
// cap is dropped while it is written (looked at every `look_at_output`, more often while it floods; the first part is
// kept), so that neither an agent nor a service that inherited its output fills the disk. All is done on the loop's
// thread, in short file operations.
//
// A birth stops the loop for about a millisecond (spawn.hpp), and a join asks for one a resource. So they stand in
// line: one in each turn of the loop, and what the network says comes between. A thousand in one go cost a leader its
// followers. Rejected: a thread for births. What ends a scope would have to wait for it. Its price: an agent on a file
// system that hangs (NFS) stops the loop, and with it the node, until execve answers; CLONE_VFORK waits for that.
#pragma once

#include "agents/processes.hpp"
#include "agents/runner/enclosure.hpp"
#include "agents/runner/ending.hpp"
#include "agents/runner/spawn.hpp"
#include "transport/loop/watch.hpp"

#include <deque>
#include <set>

namespace troupe::agents {

inline constexpr std::size_t max_running = 10'000; // operations at once
inline constexpr duration look_at_output = std::chrono::seconds{1};
inline constexpr duration look_at_flood = std::chrono::milliseconds{20}; // while a stream outgrows its cap many times
inline constexpr duration look_at_leftovers = std::chrono::seconds{10}; // scopes whose operation has ended
inline constexpr duration look_again = std::chrono::milliseconds{200}; // an ending that could not look, watch or signal

class process_runner final : public processes {
public:
  struct options {
    std::string folder;      // for scopes; made; on a file system that is emptied at boot
    std::string cgroup_base; // empty: do not try
    std::string why_none = "none was named"; // where it is empty
  };
  process_runner(loop::event_loop& loop, const options& where);
  // With an enclosure of the caller's making, for tests.
  process_runner(loop::event_loop& loop, const std::string& folder, std::unique_ptr<enclosure> confines,
                 duration settle_time = settle);
  ~process_runner() override; // children live on; who still waits is not called any more
  process_runner(const process_runner&) = delete;
  process_runner& operator=(const process_runner&) = delete;

  void run(const scope_name& scope, command call, done on_end) override;
  void end_slice(const std::string& slice, duration grace, done on_end) override;
  void end_scope(const scope_name& scope, duration grace, done on_end) override;
  void list(std::function<void(result<living>)> on_list) override;

  // "cgroups below ...", or that there are none and why: for the log and `status`.
  [[nodiscard]] std::string confinement() const { return enclosure_->describe(); }
  [[nodiscard]] bool exact() const { return enclosure_->exact(); } // nothing leaves its scope

private:
  struct operation {
    child process;
    duration grace{};
    descriptor output, error_output;
    captured kept_output, kept_error; // the first part of a stream that was cut
    std::unique_ptr<loop::readable_watch> exit;
    std::unique_ptr<loop::timer> timeout;
    std::vector<done> waiting;
    std::optional<int> status;
    bool timed_out = false;
  };
  struct under_way { // an ending
    ending rules;
    std::vector<done> waiting;
    std::unique_ptr<enclosure::watch> changes{};
    std::unique_ptr<loop::timer> timer{};
    std::optional<int> unsent{}; // a signal
  };

  // On the loop's thread:
  void next_birth();
  void births_in(const place& where);
  void start(const scope_name& scope, command& call, done& on_end);
  tl::expected<operation, not_started> launch(const scope_name& scope, const command& call);
  void program_ended(const scope_name& scope);
  void timed_out(const scope_name& scope);
  void late_end(const scope_name& scope, const outcome& how);
  void reap_later(operation& op); // somebody has to, or it stays a zombie
  void finish(const scope_name& scope, const outcome& how);
  [[nodiscard]] exited result_of(operation& op);
  static bool keep_within_cap(operation& op); // true: it floods
  void reap_in(const place& where);

  void end(const place& where, duration grace, done on_end);
  void go_on(const place& where);
  bool send(const place& where, int number); // false: not to everyone
  void ended(const place& where, const outcome& how);
  [[nodiscard]] stuck survivors(const place& where) const;
  [[nodiscard]] static stuck not_known(const place& where, const error& why);

  void find_leftovers();
  void leave_or_clear(const scope_name& scope);
  void clear(const place& where);
  void look_around();
  void arm_look();
  [[nodiscard]] result<bool> program_lives(const scope_name& scope) const;
  [[nodiscard]] result<living> now_living() const;

  struct birth_wanted {
    scope_name scope;
    command call;
    done on_end;
  };
  loop::event_loop& loop_;
  std::deque<birth_wanted> births_; // one a turn of the loop
  std::unique_ptr<loop::timer> birth_;
  scope_files files_;
  std::unique_ptr<enclosure> enclosure_;
  duration settle_;
  std::map<scope_name, operation> running_;
  std::map<place, under_way> endings_;
  std::map<int, std::pair<child, std::unique_ptr<loop::readable_watch>>> unreaped_; // what was told of already
  std::set<scope_name> leftovers_; // their operation is over, something lives on
  bool looked_for_leftovers_ = true; // of an earlier life
  std::unique_ptr<loop::timer> look_;
  duration look_every_{}; // of the timer that is armed
  bool flooded_ = false;  // as of the last look
};

} // namespace troupe::agents
