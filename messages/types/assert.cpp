#include "messages/types/assert.hpp"

#include <string>

namespace troupe {

void assertion_failed(const char* expression, const char* why, const char* file, int line) {
  throw broken_assertion(std::string(file) + ":" + std::to_string(line) + ": " + why + " (" + expression + ")");
}

} // namespace troupe
