#include "actors/supervisor/ready.hpp"

#include "actors/supervisor/notices.hpp"
#include "actors/supervisor/situation.hpp"

#include <algorithm>

namespace troupe::supervisor {

using cluster::holder_key;
using command::cell;
using command::relies_on;
using config::action;
using config::role;

namespace {

// One resource's advice, instance by instance.
class adviser {
public:
  adviser(situation& sees, const resource_name& r)
    : sees_(sees)
    , s_(sees.state())
    , r_(r) {
    out_.resource = r;
  }

  advice run() {
    cluster::for_each_holder_of(s_, r_, [&](const holder_key& key, const cluster::holder& h) { held(key, h); });
    for (auto& p : sees_.places(r_))
      if (cluster::standing_of(s_, r_) && !sees_.holder(r_, p.node)) missing(p);
    arrange_notices(sees_, out_);
    return std::move(out_);
  }

private:
  void hold_on(const cell& at, hold why, node_name other = {}) {
    out_.waits.push_back({at, why, {}, std::move(other)});
  }

  void held(const holder_key& key, const cluster::holder& h) {
    cell at{r_, key.ordinal, key.node};
    auto* m = cluster::member_of(s_, key.node);
    if (!m || m->boot != key.boot || cluster::is_lost_or_dead(*m)) return hold_on(at, hold::unclean, key.node);
    bool good = !h.open && sees_.stays(r_, key.node);
    if (good && fits(at, h)) return;
    if (!sees_.managed(r_, key.node)) return hold_on(at, hold::unmanaged);
    if (h.open) return open(at, h);
    if (auto w = sees_.node_waits(at)) return out_.waits.push_back(*w);
    if (std::holds_alternative<cluster::stop_failed>(h.now) && sees_.failures(r_, key.node) > 0)
      return hold_on(at, hold::failed_stop);
    good ? change_role(at, h) : bring_down(at, h);
  }

  [[nodiscard]] bool fits(const cell& at, const cluster::holder& h) const {
    auto* p = sees_.place(r_, at.node);
    return !p || (p->role == role::promoted) == (h.role == role::promoted);
  }

  // An act that is on its way. A start that is not wanted any more is taken back if it has not begun.
  void open(const cell& at, const cluster::holder& h) {
    bool unwanted = h.open->action == action::start && !sees_.place(r_, at.node) && !h.open->withdrawn;
    if (unwanted) out_.steps.push_back({at, command::withdraw{at, h.open->id}, reason::withdrawn, {h.open->id}});
    hold_on(at, hold::act_open);
  }

  void change_role(const cell& at, const cluster::holder& h) {
    if (h.role == role::promoted) return bring_down(at, h);
    if (auto w = sees_.promote_waits(r_, at.node)) return out_.waits.push_back(*w);
    act(at, action::promote, reason::placement);
  }

  void bring_down(const cell& at, const cluster::holder& h) {
    auto* failed = std::get_if<cluster::failed>(&h.now);
    bool beyond_demotion = (failed && failed->demote) || std::holds_alternative<cluster::stop_failed>(h.now);
    bool demote = h.role == role::promoted && !beyond_demotion;
    if (auto w = destination_waits(at, h)) return out_.waits.push_back(*w);
    if (auto w = sees_.stop_waits(r_, at.node, demote && sees_.stays(r_, at.node))) return out_.waits.push_back(*w);
    act(at, demote ? action::demote : action::stop, why_down(at, h));
  }

  // What works where it is goes on there until the node that it moves to may start it: one that was fenced may not yet
  // when it has joined again, and has to look first. Of a clone's instances none takes another's place.
  [[nodiscard]] std::optional<wait> destination_waits(const cell& at, const cluster::holder& h) const {
    auto* up = std::get_if<cluster::running>(&h.now);
    auto* configured = cluster::standing_of(s_, r_);
    bool moves = configured && configured->may.max == 1 && !sees_.place(r_, at.node);
    if (!up || !up->healthy || !moves) return std::nullopt;
    for (auto& p : sees_.places(r_))
      if (!sees_.holder(r_, p.node))
        if (auto w = sees_.node_waits({r_, p.ordinal, p.node})) return wait{at, w->why, {}, p.node, w->until};
    return std::nullopt;
  }

