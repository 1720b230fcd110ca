#include "actors/node/founder.hpp"

#include <doctest/doctest.h>

namespace troupe::node::founder_test {

using namespace std::chrono_literals;

config::cluster nodes(std::initializer_list<const char*> names) {
  config::cluster c;
  for (auto name : names) {
    config::node n;
    n.name = node_name{name};
    c.nodes.push_back(n);
  }
  return c;
}

const lineage_id lineage = [] {
  lineage_id id;
  id.bytes[0] = std::byte{9};
  return id;
}();
const instant start{};

founder three() { return founder(nodes({"n1", "n2", "n3"}), lineage, 5, stamp{1s}, start); }

std::vector<std::string> asked(founder& f, std::size_t kind) {
  std::vector<std::string> to;
  for (auto& o : f.take_orders())
    if (o.what.index() == kind) to.push_back(o.to.text);
  return to;
}
constexpr std::size_t reserve = 0, form = 3; // places in formation::message

void reserve_all(founder& f) {
  f.receive(node_name{"n1"}, formation::reserved{5, journal_id{11}}, start);
  f.receive(node_name{"n2"}, formation::reserved{5, journal_id{12}}, start);
  f.receive(node_name{"n3"}, formation::reserved{5, journal_id{13}}, start);
}

TEST_CASE("voters: those named, else an odd number of those that may") {
  auto count = [](auto... names) { return config::voters(nodes({names...})).size(); };
  CHECK(count("a") == 1);
  CHECK(count("a", "b") == 1);
  CHECK(count("a", "b", "c") == 3);
  CHECK(count("a", "b", "c", "d") == 3);
  CHECK(count("a", "b", "c", "d", "e", "f", "g", "h", "i") == 7);
  auto some = nodes({"a", "b", "c"});
  some.nodes[0].voter = false;
  CHECK(config::voters(some) == std::vector{node_name{"b"}});
  some.nodes[1].voter = true;
  some.nodes[2].voter = true;
  CHECK(config::voters(some) == std::vector{node_name{"b"}, node_name{"c"}});
}

TEST_CASE("all voters are asked, then told, with the journals they named") {
  auto f = three();
  CHECK(asked(f, reserve) == std::vector<std::string>{"n1", "n2", "n3"});
  f.receive(node_name{"n1"}, formation::reserved{5, journal_id{11}}, start);
  f.receive(node_name{"n2"}, formation::reserved{5, journal_id{12}}, start);
  CHECK(asked(f, form).empty()); // not before the last one
  f.receive(node_name{"n3"}, formation::reserved{5, journal_id{13}}, start);
  auto orders = f.take_orders();
  REQUIRE(orders.size() == 3);
  auto& g = std::get<formation::form>(orders[0].what).of;
  CHECK(g.voters == std::vector<voter>{{node_name{"n1"}, journal_id{11}},
                                       {node_name{"n2"}, journal_id{12}},
                                       {node_name{"n3"}, journal_id{13}}});
  CHECK(g.lineage == lineage);
  for (auto n : {"n1", "n2"}) f.receive(node_name{n}, formation::formed{lineage}, start);
  CHECK_FALSE(f.ended());
  f.receive(node_name{"n3"}, formation::formed{lineage}, start);
  CHECK(std::get<founder::success>(*f.ended()).lineage == lineage);
}

TEST_CASE("answers to another round, of strangers and of another lineage do not count") {
  auto f = three();
  f.receive(node_name{"n1"}, formation::reserved{4, journal_id{11}}, start);
  f.receive(node_name{"n9"}, formation::reserved{5, journal_id{19}}, start);
  f.receive(node_name{"n2"}, formation::reserved{5, journal_id{12}}, start);
  f.receive(node_name{"n3"}, formation::reserved{5, journal_id{13}}, start);
  CHECK(asked(f, form).empty());
  f.receive(node_name{"n1"}, formation::reserved{5, journal_id{11}}, start);
  CHECK(asked(f, form).size() == 3);
  for (auto n : {"n1", "n2", "n3"}) f.receive(node_name{n}, formation::formed{lineage_id{}}, start);
  CHECK_FALSE(f.ended());
}

TEST_CASE("who is silent is asked again, and named in the end") {
  auto f = three();
  f.take_orders();
  f.receive(node_name{"n2"}, formation::reserved{5, journal_id{12}}, start);
  CHECK(f.next_deadline() == start + 200ms);
  f.on_time(start + 199ms);
  CHECK(asked(f, reserve).empty());
  f.on_time(start + 200ms);
  CHECK(asked(f, reserve) == std::vector<std::string>{"n1", "n3"});
  f.on_time(start + 10s);
  CHECK(std::get<founder::failed>(*f.ended()).why ==
        "no answer from n1, n3; nothing was formed. Start trouped there and try again");
  CHECK_FALSE(f.next_deadline());
  f.receive(node_name{"n1"}, formation::reserved{5, journal_id{11}}, start + 11s); // too late changes nothing
  CHECK(f.take_orders().empty());
}

TEST_CASE("a node of another cluster stops it before anything was formed") {
  auto f = three();
  f.take_orders();
  f.receive(node_name{"n2"}, formation::taken{5, lineage}, start);
  CHECK(std::get<founder::failed>(*f.ended()).why ==
        "n2 belongs to a cluster already; to form a new one there, empty its data folder first");
  CHECK(f.take_orders().empty());
}

TEST_CASE("after the genesis is fixed a silent node leaves the cluster possibly formed, and says so") {
  auto f = three();
  reserve_all(f);
  f.receive(node_name{"n1"}, formation::formed{lineage}, start);
  f.take_orders();
  f.on_time(start + 200ms);
  CHECK(asked(f, form) == std::vector<std::string>{"n2", "n3"});
  SUBCASE("silence") {
    f.on_time(start + 10s);
    CHECK(std::get<founder::failed>(*f.ended()).why.starts_with("the cluster may be formed, but n2, n3 did not"));
  }
  SUBCASE("refusal") {
    f.receive(node_name{"n2"}, formation::refused{lineage, "its disk is full"}, start);
    CHECK(std::get<founder::failed>(*f.ended()).why == "n2 refused to take part: its disk is full");
  }
}

} // namespace troupe::node::founder_test
