#include "transport/loop/addresses.hpp"

#include "transport/endpoint.hpp"

#include <arpa/inet.h>
#include <cstring>

namespace troupe::loop {

sockaddr_storage to_sockaddr(const transport::endpoint& where) {
  sockaddr_storage made{};
  if (transport::is_v4(where)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(where.port);
    std::memcpy(&v4.sin_addr, where.address.data() + 12, 4);
    std::memcpy(&made, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(where.port);
    std::memcpy(&v6.sin6_addr, where.address.data(), 16);
    std::memcpy(&made, &v6, sizeof v6);
  }
  return made;
}

transport::endpoint to_endpoint(const sockaddr* from) {
  transport::endpoint made;
  if (from == nullptr) return made;
  if (from->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, from, sizeof v4);
    made.port = ntohs(v4.sin_port);
    made.address[10] = made.address[11] = std::byte{0xff};
    std::memcpy(made.address.data() + 12, &v4.sin_addr, 4);
  } else if (from->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, from, sizeof v6);
    made.port = ntohs(v6.sin6_port);
    std::memcpy(made.address.data(), &v6.sin6_addr, 16);
  }
  return made;
}

} // namespace troupe::loop
