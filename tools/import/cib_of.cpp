#include "tools/import/cib_of.hpp"

#include "conf/cib/rules.hpp"
#include "conf/cib/values.hpp"
#include "conf/units.hpp"

#include <algorithm>

namespace troupe::import_cib {

using namespace conf::cib;

file_order order_of(const conf::value& root) {
  file_order order;
  for (auto& kind : std::get<conf::table>(root.content))
    if (auto* named = std::get_if<conf::table>(&kind.held.content))
      for (auto& e : *named) order.emplace(kind.key + "." + e.key, std::size_t{e.at.line} << 20 | e.at.column);
  return order;
}

namespace {

class builder {
public:
  builder(const config::cluster& c, const file_order& order, std::deque<std::string>& texts)
    : c_(c)
    , order_(order)
    , texts_(texts) {}

  contents build(const contents* status) {
    options(status);
    for (auto* n : sorted(c_.nodes, "node")) node_of(*n, status);
    tops();
    constraints();
    out_.have_quorum = "1";
    if (status)
      take(*status);
    else
      for (auto& n : out_.nodes) out_.states.push_back(up(n));
    return std::move(out_);
  }

private:
  text keep(std::string t) { return texts_.emplace_back(std::move(t)); }
  text number(std::int64_t n) { return keep(std::to_string(n)); }
  text of(score s) { return s.must() ? "INFINITY" : s.must_not() ? "-INFINITY" : number(s.value()); }

  [[nodiscard]] std::size_t place(const std::string& kind, const std::string& name) const {
    auto at = order_.find(kind + "." + name);
    return at == order_.end() ? static_cast<std::size_t>(-1) : at->second;
  }
  template <class Item>
  std::vector<const Item*> sorted(const std::vector<Item>& items, const char* kind) const {
    std::vector<const Item*> list;
    for (auto& i : items) list.push_back(&i);
    std::stable_sort(list.begin(), list.end(),
                     [&](auto* a, auto* b) { return place(kind, a->name.text) < place(kind, b->name.text); });
    return list;
  }

  void options(const contents* status) {
    nv_set set{.id = "cib-bootstrap-options", .weight = {}, .when = {}, .values = {}};
    auto say = [&](text name, text value) { set.values.emplace_back(name, value); };
    say("cluster-name", c_.name);
    say("stonith-enabled", c_.fencing == config::fencing_policy::off ? "false" : "true");
    say("no-quorum-policy", c_.no_quorum == config::no_quorum_policy::freeze ? "freeze" : "stop");
    bool off =
        !c_.devices.empty() && std::none_of(c_.devices.begin(), c_.devices.end(), [](auto& d) { return d.reboot; });
    if (off) say("stonith-action", "off");
    if (status)
      for (auto& [name, value] :
           evaluate(status->options,
                    {.now = {}, .attribute = {}, .standard = {}, .provider = {}, .agent = {}, .op_name = {}}))
        if (name == "maintenance-mode" || name == "stop-all-resources") say(name, value);
    out_.options.push_back(std::move(set));
    out_.resource_defaults.push_back(
        {.id = "defaults", .weight = {}, .when = {}, .values = {{"resource-stickiness", of(c_.stickiness)}}});
  }

  // What operators and agents have said of a node, in its permanent attributes too.
  static bool of_the_moment(text attribute) {
    return attribute == "standby" || attribute == "maintenance" || attribute.starts_with("master-");
  }

  void node_of(const config::node& n, const contents* status) {
    node to{.id = n.name.text, .uname = n.name.text, .type = {}, .score_text = {}, .attributes = {}, .utilization = {}};
    if (status)
      for (auto& there : status->nodes) {
        if (there.uname != n.name.text) continue;
        to.id = there.id;
        for (auto set : there.attributes) {
          std::erase_if(set.values, [](auto& v) { return !of_the_moment(v.first); });
          to.attributes.push_back(std::move(set));
        }
      }
    out_.nodes.push_back(std::move(to));
  }

