// One child: made, confined, handed its three descriptors, and either it runs the program or we know why not.
//
// clone3() with CLONE_INTO_CGROUP: the child is born in its cgroup, so nothing that it starts can be outside.
// (Linux 5.7; Documentation/admin-guide/cgroup-v2.rst.) CLONE_VFORK: when the call returns, the child has become the
// program or has failed. CLONE_PIDFD: there is no moment at which its number could already be someone else's.
//
// Rejected: posix_spawn (cannot place a child before glibc 2.39) and a child that writes itself into cgroup.procs
// (measured: up to 26 ms, because the kernel waits for all its processors; and a VFORK stops the event loop as long).
// clone_child.hpp says how the copy of our page tables is saved.
#pragma once

#include "agents/processes.hpp"
#include "agents/runner/descriptor.hpp"

#include <tl/expected.hpp>

namespace troupe::agents {

struct birth {
  const std::vector<std::string>& arguments;
  const std::map<std::string, std::string>& environment;
  int input = -1, output = -1, error_output = -1; // all > 2
  int record = -1; // the child writes its own /proc/self/stat here before it becomes the program; closed on exec; -1: does not
  int cgroup = -1; // a folder's descriptor; -1: stays in ours
};

struct child {
  int pid = 0;
  descriptor pidfd; // readable once it has ended
};

// The child leads a session of its own, in "/", with umask 022, default signals, and no other descriptor of ours.
tl::expected<child, not_started> spawn(const birth& how);

// 0, or the error number with which this kernel refuses to make a child in that cgroup.
int try_cgroup(int cgroup);

} // namespace troupe::agents
