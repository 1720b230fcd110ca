#include "actors/cluster/changes.hpp"
#include "actors/cluster/script.hpp"
#include "actors/cluster/state_codec.hpp"
#include "messages/types/assert.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::state_test {

using namespace test;

TEST_CASE("an equal value is no change, a changed one has the version and the cause of its command") {
  script c;
  member_key n1{node_name{"n1"}};
  auto version = c.s.version_of(n1);
  c.say(command::tick{});
  CHECK(c.s.version_of(n1) == version);
  c.join("n1");
  CHECK(c.s.version_of(n1) == c.s.index());
  CHECK(c.last.touched.size() == 2); // the member, its inventory
  CHECK(std::get<member_key>(c.last.touched[0]) == n1);
}

TEST_CASE("what was put and not committed is undone, also the digest") {
  script c;
  c.assemble();
  auto before = c.s.content();
  auto index = c.s.index();
  {
    transaction t(c.s, index.next(), c.clock + 5s, {});
    t.put(failure_key{resource_name{"db"}, node_name{"n1"}}, failures{3, c.clock, 1, "x"});
    t.update(member_key{node_name{"n1"}}, [](member& m) { m.reports = 77; });
    t.erase(member_key{node_name{"n2"}});
    CHECK(c.s.content() != before);
  }
  CHECK(c.s.content() == before);
  CHECK(c.s.index() == index);
  CHECK(c.node("n1").reports == 2);
  CHECK(member_of(c.s, node_name{"n2"}));
}

TEST_CASE("what one command writes twice, or erases again, counts as it is in the end") {
  script a, b;
  failure_key db{resource_name{"db"}, node_name{"n1"}}, web{resource_name{"web"}, node_name{"n1"}};
  transaction twice(a.s, a.s.index().next(), a.clock, {});
  twice.put(db, failures{1, a.clock, 1, "x"});
  twice.put(web, failures{1, a.clock, 1, "x"});
  twice.put(db, failures{2, a.clock, 1, "x"});
  twice.erase(web);
  twice.commit();
  transaction once(b.s, b.s.index().next(), b.clock, {});
  once.put(db, failures{2, b.clock, 1, "x"});
  CHECK(a.s.content() != b.s.content());
  once.commit();
  CHECK(a.s.content() == b.s.content());
}

TEST_CASE("the digest depends on what is there, not on the way to it") {
  script a, b;
  using kind = command::directive_kind;
  a.operator_says(command::directive{.kind = kind::standby, .subject = "n1"});
  a.operator_says(command::directive{.kind = kind::standby, .subject = "n1", .lifted = true});
  b.say(command::tick{});
  b.say(command::tick{});
  CHECK(a.s.content() == b.s.content());
  a.operator_says(command::directive{.kind = kind::standby, .subject = "n1"});
  b.operator_says(command::directive{.kind = kind::standby, .subject = "n2"});
  CHECK(a.s.content() != b.s.content());
}

TEST_CASE("a refused command changes the index and the client's answer, nothing else") {
  script c;
  c.assemble();
  auto size = c.s.size();
  CHECK(c.start("nothing", "n1") == refusal::unknown_resource);
  CHECK(c.s.size() == size);
  CHECK(c.last.touched.empty());
}

TEST_CASE("a client's retry is answered, not repeated") {
  script c;
  c.assemble();
  command::command order{{.at = c.clock, .by = {node_name{"n1"}, "alice"}, .client = client_id{7}, .sequence = 1},
                         command::directive{.kind = command::directive_kind::standby, .subject = "n1"}};
  auto first = apply(c.s, c.s.index().next(), order);
  CHECK(first.answer.refused == refusal::none);
  auto again = apply(c.s, c.s.index().next(), order);
  CHECK(again.repeated);
  CHECK(again.answer == first.answer);
  CHECK(again.touched.empty());
  order.from.sequence = 3;
  order.what = command::cleanup{resource_name{"nothing"}, {}};
  auto refused = apply(c.s, c.s.index().next(), order);
  CHECK(refused.answer.refused == refusal::unknown_resource);
  CHECK(apply(c.s, c.s.index().next(), order).answer == refused.answer); // also a refusal is remembered
  order.from.sequence = 2;
  CHECK(apply(c.s, c.s.index().next(), order).answer.refused == refusal::too_old);
}

