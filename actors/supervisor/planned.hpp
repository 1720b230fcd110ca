// For tests of ready(): a cluster of three nodes that have joined and looked, with the words of a planner and of the
// nodes.
#pragma once

#include "actors/cluster/script.hpp"
#include "actors/supervisor/ready.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace troupe::supervisor::ready_test {

using cluster::test::script;
using command::finding;
using config::action;
using config::role;
using namespace std::chrono_literals;

inline config::resource plain(const char* name) {
  config::resource r;
  r.name = resource_name{name};
  r.agent = {"ocf", "troupe", "test"};
  r.start_timeout = r.stop_timeout = r.promote_timeout = r.demote_timeout = 20s;
  r.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  return r;
}

inline config::order ordered(const char* first, const char* then,
                             config::order_kind kind = config::order_kind::mandatory) {
  config::order o;
  o.first = first;
  o.then = then;
  o.kind = kind;
  return o;
}

inline config::cluster of(std::vector<config::resource> resources) {
  auto c = cluster::test::three_nodes();
  c.resources = std::move(resources);
  std::sort(c.resources.begin(), c.resources.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return c;
}

// A cluster whose nodes have joined and looked, with the words of a planner.
struct planned : script {
  readiness ready;
  explicit planned(config::cluster c)
    : script(std::move(c)) {
    for (auto name : {"n1", "n2", "n3"}) {
      join(name);
      for (auto& r : s.config().value.resources) probe(name, r.name.text.c_str());
    }
    ready.begin(s);
  }

  void note() { ready.note(s, {s.index(), s.now(), changes_of(s, last.touched), {}}); }
  template <class... Words>
  refusal tell(refusal (script::*word)(Words...), std::type_identity_t<Words>... with) {
    auto answer = (this->*word)(with...);
    note();
    return answer;
  }
  void assign(const char* r, std::vector<const char*> nodes, role as = role::started) {
    command::assignment a{resource_name{r}, {}};
    for (auto n : nodes) a.places.push_back({node_name{n}, 0, as});
    CHECK(say(command::assigned{{a}}) == refusal::none);
    note();
  }
  void end(const char* r, const char* n, command::act_end how = command::act_end::ok, int code = 0) {
    CHECK(done(r, n, how, code) == refusal::none);
    note();
  }
  void monitor_fails(const char* r, const char* n) {
    report(n, {command::monitored{resource_name{r}, 0, false, 7, "gone"}});
    note();
  }
  void monitor_is_well_again(const char* r, const char* n) {
    report(n, {command::monitored{resource_name{r}, 0, true, 0, ""}});
    note();
  }

  // Everything that is due, carried into the log. As "start db n1", sorted by resource.
  std::vector<std::string> go() {
    std::vector<std::string> out;
    for (auto& a : ready.take(s))
      for (auto& st : a.steps) {
        auto answer = say(st.what);
        note();
        auto* act = std::get_if<command::act>(&st.what);
        static constexpr const char* words[] = {"start", "stop", "promote", "demote"};
        auto word = act ? words[static_cast<int>(act->action)] : "withdraw";
        auto text = std::string(word) + " " + st.at.resource.text + " " + st.at.node.text;
        if (answer == refusal::stale_if)
          ready.again(st.at.resource);
        else
          CHECK_MESSAGE(answer == refusal::none, text, ": ", name_of(answer));
        out.push_back(answer == refusal::none ? text : text + " refused");
      }
    return out;
  }
  // Like the nodes: whatever is open ends well, until nothing is due any more. All that was done, in order.
  std::vector<std::string> settle() {
    std::vector<std::string> all;
    for (int round = 0; round < 50; ++round) {
      auto now = go();
      all.insert(all.end(), now.begin(), now.end());
      std::vector<cluster::holder_key> open;
      for (auto& [key, found] : s.all<cluster::holder_key>())
        if (found.value.open) open.push_back(key);
      if (open.empty() && now.empty()) return all;
      for (auto& key : open) end(key.resource.text.c_str(), key.node.text.c_str());
    }
    FAIL("it never comes to rest");
    return all;
  }
  hold waits(const char* r) {
    ready.take(s);
    auto found = ready.waiting().find(resource_name{r});
    REQUIRE(found != ready.waiting().end());
    return found->second.front().why;
  }
};

using lines = std::vector<std::string>;

} // namespace troupe::supervisor::ready_test
