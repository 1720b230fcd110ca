#include "actors/cluster/attributes.hpp"

#include "actors/cluster/holdings.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::cluster {

using command::lifetime;

const standing* promoted_by(const state& s, const std::string& attribute) {
  auto* found = standing_of(s, resource_name{std::string(promoted_resource(attribute))});
  return found && found->may.promoted_max > 0 ? found : nullptr;
}

const std::string* attribute_of(const state& s, const node_name& node, lifetime lasts, const std::string& name) {
  if (auto* said = s.find(attribute_key{node, lasts, name})) return &said->value.value;
  if (lasts == lifetime::reboot) return nullptr;
  auto& nodes = s.config().value.nodes;
  auto configured = std::find_if(nodes.begin(), nodes.end(), [&](auto& n) { return n.name == node; });
  if (configured == nodes.end()) return nullptr;
  auto value = configured->attributes.find(name);
  return value == configured->attributes.end() ? nullptr : &value->second;
}

std::optional<score> score_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text == "INFINITY") return score::infinity();
  if (text == "-INFINITY") return score::minus_infinity();
  std::int64_t value = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong == std::errc::result_out_of_range)
    return text.starts_with('-') ? score::minus_infinity() : score::infinity();
  if (wrong != std::errc{} || end != text.data() + text.size()) return {};
  return score{value};
}

bool first_promotion_waits(const state& s, const resource_name& resource) {
  auto* configured = standing_of(s, resource);
  if (!configured || configured->may.promoted_max == 0) return false;
  auto* d = definition_of(s, resource, configured->defined_at);
  if (d && d->promotable && d->promotable->score) return false;
  if (auto* a = s.find(assignment_key{resource}))
    for (auto& place : a->value.places)
      if (place.role == config::role::promoted) return false;
  bool comes_up = false;
  for_each_holder_of(s, resource, [&](const holder_key& key, const holder& h) {
    auto* m = member_of(s, key.node);
    bool begun = h.open && std::holds_alternative<starting>(h.now);
    comes_up = comes_up || (begun && m && m->boot == key.boot && acting_session(s, key.node));
  });
  return comes_up;
}

std::optional<score> promotion_score(const state& s, const resource_name& resource, const node_name& node) {
  auto name = promotion_attribute(resource);
  for (auto lasts : {lifetime::reboot, lifetime::forever})
    if (auto* said = attribute_of(s, node, lasts, name)) return score_of(*said);
  return {};
}

} // namespace troupe::cluster
