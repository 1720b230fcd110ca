// The services' part of a status: where they stand, and what they wait for.
#include "messages/command_wire.hpp"
#include "messages/console_wire.hpp"

namespace troupe::console::codec {

namespace service_lines {

using namespace codec;

void put_line(schema::Placement::Builder out, const command::placement& p) {
  out.setNode(p.node.text);
  out.setOrdinal(p.ordinal);
  out.setRole(to_wire(p.role));
}
command::placement placement_from(schema::Placement::Reader in) {
  return {name_from<node_name>(in.getNode(), "node"), in.getOrdinal(),
          enum_from(in.getRole(), config::role::promoted, "role")};
}

// A list of names, which has a limit of its own.
template <class Name>
void put_names(capnp::List<capnp::Text>::Builder out, const std::vector<Name>& names) {
  for (unsigned i = 0; i < out.size(); ++i) out.set(i, names[i].text);
}
template <class Name>
std::vector<Name> names_from(capnp::List<capnp::Text>::Reader in, std::size_t max, const char* what) {
  bounded(in.size(), max, what);
  std::vector<Name> out;
  for (auto name : in) out.push_back(name_from<Name>(name, what));
  return out;
}

void put_line(schema::Service::Builder out, const service_line& s) {
  out.setResource(s.resource.text);
  out.setGroup(s.group);
  out.setCloned(s.cloned);
  out.setPromotable(s.promotable);
  out.setHasAgain(s.again.has_value());
  out.setAgain(to_wire(s.again.value_or(stamp{})));
  out.setWanted(to_wire(s.wanted));
  out.setManaged(s.managed);
  out.setAssigned(s.assigned.value);
  auto places = out.initPlaces(list_size(s.places));
  for (unsigned i = 0; i < places.size(); ++i) put_line(places[i], s.places[i]);
  out.setNow(to_wire(s.now));
}
service_line service_from(schema::Service::Reader in) {
  service_line s;
  s.resource = name_from<resource_name>(in.getResource(), "resource");
  s.group = text_from(in.getGroup(), config::max_name, "group");
  s.cloned = in.getCloned();
  s.promotable = in.getPromotable();
  if (in.getHasAgain()) s.again = stamp_from(in.getAgain());
  s.wanted = enum_from(in.getWanted(), config::role::promoted, "role");
  s.managed = in.getManaged();
  s.assigned = log_index{in.getAssigned()};
  bounded(in.getPlaces().size(), config::max_instances, "places");
  for (auto place : in.getPlaces()) s.places.push_back(placement_from(place));
  s.now = enum_from(in.getNow(), service_state::not_promoted, "state of a service");
  return s;
}

void put_line(schema::Wait::Builder out, const wait_line& w) {
  out.setResource(w.resource.text);
  out.setOrdinal(w.ordinal);
  out.setNode(w.node.text);
  out.setWhy(w.why);
  out.setWhat(w.what);
}
wait_line wait_from(schema::Wait::Reader in) {
  return {name_from<resource_name>(in.getResource(), "resource"), in.getOrdinal(),
          name_from<node_name>(in.getNode(), "node"), text_from(in.getWhy(), config::max_name, "reason"),
          text_from(in.getWhat(), max_shown, "sentence")};
}

void put_line(schema::Overdue::Builder out, const overdue_line& o) {
  out.setResource(o.resource.text);
  out.setOrdinal(o.ordinal);
  out.setNode(o.node.text);
  out.setAction(to_wire(o.action));
  out.setAct(o.act.value);
  out.setSince(to_wire(o.since));
  out.setTimeout(o.timeout.count());
  out.setAge(o.age.count());
  out.setReachable(o.reachable);
}
overdue_line overdue_from(schema::Overdue::Reader in) {
  return {name_from<resource_name>(in.getResource(), "resource"),
          in.getOrdinal(),
          name_from<node_name>(in.getNode(), "node"),
          enum_from(in.getAction(), config::action::demote, "action"),
          log_index{in.getAct()},
          stamp_from(in.getSince()),
          duration{in.getTimeout()},
          duration{in.getAge()},
          in.getReachable()};
}

void put_line(schema::Proof::Builder out, const proof_line& p) {
  out.setNode(p.node.text);
  out.setBoot(p.boot.value);
  out.setHere(p.here);
  out.setAttempt(p.attempt);
  put_names(out.initDevices(list_size(p.devices)), p.devices);
  out.setLastFailure(p.last_failure);
  put_names(out.initHeld(list_size(p.held)), p.held);
  out.setMore(p.more);
  out.setLeftOver(p.left_over);
  out.setSpared(p.spared);
}
proof_line proof_from(schema::Proof::Reader in) {
  proof_line p;
  p.node = name_from<node_name>(in.getNode(), "node");
  p.boot = log_index{in.getBoot()};
  p.here = in.getHere();
  p.attempt = in.getAttempt();
  p.devices = names_from<device_name>(in.getDevices(), config::max_devices, "device");
  p.last_failure = text_from(in.getLastFailure(), command::max_note, "note");
  p.held = names_from<resource_name>(in.getHeld(), max_held_shown, "resource");
  p.more = in.getMore();
  p.left_over = in.getLeftOver();
  p.spared = text_from(in.getSpared(), command::max_note, "note");
  return p;
}

template <class Builders, class Lines>
void put_lines(Builders out, const Lines& lines) {
  for (unsigned i = 0; i < out.size(); ++i) put_line(out[i], lines[i]);
}
template <class Lines, class Readers, class Convert>
void read_lines(Lines& out, Readers in, Convert convert) {
  bounded(in.size(), max_rows, "lines");
  for (auto item : in) out.push_back(convert(item));
}

} // namespace service_lines

void put_waits(capnp::List<schema::Wait>::Builder out, const std::vector<wait_line>& waits) {
  service_lines::put_lines(out, waits);
}
std::vector<wait_line> waits_from(capnp::List<schema::Wait>::Reader in) {
  std::vector<wait_line> out;
  service_lines::read_lines(out, in, service_lines::wait_from);
  return out;
}

void put_services(schema::Cluster::Builder out, const cluster_status& c) {
  using namespace service_lines;
  put_lines(out.initServices(list_size(c.services)), c.services);
  put_lines(out.initWaits(list_size(c.waits)), c.waits);
  put_lines(out.initOverdue(list_size(c.overdue)), c.overdue);
  put_lines(out.initProofs(list_size(c.proofs)), c.proofs);
}

void read_services(cluster_status& c, schema::Cluster::Reader in) {
  using namespace service_lines;
  read_lines(c.services, in.getServices(), service_from);
  read_lines(c.waits, in.getWaits(), wait_from);
  read_lines(c.overdue, in.getOverdue(), overdue_from);
  read_lines(c.proofs, in.getProofs(), proof_from);
}

} // namespace troupe::console::codec
