#include "actors/env/posix_fixture.hpp"

#include <atomic>
#include <cerrno>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::posix_test {

TEST_CASE("written, sized, synced, renamed, read, listed, removed; also by the next one who opens the folder") {
  temp_folder temp;
  {
    auto d = open_disk(temp.path() + "/data");
    auto a = answer(*d, {list_files{}, read_all{"a"}, write_at{"a", 3, bytes("xyz")}, set_size{"a", 8}, sync_file{"a"},
                         rename_to{"a", "b-1"}, sync_folder{}, read_all{"b-1"}, read_all{"a"}, list_files{}});
    REQUIRE(a.results.size() == 5);
    CHECK(a.found == std::vector<bool>{true, false, true, false, true});
    CHECK(a.results[0].empty());
    CHECK(a.results[2] == bytes(std::string("\0\0\0xyz\0\0", 8)));
    CHECK(a.results[4] == bytes("b-1\n"));
  }
  auto d = open_disk(temp.path() + "/data");
  auto a = answer(*d, {write_at{"b-1", 0, bytes("A")}, set_size{"b-1", 4}, read_all{"b-1"}, write_at{"c", 0, {}},
                       list_files{}, remove_file{"b-1"}, remove_file{"b-1"}, list_files{}});
  CHECK(a.results[0] == bytes(std::string("A\0\0x", 4)));
  CHECK(a.results[1] == bytes("b-1\nc\n"));
  CHECK(a.results[2] == bytes("c\n"));
}

TEST_CASE("a handle that is open follows its file through rename, replacement and removal") {
  temp_folder temp;
  auto d = open_disk(temp.path());
  auto a = answer(*d, {write_at{"a", 0, bytes("a")}, write_at{"b", 0, bytes("b")}, rename_to{"a", "b"},
                       write_at{"b", 1, bytes("!")}, read_all{"b"}, remove_file{"b"}, write_at{"b", 0, bytes("new")},
                       read_all{"b"}, sync_file{"b"}});
  CHECK(a.results[0] == bytes("a!"));
  CHECK(a.results[1] == bytes("new"));
}

TEST_CASE("growing by more than one write gives zeros; more files than handles are fine") {
  temp_folder temp;
  auto d = open_disk(temp.path());
  CHECK(answer(*d, {set_size{"a", 700'001}, read_all{"a"}}).results[0] == byte_buffer(700'001));
  for (std::size_t i = 0; i < 2 * max_open_files; ++i) {
    auto name = "f" + std::to_string(i);
    answer(*d, {write_at{name, 0, bytes(name)}, sync_file{name}});
  }
  for (std::size_t i = 0; i < 2 * max_open_files; ++i) {
    auto name = "f" + std::to_string(i);
    CHECK(answer(*d, {read_all{name}}).results[0] == bytes(name));
  }
}

TEST_CASE("file names: what could leave the folder or surprise a shell is refused") {
  for (auto good : {"a", "journal-0000000001", "journal.new", "0"}) CHECK(is_valid_file_name(good));
  for (std::string bad : {"", ".", "..", ".a", "a/b", "/a", "A", "a_b", "a b", "a\n", "\xc3\xa4"})
    CHECK(!is_valid_file_name(bad));
  CHECK(is_valid_file_name(std::string(64, 'a')));
  CHECK(!is_valid_file_name(std::string(65, 'a')));
  temp_folder temp;
  auto d = open_disk(temp.path());
  auto f = failed(*d, {write_at{"a", 0, bytes("x")}, rename_to{"a", "../a"}, remove_file{"a"}});
  CHECK(f.step == 1);
  CHECK(f.error_number == EINVAL);
  CHECK(f.what == "rename of a to ../a: Invalid argument");
  CHECK(answer(*d, {list_files{}}).results[0] == bytes("a\n")); // the step behind it was not tried
}

TEST_CASE("one user a folder; a folder that cannot be is a clear error") {
  temp_folder temp;
  auto d = open_disk(temp.path());
  // What another process is told; the lock is not shared with it, though it is a child of this one.
  auto told = [&] {
    auto pid = ::fork();
    if (pid == 0) {
      auto second = posix_folder::open(temp.path());
      ::_exit(second ? 0 : second.error().text == "the folder " + temp.path() + " is in use by another process" ? 1 : 2);
    }
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return WEXITSTATUS(status);
  };
  CHECK(told() == 1);
  CHECK(answer(*d, {list_files{}}).results[0].empty()); // the lock is none of the node's files
  d.reset();
  CHECK(told() == 0);
  CHECK(posix_disk::open(temp.path()));
  CHECK(posix_disk::open("/proc/no/such").error().text ==
        "cannot make the folder /proc/no/such: No such file or directory");
}

TEST_CASE("the queue: in order, bounded, and nothing is dropped at the end") {
  temp_folder temp;
  std::vector<std::size_t> ended; // on the disk's thread, read after it is gone
  std::promise<void> hold;
  std::atomic<std::size_t> refused = 0;
  auto held = hold.get_future();
  auto d = open_disk(temp.path());
  std::promise<void> running;
  d->submit({}, [&](const disk_result&) {
    running.set_value();
    held.wait();
  });
  running.get_future().wait();
  for (std::size_t i = 0; i < max_queued_requests; ++i)
    d->submit({write_at{"a", i, bytes("x")}}, [&, i](const disk_result& r) {
      if (std::holds_alternative<disk_answer>(r)) ended.push_back(i);
    });
  d->submit({write_at{"a", 0, bytes("x")}}, [&](const disk_result& r) {
    const auto* f = std::get_if<disk_failure>(&r);
    if (f != nullptr && f->error_number == EAGAIN && f->what == "the disk's queue is full") ++refused;
  });
  CHECK(refused == 1);
  hold.set_value();
  d.reset();
  REQUIRE(ended.size() == max_queued_requests);
  for (std::size_t i = 0; i < ended.size(); ++i) REQUIRE(ended[i] == i);
}

} // namespace troupe::posix_test
