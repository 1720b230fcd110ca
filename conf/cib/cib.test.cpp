#include "conf/cib/cib.hpp"

#include "conf/cib/reading.hpp"
#include "conf/cib/rules.hpp"
#include "conf/cib/values.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::cib::cib_test {

stamp at(std::string_view date) {
  auto d = to_date(date);
  REQUIRE(d);
  return *d;
}

TEST_CASE("values: booleans, scores, intervals") {
  CHECK(to_bool("Yes") == true);
  CHECK(to_bool("off") == false);
  CHECK_FALSE(to_bool("maybe"));
  CHECK(to_score("-INFINITY")->must_not());
  CHECK(to_score("2000000")->must());
  CHECK(to_score("-17")->value() == -17);
  CHECK_FALSE(to_score("much"));
  CHECK(to_interval_ms("10") == 10'000);
  CHECK(to_interval_ms("2min") == 120'000);
  CHECK(to_interval_ms("250ms") == 250);
  CHECK(to_interval_ms("PT1M30S") == 90'000);
  CHECK_FALSE(to_interval_ms("soon"));
  CHECK(to_interval_ms("1.5s") == 1'000);
}

TEST_CASE("values: what is too large is as large as it can be") {
  constexpr std::int64_t most = INT64_MAX / 3'600'000 * 3'600'000;
  CHECK(to_interval_ms("99999999999999999999h") == most);
  CHECK(to_interval_ms("-99999999999999999999h") == -most);
  CHECK(to_interval_ms("P999999999Y") == INT64_MAX / 3'600'000 * 1'000);
  CHECK(to_interval_ms("P999999999Y999999999Y999999999Y") == INT64_MAX / 3'600'000 * 1'000);
  CHECK(to_seconds("99999999999999999999") == max_seconds);
  CHECK(to_seconds("-99999999999999999999") == -max_seconds);
  CHECK_FALSE(to_seconds("yesterday"));
}

TEST_CASE("values: without a text the usual counts, of one that is neither true nor false it is false") {
  CHECK(is_true("", true));
  CHECK_FALSE(is_true("maybe", true));
  CHECK(is_true("yes", false));
}

TEST_CASE("values: dates in all their forms") {
  CHECK(at("2005-01-31") == at("2005-031"));
  CHECK(at("2005-W05-1") == at("2005-01-31"));
  CHECK(at("2005-01-31T12:00:00+02:00") == at("2005-01-31 10:00:00Z"));
  CHECK_FALSE(to_date("2005-02-30"));
  CHECK_FALSE(to_date("yesterday"));
}

constexpr const char* small = R"(<cib have-quorum="1" validate-with="pacemaker-3.0"><configuration>
  <crm_config><cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
  <nodes><node id="1" uname="n1"/></nodes>
  <resources>
    <template id="T" class="ocf" provider="p" type="D"><meta_attributes id="tm"><nvpair id="t1" name="priority" value="1"/></meta_attributes>
      <operations><op id="t-m" name="monitor" interval="10s"/><op id="t-s" name="start" interval="0" timeout="5s"/></operations></template>
    <primitive id="a" template="T"><meta_attributes id="am"><nvpair id="a1" name="priority" value="2"/></meta_attributes>
      <operations><op id="a-m" name="monitor" interval="10" timeout="7s"/></operations></primitive>
    <primitive id="b" class="ocf" provider="p" type="D"><meta_attributes id-ref="am"/></primitive>
  </resources>
  <constraints><rsc_location id="l" rsc="a"><rule id="r" score="5"><expression id="e" attribute="kind" operation="eq" value="fast"/></rule></rsc_location>
    <rsc_dream id="x"/></constraints>
  </configuration><status/></cib>)";

TEST_CASE("a CIB: a template's operation gives way to one of the same name and role, at whichever interval") {
  for (auto [role, all] : {std::pair{"Started", "monitor 7s, start 0"},
                           {"unpromoted", "monitor 7s, start 0"},
                           {"Promoted", "monitor 7s, monitor 10s, start 0"}}) {
    std::string text = small;
    auto own = text.find("interval=\"10\" timeout");
    text.replace(own, 13, std::string("interval=\"7s\" role=\"") + role + "\"");
    auto cib = parse(text);
    REQUIRE(cib);
    std::string found;
    for (auto& o : cib->resources[0].operations)
      for (auto& [k, v] : o.attributes)
        if (k == "interval") found += (found.empty() ? "" : ", ") + std::string(o.name) + " " + std::string(v);
    CHECK(found == all);
  }
}

TEST_CASE("a CIB: templates, id-ref, and a warning for what is no constraint") {
  auto cib = parse(small);
  REQUIRE(cib);
  REQUIRE(cib->resources.size() == 2);
  auto& a = cib->resources[0];
  CHECK(a.agent == "D");
  CHECK(evaluate(a.meta, {})["priority"] == "2"); // its own, not the template's
  CHECK(a.operations.size() == 2);                // the template's monitor is overridden
  CHECK(evaluate(cib->resources[1].meta, {})["priority"] == "2");
  REQUIRE(cib->warnings.size() == 1);
  CHECK(cib->warnings[0].find("rsc_dream") != std::string::npos);
}

TEST_CASE("a CIB: what is read though it says too little, or too new a thing, is said") {
  auto cib = parse(R"(<cib validate-with="pacemaker-99.0"><configuration><resources><primitive id="a" class="ocf"/>
    <primitive id="b" template="T"/></resources></configuration></cib>)");
  REQUIRE(cib);
  CHECK(
      cib->warnings ==
      std::vector<std::string>{
          "the schema \"pacemaker-99.0\" is not known (pacemaker-1.0 to 3.x are): it is read as if it were one of them",
          "a has no class or no type: no agent can run it",
          "b uses the template \"T\", which does not exist: b is ignored"});
  CHECK(parse(R"(<cib validate-with="pacemaker-3.9"><configuration/></cib>)")->warnings.empty());
}

TEST_CASE("bad input: a clear error, never a crash") {
  CHECK_FALSE(parse(""));
  CHECK_FALSE(parse("<cib><configuration>"));
  CHECK(parse("<html/>").error().text.find("no CIB") != std::string::npos);
  CHECK(parse("<cib/>").error().text.find("no <configuration>") != std::string::npos);
  std::string deep = "<cib><configuration><resources>";
  for (int i = 0; i < 100; ++i) deep += "<group>";
  for (int i = 0; i < 100; ++i) deep += "</group>";
  auto refused = parse(deep + "</resources></configuration></cib>");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find("nested") != std::string::npos);
}

condition attribute_is(text operation, text value, text type = {}) {
  condition c;
  c.kind = condition_kind::attribute;
  c.attribute = "x";
  c.operation = operation;
  c.value = value;
  c.has_value = true;
  c.type = type;
  return c;
}

TEST_CASE("bad input: what is packed, no UTF-8, or speaks of entities that nobody knows") {
  auto said = [](const std::string& what) {
    auto got = parse(what);
    auto r = reading::begin(source_of(what));
    std::string pieces = r ? "" : r.error().text;
    for (bool more = !!r; more;) {
      auto s = (*r)->next();
      if (!s) pieces = s.error().text;
      more = s && *s;
    }
    CHECK((got ? std::string{} : got.error().text) == pieces); // at once or by pieces
    return pieces;
  };
  CHECK(said(std::string{"BZh91AY"}) == "it is compressed: unpack it first, with bzip2 -d");
  CHECK(said(std::string{"\x1f\x8b\x08"}) == "it is compressed: unpack it first, with gzip -d");
  CHECK(said(std::string{"\xfd"
                         "7zXZ\0",
                         6}) == "it is compressed: unpack it first, with xz -d");
  CHECK(said(std::string{"\x28\xb5\x2f\xfd"}) == "it is compressed: unpack it first, with zstd -d");
  auto named = [](const std::string& configured, const std::string& reported, const std::string& between = "") {
    return "<cib><configuration>\n<nodes><node id=\"1\" uname=\"" + configured +
           "\"/></nodes></configuration><status>" + "<node_state id=\"1\" uname=\"" + reported + "\"/>" + between +
           "</status></cib>";
  };
  CHECK(said(named("n\xc3\xb6rd", "&#110;&amp;")).empty());
  CHECK(said(named("n\xf6rd", "n")) ==
        "the line at byte 21 is no UTF-8: say at the top what it is, or convert it with iconv");
  CHECK(said("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" + named("n", "n\xf6rd")).empty());
  CHECK(said(named("&me;", "n")) == "the entity &me; at byte 48 is not known: write what it stands for");
  CHECK(said(named("n", "&me;")) == "the entity &me; at byte 110 is not known: write what it stands for");
  CHECK(said(named("A & B", "n")) == "an & at byte 50 begins no entity: write &amp;");
  CHECK(said(named("n", "n", "<!-- A & B; --><![CDATA[&]]><?x &?>")).empty());
  CHECK(said(named("n", "n", "<!-- A & B --><x y=\"A & B\"/>")) == "an & at byte 136 begins no entity: write &amp;");
  CHECK(
      said(named("n", "n", "<!--" + std::string(1 << 20, '&') + "-->")).empty()); // once through it, not once for each
}

TEST_CASE("rules: attributes compare as numbers where order is asked for, an undefined one differs from all") {
  rule_context has_9;
  has_9.attribute = [](text) { return std::optional<text>{"9"}; };
  CHECK(holds(attribute_is("lt", "10"), has_9));
  CHECK_FALSE(holds(attribute_is("lt", "10", "string"), has_9));
  CHECK(holds(attribute_is("gt", "8.5"), has_9));
  rule_context has_none;
  has_none.attribute = [](text) { return std::optional<text>{}; };
  CHECK(holds(attribute_is("ne", "9"), has_none));
  CHECK_FALSE(holds(attribute_is("lt", "10"), has_none));
}

TEST_CASE("rules: dates, and what and/or make of their parts") {
  rule_context c;
  c.now = at("2020-06-15 14:30:00");
  condition hours;
  hours.kind = condition_kind::date;
  hours.operation = "date_spec";
  hours.date_spec = {{"hours", "9-16"}, {"weekdays", "1-5"}};
  CHECK(holds(hours, c));
  c.now = at("2020-06-14 14:30:00"); // a Sunday
  CHECK_FALSE(holds(hours, c));
  condition range;
  range.kind = condition_kind::date;
  range.operation = "in_range";
  range.start = "2020-06-01";
  range.duration = {{"months", "1"}};
  CHECK(holds(range, c));
  condition both;
  both.parts = {hours, range};
  CHECK_FALSE(holds(both, c));
  both.all = false;
  CHECK(holds(both, c));
}

TEST_CASE("rules: a range whose end is no number is never met, a duration goes on for 10'000 years at most") {
  rule_context c;
  c.now = at("2020-06-15 14:30:00");
  condition hours;
  hours.kind = condition_kind::date;
  hours.operation = "date_spec";
  for (text range : {"x-16", "9-y", "x-y"}) {
    hours.date_spec = {{"hours", range}};
    CHECK_FALSE(holds(hours, c));
  }
  condition long_ago;
  long_ago.kind = condition_kind::date;
  long_ago.operation = "in_range";
  long_ago.start = "2020-06-01";
  for (text unit : {"years", "months", "weeks", "seconds"}) {
    long_ago.duration = {{unit, "99999999999999999999"}, {unit, "99999999999999999999"}};
    CHECK(holds(long_ago, c));
    long_ago.duration = {{unit, "-99999999999999999999"}, {unit, "-99999999999999999999"}};
    CHECK_FALSE(holds(long_ago, c));
  }
}

TEST_CASE("rules: those that refer to each other for ever are read up to a limit, and then never hold") {
  auto cib = parse(R"(<cib><configuration><constraints><rsc_location id="l" rsc="a">
    <rule id="r" score="5"><rule id-ref="r"/><rule id-ref="r"/></rule></rsc_location>
    <rsc_location id="m" rsc="a"><rule id="s" score="5"><date_expression id="d" operation="gt" start="2000-01-01"/></rule></rsc_location>
    </constraints></configuration></cib>)");
  REQUIRE(cib);
  REQUIRE(cib->warnings.size() == 2);
  CHECK(cib->warnings[0] == "the rule r is in more than 64 others: it never holds");
  CHECK(cib->warnings[1] == "the rules have more than 100000 conditions: those that are left over never hold");
  rule_context c;
  c.now = at("2020-06-15");
  REQUIRE(cib->locations.size() == 2);
  CHECK_FALSE(holds(cib->locations[0].rules[0].when, c));
  CHECK_FALSE(holds(cib->locations[1].rules[0].when, c));
}

TEST_CASE("resources: what cannot be used is left out with all that is made of it, and said") {
  auto cib = parse(R"(<cib><configuration><resources>
    <template class="ocf" type="D"/>
    <thing id="q"/>
    <primitive id="a" template="ghost"/><primitive id="b" template="b"/><primitive id="c" template=""/>
    <primitive class="ocf" type="D"/>
    <group id="g"><group id="gg"><primitive id="d" class="ocf" type="D"/></group><primitive id="e" class="ocf" type="D"/>
      <primitive id="f" template="ghost"/></group>
    <group id="h"><primitive id="i" template="ghost"/></group>
    <clone id="j"><primitive id="k" class="ocf" type="D"/><primitive id="l" class="ocf" type="D"/></clone>
    <clone id="m"><clone id="n"><primitive id="o" class="ocf" type="D"/></clone></clone>
    <clone id="r"><group id="s"/></clone>
    <bundle id="t"><docker image="i"/><primitive id="u" template="ghost"/></bundle>
    <bundle id="v"><docker image="i"/></bundle>
    </resources></configuration></cib>)");
  REQUIRE(cib);
  std::string said, left;
  for (auto& w : cib->warnings) said += w + "\n";
  CHECK(said == R"(a <template> without an id: ignored
<thing> is no resource: ignored
a uses the template "ghost", which does not exist: a is ignored
b names itself as its template: ignored
c uses the template "", which does not exist: c is ignored
a <primitive> without an id: ignored
<group id="gg"> may not be in g: ignored
f uses the template "ghost", which does not exist: f is ignored
i uses the template "ghost", which does not exist: i is ignored
h has no members: ignored
j may have one resource in it: l is ignored
<clone id="n"> may not be in m: ignored
m has no members: ignored
s has no members: ignored
r has no members: ignored
u uses the template "ghost", which does not exist: u is ignored
t is ignored, because what is in it is
)");
  for (auto& r : cib->resources) left += std::string{r.id} + " ";
  CHECK(left == "g j v ");
  REQUIRE(cib->resources[0].children.size() == 1);
  CHECK(cib->resources[0].children[0].id == "e");
}

TEST_CASE("blocks of values: the better score wins, among equals the later block") {
  auto cib = parse(R"(<cib><configuration><crm_config>
    <cluster_property_set id="a"><nvpair id="1" name="x" value="early"/><nvpair id="2" name="y" value="early"/></cluster_property_set>
    <cluster_property_set id="b"><nvpair id="3" name="x" value="late"/></cluster_property_set>
    <cluster_property_set id="c" score="9"><nvpair id="4" name="y" value="best"/></cluster_property_set>
    </crm_config></configuration></cib>)");
  REQUIRE(cib);
  auto values = evaluate(cib->options, {});
  CHECK(values["x"] == "late");
  CHECK(values["y"] == "best");
}

} // namespace troupe::conf::cib::cib_test
