// env.disk of one life of one daemon, over the machine's disk_image. Requests are carried out in order, one at a time;
// a request has its effect on the cache when its time is up, and is answered then.
#pragma once

#include "tools/sim/disk_image.hpp"
#include "tools/sim/kernel.hpp"

#include <deque>

namespace troupe::sim {

inline constexpr duration disk_request_takes = std::chrono::microseconds{30};
inline constexpr duration disk_sync_least = std::chrono::microseconds{150};
inline constexpr duration disk_sync_spread = std::chrono::microseconds{600};
inline constexpr std::size_t max_disk_queue = 10'000; // requests; a node that queues more has lost its own limit

class sim_disk final : public env::disk {
public:
  sim_disk(kernel& k, machine_index machine, disk_image& image, random_source random)
    : kernel_(k)
    , machine_(machine)
    , image_(image)
    , random_(random) {}

  void submit(env::disk_request request, done on_end) override;
  // The daemon is gone. The request under way stops after any of its steps, the others never happen, nobody is told.
  void shut();

private:
  struct job {
    env::disk_request request;
    done on_end;
  };
  void next();
  void finish();

  kernel& kernel_;
  machine_index machine_;
  disk_image& image_;
  random_source random_;
  std::deque<job> jobs_;
  bool shut_ = false;
};

} // namespace troupe::sim
