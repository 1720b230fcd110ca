#include "actors/env/posix_disk.hpp"

#include <cerrno>
#include <csignal>

namespace troupe::env {

result<std::unique_ptr<posix_disk>> posix_disk::open(const std::string& path) {
  return posix_folder::open(path).map(
      [](auto folder) { return std::unique_ptr<posix_disk>(new posix_disk(std::move(folder))); });
}

posix_disk::posix_disk(std::unique_ptr<posix_folder> folder)
  : folder_(std::move(folder)) {
  // The thread takes no signal: they are the event loop's; and a file above RLIMIT_FSIZE must fail, not kill.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

posix_disk::~posix_disk() {
  {
    std::lock_guard lock(guard_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void posix_disk::submit(disk_request request, done on_end) {
  {
    std::lock_guard lock(guard_);
    if (queue_.size() < max_queued_requests) {
      queue_.push_back({std::move(request), std::move(on_end)});
      changed_.notify_one();
      return;
    }
  }
  on_end(disk_failure{0, EAGAIN, "the disk's queue is full"});
}

void posix_disk::work() {
  for (;;) {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    next.on_end(folder_->run(next.request));
  }
}

} // namespace troupe::env
