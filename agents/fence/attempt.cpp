#include "agents/fence/attempt.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::agents::fence {

std::vector<attempt::output> attempt::begin(instant now) {
  TROUPE_ASSERT(calls_ == 0, "an attempt begins once");
  ends_ = now + rules_.budget;
  return next_call(now, action::off);
}

std::vector<attempt::output> attempt::answered(instant now, std::uint64_t number, const outcome& how) {
  const auto* open = std::get_if<calling>(&now_);
  if (open == nullptr || open->number != number) return {};
  if (open->what == action::status) return read_back(now, how);
  if (open->what == action::on) return came_on(now, how);
  off_said_ = failure_of(how);
  return next_call(now, action::status);
}

std::vector<attempt::output> attempt::tick(instant now) {
  const auto* pause = std::get_if<pausing>(&now_);
  if (pause == nullptr || now < pause->until) return {};
  return next_call(now, pause->then);
}

std::optional<instant> attempt::due() const {
  if (const auto* pause = std::get_if<pausing>(&now_)) return pause->until;
  return {};
}

std::vector<attempt::output> attempt::read_back(instant now, const outcome& how) {
  auto read = read_status(how);
  if (read.is != power::off) {
    auto why = read.is == power::on ? std::string("it reads back as on") : "its state cannot be read: " + read.why;
    if (!off_said_.empty()) why = "off failed: " + off_said_ + "; " + why;
    return again(now, action::off, std::move(why));
  }
  proved_ = true;
  failures_ = 0;
  std::vector<output> out{proved_off{}};
  auto rest = rules_.on_again ? next_call(now, action::on) : end({});
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

std::vector<attempt::output> attempt::came_on(instant now, const outcome& how) {
  auto why = failure_of(how);
  return why.empty() ? end({}) : again(now, action::on, std::move(why));
}

std::vector<attempt::output> attempt::again(instant now, action what, std::string why) {
  if (failures_++ >= rules_.retries) return end(fmt::format("{} (tried {} times)", why, failures_));
  if (now + retry_pause >= ends_) return end(fmt::format("{} (tried {} times; its budget is used up)", why, failures_));
  now_ = pausing{now + retry_pause, what};
  return {};
}

std::vector<attempt::output> attempt::next_call(instant now, action what) {
  auto left = ends_ - now;
  if (left <= duration{}) {
    auto last = off_said_.empty() ? std::string() : "off failed: " + off_said_ + "; ";
    return end(last + "its budget is used up");
  }
  now_ = calling{++calls_, what};
  return {make_call{calls_, what, std::min(rules_.timeout, left)}};
}

std::vector<attempt::output> attempt::end(std::string note) {
  now_ = ended{};
  if (proved_ && !note.empty()) note = "off, but it did not come on again: " + note;
  return {over{proved_, std::move(note)}};
}

} // namespace troupe::agents::fence
