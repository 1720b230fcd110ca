#include "messages/console.hpp"

namespace troupe::console {

std::string cut(std::string text, std::size_t max) {
  if (text.size() <= max) return text;
  auto end = max - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end; // within a character
  text.resize(end);
  return text + "...";
}

bool may_order(const command::body& what) {
  return std::holds_alternative<command::config_set>(what) || std::holds_alternative<command::directive>(what) ||
         std::holds_alternative<command::cleanup>(what);
}

} // namespace troupe::console