  [[nodiscard]] reason why_down(const cell& at, const cluster::holder& h) {
    auto* up = std::get_if<cluster::running>(&h.now);
    if (!up || !up->healthy) return reason::recovery;
    if (!sees_.place(r_, at.node)) return reason::placement;
    if (sees_.outdated(r_, h)) return reason::configuration_changed;
    return sees_.lost_support(r_, at.node) ? reason::predecessor : reason::placement;
  }

  void missing(const command::placement& p) {
    cell at{r_, p.ordinal, p.node};
    if (!sees_.managed(r_, p.node)) return hold_on(at, hold::unmanaged);
    if (auto w = sees_.start_waits(r_, p.node)) return out_.waits.push_back(*w);
    act(at, action::start, sees_.failures(r_, p.node) > 0 ? reason::recovery : reason::placement);
  }

  void rely_on_cells(std::vector<relies_on>& ifs, const resource_name& other, const node_name& n) const {
    if (ifs.size() >= command::max_ifs) return;
    relies_on one{relies_on::what::cell, other, 0, n, {}};
    one.version = cluster::version_of(s_, one);
    ifs.push_back(one);
  }

  // What the act rests on [K5]: its assignment, and where it needs others up or gone, their instances.
  [[nodiscard]] std::vector<relies_on> grounds(const cell& at, action what) {
    std::vector<relies_on> ifs{{relies_on::what::assignment, r_, 0, {}, s_.version_of(cluster::assignment_key{r_})}};
    bool up = what == action::start || what == action::promote;
    for (auto& e : up ? sees_.known().predecessors(r_) : sees_.known().successors(r_)) {
      if (!e.mandatory) continue;
      for (auto& p : sees_.places(e.other)) {
        bool matters = (!e.same_node || p.node == at.node) && (!up || sees_.stays(e.other, p.node));
        if (matters) rely_on_cells(ifs, e.other, p.node);
      }
    }
    return ifs;
  }

  void act(const cell& at, action what, reason why) {
    auto session = cluster::acting_session(s_, at.node);
    if (!session) return hold_on(at, hold::not_joined, at.node);
    step one{at, command::act{at, what, *session, grounds(at, what)}, why, {}};
    auto cause = [&](log_index index) {
      if (index.value != 0) one.causes.push_back(index);
    };
    cause(s_.version_of(cluster::assignment_key{r_}));
    if (auto* h = s_.find(holder_key{r_, at.ordinal, at.node, cluster::member_of(s_, at.node)->boot}))
      cause(h->version);
    if (why == reason::configuration_changed) cause(cluster::standing_of(s_, r_)->defined_at);
    out_.steps.push_back(std::move(one));
  }

