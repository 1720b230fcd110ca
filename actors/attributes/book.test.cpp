#include "actors/attributes/book.hpp"

#include "actors/cluster/attributes.hpp"
#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>

namespace troupe::attributes_test {

using namespace attributes;
using cluster::attribute_key;
using cluster::test::script;
using command::lifetime;

attribute_key score_on(const char* node) {
  return {node_name{node}, lifetime::reboot, "master-redis"};
}
command::attribute_item item(const attribute_key& key, std::optional<std::string> value) {
  return {key.node, key.lasts, key.name, std::move(value)};
}

TEST_CASE("what is so already is no command; what changes meanwhile goes as one, with the last word") {
  script c;
  book b;
  b.take(c.s);
  CHECK(b.note(item(score_on("n1"), std::nullopt)).how == taken::same);
  auto first = b.note(item(score_on("n1"), "5"));
  CHECK(first.how == taken::pending);
  CHECK(b.read(score_on("n1")) == "5");
  CHECK(b.next()->items == std::vector{item(score_on("n1"), "5")});
  auto again = b.note(item(score_on("n1"), "5")); // what is on its way says that already
  CHECK(again.how == taken::pending);
  CHECK_FALSE(b.next());
  auto second = b.note(item(score_on("n1"), "7")), third = b.note(item(score_on("n1"), "10"));
  b.note(item(score_on("n2"), "1"));
  CHECK_FALSE(b.next()); // one is on its way
  CHECK(b.answered({log_index{1}, refusal::none}) == std::vector{first.number, again.number});
  CHECK(b.next()->items == std::vector{item(score_on("n1"), "10"), item(score_on("n2"), "1")});
  CHECK(b.answered({log_index{2}, refusal::none}).size() == 3);
  CHECK(second.number < third.number);
}

TEST_CASE("an agent reads what it wrote: while it waits, on its way, and until the state has it") {
  script c;
  book b;
  b.take(c.s);
  b.note(item(score_on("n1"), "5"));
  auto sent = *b.next();
  CHECK(b.read(score_on("n1")) == "5");
  c.say(sent);
  b.answered({c.s.index(), refusal::none});
  CHECK(b.read(score_on("n1")) == "5"); // our copy of the state has not come so far
  b.take(cluster::delta{c.s.index(), c.s.now(), cluster::changes_of(c.s, c.last.touched), {}});
  CHECK(b.read(score_on("n1")) == "5");
  c.lose("n1");
  b.take(cluster::delta{c.s.index(), c.s.now(), cluster::changes_of(c.s, c.last.touched), {}});
  CHECK_FALSE(b.read(score_on("n1"))); // the node was lost, and it with it: no stale copy answers
}

TEST_CASE("all of them, each as it is read: configured, said, and with the last word that is on its way") {
  auto with = cluster::test::three_nodes();
  with.nodes[0].attributes["rack"] = "r1";
  with.nodes[1].attributes["rack"] = "r2";
  script c(with);
  c.say(command::attributes{{item(score_on("n1"), "5"), item(score_on("n2"), "6")}});
  book b;
  b.take(c.s);
  const attribute_key rack1{node_name{"n1"}, lifetime::forever, "rack"},
      rack2{node_name{"n2"}, lifetime::forever, "rack"};
  using list = std::map<attribute_key, std::string>;
  CHECK(b.all() == list{{score_on("n1"), "5"}, {score_on("n2"), "6"}, {rack1, "r1"}, {rack2, "r2"}});
  b.note(item(score_on("n1"), std::nullopt));
  b.note(item(rack2, "r9"));
  (void)b.next();
  b.note(item(score_on("n1"), "8"));
  b.note(item(score_on("n2"), std::nullopt));
  CHECK(b.all() == list{{score_on("n1"), "8"}, {rack1, "r1"}, {rack2, "r9"}});
}

TEST_CASE("what could not leave this node goes again, but not over what was said since") {
  script c;
  book b;
  b.take(c.s);
  b.note(item(score_on("n1"), "5"));
  b.note(item(score_on("n2"), "6"));
  b.next();
  b.note(item(score_on("n1"), "7"));
  b.not_taken();
  CHECK(b.next()->items == std::vector{item(score_on("n1"), "7"), item(score_on("n2"), "6")});
  CHECK(b.answered({log_index{3}, refusal::none}).size() == 3);
}

TEST_CASE("a refused change is not read any more; beyond the limit nothing is taken in") {
  script c;
  book b;
  b.take(c.s);
  b.note(item(score_on("n1"), "5"));
  b.next();
  b.answered({log_index{1}, refusal::unknown_node});
  CHECK_FALSE(b.read(score_on("n1")));
  for (std::size_t i = 0; i < max_pending; ++i)
    CHECK(b.note(item({node_name{"n1"}, lifetime::forever, "a" + std::to_string(i)}, "x")).how == taken::pending);
  CHECK(b.note(item(score_on("n1"), "5")).how == taken::full);
  CHECK(b.next()->items.size() == command::max_attribute_items);
}

TEST_CASE("an attribute from the configuration is said for ever, until somebody says another") {
  auto configured = cluster::test::three_nodes();
  configured.nodes[0].attributes["site"] = "east";
  script c{configured};
  book b;
  b.take(c.s);
  attribute_key site{node_name{"n1"}, lifetime::forever, "site"};
  CHECK(b.read(site) == "east");
  CHECK_FALSE(b.read({node_name{"n1"}, lifetime::reboot, "site"}));
  b.note(item(site, "west"));
  CHECK(b.read(site) == "west");
}

} // namespace troupe::attributes_test
