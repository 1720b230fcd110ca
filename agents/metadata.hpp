// What an agent says of itself: the XML that `meta-data` (OCF) or `metadata` (fence agents) prints, as values. Both use
// one format (OCF ra-api 1.1 and the fence-agents API). Agents write it by hand: what is no part of the format is
// passed over; a number, time or flag that cannot be read counts as not said.
#pragma once

#include "messages/types/result.hpp"
#include "messages/types/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents {

inline constexpr std::size_t max_described = 1000; // parameters, and actions, of one agent

enum class value_type : std::uint8_t { text, integer, boolean, seconds, choice };

struct parameter {
  std::string name;
  std::string summary; // its short description, one sentence
  value_type type = value_type::text;
  std::optional<std::string> usual; // the default
  std::vector<std::string> choices; // of type choice
  bool required = false;
  bool unique = false; // two resources may not share a value
  bool deprecated = false;
};

struct described_action {
  std::string name;
  std::optional<duration> timeout;  // the least that the agent advises
  std::optional<duration> interval; // monitors
  std::optional<std::uint32_t> depth;
  std::string role; // monitors; empty: any
};

struct metadata {
  std::string name;
  std::string version;
  std::vector<parameter> parameters;
  std::vector<described_action> actions;

  [[nodiscard]] const parameter* find(std::string_view parameter_name) const;
  [[nodiscard]] bool can(std::string_view action_name) const;
};

result<metadata> parse_metadata(std::string_view xml);

// "20s", "20", "500ms", "2min", "1h": as agents write times; without a unit, seconds.
std::optional<duration> parse_time(std::string_view text);

} // namespace troupe::agents
