#include "actors/fencing/device_work.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace troupe::fencing {

namespace fence = agents::fence;

device_work::device_work(config::fence_device device, fence::installation where, instant first_check)
  : device_(std::move(device))
  , where_(std::move(where))
  , check_at_(first_check) {}

// --- what comes in ---

device_work::outputs device_work::take(instant now, const job& j) {
  if (retired_) return {job_over{j, false, false, "the device is not configured any more"}};
  if (queue_.size() >= max_jobs) return {job_over{j, false, false, "too much waits for the device"}};
  outputs out;
  queue_.push_back({j, now});
  give_way(out);
  go_on(now, out);
  return out;
}

device_work::outputs device_work::withdraw(instant now, log_index attempt) {
  outputs out;
  for (const auto& w : queue_)
    if (w.what.attempt == attempt) out.push_back(job_over{w.what, false, false, "withdrawn before it began"});
  std::erase_if(queue_, [&](const waiting& w) { return w.what.attempt == attempt; });
  auto* at = std::get_if<working>(&now_);
  if (at != nullptr && at->what.attempt == attempt) {
    at->withdrawn = true;
    if (at->core) carry(now, at->core->cancel(), out);
  }
  return out;
}

device_work::outputs device_work::configure(instant now, config::fence_device device, instant check) {
  TROUPE_ASSERT(device.name == device_.name, "a device is configured as another one");
  outputs out;
  next_.emplace(std::move(device), check);
  go_on(now, out);
  return out;
}

device_work::outputs device_work::retire(instant now) {
  outputs out;
  retired_ = true;
  for (const auto& w : std::exchange(queue_, {}))
    out.push_back(job_over{w.what, false, false, "the device is not configured any more"});
  give_way(out);
  if (auto* at = std::get_if<working>(&now_)) {
    at->withdrawn = true;
    if (at->core) carry(now, at->core->cancel(), out);
  }
  return out;
}

device_work::outputs device_work::tick(instant now) {
  outputs out;
  if (auto* at = std::get_if<working>(&now_); at != nullptr && at->core) carry(now, at->core->tick(now), out);
  expire(now, out);
  go_on(now, out);
  return out;
}

std::optional<instant> device_work::next_deadline() const {
  if (std::holds_alternative<idle>(now_)) return retired_ ? std::nullopt : std::optional(check_at_);
  std::optional<instant> first;
  if (const auto* at = std::get_if<working>(&now_); at != nullptr && at->core) first = at->core->due();
  if (queue_.empty()) return first;
  auto expires = queue_.front().since + device_.budget;
  return first ? std::min(*first, expires) : expires;
}

device_status device_work::status() const {
  device_status s{device_, {}, since_, queue_.size(), good_, trouble_, checked_, last_, last_ended_};
  if (const auto* at = std::get_if<working>(&now_)) s.at = at->what;
  return s;
}

// --- what to do next ---

void device_work::go_on(instant now, outputs& out) {
  if (!std::holds_alternative<idle>(now_)) return;
  TROUPE_ASSERT(!call_, "a call is under way and nobody waits for it");
  if (next_) {
    if (next_->first.agent != device_.agent) {
      plug_parameter_.reset();
      found_at_ = 0;
    }
    std::tie(device_, check_at_) = *std::exchange(next_, std::nullopt);
  }
  since_ = now;
  if (!queue_.empty()) {
    now_ = working{queue_.front().what, {}, false};
    queue_.pop_front();
    if (plug_parameter_) return begin_job(now, out);
  } else if (!retired_ && now >= check_at_) {
    now_ = checking{};
    if (plug_parameter_)
      return start(now, {.what = fence::action::monitor, .timeout = device_.timeout, .stem = "monitor"}, out);
  } else {
    return;
  }
  start(now, {.what = fence::action::metadata, .timeout = device_.timeout, .stem = "metadata"}, out);
}

void device_work::begin_job(instant now, outputs& out) {
  auto& at = std::get<working>(now_);
  if (at.withdrawn) return end_job(now, false, false, "withdrawn before it began", out);
  at.core.emplace(fence::attempt::rules{at.what.what, device_.retries, device_.timeout, device_.budget});
  carry(now, at.core->begin(now), out);
}

// A job does not wait for a check. What only reads the agent's own description is let end: the job needs it.
void device_work::give_way(outputs& out) {
  auto* check = std::get_if<checking>(&now_);
  if (check == nullptr || check->gives_way) return;
  check->gives_way = true;
  if (call_ && call_->what == fence::action::monitor) out.push_back(end_call{call_->scope});
}

void device_work::expire(instant now, outputs& out) {
  while (!queue_.empty() && now >= queue_.front().since + device_.budget) {
    out.push_back(job_over{queue_.front().what, false, false, "the device was busy for all of its budget"});
    queue_.pop_front();
  }
}

} // namespace troupe::fencing
