// clone3() with a body for the child. The C library has none that knows cgroups: its posix_spawn learned them in 2.39.
//
// The child shares our memory (CLONE_VM) and our thread waits until it has become a program or has ended (CLONE_VFORK), as
// in vfork(): without, the kernel copies our page tables, 0.9 ms for 50 MB, once per operation. It runs on a stack of its
// own, so that nothing of ours is written over, and must neither return nor allocate nor take a lock. Its descriptors,
// signal handlers and folder are copies. A few lines of assembly, because a function that was entered once cannot return
// twice on two stacks; where they are missing, and under the address sanitizer, the page tables are copied.
#pragma once

#include "agents/runner/descriptor.hpp"

namespace troupe::agents {

struct cloned {
  long pid = -1; // or the negated error number
  int pidfd = -1;
};

// `cgroup`: a folder's descriptor, in which the child is born; -1: ours. `body` does not return.
cloned clone_child(int cgroup, void (*body)(void*), void* what);

} // namespace troupe::agents
