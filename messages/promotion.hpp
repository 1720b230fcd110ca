// The name under which agents note a promotion score, an attribute of its node. Instances of one clone on one node
// share it: OCF_RESOURCE_INSTANCE without its number.
#pragma once

#include "messages/types/ids.hpp"

#include <string>
#include <string_view>

namespace troupe {

inline constexpr std::string_view promotion_prefix = "master-"; // as existing agents know it

inline std::string promotion_attribute(const resource_name& resource) {
  return std::string(promotion_prefix) + resource.text;
}

// Whose score this would be; empty: it is none.
inline std::string_view promoted_resource(std::string_view attribute) {
  return attribute.starts_with(promotion_prefix) ? attribute.substr(promotion_prefix.size()) : std::string_view{};
}

} // namespace troupe
