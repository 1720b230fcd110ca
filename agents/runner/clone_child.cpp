#include "agents/runner/clone_child.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <linux/sched.h>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::agents {

namespace clone_detail {

// Sanitizers keep books of memory, stacks and signal handlers, in which a child that shares them would write as its
// parent.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) // g++
constexpr bool sanitized = true;
#elif defined(__has_feature) // clang
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

#if defined(__x86_64__) || defined(__aarch64__)
constexpr bool shares_memory = !sanitized;
#else
constexpr bool shares_memory = false;
#endif

constexpr std::size_t stack_size = std::size_t{64} << 10;

// On a copy of our memory, and so of our stack.
long copy(clone_args& args, void (*body)(void*), void* what) {
  long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) body(what);
  return pid < 0 ? -errno : pid;
}

long enter(clone_args& args, void (*body)(void*), void* what) {
#if defined(__x86_64__)
  long pid = SYS_clone3;
  asm volatile("syscall\n\t"
               "testq %%rax, %%rax\n\t"
               "jnz 1f\n\t"
               "xorl %%ebp, %%ebp\n\t" // the end of the chain of frames
               "movq %[what], %%rdi\n\t"
               "callq *%[body]\n\t"
               "ud2\n"
               "1:"
               : "+a"(pid)
               : "D"(&args), "S"(sizeof args), [body] "r"(body), [what] "r"(what)
               : "rcx", "r11", "memory", "cc");
  return pid;
#elif defined(__aarch64__)
  register long number asm("x8") = SYS_clone3;
  register long pid asm("x0") = reinterpret_cast<long>(&args);
  register long size asm("x1") = sizeof args;
  asm volatile("svc #0\n\t"
               "cbnz x0, 1f\n\t"
               "mov x29, xzr\n\t"
               "mov x0, %[what]\n\t"
               "blr %[body]\n\t"
               "brk #0\n"
               "1:"
               : "+r"(pid)
               : "r"(number), "r"(size), [body] "r"(body), [what] "r"(what)
               : "memory", "cc");
  return pid;
#else
  return copy(args, body, what);
#endif
}

} // namespace clone_detail

cloned clone_child(int cgroup, void (*body)(void*), void* what) {
  using namespace clone_detail;
  cloned made;
  clone_args args{};
  args.flags = CLONE_VFORK | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&made.pidfd);
  args.exit_signal = SIGCHLD;
  if (cgroup >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(cgroup);
  }
  if (!shares_memory) {
    made.pid = copy(args, body, what);
    return made;
  }
  // operator new aligns it as a stack must be.
  auto stack = std::make_unique_for_overwrite<std::byte[]>(stack_size);
  args.flags |= CLONE_VM;
  args.stack = reinterpret_cast<std::uintptr_t>(stack.get());
  args.stack_size = stack_size;
  made.pid = enter(args, body, what);
  return made;
}

} // namespace troupe::agents
