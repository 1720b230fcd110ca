#include "actors/scheduler/unpack.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::scheduler {

std::string unit_name(const input& in, const cluster_state& s, unit_id u) {
  auto& unit = s.units[u];
  auto& name = in.resources[unit.what].name;
  return unit.number < 0 ? name : fmt::format("{}:{}", name, unit.number);
}

unit_id outermost(const cluster_state& s, unit_id u, bool through_bundle) {
  while (s.units[u].parent.valid()) {
    auto parent = s.units[u].parent;
    if (!through_bundle && s.units[parent].kind == resource_kind::bundle) break;
    u = parent;
  }
  return u;
}

bool below(const cluster_state& s, unit_id inner, unit_id outer) {
  for (auto p = s.units[inner].parent; p.valid(); p = s.units[p].parent)
    if (p == outer) return true;
  return false;
}

unit_id enclosing_clone(const cluster_state& s, unit_id u) {
  for (auto p = u; p.valid(); p = s.units[p].parent)
    if (s.units[p].kind == resource_kind::clone) return p;
  return {};
}

bool in_promotable(const input& in, const cluster_state& s, unit_id u) {
  auto clone = enclosing_clone(s, u);
  return clone.valid() && in.resources[s.units[clone].what].promotable;
}

bool in_unique_clone(const input& in, const cluster_state& s, unit_id u) {
  auto clone = enclosing_clone(s, u);
  return clone.valid() && in.resources[s.units[clone].what].unique;
}

bool in_anonymous_clone(const input& in, const cluster_state& s, unit_id u) {
  return enclosing_clone(s, u).valid() && !in_unique_clone(in, s, u);
}

node_id current_node(const input& in, const cluster_state& s, unit_id u) {
  auto& st = s.now[u];
  bool there = std::find(st.running_on.begin(), st.running_on.end(), st.migration_source) != st.running_on.end();
  return there ? st.migration_source : active_node(in, s, u);
}

node_id active_node(const input& in, const cluster_state& s, unit_id u) {
  auto& at = s.now[u].running_on;
  if (at.empty()) return {};
  if (needs_of(in, s.units[u].what) < requirement::fencing)
    for (auto n : at)
      if (s.nodes[n].online && !s.nodes[n].unclean) return n;
  return at.front();
}

role present_role(const cluster_state& s, unit_id u) {
  if (s.units[u].kind == resource_kind::primitive) return std::max(s.now[u].now, role::stopped);
  role best = role::stopped;
  for (auto c : s.units[u].children) best = std::max(best, present_role(s, c));
  return best;
}

namespace {

class builder {
public:
  builder(const input& in, cluster_state& s)
    : in_(in)
    , s_(s) {}

  unit_id add(resource_id what, unit_id parent, std::int32_t number) {
    auto& r = in_.resources[what];
    unit_id u = s_.units.add({.what = what, .parent = parent, .kind = r.kind, .number = number, .children = {}});
    if (!s_.unit_of[what].valid()) s_.unit_of[what] = u;
    if (parent.valid()) s_.units[parent].children.push_back(u);
    switch (r.kind) {
    case resource_kind::primitive: break;
    case resource_kind::group:
      for (auto m : r.children) add(m, u, number);
      break;
    case resource_kind::clone: {
      auto count = r.clone_max.value_or(static_cast<std::uint32_t>(in_.nodes.size()));
      for (std::uint32_t i = 0; i < std::max(count, 1u); ++i) add(r.children.front(), u, static_cast<std::int32_t>(i));
      break;
    }
    case resource_kind::bundle: add_bundle(u); break;
    }
    return u;
  }

private:
  void add_bundle(unit_id u) {
    auto found = std::find_if(in_.bundles.begin(), in_.bundles.end(),
                              [&](const bundle& b) { return b.what == s_.units[u].what; });
    TROUPE_ASSERT(found != in_.bundles.end(), "every bundle has its description");
    unit_id clone = found->clone.valid() ? add(found->clone, u, -1) : unit_id{};
    for (auto& part : found->parts) {
      replica_units r{.bundle = u,
                      .ip = {},
                      .container = {},
                      .connection = {},
                      .inner = {},
                      .guest = part.guest,
                      .number = part.number};
      if (part.ip.valid()) r.ip = add(part.ip, u, -1);
      r.container = add(part.container, u, -1);
      if (part.connection.valid()) r.connection = add(part.connection, u, -1);
      if (clone.valid()) r.inner = s_.units[clone].children[part.number];
      s_.replicas.push_back(r);
    }
  }

  const input& in_;
  cluster_state& s_;
};

} // namespace

unit_id add_instance(const input& in, cluster_state& s, unit_id clone, std::int32_t number) {
  return builder{in, s}.add(in.resources[s.units[clone].what].children.front(), clone, number);
}

void build_units(const input& in, cluster_state& s) {
  s.unit_of.resize(in.resources.size());
  builder b{in, s};
  for (auto r : in.top) s.top.push_back(b.add(r, {}, -1));
}

} // namespace troupe::scheduler
