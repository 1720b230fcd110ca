// The recurring monitors of one running instance: which is due, and what their answers mean together.
//
// One failed monitor need not be a failure of the service: `tolerate_failures` in a row are borne. A monitor without an
// answer (timed out, could not be run) says nothing about the service, only about the monitor: at least one is always
// borne, because a machine that is slow for a moment must not cost a restart. The intervals run from the end of one
// monitor to the begin of the next: on a slow machine they spread out instead of piling up. No jitter: the first one
// comes one interval after the start was reported, which spreads them enough, and it is the same in every replay.
// Health is told when it changes: failed as soon as one monitor says so, healthy again when each has answered well.
#pragma once

#include "actors/resource/verdict.hpp"
#include "messages/types/time.hpp"

namespace troupe::resource {

inline constexpr std::uint32_t silent_monitors_borne = 1;

class checks {
public:
  // Anew, whenever it begins to run, or its role or its definition changes. `definition` lives as long as they run.
  void begin(std::shared_ptr<const config::resource> definition, const upkeep& as, instant now);
  void end() { rows_.clear(), definition_.reset(); }
  [[nodiscard]] bool running() const { return definition_ != nullptr; }
  [[nodiscard]] const config::resource* definition() const { return definition_.get(); }
  [[nodiscard]] config::role role() const { return role_; }

  [[nodiscard]] std::optional<std::size_t> due(instant now) const; // index of the monitor: the longest overdue one
  [[nodiscard]] std::optional<instant> next_deadline() const;
  // The answer of that monitor; set when what is told changes.
  std::optional<verdict> answered(std::size_t monitor, const verdict& said, instant now);

private:
  enum class health : std::uint8_t { unknown, good, failed };
  struct row {
    std::size_t monitor = 0;
    instant due{};
    std::uint32_t failures = 0; // in a row
    bool heard = false;         // one of them was an answer
    health now = health::unknown;
  };
  [[nodiscard]] health together() const;

  std::shared_ptr<const config::resource> definition_;
  config::role role_{};
  std::vector<row> rows_;
  bool told_healthy_ = true;
};

} // namespace troupe::resource
