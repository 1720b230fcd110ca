#include "agents/ocf/exit_codes.hpp"

#include <fmt/format.h>

#include <cstring>

namespace troupe::agents::ocf {

// Beyond a byte there is no exit code: a death by signal is 128 + n, which OCF does not define either.
static code defined(int exit_code) {
  constexpr int none = 255;
  return static_cast<code>(exit_code >= 0 && exit_code <= none ? exit_code : none);
}

finding monitored(int exit_code) {
  switch (defined(exit_code)) {
  case code::success: return {found::started};
  case code::degraded: return {found::started, true};
  case code::running_promoted: return {found::promoted};
  case code::degraded_promoted: return {found::promoted, true};
  case code::failed_promoted: return {found::failed_promoted};
  case code::not_running:
  case code::installed: return {found::not_here};
  default: return {found::failed};
  }
}

reach reach_of(int exit_code) {
  switch (defined(exit_code)) {
  case code::success:
  case code::degraded:
  case code::running_promoted:
  case code::degraded_promoted: return reach::none;
  case code::arguments:
  case code::unimplemented:
  case code::permission:
  case code::installed: return reach::node;
  case code::configured: return reach::resource;
  default: return reach::attempt;
  }
}

static std::string_view name_of(int exit_code) { // empty: OCF does not define it
  switch (defined(exit_code)) {
  case code::success: return "ok";
  case code::generic: return "error";
  case code::arguments: return "invalid arguments";
  case code::unimplemented: return "not implemented";
  case code::permission: return "insufficient permissions";
  case code::installed: return "not installed";
  case code::configured: return "not configured";
  case code::not_running: return "not running";
  case code::running_promoted: return "running promoted";
  case code::failed_promoted: return "failed while promoted";
  case code::degraded: return "degraded";
  case code::degraded_promoted: return "degraded while promoted";
  }
  return {};
}

static std::string number_of(int exit_code) {
  return fmt::format("exit code {}", exit_code);
}

std::string meaning_of(int exit_code) {
  constexpr int by_signal = 128;
  if (auto* signal = exit_code > by_signal ? sigabbrev_np(exit_code - by_signal) : nullptr)
    return fmt::format("ended by SIG{}", signal);
  auto name = name_of(exit_code);
  return name.empty() ? number_of(exit_code) : std::string{name};
}

std::string exit_text(int exit_code) {
  auto number = number_of(exit_code), meaning = meaning_of(exit_code);
  bool tells = meaning != number && defined(exit_code) != code::generic && defined(exit_code) != code::success;
  return tells ? fmt::format("{}, {}", number, meaning) : number;
}

} // namespace troupe::agents::ocf
