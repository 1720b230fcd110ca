#include "tools/troupe/refusal_text.hpp"

#include <doctest/doctest.h>

namespace troupe::cli::refusal_text_test {

using command::directive_kind;

TEST_CASE("a refusal names what was wrong") {
  auto said = [](command::body what, refusal why) { return refusal_text(console::order{std::move(what)}, why); };
  command::directive move{.kind = directive_kind::move, .subject = "db", .to = node_name{"n9"}};
  CHECK(said(move, refusal::unknown_node) == "there is no node 'n9'; `troupe status` lists them");
  CHECK(said(move, refusal::unknown_resource) == "there is no resource or group 'db'; `troupe status` lists them");
  CHECK(said(move, refusal::no_directive) == "db was not moved");
  CHECK(said(command::directive{.kind = directive_kind::standby, .subject = "n9"}, refusal::unknown_node) ==
        "there is no node 'n9'; `troupe status` lists them");
  command::directive all{.kind = directive_kind::maintenance, .lifted = true};
  CHECK(said(all, refusal::no_directive) == "maintenance is not on for the whole cluster");
  command::directive promoted{.kind = directive_kind::target_role, .subject = "db", .role = config::role::promoted};
  CHECK(said(promoted, refusal::not_promotable) == "db is not promotable: its cluster.toml has no `promotable`");
  CHECK(said(command::cleanup{resource_name{"db"}, node_name{"n9"}}, refusal::unknown_node) ==
        "there is no node 'n9'; `troupe status` lists them");
  CHECK(said(command::cleanup{resource_name{"x"}, {}}, refusal::unknown_resource) ==
        "there is no resource or group 'x'; `troupe status` lists them");
  CHECK(said(command::cleanup{}, refusal::too_large) == "a limit is exceeded");
}

} // namespace troupe::cli::refusal_text_test
