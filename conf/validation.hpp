// Inside of validate(): the names of a configuration, and the collector that the rules report to. One file a subject.
#pragma once

#include "conf/nearest.hpp"
#include "conf/validate.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::conf::validation {

// A resource or a group: what a constraint names. Index: resources first, then groups.
using entity = std::size_t;

class subject {
public:
  subject(const config::cluster& c, const abilities& can);

  const config::cluster& c;
  const abilities& can;

  [[nodiscard]] std::optional<entity> find(const std::string& name) const;
  [[nodiscard]] bool has_node(const node_name& n) const { return nodes_.contains(n.text); }
  [[nodiscard]] const config::resource* resource_of(entity e) const;
  [[nodiscard]] const config::group* group_of(entity e) const;
  [[nodiscard]] const std::string& name_of(entity e) const;
  [[nodiscard]] std::size_t entities() const { return c.resources.size() + c.groups.size(); }
  // May it run more than once at a time? A member of a cloned group may.
  [[nodiscard]] bool many(entity e) const { return many_[e]; }

  void error(const key_path& key, std::string what, std::string fix) {
    add({severity::error, key, std::move(what), std::move(fix)});
  }
  void warning(const key_path& key, std::string what, std::string fix) {
    add({severity::warning, key, std::move(what), std::move(fix)});
  }
  // "no node 'n4'", with the nearest one.
  void unknown_node(const key_path& key, const node_name& n);
  void unknown_resource(const key_path& key, const std::string& name);

  std::vector<finding> found;

private:
  void add(finding f) { found.push_back(std::move(f)); }
  [[nodiscard]] std::string suggest(std::string_view written, const std::map<std::string, entity>& known,
                                    std::string_view kind) const;

  std::map<std::string, entity> entities_;
  std::map<std::string, entity> nodes_;
  std::vector<bool> many_;
};

void check_nodes(subject& s);
void check_resources(subject& s);
void check_groups(subject& s);
void check_constraints(subject& s); // references, roles, duplicates
void check_order_circles(subject& s);
void check_colocation(subject& s); // contradictions
void check_fencing(subject& s);

} // namespace troupe::conf::validation
