#include "actors/scheduler/transition/transition.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

class follower {
public:
  follower(const input& in, const outcome& o)
    : in_(in)
    , o_(o)
    , p_(o.steps)
    , passing_(in, o.state, o.steps)
    , fenced_(in.nodes.size(), false) {
    for (auto& f : p_.fencing)
      if (f.kind != fence_kind::on && in.nodes[f.node].kind != node_kind::guest) fenced_[f.node.at()] = true;
    counted_.resize(p_.actions.size(), false);
    for (auto& e : p_.edges)
      if ((e.flags & one_or_more) && asked_for(e.before)) counted_[e.after.at()] = true;
  }

  steps run() {
    steps begun;
    add_clean_ups(in_, o_, all_);
    add_recurring(in_, o_, all_, begun);
    add_probes(in_, o_, all_);
    for (auto id : in_order(p_)) {
      steps after;
      if (is_clone_mark(id)) add_notices(in_, o_, passing_, id, all_, after);
      if (passed(id)) follow(id);
      all_.insert(all_.end(), after.begin(), after.end());
    }
    add_load_marks(in_, o_, all_);
    for (auto u : p_.reloads)
      if (!stops(u)) all_.push_back({.unit = u, .node = o_.placement.units[u].node, .what = task::reload});
    all_.insert(all_.end(), begun.begin(), begun.end());
    // Who is to be fenced, or would be if that were possible, is asked for nothing.
    std::erase_if(all_, [&](auto& s) { return s.unit.valid() && !s.pseudo && s.node.valid() && !reachable(s.node); });
    return std::move(all_);
  }

private:
  bool is_clone_mark(action_id id) const {
    auto& a = p_.actions[id];
    return a.unit.valid() && o_.state.units[a.unit].kind == resource_kind::clone && a.what != task::one_or_more;
  }

  bool is_collective(unit_id u) const { return u.valid() && o_.state.units[u].kind != resource_kind::primitive; }

  bool asked_for(action_id id) const {
    auto& a = p_.actions[id];
    auto f = is_collective(a.unit) ? passing_.of(id) : marks::flags{a.optional, a.runnable};
    return !f.optional && f.runnable;
  }

  bool passed(action_id id) const {
    auto& a = p_.actions[id];
    if (a.what == task::one_or_more) return a.runnable && counted_[id.at()];
    if (is_collective(a.unit)) return o_.state.now[a.unit].managed && asked_for(id);
    return carried_out(p_, a) || (stands_for_migration(p_, a) && !a.optional);
  }

  bool reachable(node_id n) const { return !o_.placement.nodes[n].unclean && !fenced_[n.at()]; }

  bool stops(unit_id u) const {
    auto stop = find_action(p_, u, task::stop);
    return stop.valid() && !p_.actions[stop].optional;
  }

  // What was in several places and should be in one is expected to go on there: the peer starts nothing, even if that
  // place is another one.
  bool expected_to_go_on(const action& a) const {
    if (a.what != task::start || !a.unit.valid()) return false;
    return in_.resources[o_.state.units[a.unit].what].on_multiple == multiple_active::stop_unexpected &&
           o_.state.now[a.unit].running_on.size() > 1 && a.node == o_.placement.units[a.unit].node;
  }

  void follow(action_id id) {
    auto& a = p_.actions[id];
    all_.push_back({.unit = a.unit,
                    .node = a.node,
                    .what = a.what,
                    .interval_ms = a.interval_ms,
                    .pseudo = a.pseudo || stands_for_migration(p_, a) || expected_to_go_on(a),
                    .act = id});
    bool implied = a.what == task::stop && a.pseudo && a.unit.valid() && a.node.valid();
    if (implied) add_fencing_notices(in_, o_, id, all_);
  }

  const input& in_;
  const outcome& o_;
  const plan& p_;
  passing passing_;
  std::vector<bool> fenced_;  // by node
  std::vector<bool> counted_; // by action: one that it counts is done
  steps all_;
};

} // namespace

std::vector<step> transition(const input& in, const outcome& o) {
  return follower{in, o}.run();
}

} // namespace troupe::scheduler
