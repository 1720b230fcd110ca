#include "actors/scheduler/native/placement_input.hpp"

#include "actors/cluster/attributes.hpp"
#include "actors/cluster/holdings.hpp"
#include "agents/ocf/exit_codes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::scheduler {

namespace {

role role_of(std::optional<config::role> r) {
  if (!r) return role::unknown;
  switch (*r) {
  case config::role::stopped: return role::stopped;
  case config::role::started: return role::started;
  case config::role::promoted: return role::promoted;
  }
  return role::unknown;
}

task task_of(config::action a) {
  switch (a) {
  case config::action::start: return task::start;
  case config::action::stop: return task::stop;
  case config::action::promote: return task::promote;
  case config::action::demote: return task::demote;
  }
  return task::start;
}

class adapter {
public:
  adapter(const cluster::state& s, const situation& now)
    : state_(s)
    , now_(now)
    , c_(now.config()) {}

  input make() {
    in_.rules = policy::native;
    in_.now = state_.now();
    in_.settings.quorate = true;  // whoever leads is
    in_.settings.fencing = false; // its ordering is ready()'s
    in_.settings.stickiness = c_.stickiness.value();
    for (std::size_t i = 0; i < c_.nodes.size(); ++i) add_node(i);
    for (std::size_t i = 0; i < c_.resources.size(); ++i) add_primitive(i);
    for (auto& g : c_.groups) add_group(g);
    for (std::size_t i = 0; i < c_.resources.size(); ++i)
      if (!now_.group_of(i)) add_alone(i);
    outer_.sort();
    sort_top();
    constraints();
    moves();
    failures();
    return std::move(in_);
  }

private:
  void add_node(std::size_t i) {
    auto use = now_.use_of(i);
    node n;
    n.name = n.id = c_.nodes[i].name.text;
    n.seen = true;
    n.standby = use == node_use::standby;
    n.maintenance = use == node_use::maintenance;
    n.keeps_only = use == node_use::keeps_only || use == node_use::gated;
    n.process_online = use <= node_use::maintenance;
    n.in_membership = n.process_online;
    n.join = n.process_online ? join_state::member : join_state::down;
    in_.reporting_order.push_back(in_.nodes.add(std::move(n)));
  }

  // Primitives first: a resource's position is its primitive's id.
  void add_primitive(std::size_t i) {
    auto& from = c_.resources[i];
    resource r;
    r.name = from.name.text;
    r.priority = from.priority;
    r.managed = !now_.unmanaged(i);
    if (from.stickiness) r.stickiness = from.stickiness->value();
    if (from.failure_threshold > 0) r.migration_threshold = static_cast<std::int32_t>(from.failure_threshold);
    auto target = now_.target(i);
    if (target == config::role::stopped)
      r.target = role::stopped;
    else if (from.promotable && target == config::role::started)
      r.target = role::unpromoted;
    auto id = in_.resources.add(std::move(r));
    for (auto& p : now_.present(i)) present(id, node_id{p.node}, p.role == config::role::promoted);
    if (from.promotable) promotion_scores(from, id);
  }

  void promotion_scores(const config::resource& from, resource_id id) {
    if (cluster::first_promotion_waits(state_, from.name)) return;
    for (auto n : ids_of(in_.nodes)) {
      auto said = cluster::promotion_score(state_, from.name, c_.nodes[n.at()].name);
      if (!said && from.promotable->score) said = score{*from.promotable->score};
      if (said) in_.promotion_scores.push_back({n, id, -1, said->value()});
    }
  }

  void present(resource_id r, node_id n, bool promoted) {
    history h{.where = n, .what = r};
    auto done = [&](task what) {
      operation_record op;
      op.what = what;
      op.call_id = static_cast<std::int32_t>(h.operations.size()) + 1;
      op.rc = op.expected_rc = 0;
      op.expected_known = true;
      op.status = operation_status::done;
      h.operations.push_back(std::move(op));
    };
    done(task::start);
    if (promoted) done(task::promote);
    histories_.push_back(std::move(h));
  }

  void add_group(const config::group& g) {
    resource r;
    r.name = g.name.text;
    r.kind = resource_kind::group;
    for (auto& member : g.members) {
      auto m = now_.resource(member);
      TROUPE_ASSERT(m, "a configuration in the log is whole");
      r.children.emplace_back(*m);
      r.priority += in_.resources[resource_id{*m}].priority;
      outer_.add(member.text, *m);
    }
    auto id = in_.resources.add(r);
    for (auto m : r.children) in_.resources[m].parent = id;
    add_top(g.name.text, id, g.clone, {});
  }

  void add_alone(std::size_t i) {
    auto& from = c_.resources[i];
    auto clone = from.clone;
    if (from.promotable && !clone) clone.emplace();
    add_top(from.name.text, resource_id{i}, clone, from.promotable);
  }

  // What a constraint means by the name is the outermost: of a clone, the clone.
  void add_top(const std::string& name, resource_id inner, const std::optional<config::clone_options>& clone,
               const std::optional<config::promotable_options>& promotable) {
    auto id = inner;
    if (clone) {
      resource r;
      r.name = name;
      r.kind = resource_kind::clone;
      r.children = {inner};
      r.priority = in_.resources[inner].priority;
      auto every_node = static_cast<std::uint32_t>(in_.nodes.size());
      r.clone_max = std::min(clone->max.value_or(every_node), every_node);
      r.interleave = clone->interleave;
      r.ordered = clone->ordered;
      r.notify = clone->notify;
      r.promotable = promotable.has_value();
      if (promotable) r.promoted_max = promotable->max;
      id = in_.resources.add(std::move(r));
      in_.resources[inner].parent = id;
    }
    outer_.add(name, id.at());
    in_.top.push_back(id);
  }

