#include "conf/validate.hpp"

#include "conf/validation.hpp"

namespace troupe::conf {

namespace validation {

subject::subject(const config::cluster& cluster, const abilities& abilities)
  : c(cluster)
  , can(abilities)
  , many_(cluster.resources.size() + cluster.groups.size()) {
  for (entity i = 0; i < c.nodes.size(); ++i) nodes_.emplace(c.nodes[i].name.text, i);
  for (entity e = 0; e < c.resources.size(); ++e) {
    entities_.emplace(c.resources[e].name.text, e);
    many_[e] = c.resources[e].clone.has_value() || c.resources[e].promotable.has_value();
  }
  for (entity i = 0; i < c.groups.size(); ++i) {
    auto e = c.resources.size() + i;
    entities_.emplace(c.groups[i].name.text, e);
    many_[e] = c.groups[i].clone.has_value();
    for (const auto& member : c.groups[i].members)
      if (auto m = find(member.text); m && many_[e]) many_[*m] = true;
  }
}

std::optional<entity> subject::find(const std::string& name) const {
  auto at = entities_.find(name);
  return at == entities_.end() ? std::nullopt : std::optional(at->second);
}

const config::resource* subject::resource_of(entity e) const {
  return e < c.resources.size() ? &c.resources[e] : nullptr;
}

const config::group* subject::group_of(entity e) const {
  return e < c.resources.size() ? nullptr : &c.groups[e - c.resources.size()];
}

const std::string& subject::name_of(entity e) const {
  return e < c.resources.size() ? c.resources[e].name.text : group_of(e)->name.text;
}

std::string subject::suggest(std::string_view written, const std::map<std::string, entity>& known,
                             std::string_view kind) const {
  if (found.size() >= max_diagnostics) return {};
  std::vector<std::string> names;
  for (const auto& [name, index] : known) names.push_back(name);
  return suggestion(written, names, kind);
}

void subject::unknown_node(const key_path& key, const node_name& n) {
  error(key, "no node '" + n.text + "'", suggest(n.text, nodes_, "the nodes"));
}

void subject::unknown_resource(const key_path& key, const std::string& name) {
  error(key, "no resource or group '" + name + "'", suggest(name, entities_, "there are"));
}

} // namespace validation

std::vector<finding> validate(const config::cluster& c, const abilities& can) {
  validation::subject s(c, can);
  validation::check_nodes(s);
  validation::check_resources(s);
  validation::check_groups(s);
  validation::check_constraints(s);
  validation::check_order_circles(s);
  validation::check_colocation(s);
  validation::check_fencing(s);
  return std::move(s.found);
}

} // namespace troupe::conf
