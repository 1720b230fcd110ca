#include "actors/console/inquiry/services.hpp"

#include "actors/cluster/holdings.hpp"
#include "actors/scheduler/native/place_cluster.hpp"
#include "actors/supervisor/fence_plan.hpp"
#include "actors/supervisor/pacing.hpp"
#include "actors/supervisor/placing.hpp"
#include "actors/supervisor/ready.hpp"
#include "actors/supervisor/situation.hpp"
#include "messages/types/assert.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace troupe::console {

namespace service_view {

using cluster::holder;
using cluster::holder_key;
using command::directive_kind;

bool maintained(const cluster::state& s, const std::string& subject) {
  return s.find(cluster::directive_key{directive_kind::maintenance, subject}) != nullptr;
}

bool any_open(const cluster::state& s, const resource_name& r) {
  bool open = false;
  cluster::for_each_holder_of(s, r, [&](const holder_key&, const holder& h) { open = open || h.open; });
  return open;
}

bool any_held(const cluster::state& s, const resource_name& r) {
  bool held = false;
  cluster::for_each_holder_of(s, r, [&](const holder_key&, const holder&) { held = true; });
  return held;
}

service_state state_of(const cluster::state& s, const service_line& line, const supervisor::advice& said) {
  if (any_open(s, line.resource)) return service_state::under_way;
  auto alone = [](auto& w) { return w.why == supervisor::hold::unmanaged; };
  if (!said.waits.empty())
    return std::all_of(said.waits.begin(), said.waits.end(), alone) ? service_state::left_alone : service_state::waits;
  if (!said.steps.empty()) return service_state::due;
  if (line.wanted == config::role::stopped && !any_held(s, line.resource)) return service_state::stopped;
  if (line.assigned == log_index{}) return service_state::not_placed;
  if (line.places.empty()) return line.managed ? service_state::nowhere : service_state::left_alone;
  bool any =
      std::any_of(line.places.begin(), line.places.end(), [](auto& p) { return p.role == config::role::promoted; });
  return line.wanted == config::role::promoted && !any ? service_state::not_promoted : service_state::good;
}

class viewer {
public:
  viewer(const cluster::state& s, cluster_status& out, stamp now)
    : s_(s)
    , out_(out)
    , now_(now)
    , known_(s.config().value)
    , sees_(s, known_) {}

  void services() {
    auto& c = s_.config().value;
    std::map<std::string, const config::group*> groups; // not shown yet
    for (auto& g : c.groups) groups[g.name.text] = &g;
    for (auto& r : c.resources) {
      auto& name = known_.group_of(r.name);
      if (name.empty()) {
        one(r, nullptr);
        continue;
      }
      auto* group = std::exchange(groups[name], nullptr);
      for (auto& m : group ? group->members : std::vector<resource_name>{}) one(resource(m), group);
    }
    removed();
  }

private:
  [[nodiscard]] const config::resource& resource(const resource_name& name) const {
    auto* standing = cluster::standing_of(s_, name);
    TROUPE_ASSERT(standing, "a configuration in the log is whole");
    return *cluster::definition_of(s_, name, standing->defined_at);
  }

  void one(const config::resource& r, const config::group* group) {
    auto advice = supervisor::advise(sees_, r.name);
    service_line line;
    line.resource = r.name;
    line.group = group ? group->name.text : "";
    line.promotable = r.promotable.has_value();
    line.cloned = r.clone || r.promotable || (group && group->clone);
    line.wanted = cluster::wanted_role(s_, r, line.group);
    line.managed = r.managed && !maintained(s_, "") && !maintained(s_, r.name.text) &&
                   (line.group.empty() || !maintained(s_, line.group));
    place(line);
    line.now = state_of(s_, line, advice);
    if (line.now == service_state::not_placed && placed_nowhere(r.name))
      line.now = line.managed ? service_state::nowhere : service_state::left_alone;
    if (line.now == service_state::due) line.again = paused_until(advice.steps);
    add(std::move(line), advice);
  }

  // The first of its steps goes out then; nullopt: at once.
  [[nodiscard]] std::optional<stamp> paused_until(const std::vector<supervisor::step>& steps) const {
    std::optional<stamp> first;
    for (auto& step : steps) {
      auto* past = s_.find(cluster::failure_key{step.at.resource, step.at.node});
      auto until = past ? supervisor::pacing::paused_until(step, past->value, now_) : std::nullopt;
      if (!until) return std::nullopt;
      first = std::min(first.value_or(*until), *until);
    }
    return first;
  }

