// Is a text valid UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF)? Names, parameters and reasons go
// to terminals, agents and JSON, which would each choke in their own way on anything else.
#pragma once

#include <string_view>

namespace troupe {

bool valid_utf8(std::string_view text);

} // namespace troupe