TEST_CASE("the clients that were silent longest are forgotten, whatever their numbers") {
  script c;
  std::uint64_t said = 0;
  auto says = [&](std::uint64_t client) {
    command::command order{
        {.at = c.clock, .by = {node_name{"n1"}, {}}, .client = client_id{client}, .sequence = ++said}, command::tick{}};
    apply(c.s, c.s.index().next(), order);
  };
  auto known = [&](std::uint64_t client) { return c.s.find(client_key{client_id{client}}) != nullptr; };
  for (std::uint64_t i = 0; i < max_clients; ++i) says(max_clients - i);
  says(max_clients); // the first one speaks again
  CHECK(c.s.all<client_key>().size() == max_clients);
  says(max_clients + 1);
  CHECK(c.s.all<client_key>().size() == max_clients - forgotten_clients + 1);
  CHECK(known(max_clients + 1));
  CHECK(known(max_clients));
  CHECK_FALSE(known(max_clients - 1));
  CHECK_FALSE(known(max_clients - forgotten_clients));
  CHECK(known(max_clients - forgotten_clients - 1));
  CHECK(known(1));
}

TEST_CASE("time never runs backwards inside of apply, and ends what expires") {
  script c;
  auto later = c.clock + 60s;
  c.operator_says(command::directive{.kind = command::directive_kind::standby, .subject = "n1", .expires = later});
  CHECK(next_deadline(c.s) == later);
  c.clock = later;
  c.say(command::tick{});
  CHECK(c.s.find(directive_key{command::directive_kind::standby, "n1"}) == nullptr);
  c.clock -= 30s;
  c.say(command::tick{});
  CHECK(c.s.now() == later);
  CHECK_FALSE(next_deadline(c.s));
}

TEST_CASE("a snapshot comes back the same, and a damaged one does not come back") {
  script c;
  c.assemble();
  c.run("db", "n1");
  c.start("redis", "n2");
  c.lose("n3");
  c.attempt("n3");
  c.operator_says(command::directive{.kind = command::directive_kind::standby, .subject = "n1", .note = "disk swap"});
  auto bytes = encode_snapshot(c.s);
  auto back = decode_snapshot(bytes);
  REQUIRE(back);
  CHECK(back->content() == c.s.content());
  CHECK(back->index() == c.s.index());
  CHECK(encode_snapshot(*back) == bytes);
  CHECK(back->find(member_key{node_name{"n3"}})->origin == c.s.find(member_key{node_name{"n3"}})->origin);

  random_source random{1};
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    auto bad = bytes;
    bad[random.below(bad.size())] ^= std::byte{1} << random.below(8);
    auto read = decode_snapshot(bad);
    // What still reads well was flipped in padding, or in why a record was written, which no decision rests on.
    if (read)
      CHECK(read->content() == c.s.content());
    else
      ++refused;
  }
  CHECK(refused > 1000);
  for (std::size_t size = 0; size < bytes.size(); size += 8) {
    byte_buffer cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(decode_snapshot(cut));
  }
}

TEST_CASE("genesis: what may not be formed") {
  genesis g{lineage_id{mark(1)}, stamp{1s}, three_nodes(), {{node_name{"n1"}, journal_id{1}}}};
  CHECK(why_not(g).empty());
  auto bad = g;
  bad.lineage = {};
  CHECK(why_not(bad) == "a cluster needs a lineage");
  bad = g;
  bad.voters = {};
  CHECK(why_not(bad) == "a cluster needs a voter");
  bad = g;
  bad.voters[0].node = node_name{"n9"};
  CHECK(why_not(bad) == "voter n9 is not a node of the configuration");
  bad = g;
  bad.voters.push_back({node_name{"n1"}, journal_id{2}});
  CHECK(why_not(bad) == "voters are sorted, each node once");
  bad = g;
  bad.configuration.groups.push_back({config::group_name{"web"}, {resource_name{"nothing"}}, {}});
  CHECK(why_not(bad) == "member 'nothing' of group 'web' is not defined, or in another group");
  CHECK_THROWS_AS(form(bad), broken_assertion);
}

TEST_CASE("a mirror that follows the deltas is the state, digest included, also when records go") {
  script c;
  mirror copy{c.s};
  auto follow = [&] { copy.follow({c.s.index(), c.s.now(), changes_of(c.s, c.last.touched), {}}); };
  for (auto name : {"n1", "n2", "n3"}) {
    c.join(name);
    follow();
    c.probe(name, "db");
    follow();
    c.probe(name, "redis"); // the last one erases the inventory
    follow();
    CHECK(copy.now().content() == c.s.content());
  }
  c.start("db", "n1");
  follow();
  CHECK(copy.now().content() == c.s.content());
  c.done("db", "n1");
  c.stop("db", "n1"); // two commands in one delta
  auto touched = c.last.touched;
  c.done("db", "n1");
  touched.insert(touched.end(), c.last.touched.begin(), c.last.touched.end());
  copy.follow({c.s.index(), c.s.now(), changes_of(c.s, touched), {}});
  CHECK(copy.now().content() == c.s.content());
  CHECK(copy.now().all<holder_key>().empty());
}

} // namespace troupe::cluster::state_test