  // Who is placed first: higher priority, then by name.
  void sort_top() {
    std::sort(in_.top.begin(), in_.top.end(), [&](resource_id a, resource_id b) {
      auto &x = in_.resources[a], &y = in_.resources[b];
      return x.priority != y.priority ? x.priority > y.priority : x.name < y.name;
    });
    std::stable_sort(histories_.begin(), histories_.end(), [](auto& a, auto& b) { return a.where < b.where; });
    in_.histories = std::move(histories_);
  }

  resource_id outer(const std::string& name) const {
    auto found = outer_.find(name);
    TROUPE_ASSERT(found, "a configuration in the log is whole");
    return resource_id{*found};
  }

  constraint_id origin(std::string text) {
    in_.constraint_names.push_back(std::move(text));
    return constraint_id{in_.constraint_names.size() - 1};
  }

  void constraints() {
    for (auto& l : c_.locations)
      if (auto n = now_.node(l.node))
        in_.locations.push_back({.origin = origin("location of " + l.what + " on " + l.node.text),
                                 .what = outer(l.what),
                                 .where = node_id{*n},
                                 .weight = l.weight});
    for (auto& l : c_.colocations)
      in_.colocations.push_back({.origin = origin("colocation of " + l.what + " with " + l.with),
                                 .dependent = outer(l.what),
                                 .primary = outer(l.with),
                                 .dependent_role = role_of(l.what_role),
                                 .primary_role = role_of(l.with_role),
                                 .weight = l.weight,
                                 .influence = {}});
    for (auto& o : c_.orders)
      in_.orders.push_back(
          {.origin = origin("order of " + o.first + " and " + o.then),
           .first = outer(o.first),
           .then = outer(o.then),
           .first_task = task_of(o.first_action),
           .then_task = task_of(o.then_action),
           .kind = o.kind == config::order_kind::mandatory ? order_kind::mandatory : order_kind::optional,
           .symmetrical = o.symmetrical});
  }

  void moves() {
    for (auto& [key, d] : state_.all<cluster::directive_key>()) {
      if (key.kind != command::directive_kind::move) continue;
      auto what = outer_.find(key.subject);
      auto n = now_.node(d.value.to);
      if (!what || !n) continue; // it outlived what it speaks of
      in_.locations.push_back({.origin = origin("move of " + key.subject + " to " + d.value.to.text),
                               .what = resource_id{*what},
                               .where = node_id{*n},
                               .weight = score::infinity()});
    }
  }

  bool stuck_on(const cluster::failure_key& at) const {
    bool any = false;
    cluster::for_each_holder_of(state_, at.resource, [&](const cluster::holder_key& key, const cluster::holder& h) {
      bool stuck =
          std::holds_alternative<cluster::failed>(h.now) || std::holds_alternative<cluster::stop_failed>(h.now);
      any = any || (key.node == at.node && stuck);
    });
    return any;
  }

  // An operator wants it there, and knows how often its starts had failed. Those that fail from now on count, and all
  // before with them.
  bool moved_there_since(std::size_t r, const cluster::failure_key& key, log_index failed) {
    auto* group = now_.group_of(r);
    for (auto& subject : {key.resource.text, group ? group->name.text : std::string{}}) {
      auto* d = state_.find(cluster::directive_key{command::directive_kind::move, subject});
      if (d && d->value.to == key.node && failed < d->version) return true;
    }
    return false;
  }

  // Where it makes no sense to try again, by the agent's own word.
  void rule_out(const resource_name& r, node_id n, std::int32_t exit_code) {
    auto reach = agents::ocf::reach_of(exit_code);
    auto what = outer_.find(r.text);
    if (reach < agents::ocf::reach::node || !what) return;
    auto why = origin(fmt::format("failed on {}: {}", in_.nodes[n].name, agents::ocf::meaning_of(exit_code)));
    for (auto each : ids_of(in_.nodes))
      if (each == n || reach == agents::ocf::reach::resource)
        in_.locations.push_back(
            {.origin = why, .what = resource_id{*what}, .where = each, .weight = score::minus_infinity()});
  }

  void failures() {
    for (auto& [key, f] : state_.all<cluster::failure_key>()) {
      auto r = now_.resource(key.resource);
      auto n = now_.node(key.node);
      if (!r || !n) continue;
      in_.failures.push_back(
          {.where = node_id{*n},
           .what = resource_id{*r},
           .count = static_cast<std::int32_t>(std::min<std::uint32_t>(f.value.count, score::limit))});
      rule_out(key.resource, node_id{*n}, f.value.exit_code);
      // What a node has died with, and its next boot was found to have as well, may be stuck there: like a failed
      // start.
      auto avoided = f.value.failed_starts + (f.value.died_with_it && stuck_on(key) ? 1 : 0);
      if (avoided > 0 && !moved_there_since(*r, key, f.version))
        in_.failed_starts.push_back({.where = node_id{*n}, .what = resource_id{*r}, .count = avoided});
      if (f.value.failed_promotes > 0 && !moved_there_since(*r, key, f.version))
        in_.failed_promotes.push_back(
            {.where = node_id{*n}, .what = resource_id{*r}, .count = f.value.failed_promotes});
    }
    std::stable_sort(in_.failures.begin(), in_.failures.end(), [](auto& a, auto& b) { return a.what < b.what; });
  }

  const cluster::state& state_;
  const situation& now_;
  const config::cluster& c_;
  name_index outer_; // of resources and groups, to ids
  std::vector<history> histories_;
  input in_;
};

} // namespace

input placement_input(const cluster::state& s, const situation& now) {
  return adapter{s, now}.make();
}

input placement_input(const cluster::state& s) {
  return placement_input(s, situation{s});
}

} // namespace troupe::scheduler
