// Options as the commands of Pacemaker take them: "-l reboot", "-lreboot", "--lifetime reboot", "--lifetime=reboot",
// "-1X" for "-1 -X". A value may begin with "-" ("-v -INFINITY"). Pure.
#pragma once

#include "messages/types/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::agent_commands {

enum class takes : std::uint8_t { nothing, value, maybe }; // maybe: "--promotion" or "--promotion=db"

struct option {
  char letter;
  std::string_view name;
  takes what = takes::nothing;
};

struct given {
  char letter; // of the option; 0: an argument that is none
  std::string value;
  bool operator==(const given&) const = default;
};

result<std::vector<given>> read_arguments(const std::vector<option>& known, const std::vector<std::string>& words);

// The last one counts; nullopt: it was not given.
std::optional<std::string> last_of(const std::vector<given>& all, char letter);
inline bool has(const std::vector<given>& all, char letter) {
  return last_of(all, letter).has_value();
}

} // namespace troupe::agent_commands
