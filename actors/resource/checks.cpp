#include "actors/resource/checks.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::resource {

void checks::begin(std::shared_ptr<const config::resource> definition, const upkeep& as, instant now) {
  definition_ = std::move(definition);
  role_ = as.role;
  told_healthy_ = as.healthy;
  rows_.clear();
  for (std::size_t i = 0; i < definition_->monitors.size(); ++i) {
    auto& m = definition_->monitors[i];
    if (m.only_in && *m.only_in != role_) continue;
    row r;
    r.monitor = i;
    r.due = now + m.interval;
    rows_.push_back(r);
  }
}

std::optional<std::size_t> checks::due(instant now) const {
  auto first = std::min_element(rows_.begin(), rows_.end(), [](auto& a, auto& b) { return a.due < b.due; });
  if (first == rows_.end() || first->due > now) return {};
  return first->monitor;
}

std::optional<instant> checks::next_deadline() const {
  auto first = std::min_element(rows_.begin(), rows_.end(), [](auto& a, auto& b) { return a.due < b.due; });
  return first == rows_.end() ? std::nullopt : std::optional(first->due);
}

checks::health checks::together() const {
  bool all_good = true;
  for (auto& r : rows_) {
    if (r.now == health::failed) return health::failed;
    all_good = all_good && r.now == health::good;
  }
  return all_good ? health::good : health::unknown;
}

std::optional<verdict> checks::answered(std::size_t monitor, const verdict& said, instant now) {
  auto found = std::find_if(rows_.begin(), rows_.end(), [&](auto& r) { return r.monitor == monitor; });
  TROUPE_ASSERT(found != rows_.end(), "an answer of a monitor that does not recur");
  auto& r = *found;
  auto& m = definition_->monitors[monitor];
  r.due = now + m.interval;
  if (said.good) {
    r.failures = 0;
    r.heard = false;
    r.now = health::good;
  } else {
    ++r.failures;
    r.heard = r.heard || said.answered;
    auto borne = r.heard ? m.tolerate_failures : std::max(m.tolerate_failures, silent_monitors_borne);
    if (r.failures > borne) r.now = health::failed;
  }
  auto now_is = together();
  if (now_is == health::unknown || (now_is == health::good) == told_healthy_) return {};
  told_healthy_ = now_is == health::good;
  return said;
}

} // namespace troupe::resource
