// For tests of fence_plan: a cluster of four whose leader plans, and whose kernel judges what it proposes.
#pragma once

#include "actors/cluster/script.hpp"
#include "actors/supervisor/fence_plan.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace troupe::fence_plan_test {

using namespace supervisor;
using cluster::test::script;
using namespace std::chrono_literals;

inline config::fence_device device(const char* name, std::uint32_t level = 1) {
  config::fence_device d;
  d.name = device_name{name};
  d.agent = "fence_x";
  d.targets = {node_name{"n1"}, node_name{"n2"}, node_name{"n3"}};
  d.level = level;
  d.timeout = 20s;
  d.budget = 60s;
  return d;
}

inline config::cluster four_nodes(std::vector<config::fence_device> devices) {
  auto c = cluster::test::three_nodes();
  auto n4 = c.nodes[0];
  n4.name = node_name{"n4"};
  c.nodes.push_back(n4);
  c.devices = std::move(devices);
  return c;
}

// n3 leads. What the plan proposes goes through the kernel, which must not refuse it.
struct scene {
  explicit scene(std::vector<config::fence_device> devices = {device("ipmi")})
    : scene(four_nodes(std::move(devices))) {}
  explicit scene(const config::cluster& c)
    : s(c) {
    for (const char* name : {"n1", "n2", "n3", "n4"}) {
      s.join(name);
      s.probe(name, "db");
      s.probe(name, "redis");
    }
    s.run("db", "n1");
  }
  // As text: "n1 by n3 level 1".
  std::string look() {
    proposed = plan.look(s.s, node_name{"n3"}, now);
    std::string out;
    for (const auto& c : proposed) {
      if (const auto* a = std::get_if<command::fence_attempt>(&c.what))
        out += fmt::format("{} by {} level {}; ", a->target.text, a->executor.text, a->level);
      else if (const auto* f = std::get_if<command::fence_failed>(&c.what))
        out += fmt::format("{} failed: {}; ", f->target.text, f->note);
      else
        out += fmt::format("{} assumed dead; ", std::get<command::fence_proof>(c.what).target.text);
    }
    return out;
  }
  std::string look_and_commit() {
    auto out = look();
    for (const auto& c : proposed) {
      CHECK(c.from.by == command::principal{node_name{"n3"}, {}});
      CHECK(s.say(c.what, "n3") == refusal::none);
    }
    return out;
  }
  void fail(const char* target = "n1") {
    CHECK(s.say(command::fence_failed{node_name{target}, s.attempt_id(target), "no route"}, "n3") == refusal::none);
  }
  void pass(duration d) {
    now += d;
    s.clock += std::chrono::ceil<std::chrono::milliseconds>(d);
  }
  fence_wait why(const char* target = "n1") const {
    for (const auto& w : plan.waiting())
      if (w.target == node_name{target}) return w.why;
    FAIL("nobody says that it waits");
    return {};
  }
  std::string text() const { return plan.waiting().at(0).text; }
  std::string text(const char* target) const {
    for (const auto& w : plan.waiting())
      if (w.target == node_name{target}) return w.text;
    return {};
  }

  script s;
  fence_plan plan;
  instant now{100s};
  std::vector<command::command> proposed;
};

} // namespace troupe::fence_plan_test