  // Groups, devices and what is in no group, as they stand in the file.
  void tops() {
    std::vector<std::pair<std::size_t, resource>> all;
    std::map<text, const config::resource*> by_name;
    for (auto& r : c_.resources) by_name.emplace(r.name.text, &r);
    for (auto& g : c_.groups) {
      resource group;
      group.kind = resource_kind::group;
      group.id = g.name.text;
      for (auto& m : g.members) {
        group.children.push_back(primitive(*by_name.at(m.text)));
        by_name.at(m.text) = nullptr;
      }
      auto priority = c_.resources.empty() ? 0 : resource_named(g.members.front()).priority;
      group.meta.push_back(meta("priority", number(priority)));
      all.emplace_back(place("group", g.name.text),
                       g.clone ? clone(*g.clone, {}, std::move(group), priority) : std::move(group));
    }
    for (auto& r : c_.resources) {
      if (!by_name.at(r.name.text)) continue;
      auto inner = primitive(r);
      bool many = r.clone || r.promotable;
      all.emplace_back(place("resource", r.name.text), many ? clone(r.clone.value_or(config::clone_options{}),
                                                                    r.promotable, std::move(inner), r.priority)
                                                            : std::move(inner));
    }
    for (auto& d : c_.devices) {
      resource device;
      device.id = d.name.text;
      device.standard = "stonith";
      device.agent = d.agent;
      all.emplace_back(place("fence", d.name.text), std::move(device));
    }
    std::stable_sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.first < b.first; });
    for (auto& [at, r] : all) out_.resources.push_back(std::move(r));
  }

  [[nodiscard]] const config::resource& resource_named(const resource_name& name) const {
    return *std::find_if(c_.resources.begin(), c_.resources.end(), [&](auto& r) { return r.name == name; });
  }

  nv_set meta(text name, text value) { return {.id = {}, .weight = {}, .when = {}, .values = {{name, value}}}; }

  resource primitive(const config::resource& r) {
    resource to;
    to.id = r.name.text;
    to.standard = r.agent.standard;
    to.provider = r.agent.provider;
    to.agent = r.agent.type;
    nv_set params{.id = {}, .weight = {}, .when = {}, .values = {}};
    for (auto& [name, value] : r.params) params.values.emplace_back(name, value);
    to.params.push_back(std::move(params));
    nv_set set = meta("priority", number(r.priority));
    auto say = [&](text name, text value) { set.values.emplace_back(name, value); };
    if (!r.managed) say("is-managed", "false");
    if (r.target == config::role::stopped) say("target-role", "Stopped");
    if (r.promotable && r.target == config::role::started) say("target-role", "Unpromoted");
    if (r.stickiness) say("resource-stickiness", of(*r.stickiness));
    if (r.failure_threshold > 0) say("migration-threshold", number(r.failure_threshold));
    if (r.failure_timeout) say("failure-timeout", ms(*r.failure_timeout));
    to.meta.push_back(std::move(set));
    for (auto& m : r.monitors) {
      auto& op = operation_of(to, "monitor", m.interval, m.timeout);
      if (m.only_in)
        op.attributes.emplace_back("role", *m.only_in == config::role::promoted ? "Promoted"
                                           : r.promotable                       ? "Unpromoted"
                                                                                : "Started");
    }
    operation_of(to, "start", {}, r.start_timeout);
    operation_of(to, "stop", {}, r.stop_timeout);
    return to;
  }

