#include "actors/cluster/apply.hpp"

#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"
#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::cluster {

namespace {

refusal check_provenance(const state& s, const command::provenance& from) {
  if (from.level != s.constitution().level) return refusal::bad_level;
  if (from.causes.size() > command::max_causes) return refusal::too_large;
  return refusal::none;
}

// Many at once, so that they are looked for seldom: a cluster whose operators script it meets the limit all the time.
void forget_longest_silent(transaction& t) {
  std::vector<std::pair<log_index, client_key>> by_age;
  for (auto& [key, last] : t.now().all<client_key>()) by_age.emplace_back(last.value.answer.index, key);
  auto kept = by_age.begin() + forgotten_clients;
  std::nth_element(by_age.begin(), kept, by_age.end());
  std::for_each(by_age.begin(), kept, [&](auto& each) { t.erase(each.second); });
}

// Keeps a client's last answer.
void remember_answer(transaction& t, const command::provenance& from, const outcome& answer) {
  bool full = t.now().all<client_key>().size() >= max_clients;
  if (full && !t.now().find(client_key{from.client})) forget_longest_silent(t);
  t.put(client_key{from.client}, {from.sequence, answer});
}

} // namespace

refusal check(const state& s, const command::command& c) {
  auto bad = check_provenance(s, c.from);
  if (bad != refusal::none) return bad;
  return std::visit([&](auto& body) { return rules::check(s, c.from, body); }, c.what);
}

applied apply(state& s, log_index at, const command::command& c) {
  TROUPE_ASSERT(at == s.index().next(), "commands are applied one after the other");
  auto& from = c.from;
  applied result{.answer = {at, refusal::none}, .repeated = false, .touched = {}};
  transaction t(s, at, from.at, {from.why, from.causes.empty() ? log_index{} : from.causes.front()});

  if (from.client.value != 0) {
    if (auto* last = s.find(client_key{from.client}); last && from.sequence <= last->value.sequence) {
      bool same = from.sequence == last->value.sequence;
      result.answer = same ? last->value.answer : outcome{at, refusal::too_old};
      result.repeated = same;
      result.touched = t.commit();
      return result;
    }
  }
  result.answer.refused = check(s, c);
  if (result.answer.refused == refusal::none)
    std::visit([&](auto& body) { rules::effect(t, from, body); }, c.what);
  if (from.client.value != 0) remember_answer(t, from, result.answer);
  result.touched = t.commit();
  return result;
}

std::optional<stamp> next_deadline(const state& s) {
  std::optional<stamp> first;
  auto due = [&](stamp when) {
    if (!first || when < *first) first = when;
  };
  for (auto& [key, found] : s.all<directive_key>())
    if (found.value.expires) due(*found.value.expires);
  for (auto& [key, found] : s.all<failure_key>())
    if (auto ends = rules::forgotten_at(s, key, found.value)) due(*ends);
  for (auto& [key, found] : s.all<member_key>())
    if (found.value.acts_from > s.now()) due(found.value.acts_from);
  return first;
}

std::string why_not_on(const state& s) {
  auto level = s.constitution().level;
  if (level <= known_level) return {};
  return "the cluster is at level " + std::to_string(level) + ", and this trouped knows those up to " +
         std::to_string(known_level) + ": install a newer one";
}

std::string why_not(const genesis& g) {
  if (g.lineage.none()) return "a cluster needs a lineage";
  if (g.level == 0 || g.level > known_level)
    return "its level is " + std::to_string(g.level) + ", and this trouped knows those up to " +
           std::to_string(known_level) + ": install a newer one";
  if (auto wrong = rules::unsound(g.configuration); !wrong.empty()) return wrong;
  if (g.voters.empty()) return "a cluster needs a voter";
  if (g.voters.size() > config::max_voters) return "a cluster has at most 7 voters";
  for (std::size_t i = 0; i < g.voters.size(); ++i) {
    auto& v = g.voters[i];
    if (v.journal.value == 0) return "voter " + v.node.text + " has no journal";
    if (i > 0 && !(g.voters[i - 1].node < v.node)) return "voters are sorted, each node once";
    auto& nodes = g.configuration.nodes;
    if (std::none_of(nodes.begin(), nodes.end(), [&](auto& n) { return n.name == v.node; }))
      return "voter " + v.node.text + " is not a node of the configuration";
  }
  return {};
}

state form(const genesis& g) {
  TROUPE_ASSERT(why_not(g).empty(), "an unsound genesis is refused before");
  state s;
  transaction t(s, log_index{0}, g.at, {reason::formation, log_index{}});
  t.put(charter_key{}, {g.lineage, g.level, g.voters, {}});
  rules::install_configuration(t, g.configuration);
  // Nobody has looked yet: whatever is configured may run on every node of the formation.
  std::vector<resource_name> everything;
  for (auto& [name, standing] : s.config().resources) everything.push_back(name);
  for (auto& node : g.configuration.nodes) rules::put_inventory(t, node.name, log_index{0}, everything);
  t.commit();
  return s;
}

} // namespace troupe::cluster
