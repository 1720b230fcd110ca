#include "tools/simulate/transition_key.hpp"

#include "conf/cib/values.hpp"

#include <array>

namespace troupe::simulate {

static std::optional<std::int32_t> natural(cib::text digits) {
  auto n = cib::to_number(digits);
  if (!n || *n < 0 || *n > INT32_MAX) return std::nullopt;
  return static_cast<std::int32_t>(*n);
}

transition_key read_transition_key(cib::text key) {
  std::array<cib::text, 3> parts{};
  for (auto& part : parts) {
    auto colon = key.find(':');
    if (colon == cib::text::npos) return {};
    part = key.substr(0, colon);
    key.remove_prefix(colon + 1);
  }
  return {natural(parts[1]).value_or(-1), natural(parts[2]), key};
}

} // namespace troupe::simulate
