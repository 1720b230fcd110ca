#include "transport/endpoint.hpp"

#include <doctest/doctest.h>

namespace troupe::transport_test {

using namespace transport;

TEST_CASE("endpoint: what people write comes back as they wrote it") {
  for (const char* text : {"10.0.0.1:5410", "[fd00::1]:5410", "[::1]:1", "255.255.255.255:65535", "[::]:5410"}) {
    auto parsed = parse_endpoint(text);
    REQUIRE_MESSAGE(parsed, text);
    CHECK(to_text(*parsed) == text);
  }
}

TEST_CASE("endpoint: IPv4 is kept mapped, and is one address in both spellings") {
  auto v4 = parse_endpoint("10.0.0.1:5410");
  REQUIRE(v4);
  CHECK(is_v4(*v4));
  CHECK(to_hex(v4->address) == "00000000000000000000ffff0a000001");
  CHECK(parse_endpoint("[::ffff:10.0.0.1]:5410") == v4);
  CHECK_FALSE(is_v4(*parse_endpoint("[fd00::1]:5410")));
}

TEST_CASE("endpoint: everything else is refused with the way out") {
  for (const char* text : {"",
                           ":",
                           "10.0.0.1",
                           "10.0.0.1:",
                           "10.0.0.1:0",
                           "10.0.0.1:65536",
                           "10.0.0.1:+1",
                           "10.0.0.1:01",
                           "10.0.0.1:5410 ",
                           "10.0.0.256:1",
                           "010.0.0.1:1",
                           "10.0.1:1",
                           "fd00::1:5410",
                           "[fd00::1]",
                           "[]:1",
                           "[10.0.0.1]:5410",
                           "[fe80::1%eth0]:5410",
                           "n1:5410",
                           "[fd00::1:5410",
                           "\xff\xff:1"})
    CHECK_MESSAGE(!parse_endpoint(text), text);
  CHECK(parse_endpoint("n1:5410").error().text.find("names are not looked up") != std::string::npos);
  CHECK(parse_endpoint("fd00::1:5410").error().text.find("brackets") != std::string::npos);
  CHECK_FALSE(make_endpoint("10.0.0.1", 0));
}

} // namespace troupe::transport_test
