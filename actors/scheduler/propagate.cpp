// Required and runnable: what the orderings make of the optional actions, to a fixed point.
//
// Each edge can make an action required, or unable to run; nothing is ever made optional or runnable again, so the work
// ends. A collective's mark stands for its members: what happens to it happens to them, pair by pair where clones are
// interleaved.
#include "actors/scheduler/marks.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

class propagator {
public:
  propagator(const input& in, const cluster_state& s, const assignment& a, plan& p)
    : in_(in)
    , s_(s)
    , a_(a)
    , p_(p)
    , marks_(s, p)
    , into_(p.actions.size())
    , out_(p.actions.size())
    , queued_(p.actions.size(), false)
    , inhibited_(s.units.size(), false)
    , changes_(s.units.size(), 0)
    , known_(p.actions.size()) {
    for (std::size_t i = 0; i < p.edges.size(); ++i) {
      into_[p.edges[i].after.at()].push_back(i);
      out_[p.edges[i].before.at()].push_back(i);
    }
    for (auto& c : a.colocations)
      if (c.weight >= score::limit) mandatory_.push_back(&c);
  }

  void run() {
    for (auto id : ids_of(p_.actions)) {
      if (!at(id).runnable) block_dependents(id);
      push(id);
    }
    while (!queue_.empty()) {
      auto id = queue_.back();
      queue_.pop_back();
      queued_[id.at()] = false;
      visit(id);
    }
  }

private:
  action& at(action_id id) { return p_.actions[id]; }

  void push(action_id id) {
    if (queued_[id.at()]) return;
    queued_[id.at()] = true;
    queue_.push_back(id);
  }

  // What the marks of all that it is part of stand for may be another.
  void touch(action_id id) {
    for (auto u = at(id).unit; u.valid(); u = s_.units[u].parent) ++changes_[u.at()];
  }

  // A clone's mark is asked for by each of its instances after each change of one: it is added up once a change.
  marks::flags flags_of(action_id id, node_id n = {}) {
    if (!marks_.is_clone_mark(id)) return marks_.of(id, n);
    auto as_of = changes_[at(id).unit.at()];
    auto& known = known_[id.at()];
    auto found = std::find_if(known.begin(), known.end(), [&](auto& k) { return k.where == n; });
    if (found == known.end()) found = known.insert(found, {n, as_of, marks_.of(id, n)});
    if (found->as_of != as_of) *found = {n, as_of, marks_.of(id, n)};
    return found->is;
  }

  // Whoever is next to it looks again: neighbours, and the marks of what it is part of.
  void changed(action_id id) {
    push(id);
    for (auto e : into_[id.at()]) push(p_.edges[e].before);
    for (auto e : out_[id.at()]) push(p_.edges[e].after);
    auto& a = at(id);
    if (!a.unit.valid()) return;
    for (auto u = s_.units[a.unit].parent; u.valid(); u = s_.units[u].parent) {
      for (auto m : p_.of_unit[u.at()]) {
        refresh_mark(m);
        for (auto e : out_[m.at()]) push(p_.edges[e].after);
      }
    }
    for (auto sibling : p_.of_unit[a.unit.at()]) push(sibling);
  }

  void require(action_id id, action_id because) {
    auto& a = at(id);
    if (!a.optional) return;
    a.optional = false;
    touch(id);
    if (a.reason.empty())
      a.reason =
          at(because).unit == a.unit && a.unit.valid() ? at(because).reason : reason_of(in_, s_, at(because), true);
    changed(id);
  }

  void disable(action_id id, action_id because) {
    auto& a = at(id);
    if (!a.runnable) return;
    a.runnable = false;
    touch(id);
    a.reason = at(because).unit == a.unit && a.unit.valid() && !at(because).reason.empty()
                   ? at(because).reason
                   : reason_of(in_, s_, at(because), false);
    block_dependents(id);
    changed(id);
  }

  void no_migration(action_id id) {
    if (!at(id).migratable) return;
    at(id).migratable = false;
    changed(id);
  }

  action_id find(unit_id u, task what, node_id n) const { return find_action(p_, u, what, n); }

  void refresh_mark(action_id id) {
    auto f = flags_of(id);
    auto& a = at(id);
    if (a.optional && !f.optional) {
      a.optional = false;
      touch(id);
      for (auto e : out_[id.at()]) push(p_.edges[e].after);
      for (auto sibling : p_.of_unit[a.unit.at()]) push(sibling);
    }
    bool counts = a.what == task::started || a.what == task::promoted;
    if (counts && a.runnable && !f.runnable && s_.units[a.unit].kind == resource_kind::group) {
      a.runnable = false;
      touch(id);
      for (auto e : out_[id.at()]) push(p_.edges[e].after);
    }
  }

  // --- one action and what comes before it ---
  void visit(action_id then) {
    std::uint32_t can_run = 0;
    bool counts = at(then).what == task::one_or_more;
    for (auto e : into_[then.at()]) {
      auto& edge = p_.edges[e];
      if ((edge.flags & same_node) && at(edge.before).node.valid() && at(then).node.valid() &&
          at(edge.before).node != at(then).node)
        continue;
      if (edge.flags & one_or_more) {
        counts = true;
        if (completes(edge.before)) ++can_run;
        continue;
      }
      apply(edge);
    }
    if (counts && can_run < std::max(at(then).needed_before, 1u) && at(then).runnable) {
      at(then).runnable = false;
      touch(then);
      changed(then);
    }
  }

