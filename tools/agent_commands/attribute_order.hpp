// crm_attribute, crm_master and attrd_updater as one thing: which attribute is meant, and what is to become of it.
// Pure.
#pragma once

#include "messages/command.hpp"
#include "messages/types/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::agent_commands {

struct surroundings {   // from the environment of the agent that calls
  std::string node;     // on which it runs
  std::string resource; // OCF_RESOURCE_INSTANCE; empty: no agent calls
};

struct attribute_order {
  enum class what : std::uint8_t { query, update, remove };
  what wanted{};
  command::attribute_item item{};
  std::optional<std::string> otherwise{}; // what a query says where there is no value
  enum class show : std::uint8_t { value, sentence, attrd };
  show how{};
};

result<attribute_order> read_crm_attribute(const std::vector<std::string>& words, const surroundings& from);
result<attribute_order> read_crm_master(const std::vector<std::string>& words, const surroundings& from);
result<attribute_order> read_attrd_updater(const std::vector<std::string>& words, const surroundings& from);

// What a query prints, with its end of line.
std::string text_of(const attribute_order& asked, const std::string& value);

} // namespace troupe::agent_commands
