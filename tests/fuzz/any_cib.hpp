// Whatever the text is: it is refused with a sentence, or the scheduler plans for what it says, and what is imported of
// it is a good cluster.toml.
#pragma once

#include <string_view>

namespace troupe::fuzz {

void any_cib(std::string_view text);

} // namespace troupe::fuzz
