// What holds the processes of a scope together, so that they can be counted, signalled and told to be gone.
//
// Two kinds. Cgroups (v2): exact, nothing leaves, KILL is one act of the kernel. Sessions (setsid) where cgroups cannot
// be written: a process that makes a session of its own, as most daemons do, escapes; what escaped is only ended by the
// agent's own stop. describe() tells which one it is; the operator must see it.
//
// Empty is what is known to be empty. Whoever could not look gets an error, and treats it as occupied: on an empty
// slice rests that a service may be started elsewhere.
#pragma once

#include "agents/runner/descriptor.hpp"
#include "agents/runner/scope_files.hpp"
#include "transport/loop/event_loop.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace troupe::agents {

struct place { // a scope, or all of a slice
  std::string slice;
  std::optional<std::string> scope;
  auto operator<=>(const place&) const = default;
  [[nodiscard]] std::string text() const { return scope ? slice + "/" + *scope : slice; }
  [[nodiscard]] bool holds(const scope_name& s) const { return s.slice == slice && (!scope || *scope == s.scope); }
};

class enclosure {
public:
  // Calls now and then while it exists, and when the place has become empty (cgroups: at once).
  struct watch {
    virtual ~watch() = default;
  };

  virtual ~enclosure() = default;
  [[nodiscard]] virtual std::string describe() const = 0;
  [[nodiscard]] virtual bool exact() const = 0; // nothing leaves it
  // Room for a new operation; the descriptor of its cgroup, or an empty one.
  virtual result<descriptor> enter(const scope_name& scope) = 0;
  [[nodiscard]] virtual result<bool> occupied(const place& where) const = 0;
  [[nodiscard]] virtual result<std::vector<process_stat>> members(const place& where) const = 0;
  [[nodiscard]] virtual bool signal(const place& where, int number) = 0; // false: not all of them could be sent it
  // nullptr: it cannot be watched now.
  virtual std::unique_ptr<watch> observe(const place& where, std::function<void()> on_change) = 0;
  virtual void clear(const place& where) = 0; // frees what an empty place needed
  [[nodiscard]] virtual result<std::vector<std::string>> occupied_slices() const = 0;
};

// Cgroups below `base` (a folder of a mounted cgroup2, e.g. /sys/fs/cgroup/troupe; it is made), if a child can really
// be born there; else the reason why not.
result<std::unique_ptr<enclosure>> make_cgroups(loop::event_loop& loop, const std::string& base);
// Where cgroup2 is mounted, if it is.
std::optional<std::string> cgroup2_mount();
// Whether the folder is in a cgroup2, or would be if it were made.
bool in_cgroup2(const std::string& path);

std::unique_ptr<enclosure> make_sessions(loop::event_loop& loop, const scope_files& files, std::string why);

} // namespace troupe::agents
