// endpoint <-> sockaddr.
#pragma once

#include "transport/network.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

namespace troupe::loop {

sockaddr_storage to_sockaddr(const transport::endpoint& where);
transport::endpoint to_endpoint(const sockaddr* from); // of another family: all zero

} // namespace troupe::loop