  bool completes(action_id id) {
    auto f = flags_of(id);
    if (!f.runnable) return false;
    auto& a = at(id);
    return !a.unit.valid() || a.node.valid() || s_.units[a.unit].kind != resource_kind::primitive;
  }

  void apply(const edge& e) {
    auto first = flags_of(e.before);
    if (marks_.is_clone_mark(e.before)) first.optional = flags_of(e.before, node_of(e.after)).optional;
    update(e.before, first, e.after, e.flags);
  }

  // Where an action is; a group's mark is where the group is.
  node_id node_of(action_id id) {
    auto& a = at(id);
    if (a.node.valid() || !a.unit.valid() || s_.units[a.unit].kind != resource_kind::group) return a.node;
    return place_of(a.unit, a.what == task::stop || a.what == task::stopped);
  }

  void update(action_id first, marks::flags f, action_id then, std::uint32_t kind) {
    auto tu = at(then).unit, fu = at(first).unit;
    if (tu.valid() && fu.valid() && tu != fu && at(then).what != task::one_or_more) {
      auto k = s_.units[tu].kind;
      if (is_clone_like(k) && !below(s_, fu, tu)) {
        if (at(first).what != task::one_or_more && is_clone_like(s_.units[fu].kind) && interleaved(first, then))
          pairwise(first, then, kind);
        else
          each_instance(first, f, then, kind);
        return;
      }
      if (k == resource_kind::group && !below(s_, fu, tu)) {
        basic(first, f, then, kind);
        for (auto m : s_.units[tu].children)
          if (auto mine = find(m, at(then).what, at(then).node); mine.valid()) basic(first, f, mine, kind);
        return;
      }
    }
    basic(first, f, then, kind);
  }

  bool interleaved(action_id first, action_id then) {
    auto what = at(then).what;
    auto decides = what == task::stop || what == task::demote ? at(first).unit : at(then).unit;
    return s_.units[decides].kind == resource_kind::bundle || in_.resources[s_.units[decides].what].interleave;
  }

  node_id place_of(unit_id u, bool present) const {
    if (s_.units[u].kind == resource_kind::primitive) {
      if (!present) return inhibited_[u.at()] ? node_id{} : a_.units[u].node;
      return s_.now[u].running_on.empty() ? node_id{} : s_.now[u].running_on.front();
    }
    node_id found;
    for (auto c : s_.units[u].children) {
      auto n = place_of(c, present);
      if (n.valid()) found = n;
    }
    return found;
  }

  // Where interleaved instances meet: an instance inside of a container is on its container's host.
  node_id host_of(unit_id u, bool present) const {
    auto n = place_of(u, present);
    if (n.valid() && in_.nodes[n].kind == node_kind::guest && in_.nodes[n].container.valid()) {
      for (auto& r : s_.replicas)
        if (r.guest == n) return place_of(r.container, present);
    }
    return n;
  }

  // The instance of the first clone that is, or will be, on the same node as one of the then clone decides for it.
  void pairwise(action_id first, action_id then, std::uint32_t kind) {
    auto fu = at(first).unit, tu = at(then).unit;
    bool present = at(first).what == task::stopped || at(first).what == task::demoted;
    for (auto child : marks_.members(tu, begun(at(then).what))) {
      auto mine = find(child, at(then).what, {});
      if (!mine.valid()) continue;
      auto where = host_of(child, present);
      unit_id match;
      if (where.valid())
        for (auto i : marks_.members(fu, begun(at(first).what)))
          if (host_of(i, present) == where && !(s_.now[i].blocked)) match = i;
      if (!match.valid()) {
        if (!present && (kind & (runnable_left | implies_then)) && where.valid()) inhibit(child, first);
        continue;
      }
      auto theirs = find(match, begun(at(first).what), {});
      if (!theirs.valid()) continue;
      update(theirs, marks_.of(theirs), mine, kind);
    }
  }

  // No partner on its node: it must not become, nor stay, active.
  void inhibit(unit_id u, action_id because) {
    for (auto c : s_.units[u].children) inhibit(c, because);
    if (s_.units[u].kind == resource_kind::primitive && !inhibited_[u.at()]) {
      inhibited_[u.at()] = true;
      p_.inhibited.push_back(u);
      for (auto id : p_.of_unit[u.at()]) changed(id);
    }
    for (auto id : p_.of_unit[u.at()]) {
      auto& a = at(id);
      if (a.what == task::start) disable(id, because);
      if (a.what == task::stop && a_.units[u].managed) require(id, because);
    }
  }

  void each_instance(action_id first, marks::flags f, action_id then, std::uint32_t kind) {
    basic(first, f, then, kind);
    for (auto child : marks_.members(at(then).unit, begun(at(then).what))) {
      auto mine = find(child, at(then).what, {});
      if (!mine.valid() || !marks_.of(mine).runnable) continue;
      update(first, f, mine, kind);
    }
  }

