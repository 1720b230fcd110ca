#include "messages/types/assert.hpp"

#include <string>

namespace troupe {

void assertion_failed(const char* expression, const char* why, std::source_location where) {
  throw broken_assertion(std::string(where.file_name()) + ":" + std::to_string(where.line()) + ": " + why + " (" +
                         expression + ")");
}

} // namespace troupe
