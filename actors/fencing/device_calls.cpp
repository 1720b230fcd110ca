// Calls of the agent: its program is found by starting it, its answers are taken to whoever they are for.
#include "actors/fencing/device_work.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace troupe::fencing {

namespace fence = agents::fence;

namespace device_detail {

constexpr std::string_view usual_plug_parameter = "plug";

std::string plug_of(const config::fence_device& d, const node_name& target) {
  auto named = d.plugs.find(target);
  return named == d.plugs.end() ? target.text : named->second;
}

} // namespace device_detail

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
      start(now,
            {.what = c->what,
             .of_core = c->number,
             .timeout = c->timeout,
             .stem = fmt::format("{}-{}", at.what.attempt.value, name_of(c->what))},
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
