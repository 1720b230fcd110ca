// Disks that fail, with real errors of the kernel: a full and a read-only file system (tmpfs in a namespace of the
// test's own), a limit on file sizes, files that are not files.
#include "actors/env/posix_fixture.hpp"

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <functional>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::posix_test {

TEST_CASE("what is no regular file is not touched") {
  temp_folder temp;
  REQUIRE(::symlink("/dev/full", (temp.path() + "/link").c_str()) == 0);
  REQUIRE(::mkfifo((temp.path() + "/pipe").c_str(), 0600) == 0);
  REQUIRE(::mkdir((temp.path() + "/dir").c_str(), 0700) == 0);
  auto d = open_disk(temp.path());
  CHECK(failed(*d, {write_at{"link", 0, bytes("x")}}).error_number == ELOOP);
  CHECK(failed(*d, {read_all{"pipe"}}).what == "read of pipe: Invalid argument");
  CHECK(failed(*d, {write_at{"dir", 0, bytes("x")}}).error_number == EISDIR);
  CHECK(failed(*d, {remove_file{"dir"}}).error_number == EISDIR);
  CHECK(failed(*d, {sync_file{"absent"}}).what == "sync of absent: No such file or directory");
  CHECK(failed(*d, {rename_to{"absent", "b"}}).error_number == ENOENT);
  CHECK(failed(*d, {write_at{"big", max_file_size, bytes("x")}}).error_number == EFBIG);
  CHECK(failed(*d, {set_size{"big", UINT64_MAX}}).what == "size 18446744073709551615 for big: File too large");
}

// Runs `body` in a child; its exit code. A test thread's limits and mounts must not be those of the other tests.
static int in_child(const std::function<int()>& body) {
  auto pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_CASE("a write above the limit on file sizes fails and does not kill the process") {
  temp_folder temp;
  CHECK(in_child([&] {
          rlimit limit{8192, 8192};
          if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
          auto d = posix_disk::open(temp.path());
          if (!d) return 2;
          auto f = failed(**d, {write_at{"a", 0, byte_buffer(8192)}, write_at{"a", 8000, byte_buffer(400)}});
          return f.step == 1 && f.what == "write to a: File too large" ? 0 : 3;
        }) == 0);
}

static constexpr int no_namespace = 77;

// From now on each fsync of this process fails: EIO.
static bool no_fsync() {
  sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fsync, 0, 1),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  sock_fprog program{std::size(steps), steps};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_CASE("a folder that is made is on disk, or is not there") {
  temp_folder temp;
  auto data = temp.path() + "/data";
  CHECK(in_child([&] {
          if (!no_fsync()) return 1;
          if (!posix_disk::open(temp.path())) return 2; // it was there: others have synced it
          auto d = posix_disk::open(data);
          if (d) return 3;
          if (d.error().text != "cannot sync the folder that holds " + data + ": Input/output error") return 4;
          return ::access(data.c_str(), F_OK) != 0 ? 0 : 5;
        }) == 0);
  CHECK(posix_disk::open(data));
}

static bool put(const char* file, const std::string& text) {
  return static_cast<bool>(std::ofstream(file) << text << std::flush);
}

static bool own_mounts() { // as root directly, else as root of a user namespace
  if (::unshare(CLONE_NEWNS) != 0) {
    auto users = "0 " + std::to_string(::getuid()) + " 1";
    auto groups = "0 " + std::to_string(::getgid()) + " 1";
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || !put("/proc/self/setgroups", "deny") ||
        !put("/proc/self/uid_map", users) || !put("/proc/self/gid_map", groups))
      return false;
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

static int on_small_tmpfs(const std::string& path, const std::function<int()>& body) {
  return in_child([&] {
    if (!own_mounts() || ::mount("none", path.c_str(), "tmpfs", 0, "size=64k") != 0) return no_namespace;
    return body();
  });
}

TEST_CASE("a full file system: the write fails, and what was there before is whole") {
  temp_folder temp;
  auto status = on_small_tmpfs(temp.path(), [&] {
    auto d = posix_disk::open(temp.path());
    if (!d) return 2;
    answer(**d, {write_at{"a", 0, bytes("kept")}, sync_file{"a"}});
    auto f = failed(**d, {set_size{"b", 128 * 1024}, sync_file{"b"}});
    if (f.step != 0 || f.error_number != ENOSPC || f.what != "size 131072 for b: No space left on device") return 3;
    auto a = answer(**d, {remove_file{"b"}, read_all{"a"}, write_at{"c", 0, byte_buffer(30'000)}});
    return a.results[0] == bytes("kept") ? 0 : 4;
  });
  if (status == no_namespace)
    MESSAGE("skipped: no user namespace of our own here");
  else
    CHECK(status == 0);
}

TEST_CASE("no room is found by writes alone: what a sync lost for want of it is as lost as by any other error") {
  for (int none : {ENOSPC, EDQUOT}) {
    CHECK(failure_of(0, write_at{"a", 0, {}}, none).no_room);
    CHECK(failure_of(0, set_size{"a", 1}, none).no_room);
    CHECK(failure_of(0, rename_to{"a", "b"}, none).no_room);
    CHECK_FALSE(failure_of(0, sync_file{"a"}, none).no_room);
    CHECK_FALSE(failure_of(0, sync_folder{}, none).no_room);
  }
  CHECK_FALSE(failure_of(0, write_at{"a", 0, {}}, EIO).no_room);
  auto f = failure_of(3, sync_file{"a"}, ENOSPC);
  CHECK(f.step == 3);
  CHECK(f.error_number == ENOSPC);
  CHECK(f.what == "sync of a: No space left on device");
}

TEST_CASE("a read-only file system is told at the start: an acceptor that cannot write is of no use") {
  temp_folder temp;
  auto status = on_small_tmpfs(temp.path(), [&] {
    {
      auto d = posix_disk::open(temp.path());
      if (!d) return 2;
      answer(**d, {write_at{"a", 0, bytes("kept")}, sync_file{"a"}});
    }
    if (::mount("none", temp.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 5;
    auto d = posix_disk::open(temp.path());
    if (d) return 6;
    return d.error().text == "cannot lock the folder " + temp.path() + ": Read-only file system" ? 0 : 7;
  });
  if (status == no_namespace)
    MESSAGE("skipped: no user namespace of our own here");
  else
    CHECK(status == 0);
}

} // namespace troupe::posix_test
