#include "agents/metadata.hpp"

#include "agents/parameter_check.hpp"

#include <doctest/doctest.h>

namespace troupe::agents_test {

using namespace agents;
using namespace std::chrono_literals;

namespace {

constexpr auto example = R"(<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="Web" version="1.4">
<parameters>
<parameter name="ip" unique="1" required="1">
<longdesc lang="en">long &amp; winding</longdesc>
<shortdesc lang="en">
 The address
</shortdesc><content type="string"/></parameter>
<parameter name="port" unique="0"><content type="integer" default="80"/></parameter>
<parameter name="secure"><content type="boolean" default="false"/></parameter>
<parameter name="wait"><content type="second" default="5s"/></parameter>
<parameter name="odd"><content type="integer" default="auto"/></parameter>
<parameter name="user" required="1"><content type="string" default="root"/></parameter>
<parameter name="mode"><content type="select" default="a"><option value="a"/><option value="b"/></content></parameter>
<parameter name="ipaddr" deprecated="1"><shortdesc>use ip</shortdesc><content type="string"/></parameter>
</parameters>
<actions>
<action name="start" timeout="90s"/>
<action name="monitor" timeout="20" interval="10s" depth="0" role="Promoted"/>
<action name="stop" timeout="${later}"/>
</actions>
</resource-agent>)";

std::string faults(const config::parameters& given) {
  auto m = parse_metadata(example);
  REQUIRE(m);
  std::string all;
  for (const auto& f : check_parameters({*m, "ocf:x:Web", given, conf::key_path{"resource", "web", "params"}, {}}))
    all += std::string(name_of(f.level)) + ": " + f.key.text() + ": " + f.what + "; " + f.fix + "\n";
  return all;
}

} // namespace

TEST_CASE("metadata, as values") {
  auto m = parse_metadata(example);
  REQUIRE(m);
  CHECK(m->name == "Web");
  CHECK(m->version == "1.4");
  REQUIRE(m->parameters.size() == 8);
  const auto& ip = m->parameters[0];
  CHECK(ip.name == "ip");
  CHECK(ip.summary == "The address");
  CHECK((ip.required && ip.unique && !ip.deprecated));
  CHECK_FALSE(ip.usual);
  CHECK(m->find("port")->type == value_type::integer);
  CHECK(m->find("port")->usual == "80");
  CHECK_FALSE(m->find("port")->unique);
  CHECK(m->find("mode")->choices == std::vector<std::string>{"a", "b"});
  CHECK(m->find("ipaddr")->deprecated);
  CHECK(m->find("nonesuch") == nullptr);
  REQUIRE(m->actions.size() == 3);
  CHECK(m->actions[0].timeout == 90s);
  CHECK(m->actions[1].timeout == 20s);
  CHECK(m->actions[1].interval == 10s);
  CHECK(m->actions[1].depth == 0u);
  CHECK(m->actions[1].role == "Promoted");
  CHECK_FALSE(m->actions[2].timeout);
  CHECK(m->can("stop"));
  CHECK_FALSE(m->can("promote"));
}

TEST_CASE("what is no metadata is refused, whatever it is") {
  CHECK(parse_metadata("").error().text == "its metadata is no XML: No document element found at byte 0");
  CHECK(parse_metadata("Usage: x {start|stop}").error().text.starts_with("its metadata is no XML"));
  CHECK(parse_metadata("<a/>").error().text == "its metadata is no description of an agent (no <resource-agent>)");
  std::string text = example;
  for (std::size_t n = 0; n + 1 < text.size(); ++n) CHECK_FALSE(parse_metadata(text.substr(0, n)));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK_FALSE(parse_metadata(deep));
  std::string many = "<resource-agent><parameters>";
  for (std::size_t i = 0; i <= max_described; ++i) many += "<parameter/>";
  CHECK(parse_metadata(many + "</parameters></resource-agent>").error().text ==
        "its metadata describes more than 1000 parameters or actions");
  CHECK(parse_metadata(std::string(1024 * 1024 + 1, ' ')).error().text == "its metadata is larger than 1 MiB");
}

TEST_CASE("times as agents write them") {
  CHECK(parse_time("20s") == 20s);
  CHECK(parse_time("20") == 20s);
  CHECK(parse_time("0") == 0s);
  CHECK(parse_time("500ms") == 500ms);
  CHECK(parse_time("2min") == 2min);
  CHECK(parse_time("1h") == 1h);
  for (const char* bad : {"", "s", "-1s", "20 s", "20x", "1.5s", "99999999999s", "1000000000h", "${t}"})
    CHECK_FALSE(parse_time(bad));
}

TEST_CASE("parameters against metadata") {
  CHECK(faults({{"ip", "10.0.0.1"}}).empty());
  CHECK(faults({{"ip", "x"}, {"port", "+8080"}, {"secure", "Yes"}, {"wait", "10"}, {"mode", "b"}, {"trace_ra", "1"}})
            .empty());
  CHECK(faults({}) == "error: resource.web.params: ocf:x:Web requires 'ip'; set ip (The address)\n");
  CHECK(faults({{"ip", "x"}, {"prot", "1"}}) ==
        "error: resource.web.params.prot: no parameter of ocf:x:Web; did you mean 'port'?\n");
  CHECK(faults({{"ip", "x"}, {"colour", "1"}}) == "error: resource.web.params.colour: no parameter of ocf:x:Web; "
                                                  "its parameters: ip, mode, odd, port, secure, user, wait\n");
  CHECK(faults({{"ip", "x"}, {"ipaddr", "y"}}) ==
        "warning: resource.web.params.ipaddr: ocf:x:Web calls it deprecated; its metadata: use ip\n");
  CHECK(faults({{"ip", "x"}, {"port", "http"}}) ==
        "error: resource.web.params.port: 'http' is not what ocf:x:Web takes; write a whole number\n");
  CHECK(faults({{"ip", "x"}, {"secure", "maybe"}}) ==
        "error: resource.web.params.secure: 'maybe' is not what ocf:x:Web takes; write true or false\n");
  CHECK(faults({{"ip", "x"}, {"wait", "soon"}}) ==
        "error: resource.web.params.wait: 'soon' is not what ocf:x:Web takes; write a number of seconds\n");
  CHECK(faults({{"ip", "x"}, {"mode", "c"}}) ==
        "error: resource.web.params.mode: 'c' is not what ocf:x:Web takes; one of: 'a' 'b'\n");
}

TEST_CASE("an agent whose own default is not of the type it claims is not believed") {
  CHECK(faults({{"ip", "x"}, {"odd", "never"}}).empty());
}

} // namespace troupe::agents_test
