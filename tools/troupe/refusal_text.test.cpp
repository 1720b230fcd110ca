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

TEST_CASE("a move of a clone to where it has an instance among others changes nothing") {
  auto line = [](const char* name, std::vector<const char*> nodes, const char* group = "") {
    console::service_line s;
    s.resource = resource_name{name};
    s.group = group;
    s.cloned = true;
    s.wanted = config::role::started;
    for (auto n : nodes) s.places.push_back({node_name{n}, 0, config::role::started});
    return s;
  };
  console::cluster_status c;
  c.services = {line("web", {"n1", "n2"}), line("a", {"n1", "n2"}, "both"), line("b", {"n1", "n2"}, "both")};
  auto said = [&](const char* what, const char* to) {
    return nothing_to_move(c, command::directive{.kind = directive_kind::move, .subject = what, .to = node_name{to}});
  };
  CHECK(
      said("web", "n2") ==
      "web is a clone and has an instance on n2, and others elsewhere, which no move takes away: `troupe standby NODE` "
      "empties a node, and a [[location]] in the configuration keeps one clone off a node");
  CHECK(said("both", "n1").starts_with("both is a clone and has an instance on n1,"));
  CHECK(said("web", "n3") == ""); // it may have fewer instances than there are nodes
  CHECK(said("db", "n1") == "");
  c.services[0].wanted = config::role::promoted;
  CHECK(said("web", "n2") == "");
  c.services[0] = line("web", {"n2"});
  CHECK(said("web", "n2") == "");
  c.services[0] = line("web", {"n1", "n2"});
  c.services[0].cloned = false;
  CHECK(said("web", "n2") == "");
}

} // namespace troupe::cli::refusal_text_test
