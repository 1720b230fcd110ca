#include "tools/sim/drawn_cluster.hpp"

#include "tools/sim/sim_network.hpp"
#include "transport/endpoint.hpp"
#include "transport/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace troupe::sim {

using namespace std::chrono_literals;

namespace {

inline constexpr std::string_view added_prefix = "extra"; // what operators add has this name and a number

duration some(random_source& random, duration least, duration most) {
  auto span = static_cast<std::uint64_t>((most - least) / 1ms);
  return least + std::chrono::milliseconds{static_cast<std::int64_t>(random.below(span + 1))};
}

duration draw_tolerate(random_source& random) {
  static constexpr std::array tolerances{500ms, 1000ms, 2000ms, 2000ms, 2000ms, 3000ms};
  return tolerances[random.below(tolerances.size())];
}

template <class List>
void sort_by_name(List& list) {
  std::sort(list.begin(), list.end(), [](auto& a, auto& b) { return a.name < b.name; });
}

config::resource draw_resource(const std::string& name, random_source& random) {
  config::resource r;
  r.name = resource_name{name};
  r.agent = {"ocf", "troupe", "simulated"};
  r.params["size"] = std::to_string(random.below(10));
  for (auto* t : {&r.start_timeout, &r.stop_timeout, &r.promote_timeout, &r.demote_timeout}) *t = some(random, 4s, 10s);
  config::monitor m; // always: nobody would notice that it died
  m.interval = some(random, 2s, 8s);
  m.timeout = some(random, 2s, 6s);
  m.tolerate_failures = random.below(4) == 0 ? 1 : 0;
  r.monitors.push_back(m);
  if (random.below(4) == 0) r.failure_threshold = static_cast<std::uint32_t>(1 + random.below(4));
  if (random.below(4) == 0) r.failure_timeout = some(random, 10s, 60s);
  if (random.below(3) == 0) r.stickiness = score{static_cast<std::int64_t>(random.below(200))};
  if (random.below(4) == 0) r.priority = static_cast<std::int32_t>(random.below(10));
  r.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  return r;
}

// Draws one cluster. What constraints name is an entity: a resource of its own, or a group.
class cluster_drawer {
public:
  cluster_drawer(config::cluster& into, random_source& random)
    : c_(into)
    , random_(random) {}

  void draw() {
    timing();
    devices();
    resources();
    orders();
    together();
    apart();
    places();
    sort_by_name(c_.resources);
    sort_by_name(c_.groups);
  }

private:
  struct entity {
    std::string name;
    bool many = false;
    bool everywhere = false; // an instance on every node
    std::size_t set = 0;     // what must be together has one number
    bool follows = false;    // it must go where another one goes
  };

  void timing() {
    c_.tolerate = draw_tolerate(random_);
    c_.restart_grace = some(random_, 1s, 5s);
    c_.boot_grace = some(random_, 10s, 30s);
    c_.late_margin = some(random_, 1s, 10s);
    c_.no_quorum = random_.below(2) == 0 ? config::no_quorum_policy::stop : config::no_quorum_policy::freeze;
    c_.mass_loss = random_.below(2) == 0 ? config::mass_loss_policy::wait : config::mass_loss_policy::fence;
    if (random_.below(3) == 0) c_.stickiness = score{static_cast<std::int64_t>(random_.below(100))};
  }

  // One device for all, one for each machine, or both: each on a level of its own.
  void devices() {
    auto one = [&](const std::string& name, std::vector<node_name> targets, std::uint32_t level) {
      config::fence_device d;
      d.name = device_name{name};
      d.agent = "fence_sim";
      d.targets = std::move(targets);
      d.reboot = random_.below(4) != 0;
      d.level = level;
      d.retries = static_cast<std::uint32_t>(random_.below(3));
      d.timeout = some(random_, 2s, 6s);
      d.budget = d.timeout + some(random_, 2s, 10s);
      c_.devices.push_back(d);
    };
    auto kind = random_.below(3);
    std::vector<node_name> all;
    for (auto& n : c_.nodes) all.push_back(n.name);
    if (kind != 0) one("rack", all, 1);
    if (kind != 1)
      for (auto& n : all) one("power-" + n.text, {n}, kind == 0 ? 1 : 2);
    sort_by_name(c_.devices);
  }

  void add(const std::string& name, std::optional<config::clone_options> clone = {}) {
    auto r = draw_resource(name, random_);
    r.clone = clone;
    c_.resources.push_back(r);
    entities_.push_back({name, clone.has_value(), clone && !clone->max, entities_.size()});
  }

  void add_group(const std::string& name, std::size_t members, bool cloned) {
    config::group g;
    g.name = config::group_name{name};
    for (std::size_t i = 1; i <= members; ++i) {
      auto r = draw_resource(fmt::format("{}-{}", name, i), random_);
      g.members.push_back(r.name);
      c_.resources.push_back(r);
    }
    if (cloned) g.clone = config::clone_options{};
    c_.groups.push_back(g);
    entities_.push_back({name, cloned, cloned, entities_.size()});
  }

