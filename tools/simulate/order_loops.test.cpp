#include "tools/simulate/order_loops.hpp"

#include "tools/simulate/cib_fixture.hpp"

namespace troupe::simulate::order_loops_test {

using namespace cib_fixture;

std::string with(const std::string& resources, const std::string& constraints) {
  auto text = cib_with(constraints);
  text.insert(text.find("</resources>"), resources);
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  std::string all;
  for (auto& w : from_cib(*parsed, stamp{}).warnings) all += w + "\n";
  return all;
}

std::string order(const std::string& id, const std::string& first, const std::string& then,
                  const std::string& more = "") {
  return "<rsc_order id=\"" + id + "\" first=\"" + first + "\" then=\"" + then + "\" " + more + "/>";
}

std::string loop(const std::string& orders, const std::string& resources) {
  return orders + ": a loop of orders, in which " + resources +
         " wait for each other: they are planned as if they did not\n";
}

const std::string group = "<group id=\"g\">" + primitive("m1", "D") + primitive("m2", "D") + "</group>";
const std::string clone = R"(<clone id="cl"><meta_attributes id="cm"><nvpair id="cn" name="promotable" value="true"/>
  </meta_attributes><primitive id="in" class="ocf" provider="p" type="D"/></clone>)";

TEST_CASE("order loops: of two and of more, each said once, with who is in it") {
  CHECK(with("", order("o1", "a", "b") + order("o2", "b", "c")).empty());
  CHECK(with("", order("o1", "a", "b") + order("o2", "b", "a")) == loop("o1, o2", "a, b"));
  CHECK(with("", order("o1", "a", "b") + order("o2", "b", "c") + order("o3", "c", "a")) ==
        loop("o1, o2, o3", "a, b, c"));
  CHECK(with("", order("o1", "a", "b") + order("o2", "b", "a", "kind=\"Optional\"")) == loop("o1, o2", "a, b"));
  CHECK(with("", order("o1", "a", "b") + order("o2", "b", "a", "kind=\"Serialize\"")).empty());
  auto two = primitive("d", "D") + primitive("e", "D");
  CHECK(with(two, order("o1", "a", "b") + order("o3", "d", "e") + order("o2", "b", "a") + order("o4", "e", "d")) ==
        loop("o1, o2", "a, b") + loop("o3, o4", "d, e"));
  CHECK(with(two, order("o1", "a", "b") + order("o2", "b", "a") + order("o3", "b", "d")) == loop("o1, o2", "a, b"));
}

TEST_CASE("order loops: through sets, groups, members and clones") {
  auto set =
      R"(<rsc_order id="s"><resource_set id="s1"><resource_ref id="a"/><resource_ref id="b"/></resource_set></rsc_order>)";
  CHECK(with("", set + order("o", "b", "a")) == loop("s, o", "a, b"));
  CHECK(with(group, order("o", "m1", "m2")).empty());
  CHECK(with(group, order("o", "m2", "m1")) == loop("o", "m1, m2"));
  CHECK(with(group, order("o", "m1", "g")) == loop("o", "g, m1"));
  CHECK(with(group, order("o1", "g", "a") + order("o2", "a", "m1")) == loop("o1, o2", "a, g, m1, m2"));
  CHECK(with(group, order("o1", "m1", "a") + order("o2", "a", "m2")).empty());
  CHECK(with(clone, order("o1", "cl", "a") + order("o2", "a", "cl")) == loop("o1, o2", "a, cl, in"));
}

TEST_CASE("order loops: a start and a promotion, a stop and a start are steps of their own") {
  auto promote = "first-action=\"start\" then-action=\"promote\"";
  CHECK(with(clone, order("o1", "cl", "a") + order("o2", "a", "cl", promote)).empty());
  auto promoted = "first-action=\"promote\" then-action=\"start\" symmetrical=\"false\"";
  CHECK(with(clone, order("o1", "cl", "a", promoted) + order("o2", "a", "cl")) == loop("o1, o2", "a, cl, in"));
  auto after = "first-action=\"stop\" then-action=\"start\" symmetrical=\"false\"";
  CHECK(with("", order("o1", "a", "b") + order("o2", "b", "a", after)).empty());
  auto down = "first-action=\"stop\" symmetrical=\"false\"";
  CHECK(with("", order("o1", "a", "b", down) + order("o2", "b", "a", down)) == loop("o1, o2", "a, b"));
}

TEST_CASE("order loops: of a long one the first names are said, and it takes no long way down") {
  std::string resources, orders;
  constexpr int n = 20'000;
  auto name = [](int i) { return "r" + std::to_string(i % n); };
  for (int i = 0; i < n; ++i) {
    resources += primitive(name(i), "D");
    orders += order("o" + std::to_string(i), name(i), name(i + 1));
  }
  CHECK(with(resources, orders) == loop("o0, o1, o2, o3, o4, o5, o6, o7, o8, o9 and 19990 more",
                                        "r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 19990 more"));
}

} // namespace troupe::simulate::order_loops_test
