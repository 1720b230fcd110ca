// The digests by which the peer notices that a resource's parameters have changed: MD5 of the parameters as one XML
// element. Only for reading a CIB; nothing of ours is protected by MD5.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace troupe::simulate {

std::string md5_hex(std::string_view data);

// ` <parameters a="1" b="2"/>` with the leading blank and a newline, names sorted, values escaped.
std::string parameters_element(const std::map<std::string, std::string>& parameters);

} // namespace troupe::simulate