  // What would be placed nowhere has no assignment: there is nothing to commit.
  bool placed_nowhere(const resource_name& r) {
    if (supervisor::too_early_to_place(s_, r)) return false;
    if (!nowhere_) {
      nowhere_.emplace();
      for (auto& item : scheduler::place_cluster(s_).items)
        if (item.places.empty()) nowhere_->insert(item.resource);
    }
    return nowhere_->contains(r);
  }

  void place(service_line& line) {
    auto* found = s_.find(cluster::assignment_key{line.resource});
    if (!found) return;
    line.assigned = found->version;
    auto& places = found->value.places;
    places_ += places.size();
    if (places_ <= max_places_shown) line.places = places;
  }

  void add(service_line line, const supervisor::advice& advice) {
    append(out_.services, out_.left_out, std::move(line));
    for (auto& w : advice.waits)
      append(out_.waits, out_.left_out,
             {w.at.resource, w.at.ordinal, w.at.node, std::string(name_of(w.why)), text_of(w)});
  }

  void removed() {
    resource_name last;
    for (auto& [key, h] : s_.all<holder_key>()) {
      if (key.resource == last || cluster::standing_of(s_, key.resource)) continue;
      last = key.resource;
      service_line line;
      line.resource = key.resource;
      line.now = service_state::removed;
      add(std::move(line), supervisor::advise(sees_, key.resource));
    }
  }

  const cluster::state& s_;
  cluster_status& out_;
  stamp now_;
  supervisor::ordering known_;
  supervisor::situation sees_;
  std::size_t places_ = 0;
  std::optional<std::set<resource_name>> nowhere_; // asked only if something has no assignment
};

void overdue(cluster_status& out, const cluster::state& s, stamp now) {
  for (auto& [key, found] : s.all<holder_key>()) {
    auto& h = found.value;
    if (!h.open) continue;
    auto* defined = cluster::definition_of(s, key.resource, h.definition);
    if (!defined) continue;
    auto limit = timeout_of(*defined, h.open->action);
    if (now - h.open->since <= limit) continue;
    auto* m = cluster::member_of(s, key.node);
    bool reachable = m && m->boot == key.boot && std::holds_alternative<cluster::joined>(m->here);
    append(out.overdue, out.left_out,
           {key.resource, key.ordinal, key.node, h.open->action, h.open->id, h.open->since, limit, now - h.open->since,
            reachable});
  }
}

void hold(proof_line& line, const resource_name& r) {
  if (line.held.size() < max_held_shown)
    line.held.push_back(r);
  else
    ++line.more;
}

// What a proof of death did not free, because it accepts another kind only.
void left_over(cluster_status& out, const cluster::state& s, const node_name& node) {
  auto boot = cluster::dead_but_held(s, node);
  if (!boot) return;
  proof_line line;
  line.node = node;
  line.boot = *boot;
  line.left_over = true;
  for (auto& [at, h] : s.all<holder_key>())
    if (at.node == node && at.boot <= *boot) hold(line, at.resource);
  append(out.proofs, out.left_out, std::move(line));
}

void proofs(cluster_status& out, const cluster::state& s) {
  for (auto& [key, m] : s.all<cluster::member_key>()) {
    left_over(out, s, key.node);
    bool suspected = std::holds_alternative<cluster::under_suspicion>(m.value.here);
    if (!cluster::needs_proof(s, key.node) && !(suspected && cluster::holds_anything(s, key.node))) continue;
    proof_line line;
    line.node = key.node;
    line.boot = m.value.boot;
    line.here = std::holds_alternative<cluster::joined>(m.value.here);
    if (auto broken = cluster::broken_beyond_node(s, key.node); !broken.empty())
      line.spared = cut(supervisor::spared_text(broken, key.node), max_noted);
    if (auto* a = s.find(cluster::attempt_key{key.node})) {
      line.attempt = a->value.ended == cluster::attempt::end::open;
      if (!line.attempt) line.last_failure = cut(a->value.note, max_noted);
    }
    for (auto& d : s.config().value.devices)
      if (std::binary_search(d.targets.begin(), d.targets.end(), key.node)) line.devices.push_back(d.name);
    for (auto& [at, h] : s.all<holder_key>())
      if (at.node == key.node) hold(line, at.resource);
    if (auto* unseen = s.find(cluster::inventory_key{key.node}))
      for (auto& r : unseen->value.pending)
        if (!s.find(holder_key{r, 0, key.node, unseen->value.boot})) hold(line, r);
    append(out.proofs, out.left_out, std::move(line));
  }
}

} // namespace service_view

void add_services(cluster_status& out, const cluster::state& s, stamp now) {
  service_view::viewer(s, out, now).services();
  for (auto& a : out.attempts) a.age = now - a.opened_at;
  service_view::overdue(out, s, now);
  service_view::proofs(out, s);
}

} // namespace troupe::console
