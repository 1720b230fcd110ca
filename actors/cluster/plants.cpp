#include "actors/cluster/plants.hpp"

#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

namespace troupe::cluster {

namespace {

constexpr std::uint64_t too_long = 60; // commands

void free_all(transaction& t, const node_name& node) {
  std::vector<holder_key> held;
  for_each_holder_on(t.now(), node, [&](const holder_key& key, const holder&) { held.push_back(key); });
  for (auto& key : held) rules::free_holder(t, key);
  if (auto* m = member_of(t.now(), node)) rules::put_inventory(t, node, m->boot, {});
}

template <class Which>
void free_where(transaction& t, Which which) {
  std::vector<holder_key> held;
  for (auto& [key, found] : t.now().all<holder_key>())
    if (which(key, found.value)) held.push_back(key);
  for (auto& key : held) rules::free_holder(t, key);
}

void free_what_was_not_found(transaction& t, const command::report& r) {
  constexpr std::int32_t not_running = 7; // OCF
  for (auto& item : r.items) {
    auto* m = std::get_if<command::monitored>(&item);
    if (!m || m->healthy || m->exit_code != not_running) continue;
    free_where(t, [&](auto& key, auto& h) { return key.resource == m->resource && key.node == r.node && !h.open; });
  }
}

} // namespace

plants::plants(const std::set<std::string>& names) {
  for (auto& p : all_plants)
    if (names.contains(std::string(p.name))) set_.insert(p.what);
}

void plants::after(state& s, const command::command& c, applied& done) const {
  transaction t(s, s.index(), s.now(), {c.from.why, done.answer.index});
  bool good = done.answer.refused == refusal::none && !done.repeated;
  if (auto* lost = std::get_if<command::node_lost>(&c.what); lost && good && has(plant::skip_fence_wait))
    if (std::holds_alternative<cluster::lost>(member_of(s, lost->node)->here)) free_all(t, lost->node);
  if (auto* join = std::get_if<command::node_joined>(&c.what); join && good && has(plant::session_for_boot))
    free_all(t, join->node);
  if (has(plant::free_by_deadline))
    free_where(t, [&](auto&, auto& h) { return h.open && h.open->id.value + too_long < s.index().value; });
  if (auto* proof = std::get_if<command::fence_proof>(&c.what); proof && !done.repeated && has(plant::proof_by_name))
    if (auto* m = member_of(s, proof->target)) rules::prove_dead(t, proof->target, m->boot, proof->kind);
  if (auto* r = std::get_if<command::report>(&c.what); r && good && has(plant::monitor_frees))
    free_what_was_not_found(t, *r);
  if (auto* w = std::get_if<command::withdraw>(&c.what); w && good && has(plant::withdraw_frees))
    free_where(t, [&](auto&, auto& h) { return h.open && h.open->id == w->act; });
  if (auto* a = std::get_if<command::act>(&c.what); a && good && has(plant::demote_frees))
    if (a->action == config::action::demote)
      t.update(holder_key{a->at.resource, a->at.ordinal, a->at.node, member_of(s, a->at.node)->boot},
               [](holder& h) { h.role = config::role::started; });
  auto touched = t.commit();
  done.touched.insert(done.touched.end(), touched.begin(), touched.end());
}

} // namespace troupe::cluster
