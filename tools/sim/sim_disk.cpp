#include "tools/sim/sim_disk.hpp"

#include "messages/types/assert.hpp"

#include <cerrno>

namespace troupe::sim {

void sim_disk::submit(env::disk_request request, done on_end) {
  if (shut_) return;
  TROUPE_ASSERT(jobs_.size() < max_disk_queue, "a node queues disk requests without bound");
  jobs_.push_back({std::move(request), std::move(on_end)});
  if (jobs_.size() == 1) next();
}

void sim_disk::next() {
  auto takes = disk_request_takes;
  for (const auto& step : jobs_.front().request)
    if (std::holds_alternative<env::sync_file>(step) || std::holds_alternative<env::sync_folder>(step))
      takes += disk_sync_least +
               duration{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(disk_sync_spread.count())))};
  if (auto slower = kernel_.faults().disk(machine_).slower; slower != duration{}) {
    kernel_.effects().add(effect::disk_was_slow);
    takes += slower;
  }
  kernel_.after(takes, kernel_.life_of(machine_), [this] { finish(); });
}

void sim_disk::finish() {
  auto result = image_.carry_out(jobs_.front().request, kernel_.faults().disk(machine_), random_);
  if (auto* failed = std::get_if<env::disk_failure>(&result)) {
    if (failed->error_number == EIO) kernel_.effects().add(effect::sync_failed);
    if (failed->no_room) kernel_.effects().add(effect::disk_was_full);
    kernel_.record().story(kernel_.now(), kernel_.name(machine_), "disk: " + failed->what);
  }
  auto on_end = std::move(jobs_.front().on_end);
  jobs_.pop_front();
  if (!jobs_.empty()) next();
  if (on_end) on_end(std::move(result));
}

void sim_disk::shut() {
  if (shut_) return;
  shut_ = true;
  if (!jobs_.empty()) {
    const auto& request = jobs_.front().request;
    image_.carry_out(request, kernel_.faults().disk(machine_), random_, random_.below(request.size() + 1));
  }
  jobs_.clear();
}

} // namespace troupe::sim
