#include "messages/capnp_guard.hpp"
#include "messages/config_codec.hpp"
#include "messages/config_wire.hpp"

#include <algorithm>
#include <config.capnp.h>

namespace troupe::config {

namespace decoding {

namespace schema = wire::config;

constexpr std::size_t max_host = 45; // INET6_ADDRSTRLEN less its NUL

std::string name_from(capnp::Text::Reader text) {
  auto name = text_from(text, max_name, "name");
  if (name.empty()) throw malformed{"a name is empty"};
  return name;
}

duration positive(std::int64_t nanoseconds, const char* what) {
  if (nanoseconds <= 0) throw malformed{std::string(what) + " is not positive"};
  return duration{nanoseconds};
}

std::uint32_t at_most(std::uint32_t n, std::uint32_t max, const char* what) {
  if (n > max) throw malformed{std::string(what) + " " + std::to_string(n) + ", at most " + std::to_string(max)};
  return n;
}

score score_from(std::int32_t value) {
  if (value > score::limit || value < -score::limit) throw malformed{"score " + std::to_string(value)};
  return score{value};
}

role role_from(schema::Role r) {
  return enum_from(r, role::promoted, "role");
}

// Every element of a list through `each`; the list's length is checked before anything is made of it.
template <class List, class Each>
auto list_from(List list, std::size_t max, const char* what, Each each) {
  at_most(list.size(), static_cast<std::uint32_t>(max), what);
  std::vector<decltype(each(list[0]))> out;
  out.reserve(list.size());
  for (auto item : list) out.push_back(each(item));
  return out;
}

template <class T>
void check_sorted(const std::vector<T>& items, const char* what) {
  auto at = std::adjacent_find(items.begin(), items.end(), [](const T& a, const T& b) { return !(a.name < b.name); });
  if (at != items.end()) throw malformed{std::string(what) + " out of order: '" + at->name.text + "'"};
}

parameters pairs_from(capnp::List<schema::Pair>::Reader pairs, std::size_t max, const char* what) {
  at_most(pairs.size(), static_cast<std::uint32_t>(max), what);
  parameters out;
  for (auto p : pairs) {
    auto name = name_from(p.getName());
    if (!out.empty() && name <= out.rbegin()->first)
      throw malformed{std::string(what) + " out of order: '" + name + "'"};
    out.emplace_hint(out.end(), std::move(name), text_from(p.getValue(), max_text, "value"));
  }
  return out;
}

address address_from(schema::Address::Reader a) {
  address out{text_from(a.getHost(), max_host, "host"), a.getPort()};
  if (out.host.empty() || out.port == 0) throw malformed{"an address is empty"};
  return out;
}

std::optional<bool> voter_from(schema::Vote v) {
  switch (v) {
  case schema::Vote::AUTOMATIC: return std::nullopt;
  case schema::Vote::NO: return false;
  case schema::Vote::YES: return true;
  }
  throw malformed{"unknown vote " + std::to_string(static_cast<unsigned>(v))};
}

node node_from(schema::Node::Reader n) {
  node out;
  out.name = node_name(name_from(n.getName()));
  out.key.bytes = bytes_from<32>(n.getKey(), "key");
  out.addresses = list_from(n.getAddresses(), max_addresses, "addresses", address_from);
  out.voter = voter_from(n.getVote());
  out.attributes = pairs_from(n.getAttributes(), max_attributes, "attributes");
  return out;
}

monitor monitor_from(schema::Monitor::Reader m) {
  monitor out;
  out.interval = positive(m.getInterval(), "interval");
  out.timeout = positive(m.getTimeout(), "timeout");
  auto only_in = m.getOnlyIn();
  if (only_in.isRole())
    out.only_in = role_from(only_in.getRole());
  else if (!only_in.isAnyRole())
    throw malformed{"unknown condition of a monitor"};
  out.tolerate_failures = at_most(m.getTolerateFailures(), max_failures, "tolerated failures");
  return out;
}

clone_options clone_from(schema::Clone::Reader c) {
  clone_options out;
  if (auto max = at_most(c.getMax(), max_instances, "instances"); max > 0) out.max = max;
  out.node_max = at_most(c.getNodeMax(), max_instances, "instances on a node");
  out.interleave = c.getInterleave();
  out.ordered = c.getOrdered();
  out.notify = c.getNotify();
  return out;
}

promotable_options promotable_from(schema::Resource::Reader r) {
  auto p = r.getPromotable();
  promotable_options out{at_most(p.getMax(), max_instances, "promoted instances"),
                         at_most(p.getNodeMax(), max_instances, "promoted instances on a node"),
                         {}};
  if (r.getHasPromotionScore()) out.score = score_from(r.getPromotionScore()).value();
  return out;
}

std::set<proof_kind> accepts_from(capnp::List<schema::ProofKind>::Reader kinds) {
  at_most(kinds.size(), static_cast<std::uint32_t>(proof_kind::assumed) + 1, "accepted proofs");
  std::set<proof_kind> out;
  for (auto k : kinds)
    if (!out.insert(enum_from(k, proof_kind::assumed, "proof")).second) throw malformed{"a proof accepted twice"};
  return out;
}

void read_timeouts(resource& out, schema::Resource::Reader r) {
  out.start_timeout = positive(r.getStartTimeout(), "start timeout");
  out.stop_timeout = positive(r.getStopTimeout(), "stop timeout");
  out.promote_timeout = positive(r.getPromoteTimeout(), "promote timeout");
  out.demote_timeout = positive(r.getDemoteTimeout(), "demote timeout");
  if (r.getFailureTimeout() != 0) out.failure_timeout = positive(r.getFailureTimeout(), "failure timeout");
}

resource resource_from(schema::Resource::Reader r) {
  resource out;
  out.name = resource_name(name_from(r.getName()));
  out.agent = {name_from(r.getStandard()), text_from(r.getProvider(), max_name, "provider"), name_from(r.getType())};
  out.params = pairs_from(r.getParams(), max_parameters, "parameters");
  read_timeouts(out, r);
  out.monitors = list_from(r.getMonitors(), max_monitors, "monitors", monitor_from);
  if (r.hasClone()) out.clone = clone_from(r.getClone());
  if (r.hasPromotable()) out.promotable = promotable_from(r);
  out.target = role_from(r.getTarget());
  out.managed = r.getManaged();
  out.priority = score_from(r.getPriority()).value();
  auto stickiness = r.getStickiness();
  if (stickiness.isOwn())
    out.stickiness = score_from(stickiness.getOwn());
  else if (!stickiness.isOfCluster())
    throw malformed{"unknown stickiness"};
  out.failure_threshold = at_most(r.getFailureThreshold(), max_failures, "failure threshold");
  out.accepts = accepts_from(r.getAccepts());
  return out;
}

group group_from(schema::Group::Reader g) {
  group out;
  out.name = group_name(name_from(g.getName()));
  out.members = list_from(g.getMembers(), max_resources, "members", [](auto m) { return resource_name(name_from(m)); });
  if (g.hasClone()) out.clone = clone_from(g.getClone());
  return out;
}

location location_from(schema::Location::Reader l) {
  return {name_from(l.getWhat()), node_name(name_from(l.getNode())), score_from(l.getWeight())};
}

template <class Union>
std::optional<role> optional_role(Union u) {
  if (u.isRole()) return role_from(u.getRole());
  if (!u.isAny()) throw malformed{"unknown condition of a colocation"};
  return std::nullopt;
}

colocation colocation_from(schema::Colocation::Reader c) {
  return {name_from(c.getWhat()), optional_role(c.getWhatRole()), name_from(c.getWith()),
          optional_role(c.getWithRole()), score_from(c.getWeight())};
}

order order_from(schema::Order::Reader o) {
  return {name_from(o.getFirst()),
          enum_from(o.getFirstAction(), action::demote, "action"),
          name_from(o.getThen()),
          enum_from(o.getThenAction(), action::demote, "action"),
          enum_from(o.getKind(), order_kind::optional, "kind of order"),
          o.getSymmetrical()};
}

fence_device device_from(schema::FenceDevice::Reader d) {
  fence_device out;
  out.name = device_name(name_from(d.getName()));
  out.agent = name_from(d.getAgent());
  out.targets = list_from(d.getTargets(), max_nodes, "targets", [](auto n) { return node_name(name_from(n)); });
  for (auto& [n, plug] : pairs_from(d.getPlugs(), max_nodes, "plugs")) out.plugs.emplace(node_name(n), plug);
  out.params = pairs_from(d.getParams(), max_parameters, "parameters");
  out.reboot = d.getReboot();
  out.level = at_most(d.getLevel(), max_fence_level, "level");
  out.retries = at_most(d.getRetries(), max_fence_retries, "retries");
  out.timeout = positive(d.getTimeout(), "timeout");
  out.budget = positive(d.getBudget(), "budget");
  return out;
}

void read_policies(cluster& out, schema::Cluster::Reader c) {
  out.name = name_from(c.getName());
  out.tolerate = positive(c.getTolerate(), "tolerate");
  out.restart_grace = positive(c.getRestartGrace(), "restart grace");
  out.boot_grace = positive(c.getBootGrace(), "boot grace");
  out.late_margin = positive(c.getLateMargin(), "late margin");
  out.no_quorum = enum_from(c.getNoQuorum(), no_quorum_policy::freeze, "no-quorum policy");
  out.mass_loss = enum_from(c.getMassLoss(), mass_loss_policy::fence, "mass-loss policy");
  out.fencing = enum_from(c.getFencing(), fencing_policy::off, "fencing policy");
  out.stickiness = score_from(c.getStickiness());
}

cluster cluster_from(schema::Cluster::Reader c) {
  cluster out;
  read_policies(out, c);
  out.nodes = list_from(c.getNodes(), max_nodes, "nodes", node_from);
  out.resources = list_from(c.getResources(), max_resources, "resources", resource_from);
  out.groups = list_from(c.getGroups(), max_groups, "groups", group_from);
  out.locations = list_from(c.getLocations(), max_constraints, "locations", location_from);
  out.colocations = list_from(c.getColocations(), max_constraints, "colocations", colocation_from);
  out.orders = list_from(c.getOrders(), max_constraints, "orders", order_from);
  out.devices = list_from(c.getDevices(), max_devices, "devices", device_from);
  check_sorted(out.nodes, "nodes");
  check_sorted(out.resources, "resources");
  check_sorted(out.groups, "groups");
  check_sorted(out.devices, "devices");
  return out;
}

} // namespace decoding

cluster cluster_from(wire::config::Cluster::Reader r) {
  return decoding::cluster_from(r);
}

resource resource_from(wire::config::Resource::Reader r) {
  return decoding::resource_from(r);
}

result<cluster> decode_cluster(byte_view bytes) {
  return decode_message<wire::config::Cluster>(bytes, {.max_bytes = max_encoded}, decoding::cluster_from);
}

} // namespace troupe::config
