#include "actors/supervisor/pacing.hpp"

#include <algorithm>

namespace troupe::supervisor {

namespace {

bool is_start(const step& s) {
  auto* act = std::get_if<command::act>(&s.what);
  return act && act->action == config::action::start;
}

duration doubled(duration first, std::uint32_t times, duration most) {
  for (std::uint32_t i = 0; i < times && first < most; ++i) first *= 2;
  return std::min(first, most);
}

} // namespace

duration pacing::pause_after(std::uint32_t failures) {
  return failures < 2 ? duration{} : doubled(first_pause, failures - 2, longest);
}

std::optional<stamp> pacing::paused_until(const step& s, const cluster::failures& past, stamp now) {
  auto until = past.last + std::chrono::ceil<stamp::duration>(pause_after(past.count));
  return is_start(s) && now < until ? std::optional(until) : std::nullopt;
}

void pacing::advised(std::vector<step> steps, const std::map<node_name, past_failures>& past, instant now) {
  std::map<command::cell, timed> next;
  for (auto& s : steps) {
    if (on_its_way_.contains(s.at)) continue; // its outcome brings new advice
    auto due = now;
    if (auto failed = past.find(s.at.node); is_start(s) && failed != past.end()) {
      due = std::max(now, failed->second.last + pause_after(failed->second.count));
      // When the calendar was set back the failure seems to be as young as before.
      auto before = waiting_.find(s.at);
      if (before != waiting_.end() && is_start(before->second.what)) due = std::min(due, before->second.at);
    }
    auto at = s.at;
    next.emplace(at, timed{std::move(s), due});
  }
  waiting_ = std::move(next);
}

std::vector<step> pacing::due(instant now) {
  std::vector<step> out;
  if (again_at_ && now < *again_at_) return out;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (now < at->second.at) {
      ++at;
      continue;
    }
    on_its_way_[at->first] = at->second.what.what.index();
    out.push_back(std::move(at->second.what));
    at = waiting_.erase(at);
  }
  return out;
}

bool pacing::told(const command::cell& at, std::optional<refusal> how, instant now) {
  on_its_way_.erase(at);
  if (how == refusal::none) {
    strange_ = 0;
    return false;
  }
  if (!how)
    again_at_ = now + first_pause;
  else if (!is_ordinary(*how))
    again_at_ = now + doubled(first_pause, strange_++, longest);
  else
    again_at_ = now;
  return true;
}

std::optional<instant> pacing::next_deadline() const {
  auto first = again_at_;
  for (auto& [at, each] : waiting_)
    if (!first || each.at < *first) first = std::max(each.at, again_at_.value_or(each.at));
  return first;
}

bool pacing::ask_again(instant now) {
  if (!again_at_ || now < *again_at_) return false;
  again_at_.reset();
  return true;
}

} // namespace troupe::supervisor