  // About four for each machine.
  void resources() {
    bool groups = random_.below(4) != 0, clones = random_.below(4) != 0;
    if (groups) add_group("front", 3, false);
    if (groups && random_.below(2) == 0) add_group("stack", 2, random_.below(3) == 0);
    if (clones) {
      config::clone_options everywhere;
      everywhere.interleave = random_.below(2) == 0;
      add("agent", everywhere);
      config::clone_options few;
      few.max = static_cast<std::uint32_t>(1 + random_.below(c_.nodes.size()));
      add("cache", few);
    }
    for (std::size_t i = 1; c_.resources.size() < 4 * c_.nodes.size(); ++i) add(fmt::format("service{:02}", i));
    random_.shuffle(entities_);
    for (std::size_t i = 0; i < entities_.size(); ++i) entities_[i].set = i;
  }

  // From earlier ones to later ones, so that there is no circle.
  void orders() {
    if (random_.below(5) == 0) return;
    std::set<std::pair<std::size_t, std::size_t>> there;
    for (auto left = random_.below(entities_.size()); left > 0; --left) {
      auto a = random_.below(entities_.size()), b = random_.below(entities_.size());
      if (a == b || !there.insert(std::minmax(a, b)).second) continue;
      auto &first = entities_[std::min(a, b)], &then = entities_[std::max(a, b)];
      // Interleaved, the second one runs only where the first one does.
      if (first.many && then.many && !first.everywhere) continue;
      config::order o;
      o.first = first.name;
      o.then = then.name;
      o.kind = random_.below(3) == 0 ? config::order_kind::optional : config::order_kind::mandatory;
      o.symmetrical = random_.below(5) != 0;
      c_.orders.push_back(o);
    }
  }

  [[nodiscard]] bool related(const std::string& a, const std::string& b) const {
    return std::any_of(c_.colocations.begin(), c_.colocations.end(),
                       [&](auto& k) { return (k.what == a && k.with == b) || (k.what == b && k.with == a); });
  }

  // Later ones go with earlier ones; clones go with nobody.
  void together() {
    if (random_.below(4) == 0) return;
    for (auto left = random_.below(entities_.size() / 2 + 1); left > 0; --left) {
      auto a = random_.below(entities_.size()), b = random_.below(entities_.size());
      if (a == b || entities_[a].many || entities_[b].many || entities_[a].set == entities_[b].set) continue;
      auto &with = entities_[std::min(a, b)], &what = entities_[std::max(a, b)];
      if (related(what.name, with.name)) continue;
      config::colocation k;
      k.what = what.name;
      k.with = with.name;
      bool must = random_.below(2) == 0 && !what.follows;
      what.follows |= must;
      k.weight = must ? score::infinity() : score{static_cast<std::int64_t>(random_.below(100))};
      c_.colocations.push_back(k);
      if (must)
        for (auto from = what.set; auto& e : entities_)
          if (e.set == from) e.set = with.set;
    }
  }

  void apart() {
    if (c_.nodes.size() < 3 || random_.below(3) == 0) return;
    for (auto left = random_.below(4); left > 0; --left) {
      auto &a = entities_[random_.below(entities_.size())], &b = entities_[random_.below(entities_.size())];
      if (a.many || b.many || a.follows || b.follows || a.set == b.set || apart_.contains(a.set) ||
          apart_.contains(b.set))
        continue;
      if (related(a.name, b.name)) continue;
      apart_.insert(a.set);
      apart_.insert(b.set);
      c_.colocations.push_back({a.name, {}, b.name, {}, score::minus_infinity()});
    }
  }

  void places() {
    if (random_.below(4) == 0) return;
    std::map<std::size_t, std::set<node_name>> forbidden;
    for (auto left = random_.below(8); left > 0; --left) {
      auto& e = entities_[random_.below(entities_.size())];
      auto& node = c_.nodes[random_.below(c_.nodes.size())].name;
      bool never = random_.below(2) == 0 && !e.many;
      if (never && (c_.nodes.size() < 3 || forbidden[e.set].size() + 2 >= c_.nodes.size())) continue;
      if (never && !forbidden[e.set].insert(node).second) continue;
      auto weight = never ? score::minus_infinity() : score{static_cast<std::int64_t>(random_.below(300))};
      auto same = [&](auto& l) { return l.what == e.name && l.node == node; };
      if (std::none_of(c_.locations.begin(), c_.locations.end(), same)) c_.locations.push_back({e.name, node, weight});
    }
  }

