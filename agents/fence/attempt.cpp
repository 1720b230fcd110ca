#include "agents/fence/attempt.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace troupe::agents::fence {

namespace attempt_detail {

constexpr std::string_view unwanted = "nobody waits for it any more";

action first_call(aim what) {
  constexpr std::array calls{action::off, action::status, action::on};
  return calls.at(static_cast<std::size_t>(what));
}

} // namespace attempt_detail

using namespace attempt_detail;

std::string_view name_of(aim a) {
  constexpr std::array<std::string_view, 3> names{"off", "confirm off", "on"};
  return names.at(static_cast<std::size_t>(a));
}

std::vector<attempt::output> attempt::begin(instant now) {
  TROUPE_ASSERT(calls_ == 0, "an attempt begins once");
  ends_ = now + rules_.budget;
  return next_call(now, first_call(rules_.what));
}

std::vector<attempt::output> attempt::answered(instant now, std::uint64_t number, const outcome& how) {
  const auto* open = std::get_if<calling>(&now_);
  if (open == nullptr || open->number != number) return {};
  if (open->what == action::status) return read_back(now, how);
  auto why = failure_of(how);
  if (open->what == action::on) return why.empty() ? end(true, {}) : again(now, std::move(why));
  if (cancelled_) return end(false, std::string(unwanted));
  off_said_ = std::move(why);
  return next_call(now, action::status);
}

std::vector<attempt::output> attempt::tick(instant now) {
  const auto* pause = std::get_if<pausing>(&now_);
  if (pause == nullptr || now < pause->until) return {};
  return next_call(now, first_call(rules_.what));
}

std::vector<attempt::output> attempt::cancel() {
  cancelled_ = true;
  if (!std::holds_alternative<pausing>(now_)) return {};
  return end(false, std::string(unwanted));
}

std::optional<instant> attempt::due() const {
  if (const auto* pause = std::get_if<pausing>(&now_)) return pause->until;
  return {};
}

std::vector<attempt::output> attempt::read_back(instant now, const outcome& how) {
  auto read = read_status(how);
  if (read.is == power::off) return end(true, {});
  auto why = read.is == power::on ? std::string("it reads back as on") : "its state cannot be read: " + read.why;
  if (rules_.what == aim::confirm_off && read.is == power::on) return end(false, "it is on again");
  if (!off_said_.empty()) why = "off failed: " + off_said_ + "; " + why;
  return again(now, std::move(why));
}

std::vector<attempt::output> attempt::again(instant now, std::string why) {
  if (cancelled_) return end(false, std::string(unwanted));
  if (failures_++ >= rules_.retries) return end(false, fmt::format("{} (tried {} times)", why, failures_));
  if (now + retry_pause >= ends_)
    return end(false, fmt::format("{} (tried {} times; its budget is used up)", why, failures_));
  now_ = pausing{now + retry_pause};
  return {};
}

std::vector<attempt::output> attempt::next_call(instant now, action what) {
  auto left = ends_ - now;
  if (left <= duration{}) {
    auto last = off_said_.empty() ? std::string() : "off failed: " + off_said_ + "; ";
    return end(false, last + "its budget is used up");
  }
  now_ = calling{++calls_, what};
  return {make_call{calls_, what, std::min(rules_.timeout, left)}};
}

std::vector<attempt::output> attempt::end(bool reached, std::string note) {
  now_ = ended{};
  return {over{reached, std::move(note)}};
}

} // namespace troupe::agents::fence
