#include "tools/troupe/show.hpp"

#include <fmt/chrono.h>

namespace troupe::cli {

std::string times(std::uint64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

std::string text_of(stamp at) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  auto part = (at - seconds).count();
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}Z", fmt::gmtime(seconds.time_since_epoch().count()), part);
}

std::string_view name_of(console::presence p) {
  switch (p) {
  case console::presence::never_seen: return "never seen";
  case console::presence::joined: return "joined";
  case console::presence::detached: return "detached";
  case console::presence::suspected: return "suspected";
  case console::presence::lost: return "lost";
  case console::presence::down: return "down";
  case console::presence::left: return "left";
  }
  return "unknown";
}

std::string_view name_of(console::part p) {
  switch (p) {
  case console::part::none: return "none";
  case console::part::learner: return "learner";
  case console::part::follower: return "follower";
  case console::part::candidate: return "candidate";
  case console::part::leader: return "leader";
  }
  return "unknown";
}

std::string_view name_of(console::standing s) {
  switch (s) {
  case console::standing::unknown: return "unknown";
  case console::standing::votes: return "votes";
  case console::standing::learner: return "learner";
  }
  return "unknown";
}

std::string_view name_of(console::phase p) {
  switch (p) {
  case console::phase::starting: return "starting";
  case console::phase::running: return "running";
  case console::phase::failed: return "failed";
  case console::phase::stop_failed: return "stop failed";
  case console::phase::unknown: return "unknown";
  }
  return "unknown";
}

std::string_view name_of(config::fencing_policy p) {
  switch (p) {
  case config::fencing_policy::devices: return "devices";
  case config::fencing_policy::none: return "none";
  case config::fencing_policy::off: return "off";
  }
  return "unknown";
}

std::string_view name_of(command::directive_kind k) {
  switch (k) {
  case command::directive_kind::standby: return "standby";
  case command::directive_kind::maintenance: return "maintenance";
  case command::directive_kind::target_role: return "target role";
  case command::directive_kind::move: return "move";
  }
  return "unknown";
}

std::string table_of(const std::vector<table_row>& rows, const std::string& indent) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (auto& row : rows) {
    auto line = indent;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += i + 1 == row.size() ? row[i] : row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

} // namespace troupe::cli
