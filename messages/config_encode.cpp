#include "messages/capnp_guard.hpp"
#include "messages/config_codec.hpp"
#include "messages/config_wire.hpp"

#include <config.capnp.h>

namespace troupe::config {

namespace encoding {

namespace schema = wire::config;

kj::StringPtr text(const std::string& s) {
  return {s.c_str(), s.size()};
}

template <class Wire, class Ours>
Wire same(Ours value) {
  return static_cast<Wire>(value);
}

// Each of `items` into the element of the list at its place.
template <class List, class Items, class Each>
void fill_list(List out, const Items& items, Each each) {
  unsigned i = 0;
  for (const auto& item : items) each(out[i++], item);
}

void fill_pairs(capnp::List<schema::Pair>::Builder out, const parameters& pairs) {
  fill_list(out, pairs, [](schema::Pair::Builder b, const auto& pair) {
    b.setName(text(pair.first));
    b.setValue(text(pair.second));
  });
}

template <class Names>
void fill_names(capnp::List<capnp::Text>::Builder out, const Names& names) {
  unsigned i = 0;
  for (const auto& n : names) out.set(i++, text(n.text));
}

void fill(schema::Node::Builder b, const node& n) {
  b.setName(text(n.name.text));
  b.setKey(kj::arrayPtr(reinterpret_cast<const kj::byte*>(n.key.bytes.data()), n.key.bytes.size()));
  fill_list(b.initAddresses(list_size(n.addresses)), n.addresses, [](schema::Address::Builder a, const address& from) {
    a.setHost(text(from.host));
    a.setPort(from.port);
  });
  b.setVote(!n.voter ? schema::Vote::AUTOMATIC : *n.voter ? schema::Vote::YES : schema::Vote::NO);
  fill_pairs(b.initAttributes(list_size(n.attributes)), n.attributes);
}

void fill(schema::Monitor::Builder b, const monitor& m) {
  b.setInterval(m.interval.count());
  b.setTimeout(m.timeout.count());
  if (m.only_in) b.getOnlyIn().setRole(same<schema::Role>(*m.only_in));
  b.setTolerateFailures(m.tolerate_failures);
}

void fill(schema::Clone::Builder b, const clone_options& c) {
  b.setMax(c.max.value_or(0));
  b.setNodeMax(c.node_max);
  b.setInterleave(c.interleave);
  b.setOrdered(c.ordered);
  b.setNotify(c.notify);
}

void fill_multiplicity(schema::Resource::Builder b, const resource& r) {
  if (r.clone) fill(b.initClone(), *r.clone);
  if (!r.promotable) return;
  auto p = b.initPromotable();
  p.setMax(r.promotable->max);
  p.setNodeMax(r.promotable->node_max);
  b.setHasPromotionScore(r.promotable->score.has_value());
  b.setPromotionScore(r.promotable->score.value_or(0));
}

void fill(schema::Resource::Builder b, const resource& r) {
  b.setName(text(r.name.text));
  b.setStandard(text(r.agent.standard));
  b.setProvider(text(r.agent.provider));
  b.setType(text(r.agent.type));
  fill_pairs(b.initParams(list_size(r.params)), r.params);
  b.setStartTimeout(r.start_timeout.count());
  b.setStopTimeout(r.stop_timeout.count());
  b.setPromoteTimeout(r.promote_timeout.count());
  b.setDemoteTimeout(r.demote_timeout.count());
  fill_list(b.initMonitors(list_size(r.monitors)), r.monitors, [](auto to, const monitor& m) { fill(to, m); });
  fill_multiplicity(b, r);
  b.setTarget(same<schema::Role>(r.target));
  b.setManaged(r.managed);
  b.setPriority(r.priority);
  if (r.stickiness) b.getStickiness().setOwn(r.stickiness->value());
  b.setFailureThreshold(r.failure_threshold);
  b.setFailureTimeout(r.failure_timeout.value_or(duration::zero()).count());
  auto accepts = b.initAccepts(list_size(r.accepts));
  unsigned i = 0;
  for (auto kind : r.accepts) accepts.set(i++, same<schema::ProofKind>(kind));
}

void fill(schema::Group::Builder b, const group& g) {
  b.setName(text(g.name.text));
  fill_names(b.initMembers(list_size(g.members)), g.members);
  if (g.clone) fill(b.initClone(), *g.clone);
}

void fill(schema::Location::Builder b, const location& l) {
  b.setWhat(text(l.what));
  b.setNode(text(l.node.text));
  b.setWeight(l.weight.value());
}

void fill(schema::Colocation::Builder b, const colocation& c) {
  b.setWhat(text(c.what));
  if (c.what_role) b.getWhatRole().setRole(same<schema::Role>(*c.what_role));
  b.setWith(text(c.with));
  if (c.with_role) b.getWithRole().setRole(same<schema::Role>(*c.with_role));
  b.setWeight(c.weight.value());
}

void fill(schema::Order::Builder b, const order& o) {
  b.setFirst(text(o.first));
  b.setFirstAction(same<schema::Action>(o.first_action));
  b.setThen(text(o.then));
  b.setThenAction(same<schema::Action>(o.then_action));
  b.setKind(same<schema::OrderKind>(o.kind));
  b.setSymmetrical(o.symmetrical);
}

void fill(schema::FenceDevice::Builder b, const fence_device& d) {
  b.setName(text(d.name.text));
  b.setAgent(text(d.agent));
  fill_names(b.initTargets(list_size(d.targets)), d.targets);
  parameters plugs;
  for (const auto& [n, plug] : d.plugs) plugs.emplace(n.text, plug);
  fill_pairs(b.initPlugs(list_size(plugs)), plugs);
  fill_pairs(b.initParams(list_size(d.params)), d.params);
  b.setReboot(d.reboot);
  b.setLevel(d.level);
  b.setRetries(d.retries);
  b.setTimeout(d.timeout.count());
  b.setBudget(d.budget.count());
}

void fill_policies(schema::Cluster::Builder b, const cluster& c) {
  b.setName(text(c.name));
  b.setTolerate(c.tolerate.count());
  b.setRestartGrace(c.restart_grace.count());
  b.setBootGrace(c.boot_grace.count());
  b.setLateMargin(c.late_margin.count());
  b.setNoQuorum(same<schema::NoQuorumPolicy>(c.no_quorum));
  b.setMassLoss(same<schema::MassLossPolicy>(c.mass_loss));
  b.setFencing(same<schema::FencingPolicy>(c.fencing));
  b.setStickiness(c.stickiness.value());
}

} // namespace encoding

void fill(wire::config::Cluster::Builder b, const cluster& c) {
  auto each = [](auto to, const auto& from) { encoding::fill(to, from); };
  encoding::fill_policies(b, c);
  encoding::fill_list(b.initNodes(list_size(c.nodes)), c.nodes, each);
  encoding::fill_list(b.initResources(list_size(c.resources)), c.resources, each);
  encoding::fill_list(b.initGroups(list_size(c.groups)), c.groups, each);
  encoding::fill_list(b.initLocations(list_size(c.locations)), c.locations, each);
  encoding::fill_list(b.initColocations(list_size(c.colocations)), c.colocations, each);
  encoding::fill_list(b.initOrders(list_size(c.orders)), c.orders, each);
  encoding::fill_list(b.initDevices(list_size(c.devices)), c.devices, each);
}

void fill(wire::config::Resource::Builder b, const resource& r) {
  encoding::fill(b, r);
}

byte_buffer encode(const cluster& c) {
  auto bytes = encode_message<wire::config::Cluster>([&](wire::config::Cluster::Builder b) { fill(b, c); });
  TROUPE_ASSERT(bytes.size() <= max_encoded, "a configuration that no other node could decode");
  return bytes;
}

} // namespace troupe::config