  situation& sees_;
  const cluster::state& s_;
  resource_name r_;
  advice out_;
};

} // namespace

advice advise(const cluster::state& s, const ordering& known, const resource_name& resource) {
  situation sees(s, known);
  return advise(sees, resource);
}

advice advise(situation& sees, const resource_name& resource) {
  return adviser(sees, resource).run();
}

// --- following changes ---

void readiness::know(const config::cluster& c) {
  if (!ignores_orders_) return void(known_.emplace(c));
  auto without = c;
  without.orders.clear();
  known_.emplace(without);
}

void readiness::begin(const cluster::state& s) {
  know(s.config().value);
  nodes_.clear();
  unprobed_.clear();
  changed_.clear();
  waiting_.clear();
  for (auto& [key, found] : s.all<cluster::member_key>()) nodes_[key.node] = seen_of(s, found.value);
  for (auto& [key, found] : s.all<cluster::inventory_key>()) unprobed_[key.node] = found.value.pending;
  all_of(s);
}

void readiness::all_of(const cluster::state& s) {
  for (auto& name : known_->names()) dirty_.insert(name);
  for (auto& [key, found] : s.all<cluster::holder_key>()) dirty_.insert(key.resource); // also what is not configured
}

readiness::seen readiness::seen_of(const cluster::state& s, const cluster::member& m) {
  return {m.here.index(), m.session, m.acts_from > s.now() ? m.acts_from : stamp{}};
}

// A member's record also counts its reports, which concern nobody here.
void readiness::note_one(const cluster::state& s, const cluster::row_change<cluster::member_key>& row) {
  auto now = row.now ? seen_of(s, row.now->value) : seen{};
  auto& before = nodes_[row.key.node];
  if (before == now) return;
  before = now;
  all_of(s);
}

void readiness::note_one(const cluster::state&, const cluster::row_change<cluster::inventory_key>& row) {
  auto now = row.now ? row.now->value.pending : std::vector<resource_name>{};
  auto& before = unprobed_[row.key.node];
  std::vector<resource_name> differ;
  std::set_symmetric_difference(before.begin(), before.end(), now.begin(), now.end(), std::back_inserter(differ));
  changed_.insert(differ.begin(), differ.end());
  before = std::move(now);
}

void readiness::note(const cluster::state& s, const cluster::delta& changed) {
  struct visitor {
    readiness& to;
    const cluster::state& s;
    void operator()(const cluster::row_change<cluster::configuration_key>&) {
      to.know(s.config().value);
      to.all_of(s);
    }
    void operator()(const cluster::row_change<cluster::member_key>& row) { to.note_one(s, row); }
    void operator()(const cluster::row_change<cluster::inventory_key>& row) { to.note_one(s, row); }
    void operator()(const cluster::row_change<cluster::holder_key>& row) { to.changed_.insert(row.key.resource); }
    void operator()(const cluster::row_change<cluster::assignment_key>& row) { to.changed_.insert(row.key.resource); }
    void operator()(const cluster::row_change<cluster::failure_key>& row) { to.changed_.insert(row.key.resource); }
    void operator()(const cluster::row_change<cluster::directive_key>&) { to.all_of(s); }
    void operator()(const cluster::row_change<cluster::attempt_key>&) { to.all_of(s); }
    void operator()(const cluster::row_change<cluster::definition_key>&) {}
    void operator()(const cluster::row_change<cluster::client_key>&) {}
    void operator()(const cluster::row_change<cluster::charter_key>&) {}
    void operator()(const cluster::row_change<cluster::attribute_key>&) {}
    void operator()(const cluster::row_change<cluster::notices_key>& row) { to.again(row.key.resource); }
  };
  for (auto& one : changed.changes) std::visit(visitor{*this, s}, one);
  // A gate that opens by time changes no record.
  for (auto& [name, node] : nodes_)
    if (node.gate != stamp{} && node.gate <= s.now()) {
      node.gate = stamp{};
      all_of(s);
    }
}

namespace {

log_index newest_of(const cluster::state& s, const resource_name& r) {
  log_index newest;
  for_each_holder_of(s, r, [&](const holder_key& key, const cluster::holder&) {
    newest = std::max(newest, s.version_of(key));
  });
  return newest;
}

// What it has waited for until now is a cause of what is due.
void add_what_freed_it(const cluster::state& s, advice& now, const std::vector<wait>& before) {
  for (auto& one : now.steps)
    for (auto& w : before) {
      if (w.at != one.at) continue;
      log_index cause;
      // A member's record is that of its proof of death, or of its last report: of the act that was waited for.
      bool told = w.why == hold::unclean || w.why == hold::not_joined || w.why == hold::active_elsewhere;
      if (told) cause = s.version_of(cluster::member_key{w.other});
      if (w.why == hold::act_open) cause = s.version_of(cluster::member_key{w.at.node});
      if (w.why == hold::predecessor) cause = newest_of(s, w.resource);
      bool known = std::find(one.causes.begin(), one.causes.end(), cause) != one.causes.end();
      if (cause != log_index{} && !known && one.causes.size() < command::max_causes) one.causes.push_back(cause);
    }
}

} // namespace

std::vector<advice> readiness::take(const cluster::state& s) {
  std::vector<advice> out;
  for (auto& name : known_->concerned(std::exchange(changed_, {}))) dirty_.insert(name);
  situation sees(s, *known_);
  for (auto& name : std::exchange(dirty_, {})) {
    auto one = adviser(sees, name).run();
    if (auto before = waiting_.find(name); before != waiting_.end()) add_what_freed_it(s, one, before->second);
    if (one.waits.empty())
      waiting_.erase(name);
    else
      waiting_[name] = one.waits;
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace troupe::supervisor