  // --- the rules of an edge ---
  void basic(action_id first, marks::flags f, action_id then, std::uint32_t kind) {
    if (kind & implies_then) {
      bool only_migrates = at(first).migratable;
      if (!f.optional && !only_migrates) require(then, first);
    }
    if ((kind & holds_up) && restarts(then)) no_migration(first); // it cannot live through that
    if (kind & restart) restart_rule(first, then);
    if ((kind & promoted_implies_first) && !at(then).optional && at(first).optional &&
        s_.now[at(then).unit].now == role::promoted)
      require(first, then);
    if (kind & implies_first_migratable) {
      if (!at(then).migratable || !at(then).runnable) disable(first, then);
      if (!at(then).optional) require(first, then);
    }
    if ((kind & pseudo_left) && !f.runnable) no_migration(then);
    if ((kind & runnable_left) && !f.runnable && at(then).runnable) {
      disable(then, first);
      no_migration(then);
    }
    if (kind & asymmetrical) asymmetrical_rule(first, f, then);
    if ((kind & (implies_then | holds_up | restart)) && blocked_stop(first)) disable(then, first);
  }

  // Stopped to come up again, here or elsewhere, and not alive. (Of a clone it may be another instance that comes up.)
  bool restarts(action_id stop) {
    auto& a = at(stop);
    if (a.optional || a.migratable) return false;
    if (!a.unit.valid()) return a.what == task::unfence;
    auto& all = p_.of_unit[a.unit.at()];
    return std::any_of(all.begin(), all.end(), [&](auto id) { return at(id).what == task::start && !at(id).optional; });
  }

  // What failed so that nothing may be done about it cannot be stopped, and keeps up what would follow.
  bool blocked_stop(action_id id) {
    auto& a = at(id);
    return a.what == task::stop && !a.runnable && a.unit.valid() && s_.now[a.unit].blocked && !a_.units[a.unit].managed;
  }

  // A stop and what waits for it: the start of the same unit, or the stop of the member before it in a group. Who has
  // to stop and cannot start is stopped all the same; whose stop cannot be done holds up what waits.
  void restart_rule(action_id stop, action_id then) {
    bool required = !at(then).optional;
    bool cannot_start = at(stop).unit == at(then).unit && !at(then).runnable && a_.units[at(then).unit].managed;
    if (!required && !cannot_start) return;
    if (at(stop).runnable || required) require(stop, then);
    if (!at(then).migratable) no_migration(stop);
    if (!at(stop).optional && !at(stop).runnable) disable(then, stop);
  }

  void asymmetrical_rule(action_id first, marks::flags f, action_id then) {
    if (f.runnable || !at(then).unit.valid()) return;
    auto u = at(then).unit;
    auto now = present_role(s_, u);
    if (at(then).what == task::stop && now <= role::stopped) return;
    if (at(then).what == task::start && now >= role::started && at(then).optional && s_.now[u].running_on.size() == 1 &&
        (!at(then).node.valid() || s_.now[u].running_on.front() == at(then).node))
      return;
    disable(then, first);
  }

  // What must be with something that cannot start, or be promoted, cannot either. Of a collective, all of it.
  void block_dependents(action_id id) {
    auto what = at(id).what;
    if (what != task::start && what != task::promote) return;
    auto whole = outermost(s_, at(id).unit, true);
    if (some_member_can(whole, what)) return;
    for (auto* c : mandatory_) {
      if (c->primary != whole || (what == task::promote && c->primary_role != role::promoted)) continue;
      block(c->dependent, c->dependent_role == role::promoted ? task::promote : task::start, id);
    }
  }

  // A member that has nothing of the kind to do is no obstacle.
  bool some_member_can(unit_id whole, task what) {
    auto can = [&](unit_id c) {
      auto mine = find(c, what, {});
      return !mine.valid() || marks_.of(mine).runnable;
    };
    auto list = marks_.members(whole, what);
    return std::any_of(list.begin(), list.end(), can);
  }

  // The start of a collective does not carry its members' starts with it: what runs of them stays.
  void block(unit_id u, task what, action_id because) {
    if (what == task::promote)
      for (auto c : s_.units[u].children) block(c, what, because);
    for (auto id : p_.of_unit[u.at()])
      if (at(id).what == what) disable(id, because);
  }

  const input& in_;
  const cluster_state& s_;
  const assignment& a_;
  plan& p_;
  marks marks_;
  std::vector<std::vector<std::size_t>> into_, out_;
  std::vector<bool> queued_, inhibited_;
  std::vector<std::uint32_t> changes_; // by unit: of it and of all below it
  struct known_flags {
    node_id where;
    std::uint32_t as_of;
    marks::flags is;
  };
  std::vector<std::vector<known_flags>> known_; // by action: what marks stood for
  std::vector<action_id> queue_;
  std::vector<const unit_colocation*> mandatory_;
};

} // namespace

void propagate(const input& in, const cluster_state& s, const assignment& a, plan& p) {
  propagator{in, s, a, p}.run();
}

} // namespace troupe::scheduler
