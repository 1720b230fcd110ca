#include "conf/difference.hpp"

#include "conf/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::conf {

namespace difference_detail {

using details = std::vector<std::string>;

std::string text(const std::string& s) {
  return s.empty() ? "''" : s;
}
std::string text(bool b) {
  return b ? "true" : "false";
}
std::string text(std::int32_t n) {
  return std::to_string(n);
}
std::string text(std::uint32_t n) {
  return std::to_string(n);
}
std::string text(duration d) {
  return text_of(d);
}
std::string text(const config::agent_ref& a) {
  return text_of(a);
}
std::string text(score s) {
  if (s.must()) return "infinity";
  return s.must_not() ? "-infinity" : std::to_string(s.value());
}
std::string text(config::role r) {
  return r == config::role::stopped ? "stopped" : r == config::role::started ? "started" : "promoted";
}
std::string text(config::fencing_policy p) {
  return p == config::fencing_policy::devices ? "devices" : p == config::fencing_policy::none ? "none" : "off";
}
std::string text(config::no_quorum_policy p) {
  return p == config::no_quorum_policy::stop ? "stop" : "freeze";
}
std::string text(config::mass_loss_policy p) {
  return p == config::mass_loss_policy::wait ? "wait" : "fence";
}
template <class T>
std::string text(const std::optional<T>& v) {
  return v ? text(*v) : "unset";
}

template <class T>
void value(details& out, const char* key, const T& before, const T& after) {
  if (before != after) out.push_back(fmt::format("{}: {} -> {}", key, text(before), text(after)));
}
// Of what has no short text.
template <class T>
void other(details& out, const char* key, const T& before, const T& after) {
  if (before != after) out.push_back(std::string(key) + " changed");
}

bool secret(const std::string& key) {
  for (auto word : {"pass", "secret", "token", "key", "credential"})
    if (key.find(word) != std::string::npos) return true;
  return false;
}

void parameters(details& out, const config::parameters& before, const config::parameters& after, bool told) {
  auto shown = [&](const std::string& key, const config::parameters& of) {
    auto found = of.find(key);
    if (found == of.end()) return std::string("unset");
    return found->second.size() > 64 ? "..." : text(found->second);
  };
  config::parameters all = before;
  all.insert(after.begin(), after.end());
  for (auto& [key, any] : all) {
    auto was = before.find(key), is = after.find(key);
    if (was != before.end() && is != after.end() && was->second == is->second) continue;
    if (told && !secret(key))
      out.push_back(fmt::format("params.{}: {} -> {}", key, shown(key, before), shown(key, after)));
    else
      out.push_back(fmt::format("params.{} changed", key));
  }
}

details of(const config::node& a, const config::node& b) {
  details out;
  other(out, "key", a.key, b.key);
  other(out, "addresses", a.addresses, b.addresses);
  value(out, "voter", a.voter, b.voter);
  other(out, "attributes", a.attributes, b.attributes);
  return out;
}

details of(const config::resource& a, const config::resource& b) {
  details out;
  value(out, "agent", a.agent, b.agent);
  parameters(out, a.params, b.params, true);
  value(out, "start-timeout", a.start_timeout, b.start_timeout);
  value(out, "stop-timeout", a.stop_timeout, b.stop_timeout);
  value(out, "promote-timeout", a.promote_timeout, b.promote_timeout);
  value(out, "demote-timeout", a.demote_timeout, b.demote_timeout);
  other(out, "monitors", a.monitors, b.monitors);
  other(out, "clone", a.clone, b.clone);
  other(out, "promotable", a.promotable, b.promotable);
  value(out, "target-role", a.target, b.target);
  value(out, "managed", a.managed, b.managed);
  value(out, "priority", a.priority, b.priority);
  value(out, "stickiness", a.stickiness, b.stickiness);
  value(out, "failure-threshold", a.failure_threshold, b.failure_threshold);
  value(out, "failure-timeout", a.failure_timeout, b.failure_timeout);
  other(out, "accepted proofs", a.accepts, b.accepts);
  return out;
}

std::string names(const std::vector<resource_name>& all) {
  std::string out;
  for (auto& n : all) out += (out.empty() ? "" : ", ") + n.text;
  return out;
}

details of(const config::group& a, const config::group& b) {
  details out;
  if (a.members != b.members) out.push_back(fmt::format("members: {} -> {}", names(a.members), names(b.members)));
  other(out, "clone", a.clone, b.clone);
  return out;
}

details of(const config::fence_device& a, const config::fence_device& b) {
  details out;
  value(out, "agent", a.agent, b.agent);
  other(out, "targets", a.targets, b.targets);
  other(out, "plugs", a.plugs, b.plugs);
  parameters(out, a.params, b.params, false);
  value(out, "reboot", a.reboot, b.reboot);
  value(out, "level", a.level, b.level);
  value(out, "retries", a.retries, b.retries);
  value(out, "timeout", a.timeout, b.timeout);
  value(out, "budget", a.budget, b.budget);
  return out;
}

template <class Item>
void named(std::vector<change>& out, const char* kind, const std::vector<Item>& before,
           const std::vector<Item>& after) {
  std::map<std::string, std::pair<const Item*, const Item*>> all;
  for (auto& i : before) all[i.name.text].first = &i;
  for (auto& i : after) all[i.name.text].second = &i;
  for (auto& [name, both] : all) {
    auto subject = std::string(kind) + " " + name;
    if (!both.first)
      out.push_back({change::what::added, subject, {}, false});
    else if (!both.second)
      out.push_back({change::what::removed, subject, {}, false});
    else if (*both.first != *both.second)
      out.push_back({change::what::changed, subject, of(*both.first, *both.second), false});
  }
}

// Constraints have no names: each is its own text.
template <class Item, class Text>
void unnamed(std::vector<change>& out, const std::vector<Item>& before, const std::vector<Item>& after, Text as_text) {
  std::vector<std::string> was, is;
  for (auto& i : before) was.push_back(as_text(i));
  for (auto& i : after) is.push_back(as_text(i));
  std::sort(was.begin(), was.end());
  std::sort(is.begin(), is.end());
  std::vector<std::string> gone, fresh;
  std::set_difference(was.begin(), was.end(), is.begin(), is.end(), std::back_inserter(gone));
  std::set_difference(is.begin(), is.end(), was.begin(), was.end(), std::back_inserter(fresh));
  for (auto& t : gone) out.push_back({change::what::removed, t, {}, false});
  for (auto& t : fresh) out.push_back({change::what::added, t, {}, false});
}

std::string order_text(const config::order& o) {
  return fmt::format("order: {} {}, then {} {} ({}{})", name_of(o.first_action), o.first, name_of(o.then_action), o.then,
                     o.kind == config::order_kind::mandatory ? "mandatory" : "optional",
                     o.symmetrical ? "" : ", not when stopping");
}

std::string colocation_text(const config::colocation& c) {
  auto role = [](const std::optional<config::role>& r) { return r ? " (" + text(*r) + ")" : std::string(); };
  return fmt::format("colocation: {}{} with {}{}, {}", c.what, role(c.what_role), c.with, role(c.with_role),
                     text(c.weight));
}

details of_cluster(const config::cluster& a, const config::cluster& b) {
  details out;
  value(out, "name", a.name, b.name);
  value(out, "tolerate", a.tolerate, b.tolerate);
  value(out, "restart-grace", a.restart_grace, b.restart_grace);
  value(out, "boot-grace", a.boot_grace, b.boot_grace);
  value(out, "late-margin", a.late_margin, b.late_margin);
  value(out, "no-quorum", a.no_quorum, b.no_quorum);
  value(out, "mass-loss", a.mass_loss, b.mass_loss);
  value(out, "fencing", a.fencing, b.fencing);
  value(out, "stickiness", a.stickiness, b.stickiness);
  return out;
}

void mark_restarts(std::vector<change>& out, const config::cluster& before, const config::cluster& after) {
  std::map<std::string, const config::resource*> was;
  for (auto& a : before.resources) was["resource " + a.name.text] = &a;
  std::map<std::string, bool> restarts;
  for (auto& b : after.resources) {
    auto subject = "resource " + b.name.text;
    auto a = was.find(subject);
    if (a != was.end()) restarts[subject] = a->second->agent != b.agent || a->second->params != b.params;
  }
  for (auto& c : out) c.restarts = restarts.contains(c.subject) && restarts.at(c.subject);
}

} // namespace difference_detail

std::vector<change> difference(const config::cluster& before, const config::cluster& after) {
  using namespace difference_detail;
  std::vector<change> out;
  if (auto found = of_cluster(before, after); !found.empty())
    out.push_back({change::what::changed, "cluster", std::move(found), false});
  named(out, "node", before.nodes, after.nodes);
  named(out, "resource", before.resources, after.resources);
  mark_restarts(out, before, after);
  named(out, "group", before.groups, after.groups);
  unnamed(out, before.locations, after.locations,
          [](auto& l) { return fmt::format("location: {} on {}, {}", l.what, l.node.text, text(l.weight)); });
  unnamed(out, before.colocations, after.colocations, colocation_text);
  unnamed(out, before.orders, after.orders, order_text);
  named(out, "fence", before.devices, after.devices);
  return out;
}

} // namespace troupe::conf