  text ms(duration d) {
    return keep(std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(d).count()) + "ms");
  }

  operation& operation_of(resource& r, text name, duration interval, duration timeout) {
    r.operations.push_back({.id = {},
                            .name = name,
                            .attributes = {{"interval", ms(interval)}, {"timeout", ms(timeout)}},
                            .meta = {},
                            .params = {}});
    return r.operations.back();
  }

  resource clone(const config::clone_options& c, const std::optional<config::promotable_options>& p, resource inner,
                 std::int32_t priority) {
    resource to;
    to.kind = resource_kind::clone;
    to.id = keep(std::string{inner.id} + "-clone");
    nv_set set = meta("priority", number(priority));
    auto say = [&](text name, text value) { set.values.emplace_back(name, value); };
    if (c.max) say("clone-max", number(*c.max));
    if (c.node_max > 1) {
      say("clone-node-max", number(c.node_max));
      say("globally-unique", "true");
    }
    if (c.interleave) say("interleave", "true");
    if (c.ordered) say("ordered", "true");
    if (c.notify) say("notify", "true");
    if (p) {
      say("promotable", "true");
      say("promoted-max", number(p->max));
      say("promoted-node-max", number(p->node_max));
    }
    to.meta.push_back(std::move(set));
    clones_.emplace(inner.id, to.id);
    to.children.push_back(std::move(inner));
    return to;
  }

  // What a constraint means by a name is the clone of it, if there is one.
  text outer(const std::string& name) const {
    auto at = clones_.find(name);
    return at == clones_.end() ? text{name} : at->second;
  }
  static text role_text(const std::optional<config::role>& r) {
    return !r ? "" : *r == config::role::promoted ? "Promoted" : "Unpromoted";
  }

  void constraints() {
    std::size_t n = 0;
    auto id = [&](const char* kind) { return keep(std::string(kind) + "-" + std::to_string(++n)); };
    for (auto& l : c_.locations) {
      location to;
      to.id = id("location");
      to.what = outer(l.what);
      to.node = l.node.text;
      to.score_text = of(l.weight);
      out_.locations.push_back(std::move(to));
    }
    for (auto& l : c_.colocations) {
      colocation to;
      to.id = id("colocation");
      to.dependent = outer(l.what);
      to.primary = outer(l.with);
      to.dependent_role = role_text(l.what_role);
      to.primary_role = role_text(l.with_role);
      to.score_text = of(l.weight);
      out_.colocations.push_back(std::move(to));
    }
    for (auto& o : c_.orders) {
      order to;
      to.id = id("order");
      to.first = outer(o.first);
      to.first_action = name_of(o.first_action);
      to.then = outer(o.then);
      to.then_action = name_of(o.then_action);
      to.kind = o.kind == config::order_kind::mandatory ? "Mandatory" : "Optional";
      to.symmetrical = o.symmetrical ? "true" : "false";
      out_.orders.push_back(std::move(to));
    }
  }

  // A device of ours has no parameters that it was once started with: nothing to compare.
  void take(const contents& status) {
    out_.have_quorum = status.have_quorum;
    out_.no_quorum_panic = status.no_quorum_panic;
    out_.dc_uuid = status.dc_uuid;
    out_.execution_date = status.execution_date;
    out_.feature_set = status.feature_set;
    out_.states = status.states;
    out_.tickets = status.tickets;
    for (auto& s : out_.states)
      for (auto& h : s.resources)
        if (h.standard == "stonith")
          for (auto& op : h.operations) op.comparable = false;
  }

  static node_state up(const node& n) {
    node_state s;
    s.id = n.id;
    s.uname = n.uname;
    s.in_membership = "true";
    s.process = "online";
    s.join = s.expected = "member";
    return s;
  }

  const config::cluster& c_;
  const file_order& order_;
  std::deque<std::string>& texts_;
  std::map<text, text> clones_; // what is cloned -> its clone
  contents out_;
};

} // namespace

configured cib_of(config::cluster c, const file_order& order, const contents* status) {
  configured out;
  out.from = std::make_shared<const config::cluster>(std::move(c));
  out.texts = std::make_shared<std::deque<std::string>>();
  out.cib = builder{*out.from, order, *out.texts}.build(status);
  if (status) out.cib.owner = status->owner;
  return out;
}

} // namespace troupe::import_cib
