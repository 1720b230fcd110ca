#include "transport/endpoint.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace troupe::transport {

namespace {

constexpr std::size_t mapped_prefix = 12; // ten zeros and ff ff, then the four bytes of IPv4

result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  bool whole = end == text.data() + text.size() && !text.empty() && text.front() != '0';
  if (failed != std::errc{} || !whole)
    return failure("port '" + std::string(text) + "' is not a number from 1 to 65535");
  return port;
}

} // namespace

result<endpoint> make_endpoint(const std::string& host, std::uint16_t port) {
  endpoint made{{}, port};
  if (port == 0) return failure("port 0 of '" + host + "' is not a number from 1 to 65535");
  if (inet_pton(AF_INET6, host.c_str(), made.address.data()) == 1) return made;
  made.address = {};
  made.address[10] = made.address[11] = std::byte{0xff};
  if (inet_pton(AF_INET, host.c_str(), made.address.data() + mapped_prefix) == 1) return made;
  return failure("'" + host + "' is not an address: write 10.0.0.1 or fd00::1 (names are not looked up)");
}

result<endpoint> parse_endpoint(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return failure("'" + std::string(text) + "' has no port: write 10.0.0.1:5410 or [fd00::1]:5410");
  auto port = parse_port(text.substr(colon + 1));
  if (!port) return tl::unexpected(port.error());
  auto host = text.substr(0, colon);
  bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  bool v6 = host.find(':') != std::string_view::npos;
  if (v6 != bracketed)
    return failure("'" + std::string(text) + "': an IPv6 address, and only that, stands in brackets: [fd00::1]:5410");
  return make_endpoint(std::string(host), *port);
}

bool is_v4(const endpoint& where) {
  static constexpr auto zero = [](std::byte b) { return b == std::byte{0}; };
  const auto& a = where.address;
  return std::all_of(a.begin(), a.begin() + 10, zero) && a[10] == std::byte{0xff} && a[11] == std::byte{0xff};
}

std::string to_text(const endpoint& where) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4(where)) {
    inet_ntop(AF_INET, where.address.data() + mapped_prefix, text, sizeof text);
    return std::string(text) + ":" + std::to_string(where.port);
  }
  inet_ntop(AF_INET6, where.address.data(), text, sizeof text);
  return "[" + std::string(text) + "]:" + std::to_string(where.port);
}

} // namespace troupe::transport
