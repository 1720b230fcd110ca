// What the ids in constraints stand for.
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

namespace troupe::simulate {

using sched::resource_id;

// An instance's name is its clone's: "db:3" is db; and of what is in a clone the constraint is about all of that.
resource_id importer::resource_named(cib::text id) const {
  auto found = resources_.find(id);
  if (found == resources_.end())
    if (auto colon = id.rfind(':'); colon != cib::text::npos) found = resources_.find(id.substr(0, colon));
  if (found == resources_.end()) return {};
  auto r = found->second;
  for (auto p = r; p.valid(); p = in_.resources[p].parent)
    if (in_.resources[p].kind == sched::resource_kind::clone && !in_.resources[p].parent.valid()) r = p;
  return r;
}

// A resource, or all that a tag or template names.
importer::members importer::members_of(cib::text id, cib::text whose, cib::text attribute) {
  if (id.empty()) {
    warn(fmt::format("{}: {} is missing: ignored", whose, attribute));
    return {{}, false};
  }
  if (auto r = resource_named(id); r.valid()) return {{r}};
  members found;
  bool known = false;
  for (auto& [name, user] : cib_.template_users)
    if (name == id)
      if (auto r = resource_named(user); r.valid()) found.all.push_back(r);
  for (auto& t : cib_.tags) {
    if (t.id != id) continue;
    known = true;
    for (auto member : t.members) {
      auto r = resource_named(member);
      if (r.valid()) {
        found.all.push_back(r);
        continue;
      }
      warn(fmt::format("{}: the tag {} names {}, which is no resource: ignored", whose, id, member));
      found.complete = false;
    }
  }
  if (found.all.empty() && !known) warn(fmt::format("{}: there is no resource {}: ignored", whose, id));
  if (found.all.empty()) found.complete = false;
  return found;
}

importer::members importer::members_of(const cib::resource_set& set, cib::text whose) {
  members all;
  for (auto id : set.members) {
    auto some = members_of(id, whose, "a resource_ref's id");
    all.complete = all.complete && some.complete;
    all.all.insert(all.all.end(), some.all.begin(), some.all.end());
  }
  return all;
}

bool importer::room_for(std::size_t relations, std::size_t already, cib::text whose) {
  if (relations <= max_relations && already + relations <= max_relations) return true;
  warn(fmt::format("{}: the constraints relate more than {} pairs: ignored", whose, max_relations));
  return false;
}

} // namespace troupe::simulate
