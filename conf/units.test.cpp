#include "conf/units.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::units_test {

using namespace std::chrono_literals;

TEST_CASE("times: a whole number and its unit, and back in the largest one that is whole") {
  CHECK(parse_duration("500ms").value() == 500ms);
  CHECK(parse_duration("10s").value() == 10s);
  CHECK(parse_duration("2m").value() == 2min);
  CHECK(parse_duration("168h").value() == longest);
  CHECK(parse_duration("0s").value() == 0s);
  for (const char* text : {"1h", "90m", "61s", "1500ms"}) CHECK(text_of(parse_duration(text).value()) == text);
  CHECK(text_of(duration{1'500'000}) == "1500us");
  CHECK(text_of(duration{0}) == "0s");
}

TEST_CASE("times: what is none") {
  for (const char* text : {"", "s", "10", "10 s", " 10s", "-1s", "+1s", "1.5s", "10sec", "1d", "5us", "0x10s", "1s1s"})
    CHECK_MESSAGE(!parse_duration(text), text);
  CHECK(parse_duration("169h").error().text == "at most 168h");
  CHECK(parse_duration("18446744073709551615h").error().text == "at most 168h");
  CHECK(parse_duration("99999999999999999999s").error().text == "at most 168h");
}

TEST_CASE("addresses: literal, with a port, in one form") {
  CHECK(parse_address("10.0.0.1:5410").value() == config::address{"10.0.0.1", 5410});
  CHECK(parse_address("[FD00:0::1]:65535").value() == config::address{"fd00::1", 65535});
  CHECK(text_of(config::address{"fd00::1", 1}) == "[fd00::1]:1");
  CHECK(text_of(config::address{"10.0.0.1", 1}) == "10.0.0.1:1");
  for (const char* text : {"", ":", ":5410", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:5410x",
                           "10.0.0:1", "node1:5410", "fd00::1:5410", "[fd00::1]", "[10.0.0.1]:5", "[]:5",
                           "[fe80::1%eth0]:5", "10.0.0.1:-5", "010.0.0.1:5"})
    CHECK_MESSAGE(!parse_address(text), text);
  CHECK_FALSE(parse_address(std::string_view("10.0.0.1\0:5", 11)));
  CHECK(is_wildcard(parse_address("[0::0]:5410").value()));
  CHECK(is_wildcard(parse_address("0.0.0.0:5410").value()));
  CHECK_FALSE(is_wildcard(parse_address("127.0.0.1:5410").value()));
}

TEST_CASE("agents") {
  CHECK(parse_agent("ocf:heartbeat:IPaddr2").value() == config::agent_ref{"ocf", "heartbeat", "IPaddr2"});
  CHECK(parse_agent("systemd:foo@bar.service").value() == config::agent_ref{"systemd", "", "foo@bar.service"});
  for (const char* text : {"ocf:heartbeat:IPaddr2", "systemd:keystone"})
    CHECK(text_of(parse_agent(text).value()) == text);
  for (const char* text : {"", "ocf", "ocf:Dummy", "ocf:heartbeat:", "ocf::Dummy", "ocf:a:b:c", "systemd:a:b",
                           "ocf:../../bin:sh", "ocf:a:b/c", "ocf:a:.b", "ocf:a: b"})
    CHECK_MESSAGE(!parse_agent(text), text);
}

TEST_CASE("names") {
  for (const char* name : {"n1", "a", "0", "web-front_2.x", "N"}) CHECK(name_fault(name).empty());
  CHECK(name_fault(std::string(63, 'a')).empty());
  CHECK(name_fault(std::string(64, 'a')) == "a name of 64 bytes, at most 63");
  CHECK(name_fault("") == "a name is empty");
  for (const char* name : {"-a", ".a", "a b", "a:0", "a/b", "\xc3\xa4", "a\n"}) CHECK_FALSE(name_fault(name).empty());
}

} // namespace troupe::conf::units_test
