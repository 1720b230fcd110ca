// For tests of the kernel: a cluster of n1, n2, n3 with one plain resource "db" and one promotable clone "redis", and the
// commands of an ordinary life in one word each. Every word returns what apply() answered.
#pragma once

#include "actors/cluster/apply.hpp"
#include "actors/cluster/holdings.hpp"

namespace troupe::cluster::test {

using namespace std::chrono_literals;

inline config::cluster three_nodes() {
  config::cluster c;
  c.name = "test";
  c.fencing = config::fencing_policy::devices;
  c.late_margin = 10s;
  for (auto name : {"n1", "n2", "n3"}) {
    config::node n;
    n.name = node_name{name};
    n.addresses = {{"127.0.0.1", 5410}};
    c.nodes.push_back(n);
  }
  config::resource db;
  db.name = resource_name{"db"};
  db.agent = {"ocf", "heartbeat", "pgsql"};
  db.start_timeout = db.stop_timeout = db.promote_timeout = db.demote_timeout = 20s;
  db.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  auto redis = db;
  redis.name = resource_name{"redis"};
  redis.promotable = config::promotable_options{};
  c.resources = {db, redis};
  return c;
}

template <class Byte = std::byte>
std::array<std::byte, 16> mark(unsigned n) {
  std::array<std::byte, 16> id{};
  id[0] = std::byte(n);
  return id;
}

class script {
public:
  explicit script(config::cluster c = three_nodes(), std::uint32_t level = known_level) {
    std::vector<voter> voters; // the first three
    for (auto& n : c.nodes)
      if (voters.size() < 3) voters.push_back({n.name, journal_id{voters.size() + 1}});
    s = form({lineage_id{mark(1)}, stamp{1000s}, std::move(c), std::move(voters), level});
    clock = s.now();
  }

  state s;
  stamp clock{};
  applied last;

  refusal say(command::body what, const char* by = "n1", std::optional<std::string> user = {}) {
    command::command c;
    c.from.at = clock;
    c.from.level = s.constitution().level;
    c.from.by = {node_name{by}, std::move(user)};
    c.what = std::move(what);
    last = apply(s, s.index().next(), c);
    return last.answer.refused;
  }
  refusal operator_says(command::body what) { return say(std::move(what), "n1", "alice (1000)"); }

  const member& node(const char* name) const { return *member_of(s, node_name{name}); }
  session_id session(const char* name) const { return node(name).session; }

  refusal join(const char* name, unsigned boot = 1, unsigned machine = 0) {
    return say(command::node_joined{node_name{name}, machine_id{mark(machine ? machine : unsigned(name[1]))},
                                    boot_id{mark(boot)}, session(name), s.constitution().level},
               name);
  }
  refusal report(const char* name, std::vector<command::report_item> items) {
    return say(command::report{node_name{name}, session(name), node(name).reports + 1, std::move(items)}, name);
  }
  refusal probe(const char* name, const char* resource, command::finding found = command::finding::not_held) {
    return report(name, {command::probed{resource_name{resource}, 0, found, 0}});
  }
  // All three joined, looked, found nothing.
  void assemble() {
    for (auto name : {"n1", "n2", "n3"}) {
      join(name);
      probe(name, "db");
      probe(name, "redis");
    }
  }

  static command::cell cell(const char* resource, const char* name) {
    return {resource_name{resource}, 0, node_name{name}};
  }
  refusal act(config::action action, const char* resource, const char* name, std::vector<command::relies_on> ifs = {}) {
    return say(command::act{cell(resource, name), action, session(name), std::move(ifs)});
  }
  refusal start(const char* resource, const char* name) { return act(config::action::start, resource, name); }
  refusal stop(const char* resource, const char* name) { return act(config::action::stop, resource, name); }

  const holder* held(const char* resource, const char* name) const {
    auto* found = s.find(holder_key{resource_name{resource}, 0, node_name{name}, node(name).boot});
    return found ? &found->value : nullptr;
  }
  log_index open_act(const char* resource, const char* name) const { return held(resource, name)->open->id; }
  refusal done(const char* resource, const char* name, command::act_end end = command::act_end::ok, int exit_code = 0) {
    return report(name, {command::act_done{resource_name{resource}, 0, open_act(resource, name), end, exit_code, ""}});
  }
  void run(const char* resource, const char* name) {
    start(resource, name);
    done(resource, name);
  }

  refusal lose(const char* name) { return say(command::node_lost{node_name{name}, session(name), "silent"}); }
  refusal attempt(const char* target, const char* executor = "n2") {
    return say(command::fence_attempt{node_name{target}, node(target).boot, node_name{executor}, session(executor), 1});
  }
  log_index attempt_id(const char* target) const { return s.find(attempt_key{node_name{target}})->value.id; }
  refusal prove(const char* target, const char* executor = "n2") {
    return say(command::fence_proof{node_name{target}, node(target).boot, config::proof_kind::power, attempt_id(target),
                                    "off, read back as off"},
               executor);
  }
};

} // namespace troupe::cluster::test
