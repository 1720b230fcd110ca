#include "tools/troupe/refusal_text.hpp"

#include <algorithm>

namespace troupe::cli {

namespace {

constexpr const char* listed = "; `troupe status` lists them";

std::string no_node(const node_name& n) {
  return "there is no node '" + n.text + "'" + listed;
}
std::string no_resource(const std::string& name) {
  return "there is no resource or group '" + name + "'" + listed;
}

std::string nothing_to_lift(const command::directive& d) {
  switch (d.kind) {
  case command::directive_kind::standby: return d.subject + " is not on standby";
  case command::directive_kind::maintenance:
    return "maintenance is not on for " + (d.subject.empty() ? "the whole cluster" : d.subject);
  case command::directive_kind::target_role: return d.subject + " is as configured";
  case command::directive_kind::move: return d.subject + " was not moved";
  }
  return {};
}

// Empty: the code says it all.
std::string text_of(const command::directive& d, refusal why) {
  using kind = command::directive_kind;
  if (why == refusal::no_directive) return nothing_to_lift(d);
  if (why == refusal::not_promotable) return d.subject + " is not promotable: its cluster.toml has no `promotable`";
  if (why == refusal::unknown_node) return no_node(d.kind == kind::move ? d.to : node_name{d.subject});
  if (why != refusal::unknown_resource) return {};
  return d.kind == kind::maintenance ? "there is no node, resource or group '" + d.subject + "'" + listed
                                     : no_resource(d.subject);
}
std::string text_of(const command::cleanup& c, refusal why) {
  if (why == refusal::unknown_node) return no_node(c.node);
  return why == refusal::unknown_resource ? no_resource(c.resource.text) : std::string();
}
std::string text_of(const command::level_set& c, refusal why) {
  return why == refusal::bad_level
             ? "the level is " + std::to_string(c.level) + " already, or a member's trouped does not " +
                   "know it yet: `troupe status` shows the level; upgrade and restart the others first"
             : std::string();
}
std::string text_of(const auto&, refusal) {
  return {};
}

} // namespace

std::string refusal_text(const console::request& asked, refusal why) {
  std::string text;
  if (auto* order = std::get_if<console::order>(&asked))
    text = std::visit([&](auto& what) { return text_of(what, why); }, order->what);
  return text.empty() ? std::string(name_of(why)) : text;
}

std::string nothing_to_move(const console::cluster_status& c, const command::directive& move) {
  bool known = false;
  for (auto& s : c.services) {
    if (s.resource.text != move.subject && s.group != move.subject) continue;
    known = true;
    bool there = std::ranges::any_of(s.places, [&](auto& p) { return p.node == move.to; });
    if (!s.cloned || s.wanted == config::role::promoted || s.places.size() < 2 || !there) return {};
  }
  if (!known) return {}; // the cluster says so
  return move.subject + " is a clone and has an instance on " + move.to.text +
         ", and others elsewhere, which no move takes away: `troupe standby NODE` empties a node, and a [[location]] "
         "in "
         "the configuration keeps one clone off a node";
}

} // namespace troupe::cli
