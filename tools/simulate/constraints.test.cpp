// Constraints that cannot be used, or only in part: what is said, and what is left of them.
#include "tools/simulate/cib_fixture.hpp"

namespace troupe::simulate::constraints_test {

using namespace cib_fixture;

std::string said(const imported& i) {
  std::string all;
  for (auto& w : i.warnings) all += w + "\n";
  return all;
}

std::string said_of(const std::string& constraint) {
  return said(read(constraint));
}

// `a`, `b`, `c`, and a tag that names one more.
imported with_tag(const std::string& constraint) {
  auto text = cib_with(constraint);
  text.insert(text.find("</configuration>"),
              R"(<tags><tag id="t"><obj_ref id="a"/><obj_ref id="ghost"/><obj_ref id="b"/></tag></tags>)");
  return imported_from(text);
}

const std::string a_ghost_b =
    R"(<resource_set id="s"><resource_ref id="a"/><resource_ref id="ghost"/><resource_ref id="b"/></resource_set>)";

TEST_CASE("constraints: one that names what is missing is ignored; a set or tag that does, too, if its order matters") {
  const std::string ghost = "there is no resource ghost: ignored\n";
  auto i = read("<rsc_order id=\"o\">" + a_ghost_b + "</rsc_order>");
  CHECK(said(i) == "o: " + ghost);
  CHECK(i.input.orders.empty());
  i = read("<rsc_colocation id=\"c\" score=\"5\">" + a_ghost_b + "</rsc_colocation>");
  CHECK(said(i) == "c: " + ghost);
  CHECK(i.input.colocations.empty());
  i = read("<rsc_location id=\"l\" score=\"5\" node=\"n1\">" + a_ghost_b + "</rsc_location>");
  CHECK(said(i) == "l: " + ghost);
  CHECK(i.input.locations.size() == 2);
  i = read("<rsc_ticket id=\"t\" ticket=\"T\">" + a_ghost_b + "</rsc_ticket>");
  CHECK(said(i) == "t: " + ghost);
  CHECK(i.input.ticket_dependencies.size() == 2);

  const std::string in_tag = "the tag t names ghost, which is no resource: ignored\n";
  i = with_tag(R"(<rsc_order id="o" first="t" then="c"/>)");
  CHECK(said(i) == "o: " + in_tag);
  CHECK(i.input.orders.empty());
  i = with_tag(R"(<rsc_location id="l" rsc="t" node="n1" score="5"/>)");
  CHECK(said(i) == "l: " + in_tag);
  CHECK(i.input.locations.size() == 2);
}

TEST_CASE("constraints: what is missing in them is said") {
  CHECK(said_of(R"(<rsc_order id="o" first="a"/>)") == "o: then is missing: ignored\n");
  CHECK(said_of(R"(<rsc_order id="o" then="a"/>)") == "o: first is missing: ignored\n");
  CHECK(said_of(R"(<rsc_colocation id="c" rsc="a" score="5"/>)") == "c: with-rsc is missing: ignored\n");
  CHECK(said_of(R"(<rsc_colocation id="c" rsc="a" with-rsc="b"/>)") == "c: has no score: ignored\n");
  CHECK(said_of(R"(<rsc_location id="l" node="n1" score="5"/>)") == "l: names no resource: ignored\n");
  CHECK(said_of(R"(<rsc_location id="l" rsc="a" score="5"/>)") == "l: names neither a node nor a rule: ignored\n");
  CHECK(said_of(R"(<rsc_ticket id="t" ticket="T"/>)") == "t: names no resource: ignored\n");
  auto i = read(R"(<rsc_location id="l" rsc="a" node="n1"/>)");
  CHECK(said(i) == "l: has no score: ignored\n");
  CHECK(i.input.locations.empty()); // else the node would be allowed where only those are that are named
}

TEST_CASE("constraints: what relates a resource to itself is ignored") {
  auto i = read(R"(<rsc_order id="o" first="a" then="a"/>)");
  CHECK(said(i) == "o: a is to come before itself: ignored\n");
  CHECK(i.input.orders.empty());
  i = read(R"(<rsc_colocation id="c" rsc="a" with-rsc="a" score="-INFINITY"/>)");
  CHECK(said(i) == "c: a is with itself wherever it is: ignored\n");
  CHECK(i.input.colocations.empty());
  i = read(R"(<rsc_order id="o" first="a" then="a" first-action="start" then-action="stop"/>)");
  CHECK(said(i).empty());
  CHECK(i.input.orders.size() == 1);
  std::string twice =
      R"(<resource_set id="s"><resource_ref id="a"/><resource_ref id="a"/><resource_ref id="b"/></resource_set>)";
  i = read("<rsc_order id=\"o\">" + twice + "</rsc_order>");
  CHECK(said(i) == "o: a is to come before itself: ignored\n");
  CHECK(i.input.orders.size() == 1);
}

TEST_CASE("constraints: colocations in a circle are as good as any") {
  auto i = read(R"(<rsc_colocation id="c1" rsc="a" with-rsc="b" score="INFINITY"/>
                   <rsc_colocation id="c2" rsc="b" with-rsc="a" score="INFINITY"/>)");
  CHECK(said(i).empty());
  CHECK(i.input.colocations.size() == 2);
}

TEST_CASE("locations: of the role Stopped nothing has a place; with a rule, its own role counts alone") {
  auto counted = [](const std::string& attributes, const std::string& of_rule) {
    auto there =
        of_rule.empty()
            ? std::string{R"( node="n2" score="5"/>)"}
            : "><rule id=\"r\" score=\"5\" " + of_rule +
                  R"(><expression id="e" attribute="#uname" operation="eq" value="n2"/></rule></rsc_location>)";
    auto i = read("<rsc_location id=\"l\" rsc=\"a\" " + attributes + there);
    std::string roles;
    for (auto& l : i.input.locations) roles += l.in_role == scheduler::role::promoted ? "promoted" : "any";
    return roles;
  };
  CHECK(counted("", "") == "any");
  CHECK(counted(R"(role="Stopped")", "").empty());
  CHECK(counted(R"(role="Promoted")", "") == "promoted");
  CHECK(counted(R"(role="Promoted")", "boolean-op=\"and\"") == "any");
  CHECK(counted(R"(role="Stopped")", "boolean-op=\"and\"") == "any");
  CHECK(counted("", R"(role="Promoted")") == "promoted");
  CHECK(counted("", R"(role="Stopped")").empty());
}

TEST_CASE("locations: where one is exclusive and its rule holds nowhere, there is no place") {
  for (std::string value : {"n2", "none"}) {
    auto i = read(R"(<rsc_location id="l" rsc="a" resource-discovery="exclusive"><rule id="r" score="5">
        <expression id="e" attribute="#uname" operation="eq" value=")" +
                  value + R"("/></rule></rsc_location>)");
    CHECK((summary_of(i).find("Start      a ( n2 )") != std::string::npos) == (value == "n2"));
    CHECK((summary_of(i).find("Start      a") == std::string::npos) == (value == "none"));
  }
}

TEST_CASE("node health: bad health does not count for what allows for it, good health does") {
  auto places = [](int health, bool allows) {
    auto i = read("");
    auto& a = named(i, "a");
    a.allows_unhealthy = allows;
    i.input.nodes[scheduler::node_id{std::size_t{1}}].health = score{health};
    for (auto n : {std::size_t{0}, std::size_t{1}})
      i.input.locations.push_back(
          {.what = i.input.top.front(), .where = scheduler::node_id{n}, .weight = score{n == 1 ? 5 : 0}});
    return summary_of(i).find("Start      a ( n2 )") != std::string::npos;
  };
  CHECK(places(0, false));
  CHECK_FALSE(places(-10, false));
  CHECK(places(-10, true));
  CHECK(places(10, true));
}

TEST_CASE("constraints: an action that is never planned, a role that is none, an inverse of what has none") {
  auto i = read(R"(<rsc_order id="o" first="a" then="b" first-action="dance" then-action="start"/>)");
  CHECK(i.input.orders.empty());
  i = read(R"(<rsc_location id="l" rsc="a"><rule id="r" role="King" score="5">
              <expression id="e" attribute="#uname" operation="defined"/></rule></rsc_location>)");
  CHECK(i.input.locations.empty());
  i = read(R"(<rsc_order id="o" first="a" then="b" kind="Serialize" symmetrical="true"/>)");
  CHECK(said(i) == "o: symmetrical means nothing with the kind Serialize: ignored\n");
  CHECK_FALSE(i.input.orders.at(0).symmetrical);
}

TEST_CASE("constraints: one with a lifetime is there while any of its rules holds") {
  auto with = [](const std::string& operation, const std::string& more) {
    auto lifetime = "<lifetime><rule id=\"r\"><date_expression id=\"d\" operation=\"" + operation + "\"/></rule>" +
                    more + "</lifetime>";
    auto i = read("<rsc_location id=\"l\" rsc=\"a\" node=\"n1\" score=\"5\">" + lifetime + "</rsc_location>" +
                  R"(<rsc_colocation id="c" rsc="a" with-rsc="b" score="5">)" + lifetime + "</rsc_colocation>" +
                  R"(<rsc_order id="o" first="a" then="b">)" + lifetime + "</rsc_order>" +
                  R"(<rsc_ticket id="t" rsc="a" ticket="T">)" + lifetime + "</rsc_ticket>");
    return std::vector{i.input.locations.size(), i.input.colocations.size(), i.input.orders.size(),
                       i.input.ticket_dependencies.size()};
  };
  const std::vector<std::size_t> none{0, 0, 0, 0}, all{1, 1, 1, 1};
  CHECK(with("lt\" end=\"1960-01-01", "") == none); // it is 1970
  CHECK(with("lt\" end=\"1980-01-01", "") == all);
  CHECK(with("lt\" end=\"1960-01-01",
             R"(<rule id="s"><date_expression id="e" operation="gt" start="1960-01-01"/></rule>)") == all);
}

TEST_CASE("constraints: a rule that refers to nothing never holds, and an attribute that is no score counts 0") {
  auto i = read(R"(<rsc_location id="l" rsc="a"><rule id-ref="ghost"/></rsc_location>)");
  CHECK(i.input.locations.empty());
  CHECK(said(i) == "<rule id-ref=\"ghost\"> refers to nothing: ignored\nl: a rule has no score: taken as 0\n");
  i = read(R"(<rsc_location id="l" rsc="a"><rule id="r" score-attribute="#uname"><expression id="e" attribute="#uname"
      operation="eq" value="n1"/></rule></rsc_location>)");
  CHECK(said(i) == "l: #uname=\"n1\" of node n1 is no score: taken as 0\n");
}

TEST_CASE("constraints: a pattern that would be tried for ever is matched in no time") {
  auto text = cib_with(R"(<rsc_location id="l" rsc-pattern="(x*)*y" node="n1" score="5"/>)");
  auto name = std::string(200, 'x');
  text.insert(text.find("</resources>"), primitive(name, "D") + primitive(std::string(257, 'z'), "D"));
  auto i = imported_from(text);
  CHECK(i.input.locations.empty());
  CHECK(said(i) ==
        "l: the name " + std::string(257, 'z') + " has more than 256 bytes: its pattern does not match it\n");
}

TEST_CASE("constraints: tags that multiply into too many pairs are ignored") {
  auto text =
      cib_with(R"(<rsc_colocation id="c" rsc="t" with-rsc="t" score="5"/><rsc_order id="o" first="t" then="t"/>)");
  std::string resources, tag;
  for (int n = 0; n < 3'200; ++n) {
    auto id = "r" + std::to_string(n);
    resources += "<primitive id=\"" + id + "\" class=\"ocf\" provider=\"p\" type=\"D\"/>";
    tag += "<obj_ref id=\"" + id + "\"/>";
  }
  text.insert(text.find("</resources>"), resources);
  text.insert(text.find("</configuration>"), "<tags><tag id=\"t\">" + tag + "</tag></tags>");
  auto i = imported_from(text);
  CHECK(said(i) == "c: the constraints relate more than 10000000 pairs: ignored\n"
                   "o: the constraints relate more than 10000000 pairs: ignored\n");
  CHECK(i.input.colocations.empty());
  CHECK(i.input.orders.empty());
}

} // namespace troupe::simulate::constraints_test
