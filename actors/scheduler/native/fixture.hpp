// For tests of placing: a cluster of n1, n2 ... that have joined and looked, with resources by name. Its state is made
// by apply(), as in life, but for failures, which are put.
#pragma once

#include "actors/cluster/script.hpp"
#include "actors/scheduler/native/explain.hpp"

namespace troupe::scheduler::native_fixture {

using namespace std::chrono_literals;
using command::directive_kind;

inline config::resource plain(std::string name) {
  config::resource r;
  r.name = resource_name{std::move(name)};
  r.agent = {"ocf", "heartbeat", "Dummy"};
  r.start_timeout = r.stop_timeout = r.promote_timeout = r.demote_timeout = 20s;
  r.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  return r;
}
inline config::resource cloned(std::string name, std::optional<std::uint32_t> max = {}) {
  auto r = plain(std::move(name));
  r.clone = config::clone_options{.max = max};
  return r;
}
inline config::cluster cluster_of(std::size_t nodes, std::vector<config::resource> resources) {
  config::cluster c;
  c.name = "test";
  c.fencing = config::fencing_policy::devices;
  for (std::size_t i = 1; i <= nodes; ++i) {
    config::node n;
    n.name = node_name{"n" + std::to_string(i)};
    n.addresses = {{"127.0.0.1", 5410}};
    c.nodes.push_back(n);
  }
  c.resources = std::move(resources);
  std::sort(c.resources.begin(), c.resources.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return c;
}

class world {
public:
  explicit world(config::cluster c)
    : log(std::move(c)) {
    for (auto& n : log.s.config().value.nodes) {
      log.join(n.name.text.c_str());
      std::vector<command::report_item> found;
      for (auto& r : log.s.config().value.resources)
        found.push_back(command::probed{r.name, 0, command::finding::not_held, 7});
      if (!found.empty()) log.report(n.name.text.c_str(), found);
    }
  }

  void direct(directive_kind kind, const char* subject, config::role role = config::role::stopped,
              const char* to = "") {
    log.operator_says(command::directive{.kind = kind, .subject = subject, .role = role, .to = node_name{to}});
  }
  void lift(directive_kind kind, const char* subject) {
    log.operator_says(command::directive{.kind = kind, .subject = subject, .lifted = true});
  }
  void fails(const char* resource, const char* node, std::uint32_t count, std::uint32_t starts = 0,
             std::int32_t exit_code = 1) {
    cluster::transaction t(log.s, log.s.index().next(), log.clock, {});
    t.put(cluster::failure_key{resource_name{resource}, node_name{node}}, {count, log.clock, exit_code, "", starts});
    t.commit();
  }

  [[nodiscard]] placement_result placed() const { return place_cluster(log.s); }
  // Commits what place() says; true: something changed.
  bool commit() {
    auto news = changed(placed().items, log.s);
    if (!news.empty()) log.say(command::assigned{news});
    return !news.empty();
  }
  // Where a resource is to be now, "n1", "n1 n2*" (promoted), "-"; place() decides, nothing is committed.
  [[nodiscard]] std::string at(const char* resource) const {
    for (auto& item : placed().items)
      if (item.resource.text == resource) return text(item.places);
    return "?";
  }
  static std::string text(const std::vector<command::placement>& places) {
    std::string t;
    for (auto& p : places) t += (t.empty() ? "" : " ") + p.node.text + (p.role == config::role::promoted ? "*" : "");
    return t.empty() ? "-" : t;
  }
  [[nodiscard]] placement_reasons why(const char* resource) const {
    return *explain(placed(), resource_name{resource});
  }

  cluster::test::script log;
};

} // namespace troupe::scheduler::native_fixture
