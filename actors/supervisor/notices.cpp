#include "actors/supervisor/notices.hpp"

#include "actors/supervisor/pacing.hpp"

#include <algorithm>
#include <array>

namespace troupe::supervisor {

using command::cell;
using command::notice_stage;
using command::placement;
using config::action;
using config::role;

namespace {

constexpr std::array in_turn{action::demote, action::promote, action::stop, action::start};

std::vector<placement>& list_of(command::planned& what, action a) {
  switch (a) {
  case action::start: return what.starting;
  case action::stop: return what.stopping;
  case action::promote: return what.promoting;
  case action::demote: break;
  }
  return what.demoting;
}

const command::act* act_of(const step& s) {
  return std::get_if<command::act>(&s.what);
}

// One resource's round.
class arrangement {
public:
  arrangement(situation& sees, advice& due)
    : sees_(sees)
    , s_(sees.state())
    , due_(due)
    , r_(due.resource) {}

  void make() {
    auto* open = s_.find(cluster::notices_key{r_});
    if (open) return go_on(open->value);
    if (!sees_.known().notifies(r_) || !cluster::standing_of(s_, r_)) return;
    begin();
  }

private:
  // --- no round is open ---

  void begin() {
    auto what = first_due();
    if (!what) return;
    auto causes = causes_of(*what);
    auto all = everything_planned();
    for (auto& s : due_.steps)
      if (auto* a = act_of(s)) add(list_of(all, a->action), s.at);
    hold_back([](const command::act&) { return true; });
    if (!any_open()) say(command::notice_begun{r_, *what, std::move(all)}, std::move(causes));
  }

  [[nodiscard]] std::optional<action> first_due() const {
    for (auto what : in_turn)
      for (auto& s : due_.steps)
        if (auto* a = act_of(s); a && a->action == what) return what;
    return {};
  }

  [[nodiscard]] std::vector<log_index> causes_of(action what) const {
    for (auto& s : due_.steps)
      if (auto* a = act_of(s); a && a->action == what) return s.causes;
    return {};
  }

  // As agents are told it: all that is to become of the instances, this round's part and later ones'.
  [[nodiscard]] command::planned everything_planned() {
    command::planned out;
    for (auto& n : sees_.held_on(r_)) {
      auto* h = sees_.holder(r_, n);
      if (!h || !cluster::acting_session(s_, n) || !sees_.managed(r_, n)) continue;
      auto* p = sees_.place(r_, n);
      bool stays = sees_.stays(r_, n);
      bool wanted_promoted = p && p->role == role::promoted;
      if (!stays) out.stopping.push_back({n});
      if (h->role == role::promoted && !(stays && wanted_promoted)) out.demoting.push_back({n});
      if (wanted_promoted && (h->role != role::promoted || !stays)) out.promoting.push_back({n});
      if (p && !stays) out.starting.push_back({n});
    }
    for (auto& p : sees_.places(r_)) {
      if (sees_.holder(r_, p.node) || !cluster::acting_session(s_, p.node)) continue;
      out.starting.push_back({p.node});
      if (p.role == role::promoted) out.promoting.push_back({p.node});
    }
    return out;
  }

  static void add(std::vector<placement>& to, const cell& at) {
    placement p{at.node, at.ordinal};
    if (std::find(to.begin(), to.end(), p) == to.end()) to.push_back(p);
  }

  // --- one is ---

  void go_on(const cluster::notices& round) {
    if (round.stage != notice_stage::acting) {
      hold_back([](const command::act&) { return true; });
      if (all_told(round)) turn(round);
      return;
    }
    auto cells = round.what;
    auto& ours = list_of(cells, round.operation);
    auto is_ours = [&](const command::act& a) {
      placement p{a.at.node, a.at.ordinal};
      return a.action == round.operation && std::find(ours.begin(), ours.end(), p) != ours.end();
    };
    bool at_once = false, others = false;
    for (auto& s : due_.steps)
      if (auto* a = act_of(s)) is_ours(*a) ? void(at_once = at_once || !retried(*a)) : void(others = true);
    bool left =
        std::any_of(due_.steps.begin(), due_.steps.end(), [&](auto& s) { return act_of(s) && is_ours(*act_of(s)); });
    bool waits = !left && !others && !any_done(ours, round.operation) && any_waits(ours);
    bool over = !any_open() && !waits && (!left || (others && !at_once));
    hold_back([&](const command::act& a) { return over || !is_ours(a); });
    if (over) turn(round);
  }

  [[nodiscard]] bool any_done(const std::vector<placement>& cells, action what) {
    return std::any_of(cells.begin(), cells.end(), [&](auto& p) {
      auto* h = sees_.holder(r_, p.node);
      switch (what) {
      case action::start: return h != nullptr;
      case action::stop: return h == nullptr;
      case action::promote: return h && h->role == role::promoted;
      case action::demote: break;
      }
      return !h || h->role != role::promoted;
    });
  }

  [[nodiscard]] bool any_waits(const std::vector<placement>& cells) const {
    return std::any_of(due_.waits.begin(), due_.waits.end(), [&](const wait& w) {
      placement p{w.at.node, w.at.ordinal};
      return std::find(cells.begin(), cells.end(), p) != cells.end();
    });
  }

  // Whoever is lost, or has found that nothing runs there after all, will not say so.
  [[nodiscard]] bool all_told(const cluster::notices& round) const {
    return std::none_of(round.asked.begin(), round.asked.end(), [&](auto& asked) {
      return sees_.holder(r_, asked.first) && cluster::acting_session(s_, asked.first) == asked.second;
    });
  }
  // A start that waits, because it has failed again and again.
  [[nodiscard]] bool retried(const command::act& a) const {
    return a.action == action::start && pacing::pause_after(sees_.failures(r_, a.at.node)) > duration{};
  }

  [[nodiscard]] bool any_open() const {
    bool any = false;
    cluster::for_each_holder_of(s_, r_, [&](const cluster::holder_key& key, const cluster::holder& h) {
      auto* m = cluster::member_of(s_, key.node);
      any = any || (h.open && m && m->boot == key.boot && cluster::acting_session(s_, key.node));
    });
    return any;
  }

  // --- what comes of it ---

  template <class Which>
  void hold_back(Which which) {
    std::erase_if(due_.steps, [&](const step& s) {
      auto* a = act_of(s);
      if (!a || !which(*a)) return false;
      due_.waits.push_back({s.at, hold::notices, {}, {}});
      return true;
    });
  }

  void turn(const cluster::notices& round) {
    say(command::notice_turned{r_, round.id, round.stage}, {s_.version_of(cluster::notices_key{r_})});
  }

  void say(command::body what, std::vector<log_index> causes) {
    due_.steps.push_back({{r_, 0, {}}, std::move(what), reason::placement, std::move(causes)});
  }

  situation& sees_;
  const cluster::state& s_;
  advice& due_;
  resource_name r_;
};

} // namespace

void arrange_notices(situation& sees, advice& due) {
  arrangement(sees, due).make();
}

} // namespace troupe::supervisor
