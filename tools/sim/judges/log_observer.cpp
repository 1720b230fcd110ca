#include "tools/sim/judges/log_observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace troupe::sim {

void log_observer::applied(instant at, machine_index who, const node::applied_command& what) {
  reached(who, what.index);
  if (!what.after || what.index <= newest_) return;
  newest_ = what.index;
  if (auto version = what.after->version_of(cluster::configuration_key{}); version_ != version) {
    version_ = version;
    configuration_ = what.after->config().value;
    since_ = at;
  }
  if (what.refused == refusal::none && what.what) fact(at, *what.what, *what.after);
}

machine_index machine_of(const node_name& name) {
  std::uint32_t number = 0;
  std::from_chars(name.text.data() + 1, name.text.data() + name.text.size(), number);
  return machine_index{number - 1};
}

node_name name_of(machine_index m) {
  return node_name{fmt::format("n{}", m.value + 1)};
}

static const config::resource* resource_of(const config::cluster& c, const std::string& slice) {
  auto found = std::find_if(c.resources.begin(), c.resources.end(), [&](auto& r) { return r.name.text == slice; });
  return found == c.resources.end() ? nullptr : &*found;
}

const config::group* group_of(const config::cluster& c, const std::string& slice) {
  for (auto& g : c.groups)
    for (auto& m : g.members)
      if (m.text == slice) return &g;
  return nullptr;
}

static std::optional<config::clone_options> clone_of(const config::cluster& c, const std::string& slice) {
  if (auto* g = group_of(c, slice); g && g->clone) return g->clone;
  auto* r = resource_of(c, slice);
  if (!r) return std::nullopt;
  if (r->promotable && !r->clone) return config::clone_options{};
  return r->clone;
}

bool is_clone(const config::cluster& c, const std::string& slice) {
  return clone_of(c, slice).has_value();
}

std::size_t most_instances(const config::cluster& c, const std::string& slice) {
  auto clone = clone_of(c, slice);
  if (!clone) return 1;
  return std::min<std::size_t>(clone->max.value_or(config::max_instances), c.nodes.size());
}

std::size_t most_promoted(const config::cluster& c, const std::string& slice) {
  auto* r = resource_of(c, slice);
  return r && r->promotable ? std::min<std::size_t>(r->promotable->max, most_instances(c, slice)) : 0;
}

std::vector<std::string> members_of(const config::cluster& c, const std::string& name) {
  for (auto& g : c.groups) {
    if (g.name.text != name) continue;
    std::vector<std::string> all;
    for (auto& m : g.members) all.push_back(m.text);
    return all;
  }
  return {name};
}

} // namespace troupe::sim
