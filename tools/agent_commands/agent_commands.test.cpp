#include "tools/agent_commands/attribute_order.hpp"
#include "tools/agent_commands/cib_text.hpp"
#include "tools/agent_commands/cluster_text.hpp"

#include <doctest/doctest.h>

#include <iterator>
#include <regex>
#include <sstream>

namespace troupe::agent_commands_test {

using namespace agent_commands;
using command::lifetime;

const surroundings on_n1{"n1", "redis:0"};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

// "set NODE LIFETIME NAME=VALUE", "delete ...", "query ...", or what is wrong.
std::string told(const result<attribute_order>& order) {
  if (!order) return "wrong: " + order.error().text;
  static constexpr const char* verbs[] = {"query ", "set ", "delete "};
  auto& item = order->item;
  return verbs[static_cast<int>(order->wanted)] + (item.node.empty() ? "cluster" : item.node.text) +
         (item.lasts == lifetime::reboot ? " reboot " : " forever ") + item.name +
         (item.value ? "=" + *item.value : "") + (order->otherwise ? " else " + *order->otherwise : "");
}
std::string attribute(const char* line) {
  return told(read_crm_attribute(words_of(line), on_n1));
}
std::string master(const char* line) {
  return told(read_crm_master(words_of(line), on_n1));
}
std::string updater(const char* line) {
  return told(read_attrd_updater(words_of(line), on_n1));
}

TEST_CASE("as existing agents call them") {
  CHECK(master("-N n2 -l reboot -G --quiet") == "query n2 reboot master-redis");
  CHECK(master("-N n1 -l reboot -v 1000") == "set n1 reboot master-redis=1000");
  CHECK(master("-l reboot -D") == "delete n1 reboot master-redis");
  CHECK(attribute("-n master-redis --lifetime forever -N n1 -l reboot -v 5") == "set n1 reboot master-redis=5");
  CHECK(attribute("--type crm_config --name redis_REPL_INFO -s redis_replication --query -q") ==
        "query cluster forever redis_REPL_INFO");
  CHECK(attribute("--type crm_config --name redis_REPL_INFO -s redis_replication -v n3 -q") ==
        "set cluster forever redis_REPL_INFO=n3");
  CHECK(attribute("-N n2 -l reboot --name db-last-committed --quiet") == "query n2 reboot db-last-committed");
  CHECK(attribute("-N n2 -l reboot --name db-last-committed -v -1") == "set n2 reboot db-last-committed=-1");
  CHECK(attribute("-p -N n2 -v 100") == "set n2 reboot master-redis=100");
  CHECK(attribute("--promotion -v 10") == "set n1 reboot master-redis=10");
  CHECK(attribute("--promotion=pg -D") == "delete n1 reboot master-pg");
  CHECK(attribute("-p -v -INFINITY") == "set n1 reboot master-redis=-INFINITY");
  CHECK(attribute("-l forever -N n1 -n pg-data-status -v STREAMING|SYNC") ==
        "set n1 forever pg-data-status=STREAMING|SYNC");
  CHECK(attribute("--node n2 -l forever --name redis-tunnel-port --query -q -d 0") ==
        "query n2 forever redis-tunnel-port else 0");
  CHECK(updater("-p -n db-gtid -U 0-1-7") == "set n1 reboot db-gtid=0-1-7");
  CHECK(updater("-p -N n2 -n db-gtid -Q") == "query n2 reboot db-gtid");
  CHECK(updater("-d 5 -S status -n machines -v 3") == "set n1 reboot machines=3");
  CHECK(updater("-D -n ping") == "delete n1 reboot ping");
}

// What the agent ocf:heartbeat:rabbitmq-cluster asks to find whom to join; it cuts the values out with grep and sed.
TEST_CASE("cibadmin: attributes of members, by XPath") {
  console::node_status s;
  s.replica.leader = node_name{"n1"};
  s.cluster.emplace();
  for (auto name : {"n1", "n2", "n3"}) {
    console::member_line m;
    m.node = node_name{name};
    m.configured = true;
    m.here = name == std::string("n3") ? console::presence::lost : console::presence::joined;
    s.cluster->members.push_back(m);
  }
  const node_name n1{"n1"}, n2{"n2"}, n3{"n3"};
  console::attribute_list attributes{{{{}, lifetime::forever, "primary", "n2"},
                                      {n1, lifetime::reboot, "rmq-node-attr-rabbit", "rabbit@n1"},
                                      {n1, lifetime::forever, "rmq-node-attr-last-known-rabbit", "rabbit@n1"},
                                      {n2, lifetime::reboot, "rmq-node-attr-rabbit", "rabbit@n2 <&\""},
                                      {n3, lifetime::reboot, "rmq-node-attr-rabbit", "rabbit@n3"}},
                                     0};
  auto cib = cib_of(s, attributes);
  auto got = [&](const char* xpath) {
    auto found = select(cib, xpath);
    return !found ? "wrong: " + found.error().text : found->value_or("(none)");
  };
  CHECK(got("//node_state[@crmd='online']//nvpair[@name='rmq-node-attr-rabbit']") ==
        "<xpath-query>\n"
        "  <nvpair id=\"status-n1-rmq-node-attr-rabbit\" name=\"rmq-node-attr-rabbit\" value=\"rabbit@n1\"/>\n"
        "  <nvpair id=\"status-n2-rmq-node-attr-rabbit\" name=\"rmq-node-attr-rabbit\" value=\"rabbit@n2 "
        "&lt;&amp;&quot;\"/>\n"
        "</xpath-query>\n");
  CHECK(got("//node_state[@uname='n3']//nvpair") ==
        "<nvpair id=\"status-n3-rmq-node-attr-rabbit\" name=\"rmq-node-attr-rabbit\" value=\"rabbit@n3\"/>\n");
  CHECK(got("//nodes/node[@uname='n1']//nvpair") ==
        "<nvpair id=\"nodes-n1-rmq-node-attr-last-known-rabbit\" name=\"rmq-node-attr-last-known-rabbit\" "
        "value=\"rabbit@n1\"/>\n");
  CHECK(got("//crm_config//@value") == "<nvpair id=\"cluster-primary\" name=\"primary\" value=\"n2\"/>\n");
  CHECK(got("//primitive") == "(none)");
  CHECK(got("//node[").substr(0, 33) == "wrong: '//node[' is no XPath of e");
  CHECK(got("count(//node)").substr(0, 6) == "wrong:");
}

TEST_CASE("what is not understood is said") {
  CHECK(attribute("-v 5") == "wrong: which attribute? --name");
  CHECK(attribute("-n a -l sometimes") == "wrong: 'sometimes' is no lifetime: reboot, or forever");
  CHECK(attribute("-n a -t tickets -G") == "wrong: attributes of the kind 'tickets' are not kept here");
  CHECK(attribute("-n a -v") == "wrong: -v needs a value");
  CHECK(attribute("-n a --frobnicate") == "wrong: unknown option --frobnicate");
  CHECK(attribute("-n a -G --quiet=1") == "wrong: --quiet takes no value");
  CHECK(told(read_crm_master({"-G"}, {"n1", ""})) ==
        "wrong: a promotion score is of a resource: no agent calls, and none is named");
}

TEST_CASE("what means something to Pacemaker is not set as an attribute that does nothing") {
  CHECK(attribute("-N n2 -n standby -v on") ==
        "wrong: standby does nothing as an attribute here: `troupe standby n2`, `troupe unstandby n2`");
  CHECK(attribute("-N n2 -n standby -D") == attribute("-N n2 -n standby -v on"));
  CHECK(attribute("-N n2 -l reboot -n maintenance -v true") ==
        "wrong: maintenance does nothing as an attribute here: `troupe maintenance on n2`, `troupe maintenance off "
        "n2`");
  CHECK(updater("-N NODE2 -n terminate -U true") ==
        "wrong: terminate does nothing as an attribute here: `troupe fence NODE2`");
  CHECK(attribute("-n maintenance-mode -v true") ==
        "wrong: maintenance-mode does nothing as an attribute here: `troupe maintenance on`, `troupe maintenance off`");
  CHECK(attribute("-t crm_config -n no_quorum_policy -v ignore") ==
        "wrong: no_quorum_policy does nothing as an attribute here: no-quorum = \"stop\" or \"freeze\" in [cluster]");
  CHECK(attribute("-n stonith-enabled -v false") ==
        "wrong: stonith-enabled does nothing as an attribute here: a [fence.NAME] for each fence device, or fencing = "
        "\"off\" in [cluster]");
  CHECK(attribute("-n symmetric-cluster -v false") ==
        "wrong: symmetric-cluster is not carried out by this version: a node is allowed unless a [[location]] with "
        "score = \"-infinity\" forbids it");
  CHECK(attribute("-n stop-all-resources -v true") ==
        "wrong: stop-all-resources does nothing as an attribute here: `troupe stop NAME`, of each");
}

TEST_CASE("such an attribute can be asked for: agents do; and a name that only resembles one is free") {
  CHECK(attribute("--type=crm_config --name=stonith-enabled --query --quiet --default=true") ==
        "query cluster forever stonith-enabled else true");
  CHECK(attribute("--type=crm_config --name=no-quorum-policy --query") == "query cluster forever no-quorum-policy");
  CHECK(attribute("-N n2 -n standby -G") == "query n2 forever standby");
  CHECK(attribute("-N n2 -n standby-since -v 5") == "set n2 forever standby-since=5");
  CHECK(updater("-n #health-cpu -U red -d 30s") == "set n1 reboot #health-cpu=red");
}

TEST_CASE("a query's answer, as each command prints it") {
  CHECK(text_of(*read_crm_master(words_of("-G -q"), on_n1), "5") == "5\n");
  CHECK(text_of(*read_crm_attribute(words_of("-p -G"), on_n1), "5") == "scope=status  name=master-redis value=5\n");
  CHECK(text_of(*read_attrd_updater(words_of("-n a -Q"), on_n1), "x") == "name=\"a\" host=\"n1\" value=\"x\"\n");
}

console::node_status some_status() {
  console::node_status s;
  s.replica.leader = node_name{"n2"};
  s.cluster.emplace();
  auto add = [&](const char* name, console::presence here) {
    console::member_line m;
    m.node = node_name{name};
    m.here = here;
    s.cluster->members.push_back(m);
  };
  add("n1", console::presence::joined);
  add("n2", console::presence::joined);
  add("n3", console::presence::lost);
  console::service_line redis;
  redis.resource = resource_name{"redis"};
  redis.wanted = config::role::promoted;
  s.cluster->services.push_back(redis);
  s.cluster->holders = {
      {resource_name{"redis"}, 0, node_name{"n1"}, console::phase::running, config::role::promoted, 0, {}},
      {resource_name{"redis"}, 0, node_name{"n2"}, console::phase::running, config::role::promoted, 0,
       config::action::promote}};
  return s;
}

// The line that agents look for: case is ignored, and the order of attributes is what their expressions have.
bool greps(const std::string& text, const std::string& expression) {
  return std::regex_search(text, std::regex(expression, std::regex::icase | std::regex::extended));
}

TEST_CASE("agents find the promoted instance, and the nodes, with grep") {
  auto s = some_status();
  auto xml = monitor_xml(s);
  std::istringstream lines(xml);
  int promoted = 0;
  for (std::string line; std::getline(lines, line);)
    promoted += greps(line, "resource.*id=\"redis\".* role=\"(Promoted|Master)\".* active=\"true\".* "
                            "orphaned=\"false\".* failed=\"false\"");
  CHECK(promoted == 1); // on n2 it is not promoted yet
  CHECK(greps(xml, "<node name=\"n1\" .* online=\"true\""));
  CHECK(greps(xml, "<node name=\"n3\" .* online=\"false\".* unclean=\"true\""));
  CHECK(partition_of(s) == std::vector<std::string>{"n1", "n2"});
  CHECK(where_is(s, "redis") ==
        std::vector<std::string>{"resource redis is running on: n1 Promoted", "resource redis is running on: n2"});
  s.cluster.reset();
  CHECK(monitor_xml(s).find("<resources>\n  </resources>") != std::string::npos);
}

} // namespace troupe::agent_commands_test
