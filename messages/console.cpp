#include "messages/console.hpp"

namespace troupe::console {

bool may_order(const command::body& what) {
  return std::holds_alternative<command::config_set>(what) || std::holds_alternative<command::directive>(what) ||
         std::holds_alternative<command::cleanup>(what);
}

} // namespace troupe::console
