// What people write for times, addresses and agents, and the values it stands for. The reasons are sentences for a fix.
#pragma once

#include "messages/config.hpp"
#include "messages/types/result.hpp"

#include <string>
#include <string_view>

namespace troupe::conf {

// "500ms", "10s", "2m", "1h": a whole number and its unit, nothing else; up to a week.
inline constexpr duration longest = std::chrono::hours{24 * 7};
result<duration> parse_duration(std::string_view text);
// In the largest unit that is whole; what parse_duration reads. Below a millisecond: in us or ns, for people only.
std::string text_of(duration d);

// "10.0.0.1:5410", "[fd00::1]:5410"; the host in the form of RFC 5952, so that equal addresses are equal text.
result<config::address> parse_address(std::string_view text);
std::string text_of(const config::address& a);
// 0.0.0.0 or ::, which one may listen on and nobody can reach.
bool is_wildcard(const config::address& a);

// "ocf:heartbeat:IPaddr2", "systemd:keystone"
result<config::agent_ref> parse_agent(std::string_view text);
std::string text_of(const config::agent_ref& a);

// Names of nodes, resources, groups, devices and seeds: a letter or digit, then letters, digits, '.', '_', '-'; at most
// max_name bytes. Empty: fine. Else why not.
std::string name_fault(std::string_view name);

} // namespace troupe::conf
