// env.disk on one thread: requests are carried out in order, so that a batch's sync is over before the next batch is
// written (the journal rests on that). Completions are called on that thread; they hand a message to an actor.
//
// The queue is bounded: a request too many fails at once with EAGAIN, on the caller's thread. Ending it carries out
// what is queued and waits for that; nothing is dropped without its completion.
#pragma once

#include "actors/env/posix_folder.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace troupe::env {

inline constexpr std::size_t max_queued_requests = 1024;

class posix_disk final : public disk {
public:
  static result<std::unique_ptr<posix_disk>> open(const std::string& path);
  ~posix_disk() override;
  void submit(disk_request request, done on_end) override;

private:
  explicit posix_disk(std::unique_ptr<posix_folder> folder);
  void work();

  struct job {
    disk_request request;
    done on_end;
  };
  std::unique_ptr<posix_folder> folder_; // the thread's alone
  std::mutex guard_;
  std::condition_variable changed_;
  std::deque<job> queue_;
  bool ending_ = false;
  std::thread thread_; // last: it uses all of the above
};

} // namespace troupe::env
