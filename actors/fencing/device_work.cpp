#include "actors/fencing/device_work.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace troupe::fencing {

namespace fence = agents::fence;

namespace device_detail {

constexpr std::string_view usual_plug_parameter = "plug";

std::string plug_of(const config::fence_device& d, const node_name& target) {
  auto named = d.plugs.find(target);
  return named == d.plugs.end() ? target.text : named->second;
}

} // namespace device_detail

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

device_work::outputs device_work::answered(instant now, std::uint64_t number, const agents::outcome& how) {
  if (!call_ || call_->number != number) return {};
  outputs out;
  auto paths = fence::candidates(where_, device_.agent);
  const auto* no = std::get_if<agents::not_started>(&how);
  if (no == nullptr || no->error_number != ENOENT || !paths) {
    if (paths) found_at_ = (found_at_ + call_->tried) % paths->size();
    conclude(now, how, out);
    return out;
  }
  call_->missing += (call_->tried++ == 0 ? "" : "; ") + no->reason;
  if (call_->tried < paths->size())
    launch(now, out);
  else
    conclude(now, agents::not_started{ENOENT, device_.agent + " is not installed: " + call_->missing}, out);
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

// --- calls of the agent ---

void device_work::start(instant now, call c, outputs& out) {
  call_ = std::move(c);
  launch(now, out);
}

void device_work::launch(instant now, outputs& out) {
  auto paths = fence::candidates(where_, device_.agent);
  if (!paths) return conclude(now, agents::not_started{EINVAL, paths.error().text}, out);
  fence::call_of c;
  c.program = paths->at((found_at_ + call_->tried) % paths->size());
  c.what = call_->what;
  if (const auto* at = std::get_if<working>(&now_)) {
    c.node = at->what.target.text;
    c.plug = device_detail::plug_of(device_, at->what.target);
  }
  c.params = device_.params;
  c.plug_parameter = plug_parameter_.value_or(std::string(device_detail::usual_plug_parameter));
  c.timeout = call_->timeout;
  c.grace = call_grace;
  auto made = fence::call(where_, c);
  if (!made) return conclude(now, agents::not_started{EINVAL, made.error().text}, out);
  call_->number = ++calls_;
  call_->scope = fmt::format("{}.{}", call_->stem, call_->number);
  out.push_back(start_call{call_->number, call_->scope, std::move(*made)});
}

void device_work::conclude(instant now, const agents::outcome& how, outputs& out) {
  auto over = *std::exchange(call_, std::nullopt);
  if (over.what == fence::action::metadata) return described(now, how, out);
  if (over.what == fence::action::monitor) return checked(now, fence::failure_of(how), out);
  auto& at = std::get<working>(now_);
  carry(now, at.core->answered(now, over.of_core, how), out);
}

void device_work::described(instant now, const agents::outcome& how, outputs& out) {
  auto trouble = fence::failure_of(how);
  if (trouble.empty()) {
    auto read = agents::parse_metadata(std::get<agents::exited>(how).output);
    if (read)
      plug_parameter_ = fence::plug_parameter(*read);
    else
      trouble = read.error().text;
  }
  if (std::holds_alternative<working>(now_)) return begin_job(now, out);
  if (!trouble.empty() || std::get<checking>(now_).gives_way) return checked(now, std::move(trouble), out);
  start(now, {.what = fence::action::monitor, .timeout = device_.timeout, .stem = "monitor"}, out);
}

void device_work::checked(instant now, std::string trouble, outputs& out) {
  bool complete = !std::get<checking>(now_).gives_way; // else it is made after the jobs
  now_ = idle{};
  if (complete) {
    bool good = trouble.empty();
    bool news = good_ != good || trouble_ != trouble;
    good_ = good;
    trouble_ = std::move(trouble);
    checked_ = now;
    check_at_ = now + (good ? check_every : check_again);
    if (news) out.push_back(health{good, trouble_});
  }
  go_on(now, out);
}

void device_work::carry(instant now, const std::vector<fence::attempt::output>& said, outputs& out) {
  for (const auto& each : said) {
    auto& at = std::get<working>(now_);
    if (const auto* c = std::get_if<fence::attempt::make_call>(&each)) {
      start(
          now,
          {.what = c->what, .of_core = c->number, .timeout = c->timeout, .stem = std::to_string(at.what.attempt.value)},
          out);
      continue;
    }
    const auto& over = std::get<fence::attempt::over>(each);
    return end_job(now, over.reached, true, over.note, out); // it is the last
  }
}

void device_work::end_job(instant now, bool reached, bool called, std::string note, outputs& out) {
  last_ = job_over{std::get<working>(now_).what, reached, called, std::move(note)};
  last_ended_ = now;
  now_ = idle{};
  out.push_back(*last_);
  go_on(now, out);
}

} // namespace troupe::fencing
