#include "conf/difference.hpp"

#include <doctest/doctest.h>

namespace troupe::conf_difference_test {

using namespace troupe::conf;
using namespace std::chrono_literals;

config::cluster before() {
  config::cluster c;
  c.name = "shop";
  for (auto name : {"n1", "n2"}) {
    config::node n;
    n.name = node_name{name};
    c.nodes.push_back(n);
  }
  for (auto name : {"db", "old", "web"}) {
    config::resource r;
    r.name = resource_name{name};
    r.agent = {"ocf", "heartbeat", "Dummy"};
    r.start_timeout = r.stop_timeout = r.promote_timeout = r.demote_timeout = 20s;
    c.resources.push_back(r);
  }
  c.groups = {{config::group_name{"front"}, {resource_name{"web"}}, {}}};
  c.locations = {{"db", node_name{"n1"}, score{100}}};
  config::fence_device d;
  d.name = device_name{"ipmi"};
  d.params = {{"password", "old"}, {"ip", "10.0.0.1"}};
  c.devices = {d};
  return c;
}

std::vector<std::string> told(const config::cluster& after) {
  static constexpr const char* words[] = {"+ ", "- ", "~ "};
  std::vector<std::string> out;
  for (auto& c : difference(before(), after)) {
    out.push_back(words[static_cast<int>(c.kind)] + c.subject + (c.restarts ? " (restarts)" : ""));
    for (auto& d : c.details) out.push_back("    " + d);
  }
  return out;
}
using lines = std::vector<std::string>;

TEST_CASE("nothing differs from itself") {
  CHECK(difference(before(), before()).empty());
}

TEST_CASE("each kind of change, in words") {
  auto c = before();
  c.tolerate = 3s;
  c.fencing = config::fencing_policy::devices;
  c.nodes[1].voter = false;
  c.resources[0].params = {{"port", "1"}, {"db_password", "secret"}};
  c.resources[2].start_timeout = 1min;
  c.resources[2].stickiness = score::infinity();
  c.resources.erase(c.resources.begin() + 1);
  config::resource r;
  r.name = resource_name{"zed"};
  c.resources.push_back(r);
  c.groups[0].members.push_back(resource_name{"zed"});
  c.locations[0].weight = score::minus_infinity();
  config::order o;
  o.first = "db";
  o.then = "web";
  c.orders = {o};
  config::colocation with;
  with.what = "web";
  with.with = "db";
  with.with_role = config::role::promoted;
  c.colocations = {with};
  c.devices[0].params["password"] = "new";
  c.devices[0].params["ip"] = "10.0.0.2";
  CHECK(told(c) == lines{"~ cluster",
                         "    tolerate: 2s -> 3s",
                         "    fencing: none -> devices",
                         "~ node n2",
                         "    voter: unset -> false",
                         "~ resource db (restarts)",
                         "    params.db_password changed",
                         "    params.port: unset -> 1",
                         "- resource old",
                         "~ resource web",
                         "    start-timeout: 20s -> 1m",
                         "    stickiness: unset -> infinity",
                         "+ resource zed",
                         "~ group front",
                         "    members: web -> web, zed",
                         "- location: db on n1, 100",
                         "+ location: db on n1, -infinity",
                         "+ colocation: web with db (promoted), infinity",
                         "+ order: start db, then start web (mandatory)",
                         "~ fence ipmi",
                         "    params.ip changed",
                         "    params.password changed"});
}

TEST_CASE("another agent restarts, a new one and a removed one do not") {
  auto c = before();
  c.resources[0].agent.type = "other";
  CHECK(told(c) == lines{"~ resource db (restarts)", "    agent: ocf:heartbeat:Dummy -> ocf:heartbeat:other"});
  c = before();
  c.resources.pop_back();
  c.groups.clear();
  CHECK(told(c) == lines{"- resource web", "- group front"});
}

} // namespace troupe::conf_difference_test
