#include "conf/cluster_file.hpp"
#include "conf/units.hpp"

#include <algorithm>

namespace troupe::conf {

using namespace std::chrono_literals;

namespace resources_detail {

constexpr duration shortest_operation = 100ms;
constexpr duration longest_operation = 24h;

converter<config::role> as_role() {
  using enum config::role;
  return as_choice<config::role>({{"stopped", stopped}, {"started", started}, {"promoted", promoted}});
}

// start = { timeout = "60s" }
void read_operation(table_reader& in, std::string_view key, duration& timeout) {
  timeout = 60s;
  auto s = in.take(key);
  if (!s) return;
  table_reader operation(*s);
  operation.read("timeout", timeout, as_duration(shortest_operation, longest_operation));
  operation.finish();
}

config::monitor read_monitor(const slot& s) {
  table_reader in(s);
  config::monitor m;
  m.timeout = 20s;
  in.require("interval", m.interval, as_duration(shortest_operation, longest_operation),
             "how often: interval = \"10s\"");
  in.read("timeout", m.timeout, as_duration(shortest_operation, longest_operation));
  in.read("tolerate-failures", m.tolerate_failures, as_count(0, config::max_failures));
  config::role only_in{};
  if (in.read("role", only_in,
              as_choice<config::role>({{"started", config::role::started}, {"promoted", config::role::promoted}})))
    m.only_in = only_in;
  in.finish();
  return m;
}

// One { ... }, or a list of them.
std::vector<config::monitor> read_monitors(table_reader& in) {
  auto s = in.take("monitor");
  if (!s) return {};
  if (!std::holds_alternative<list>(s->held.content)) return {read_monitor(*s)};
  auto each = [](const slot& item) { return std::optional(read_monitor(item)); };
  return as_list(each, 1, config::max_monitors)(*s).value_or(std::vector<config::monitor>{});
}

std::optional<config::clone_options> read_clone(table_reader& outer) {
  auto s = outer.take("clone");
  if (!s) return std::nullopt;
  table_reader in(*s);
  config::clone_options c;
  std::uint32_t max = 0;
  if (in.read("max", max, as_count(1, config::max_instances))) c.max = max;
  in.read("node-max", c.node_max, as_count(1, config::max_instances));
  in.read("interleave", c.interleave, as_flag());
  in.read("ordered", c.ordered, as_flag());
  in.read("notify", c.notify, as_flag());
  in.finish();
  return c;
}

std::optional<config::promotable_options> read_promotable(table_reader& outer) {
  auto s = outer.take("promotable");
  if (!s) return std::nullopt;
  table_reader in(*s);
  config::promotable_options p;
  in.read("max", p.max, as_count(1, config::max_instances));
  in.read("node-max", p.node_max, as_count(1, config::max_instances));
  std::int64_t score = 0;
  if (in.read("score", score, as_integer(-score::limit, score::limit))) p.score = static_cast<std::int32_t>(score);
  in.finish();
  return p;
}

std::set<config::proof_kind> read_accepts(table_reader& in) {
  using enum config::proof_kind;
  std::vector<config::proof_kind> kinds;
  auto kind = as_choice<config::proof_kind>(
      {{"power", power}, {"reboot", reboot}, {"operator", operator_word}, {"assumed", assumed}});
  in.read("accepts", kinds, as_list(kind, 1, 4));
  return {kinds.begin(), kinds.end()};
}

} // namespace resources_detail

config::resource read_resource(const std::string& name, const slot& s) {
  using namespace resources_detail;
  table_reader in(s);
  config::resource r;
  r.name = resource_name(name);
  in.require("agent", r.agent, as_parsed(parse_agent, "not an agent"), "name it: agent = \"ocf:heartbeat:IPaddr2\"");
  in.read("params", r.params, as_parameters());
  read_operation(in, "start", r.start_timeout);
  read_operation(in, "stop", r.stop_timeout);
  read_operation(in, "promote", r.promote_timeout);
  read_operation(in, "demote", r.demote_timeout);
  r.monitors = read_monitors(in);
  r.clone = read_clone(in);
  r.promotable = read_promotable(in);
  r.target = r.promotable ? config::role::promoted : config::role::started;
  in.read("target", r.target, as_role());
  in.read("managed", r.managed, as_flag());
  std::int64_t priority = 0;
  in.read("priority", priority, as_integer(-score::limit, score::limit));
  r.priority = static_cast<std::int32_t>(priority);
  score stickiness;
  if (in.read("stickiness", stickiness, as_score())) r.stickiness = stickiness;
  in.read("failure-threshold", r.failure_threshold, as_count(0, config::max_failures));
  duration forgotten{};
  if (in.read("failure-timeout", forgotten, as_duration(1s, longest)) && forgotten > 0s) r.failure_timeout = forgotten;
  r.accepts = read_accepts(in);
  in.finish();
  return r;
}

config::group read_group(const std::string& name, const slot& s) {
  table_reader in(s);
  config::group g;
  g.name = config::group_name(name);
  in.require("members", g.members, as_list(as_name<resource_name>(), 1, config::max_resources),
             "in their order: members = [\"vip\", \"web\"]");
  g.clone = resources_detail::read_clone(in);
  in.finish();
  return g;
}

} // namespace troupe::conf
