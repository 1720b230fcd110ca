#include "conf/units.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace troupe::conf {

namespace units_detail {

struct unit {
  std::string_view name;
  duration size;
};
constexpr std::array<unit, 6> all{{{"h", std::chrono::hours{1}},
                                   {"m", std::chrono::minutes{1}},
                                   {"s", std::chrono::seconds{1}},
                                   {"ms", std::chrono::milliseconds{1}},
                                   {"us", std::chrono::microseconds{1}},
                                   {"ns", std::chrono::nanoseconds{1}}}};
constexpr std::size_t writable = 4; // those that a file may use

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Letters, digits and the punctuation that file names of agents have.
bool is_agent_part(std::string_view part) {
  return !part.empty() && part.size() <= config::max_name && is_word(part.front()) &&
         std::all_of(part.begin(), part.end(),
                     [](char c) { return is_word(c) || c == '-' || c == '_' || c == '.' || c == '@'; });
}

} // namespace units_detail

result<duration> parse_duration(std::string_view text) {
  using namespace units_detail;
  std::uint64_t count = 0;
  auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  auto name = text.substr(static_cast<std::size_t>(end - text.data()));
  auto found = std::find_if(all.begin(), all.begin() + writable, [&](const unit& u) { return u.name == name; });
  if (fault == std::errc::invalid_argument || found == all.begin() + writable)
    return failure("write a whole number and ms, s, m or h, such as \"500ms\", \"10s\" or \"2m\"");
  if (fault != std::errc{} || count > static_cast<std::uint64_t>(longest / found->size))
    return failure("at most " + text_of(longest));
  return found->size * static_cast<duration::rep>(count);
}

std::string text_of(duration d) {
  for (const auto& u : units_detail::all)
    if (d != duration::zero() && d % u.size == duration::zero())
      return std::to_string(d / u.size) + std::string(u.name);
  return "0s";
}

result<config::address> parse_address(std::string_view text) {
  static constexpr auto how = "write a literal address and a port: \"10.0.0.1:5410\" or \"[fd00::1]:5410\"";
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return failure(how);
  auto host = text.substr(0, colon), port = text.substr(colon + 1);
  bool six = host.size() > 2 && host.front() == '[' && host.back() == ']';
  std::string literal(six ? host.substr(1, host.size() - 2) : host);
  config::address a;
  auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), a.port);
  if (fault != std::errc{} || end != port.data() + port.size() || a.port == 0)
    return failure("the port is a number from 1 to 65535");
  std::array<unsigned char, 16> raw{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  int family = six ? AF_INET6 : AF_INET;
  bool nul_inside = literal.find('\0') != std::string::npos;
  if (nul_inside || inet_pton(family, literal.c_str(), raw.data()) != 1) return failure(how);
  inet_ntop(family, raw.data(), canonical.data(), canonical.size());
  a.host = canonical.data();
  return a;
}

std::string text_of(const config::address& a) {
  bool six = a.host.find(':') != std::string::npos;
  return (six ? "[" + a.host + "]" : a.host) + ":" + std::to_string(a.port);
}

bool is_wildcard(const config::address& a) {
  return a.host == "0.0.0.0" || a.host == "::";
}

result<config::agent_ref> parse_agent(std::string_view text) {
  static constexpr auto how = "write STANDARD:PROVIDER:TYPE, such as \"ocf:heartbeat:IPaddr2\"";
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    auto colon = text.find(':', from);
    parts.emplace_back(text.substr(from, colon - from));
    if (!units_detail::is_agent_part(parts.back())) return failure(how);
    if (colon == std::string_view::npos) break;
    from = colon + 1;
  }
  bool has_provider = parts.front() == "ocf";
  if (parts.size() != (has_provider ? 3u : 2u)) return failure(how);
  return config::agent_ref{parts.front(), has_provider ? parts[1] : "", parts.back()};
}

std::string text_of(const config::agent_ref& a) {
  return a.standard + ":" + (a.provider.empty() ? "" : a.provider + ":") + a.type;
}

std::string name_fault(std::string_view name) {
  if (name.empty()) return "a name is empty";
  if (name.size() > config::max_name)
    return "a name of " + std::to_string(name.size()) + " bytes, at most " + std::to_string(config::max_name);
  bool good = units_detail::is_word(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
                return units_detail::is_word(c) || c == '.' || c == '_' || c == '-';
              });
  return good ? "" : "not a name: letters, digits, '.', '_' and '-', the first a letter or digit";
}

} // namespace troupe::conf
