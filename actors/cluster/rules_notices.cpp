// Rounds of notices: who has to be told, and when a stage is over. Nothing of safety: an act outside of its round is
// granted all the same, its neighbours have then just not been told.
//
// Told are the instances that run when a stage begins, each on the session that it has then. Who is lost meanwhile is
// not waited for: that is ready()'s to see. Time ends no stage: a node reports when its agent ends or is ended.
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

namespace troupe::cluster::rules {

namespace {

std::map<node_name, session_id> to_be_told(const state& s, const resource_name& resource) {
  std::map<node_name, session_id> out;
  for_each_holder_of(s, resource, [&](const holder_key& key, const holder& h) {
    auto session = acting_session(s, key.node);
    bool here = session && member_of(s, key.node)->boot == key.boot;
    if (here && std::holds_alternative<running>(h.now)) out[key.node] = *session;
  });
  return out;
}

std::vector<command::placement> active_places(const state& s, const resource_name& resource) {
  std::vector<command::placement> out;
  for_each_holder_of(s, resource, [&](const holder_key& key, const holder& h) {
    auto* m = member_of(s, key.node);
    if (m && m->boot == key.boot && !std::holds_alternative<starting>(h.now))
      out.push_back({key.node, key.ordinal, h.role});
  });
  return out;
}

bool in_bounds(const command::planned& p) {
  for (auto* list : {&p.starting, &p.stopping, &p.promoting, &p.demoting})
    if (list->size() > config::max_nodes * config::max_instances) return false;
  return true;
}

} // namespace

refusal check(const state& s, const provenance&, const command::notice_begun& c) {
  if (!standing_of(s, c.resource)) return refusal::unknown_resource;
  if (!in_bounds(c.what)) return refusal::too_large;
  return s.find(notices_key{c.resource}) ? refusal::round_open : refusal::none;
}

void effect(transaction& t, const provenance&, const command::notice_begun& c) {
  auto told = to_be_told(t.now(), c.resource);
  auto stage = told.empty() ? command::notice_stage::acting : command::notice_stage::before;
  t.put(notices_key{c.resource},
        {t.at(), c.operation, c.what, active_places(t.now(), c.resource), stage, std::move(told)});
}

refusal check(const state& s, const provenance&, const command::notice_turned& c) {
  auto* open = s.find(notices_key{c.resource});
  bool same = open && open->value.id == c.round && open->value.stage == c.from;
  return same ? refusal::none : refusal::round_closed;
}

void effect(transaction& t, const provenance&, const command::notice_turned& c) {
  notices_key key{c.resource};
  auto told = to_be_told(t.now(), c.resource);
  if (c.from == command::notice_stage::before)
    return t.update(key, [](notices& n) { n.stage = command::notice_stage::acting, n.asked.clear(); });
  if (c.from == command::notice_stage::after || told.empty()) return t.erase(key);
  t.update(key, [&](notices& n) { n.stage = command::notice_stage::after, n.asked = std::move(told); });
}

} // namespace troupe::cluster::rules
