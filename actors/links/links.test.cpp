#include "actors/links/links.hpp"

#include <doctest/doctest.h>

namespace troupe::links_test {

using namespace std::chrono_literals;

TEST_CASE("links live by the cluster's timers, and until they know them by those of the default `tolerate`") {
  CHECK(links::timing_from(conf::derive({}).value()) == transport::link_timing{});
  auto quick = links::timing_from(conf::derive({.tolerate = 500ms}).value());
  CHECK(quick == transport::link_timing{.keep_alive = 200ms,
                                        .silent_after = 250ms,
                                        .handshake_retry = 25ms,
                                        .reconnect_min = 12500us,
                                        .reconnect_max = 250ms,
                                        .connect_limit = 750ms});
}

} // namespace troupe::links_test
