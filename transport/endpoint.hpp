// Endpoints as people write them: "10.0.0.1:5410", "[fd00::1]:5410". Literal addresses only: a name server would be one
// more thing that must be up before the cluster is. Scoped addresses (fe80::1%eth0) are refused: they mean another
// thing on each node.
#pragma once

#include "messages/types/result.hpp"
#include "transport/network.hpp"

#include <string>
#include <string_view>

namespace troupe::transport {

// The port is 1 to 65535, without sign or leading zero.
result<endpoint> parse_endpoint(std::string_view text);
// The same from an address without brackets and a port, as configurations hold them.
result<endpoint> make_endpoint(const std::string& host, std::uint16_t port);

std::string to_text(const endpoint& where);
[[nodiscard]] bool is_v4(const endpoint& where);

} // namespace troupe::transport