  config::cluster& c_;
  random_source& random_;
  std::vector<entity> entities_;
  std::set<std::size_t> apart_;
};

// Some clones are promotable, some are told of what is done to their instances. Their agents note no scores: the
// configuration does, and operators.
void draw_roles(config::cluster& c, random_source& random) {
  for (auto& r : c.resources) {
    if (!r.clone) continue;
    r.clone->notify = random.below(3) == 0;
    if (random.below(2) == 0) continue;
    config::promotable_options p;
    p.max = static_cast<std::uint32_t>(1 + (random.below(4) == 0));
    p.max = std::min(p.max, r.clone->max.value_or(p.max));
    p.score = 1;
    r.promotable = p;
    r.target = config::role::promoted;
  }
}

bool added_by_operator(const config::resource& r) {
  return r.name.text.starts_with(added_prefix);
}

} // namespace

std::vector<machine_identity> identities(const kernel& k) {
  std::vector<machine_identity> all;
  for (std::uint32_t i = 0; i < k.machine_count(); ++i) {
    machine_identity m;
    m.name = k.hardware(machine_index{i}).name;
    auto random = k.random_for("identity", i);
    for (auto& b : m.seed) b = static_cast<std::byte>(random.below(256));
    auto copy = m.seed;
    m.key = transport::identity(m.name, transport::seed_bytes(copy)).key();
    m.where = address_of(machine_index{i});
    all.push_back(m);
  }
  return all;
}

config::cluster draw_cluster(const std::vector<machine_identity>& machines, random_source random) {
  config::cluster c;
  c.name = "simulated";
  c.fencing = config::fencing_policy::devices;
  for (auto& m : machines) {
    auto text = transport::to_text(m.where); // "10.0.0.1:5410"
    config::node n;
    n.name = m.name;
    n.key = m.key;
    n.addresses = {{text.substr(0, text.rfind(':')), m.where.port}};
    c.nodes.push_back(n);
  }
  sort_by_name(c.nodes);
  cluster_drawer(c, random).draw();
  draw_roles(c, random);
  return c;
}

std::vector<std::string> describe(const config::cluster& c) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("tolerate {} ms, restart-grace {} ms, late-margin {} ms, no-quorum {}, mass-loss {}",
                              c.tolerate / 1ms, c.restart_grace / 1ms, c.late_margin / 1ms,
                              c.no_quorum == config::no_quorum_policy::stop ? "stop" : "freeze",
                              c.mass_loss == config::mass_loss_policy::wait ? "wait" : "fence"));
  for (auto& r : c.resources)
    if (r.clone)
      lines.push_back(fmt::format("{}: clone, max {}{}{}", r.name.text, r.clone->max.value_or(0),
                                  r.promotable ? fmt::format(", {} promoted", r.promotable->max) : "",
                                  r.clone->notify ? ", told" : ""));
  for (auto& g : c.groups)
    lines.push_back(fmt::format("{}: group of {}{}", g.name.text, g.members.size(), g.clone ? ", clone" : ""));
  for (auto& o : c.orders)
    lines.push_back(fmt::format("{} before {}{}{}", o.first, o.then,
                                o.kind == config::order_kind::mandatory ? "" : ", optional",
                                o.symmetrical ? "" : ", starts only"));
  for (auto& k : c.colocations) lines.push_back(fmt::format("{} with {}: {}", k.what, k.with, k.weight.value()));
  for (auto& l : c.locations) lines.push_back(fmt::format("{} on {}: {}", l.what, l.node.text, l.weight.value()));
  for (auto& d : c.devices)
    lines.push_back(fmt::format("{}: device, level {}, {}, {} retries, {} ms a call, {} ms in all", d.name.text,
                                d.level, d.reboot ? "reboot" : "off", d.retries, d.timeout / 1ms, d.budget / 1ms));
  return lines;
}

config::cluster draw_change(config::cluster c, random_source& random) {
  auto& r = c.resources[random.below(c.resources.size())];
  switch (random.below(6)) {
  case 0: r.params["size"] = std::to_string(random.below(1000)); break;
  case 1:
    for (auto& m : r.monitors) m.interval = some(random, 2s, 8s);
    r.stop_timeout = some(random, 4s, 10s);
    break;
  case 2: {
    auto extra = draw_resource(fmt::format("{}{}", added_prefix, random.below(5)), random);
    auto there = std::any_of(c.resources.begin(), c.resources.end(), [&](auto& x) { return x.name == extra.name; });
    if (!there) c.resources.push_back(extra);
    break;
  }
  case 3: std::erase_if(c.resources, added_by_operator); break; // nothing refers to these
  case 4: c.tolerate = draw_tolerate(random); break;
  default: {
    if (c.orders.empty()) break;
    auto& o = c.orders[random.below(c.orders.size())];
    o.kind = o.kind == config::order_kind::mandatory ? config::order_kind::optional : config::order_kind::mandatory;
  }
  }
  sort_by_name(c.resources);
  return c;
}

} // namespace troupe::sim
