// Reports: what a node says of itself, in the order in which it said it [K9]. Only a stop's good end, or a probe of this
// session, frees a holder: a monitor that finds nothing frees nothing.
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

#include <algorithm>
#include <set>

namespace troupe::cluster::rules {

namespace {

// One report being read. Of what it has looked for, the inventory is told at its end: of thousands of resources each
// would have the rest of the list written anew.
struct reading {
  transaction& t;
  const command::report& r;
  std::set<resource_name> looked_for{};
};

const holder* find_open(const state& s, const command::report& r, const command::act_done& done) {
  auto* m = member_of(s, r.node);
  auto* found = s.find(holder_key{done.resource, done.ordinal, r.node, m->boot});
  bool open = found && found->value.open && found->value.open->id == done.act;
  return open ? &found->value : nullptr;
}

// Of what, unless it was another act, or none.
struct failed_act {
  bool start = false;
  bool promote = false;
};

std::uint32_t up_one(std::uint32_t in_a_row, bool more) {
  return std::min(in_a_row + (more ? 1 : 0), max_in_a_row);
}

void count_failure(transaction& t, const resource_name& resource, const node_name& node, std::int32_t exit_code,
                   const std::string& note, failed_act of = {}) {
  auto* found = t.now().find(failure_key{resource, node});
  auto before = found ? found->value : failures{};
  t.put(failure_key{resource, node},
        {before.count + 1, t.now().now(), exit_code, note, up_one(before.failed_starts, of.start), before.died_with_it,
         up_one(before.failed_promotes, of.promote)});
}

bool counts_promotes(const state& s) {
  return s.constitution().level >= 3;
}

// It can be promoted here after all.
void clear_failed_promotes(transaction& t, const resource_name& resource, const node_name& node) {
  failure_key key{resource, node};
  if (t.now().find(key)) t.update(key, [](failures& f) { f.failed_promotes = 0; });
}

// It can start here after all: only how often it failed remains to be said.
void clear_failed_starts(transaction& t, const resource_name& resource, const node_name& node) {
  failure_key key{resource, node};
  if (t.now().find(key))
    t.update(key, [](failures& f) {
      f.failed_starts = 0;
      f.died_with_it.reset();
    });
}

void item(reading& in, const command::act_done& done) {
  auto& [t, r, _] = in;
  auto* open = find_open(t.now(), r, done);
  if (!open) return; // an earlier item of this report closed it
  auto action = open->open->action;
  auto boot = member_of(t.now(), r.node)->boot;
  holder_key key{done.resource, done.ordinal, r.node, boot};
  using config::action;
  using command::act_end;

  bool gone = (done.end == act_end::ok && action == action::stop) ||
              (done.end == act_end::not_run && action == action::start);
  if (gone) return free_holder(t, key);
  bool went_wrong = done.end == act_end::failed || done.end == act_end::stuck;
  failed_act of{action == action::start, action == action::promote && counts_promotes(t.now())};
  if (went_wrong) count_failure(t, done.resource, r.node, done.exit_code, done.note, of);
  if (done.end == act_end::ok && action == action::start) clear_failed_starts(t, done.resource, r.node);
  if (done.end == act_end::ok && action == action::promote) clear_failed_promotes(t, done.resource, r.node);
  t.update(key, [&](holder& h) {
    h.open.reset();
    if (done.end == act_end::stuck || (done.end == act_end::failed && action == action::stop))
      h.now = stop_failed{done.exit_code, done.end == act_end::stuck};
    else if (done.end == act_end::failed)
      h.now = failed{done.exit_code, action == action::demote};
    else if (done.end == act_end::ok && action == action::start)
      h.now = running{};
    bool started = (done.end == act_end::ok && action == action::demote) ||
                   (done.end == act_end::not_run && action == action::promote);
    if (started) h.role = config::role::started;
  });
}

void item(reading& in, const command::probed& p) {
  auto& [t, r, looked_for] = in;
  bool asked = not_inventoried(t.now(), p.resource, r.node);
  if (!asked || !looked_for.insert(p.resource).second) return; // and answered
  auto boot = member_of(t.now(), r.node)->boot;
  holder_key key{p.resource, p.ordinal, r.node, boot};
  auto* before = t.now().find(key);
  auto* configured = standing_of(t.now(), p.resource);
  if (p.found == command::finding::not_held) {
    free_holder(t, key);
  } else if (before || configured) {
    auto defined_at = before ? before->value.definition : configured->defined_at;
    auto role = p.found == command::finding::promoted ? config::role::promoted : config::role::started;
    // A failed instance may still be promoted: it was, as far as anybody knows.
    if (p.found == command::finding::failed && before) role = before->value.role;
    if (p.exit_code == command::exit_failed_promoted) role = config::role::promoted;
    phase now = p.found == command::finding::failed ? phase{failed{p.exit_code}} : phase{running{}};
    t.put(key, {now, role, std::nullopt, defined_at});
    if (p.found == command::finding::failed) count_failure(t, p.resource, r.node, p.exit_code, "found failed");
  }
}

void close(reading& in) {
  if (in.looked_for.empty()) return;
  auto pending = in.t.now().find(inventory_key{in.r.node})->value.pending;
  std::erase_if(pending, [&](auto& each) { return in.looked_for.contains(each); });
  put_inventory(in.t, in.r.node, member_of(in.t.now(), in.r.node)->boot, std::move(pending));
}

void item(reading& in, const command::monitored& m) {
  auto& [t, r, _] = in;
  auto boot = member_of(t.now(), r.node)->boot;
  holder_key key{m.resource, m.ordinal, r.node, boot};
  auto* found = t.now().find(key);
  if (!found || !std::holds_alternative<running>(found->value.now)) return; // overtaken by an act
  if (!m.healthy) count_failure(t, m.resource, r.node, m.exit_code, m.note);
  // Found promoted where it should not be: nobody else is promoted until that is undone [K2].
  auto* configured = standing_of(t.now(), m.resource);
  bool promoted = configured && configured->may.promoted_max > 0 && !m.healthy &&
                  (m.exit_code == command::exit_running_promoted || m.exit_code == command::exit_failed_promoted);
  t.update(key, [&](holder& h) {
    h.now = running{m.healthy, m.healthy ? 0 : m.exit_code};
    if (promoted) h.role = config::role::promoted;
  });
}

void item(reading& in, const command::notified& n) {
  notices_key key{n.resource};
  auto* open = in.t.now().find(key);
  if (!open || open->value.id != n.round || open->value.stage != n.stage) return; // it went on without this node
  in.t.update(key, [&](notices& now) { now.asked.erase(in.r.node); });
}

} // namespace

refusal check(const state& s, const provenance& from, const command::report& r) {
  auto* m = member_of(s, r.node);
  if (!m) return refusal::unknown_node;
  if (from.by.node != r.node) return refusal::not_its_own;
  if (m->session != r.session) return refusal::stale_session;
  if (!is_present(*m)) return refusal::not_joined;
  if (r.number != m->reports + 1) return refusal::out_of_order;
  if (r.items.size() > command::max_report_items) return refusal::too_large;
  for (auto& i : r.items)
    if (auto* done = std::get_if<command::act_done>(&i); done && !find_open(s, r, *done)) return refusal::act_closed;
  return refusal::none;
}

void effect(transaction& t, const provenance&, const command::report& r) {
  t.update(member_key{r.node}, [&](member& m) { m.reports = r.number; });
  reading in{t, r};
  for (auto& i : r.items) std::visit([&](auto& one) { item(in, one); }, i);
  close(in);
}

} // namespace troupe::cluster::rules
