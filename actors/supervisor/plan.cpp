#include "actors/supervisor/plan.hpp"

#include "actors/cluster/apply.hpp"
#include "actors/cluster/holdings.hpp"
#include "actors/consensus/configuration.hpp"
#include "actors/scheduler/native/explain.hpp"
#include "actors/supervisor/fence_plan.hpp"
#include "actors/supervisor/placing.hpp"
#include "actors/supervisor/undone.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::supervisor {

namespace plan_detail {

using cluster::holder;
using cluster::holder_key;
using cluster::member_key;

std::string places_text(const std::vector<command::placement>& places) {
  std::string out;
  for (auto& p : places)
    out += (out.empty() ? "" : ", ") + p.node.text + (p.role == config::role::promoted ? " (promoted)" : "");
  return out.empty() ? "nowhere" : out;
}

class rehearsal {
public:
  rehearsal(cluster::state s, const node_name& self)
    : s_(std::move(s))
    , self_(self)
    , clock_(s_.now()) {}

  plan make(const plan_question& asked) {
    enough_ = std::min(asked.steps, max_plan_steps);
    out_.refused = suppose(asked);
    if (out_.refused.empty() && !asked.failing.empty() && !majority_left()) {
      say_all(without_majority(s_, [&](auto& n) { return is_gone(n); }));
    } else if (out_.refused.empty()) {
      ready_.begin(s_);
      places_.begin(s_);
      finish_what_is_under_way();
      std::size_t waves = 0;
      while (++waves <= max_waves && !out_.cut)
        if (!one_wave() && !wait_for_a_gate()) break;
      out_.cut = out_.cut || waves > max_waves;
      undone();
    }
    out_.after = std::move(s_);
    return std::move(out_);
  }

private:
  // --- the log of the copy ---

  refusal say(command::body what, const node_name& by, std::optional<std::string> user = {}) {
    command::command c;
    c.from.at = clock_;
    c.from.level = s_.constitution().level;
    c.from.by = {by, std::move(user)};
    c.what = std::move(what);
    auto done = cluster::apply(s_, s_.index().next(), c);
    cluster::delta d{s_.index(), s_.now(), cluster::changes_of(s_, done.touched), {}};
    moved_ = moved_ || done.answer.refused == refusal::none;
    if (begun_) {
      ready_.note(s_, d);
      places_.note(s_, d);
    }
    return done.answer.refused;
  }

  // Reports of a node about itself, which are numbered.
  void report(const node_name& node, std::vector<command::report_item> items) {
    auto* m = cluster::member_of(s_, node);
    say(command::report{node, m->session, m->reports + 1, std::move(items)}, node);
  }

  void note(step_kind kind, const resource_name& r, const node_name& n, std::string text, std::string because,
            config::action action = {}) {
    bool begins = kind == step_kind::act && (action == config::action::start || action == config::action::promote);
    auto wave = begins && wave_ > 0 ? starts_in_ : wave_;
    numbered_ = std::max(numbered_, wave);
    out_.steps.push_back({wave, kind, r, n, action, std::move(text), std::move(because)});
  }

  // Asked before anything is said of which there may be too much: a step that is not listed is not carried out either.
  bool room() {
    out_.cut = out_.cut || out_.steps.size() >= enough_;
    return !out_.cut;
  }

  // --- what is supposed ---

  std::string suppose(const plan_question& asked) {
    const std::string by = "plan";
    if (asked.configuration) {
      for (auto& r : s_.config().value.resources) targets_before_[r.name] = r.target;
      for (auto& n : asked.configuration->nodes) beyond_us(n);
      command::config_set c{s_.version_of(cluster::configuration_key{}), *asked.configuration};
      if (auto bad = say(c, self_, by); bad != refusal::none)
        return "the configuration would be refused: " + std::string(name_of(bad));
    }
    for (auto& n : asked.standby)
      if (auto bad = say(command::directive{.subject = n.text, .note = "what if"}, self_, by); bad != refusal::none)
        return fmt::format("{} cannot be on standby: {}", n.text, name_of(bad));
    for (auto& n : asked.failing) {
      auto* m = cluster::member_of(s_, n);
      auto bad = m ? say(command::node_lost{n, m->session, "what if"}, self_) : refusal::unknown_node;
      if (bad != refusal::none) return fmt::format("{} cannot be lost: {}", n.text, name_of(bad));
      supposed_gone_.insert(n);
    }
    begun_ = true;
    return {};
  }

  // What depends on a daemon that no plan can ask.
  void beyond_us(const config::node& n) {
    auto& before = s_.config().value.nodes;
    auto was = std::ranges::find(before, n.name, &config::node::name);
    if (was == before.end())
      out_.others.push_back(
          fmt::format("{} is new: what may run there is placed when its trouped has joined", n.name.text));
    else if (was->addresses != n.addresses)
      out_.others.push_back(
          fmt::format("{0} gets other addresses: it is lost, and fenced, unless its trouped listens there "
                      "(`listen` in its node.toml)",
                      n.name.text));
  }

  // Of many losses at once the loss brake only suspects the last ones; here they are supposed.
  bool is_gone(const node_name& n) const {
    auto* m = cluster::member_of(s_, n);
    return supposed_gone_.contains(n) || !m || !cluster::is_present(*m);
  }

  [[nodiscard]] bool majority_left() const {
    auto of = consensus::make_configuration(s_.constitution().voters);
    consensus::voter_set left;
    for (auto& v : of.voters)
      if (!is_gone(v.node)) left.add(v.journal);
    return consensus::is_quorum(of, left);
  }

  // --- what is under way already ---

  void finish_what_is_under_way() {
    for (auto& [key, found] : std::map(s_.all<holder_key>()))
      if (found.value.open && cluster::acting_session(s_, key.node) &&
          cluster::member_of(s_, key.node)->boot == key.boot && room())
        finish(key, found.value);
    for (auto& [key, found] : std::map(s_.all<cluster::attempt_key>()))
      if (found.value.ended == cluster::attempt::end::open && room()) prove(key.target, "");
    for (auto& [key, found] : std::map(s_.all<cluster::notices_key>())) tell_all(key.resource);
  }

  void finish(const holder_key& key, const holder& h) {
    bool back = h.open->withdrawn;
    note(back ? step_kind::withdraw : step_kind::act, key.resource, key.node,
         fmt::format("{} {} on {}", back ? "take back" : name_of(h.open->action), key.resource.text, key.node.text),
         "under way", h.open->action);
    report(key.node, {command::act_done{key.resource, key.ordinal, h.open->id,
                                        back ? command::act_end::not_run : command::act_end::ok}});
  }

  // --- one wave ---

  bool one_wave() {
    moved_ = false;
    wave_ = numbered_ + 1;
    fence();
    look();
    starts_in_ = numbered_ + 1; // they may wait for these; what is placed or stopped does not
    place();
    act();
    return moved_;
  }

  void look() {
    for (auto& [key, found] : std::map(s_.all<cluster::inventory_key>())) {
      if (!cluster::acting_session(s_, key.node) || !room()) continue;
      std::vector<command::report_item> items;
      std::string names;
      for (auto& r : found.value.pending) {
        items.push_back(command::probed{r, 0, command::finding::not_held, 7});
        if (items.size() <= 3) names += (names.empty() ? "" : ", ") + r.text;
      }
      if (items.size() > 3) names += fmt::format(" and {} more", items.size() - 3);
      note(step_kind::look, {}, key.node, fmt::format("look on {} whether {} runs there already", key.node.text, names),
           "it is not known yet");
      for (std::size_t at = 0; at < items.size(); at += command::max_report_items) {
        auto end = std::min(items.size(), at + command::max_report_items);
        report(key.node,
               {items.begin() + static_cast<std::ptrdiff_t>(at), items.begin() + static_cast<std::ptrdiff_t>(end)});
      }
    }
  }

  // Until no more is due: who was to shoot may just have been shot, and another does it before anything else happens.
  void fence() {
    while (fence_once()) {
    }
  }

  bool fence_once() {
    bool any = false;
    for (auto& c : fences_.look(s_, self_, now_)) {
      if (!room()) return false;
      auto refused = say(c.what, self_);
      if (refused != refusal::none) continue;
      any = true;
      if (auto* a = std::get_if<command::fence_attempt>(&c.what)) prove(a->target, name_of(c.from.why));
      if (auto* p = std::get_if<command::fence_proof>(&c.what))
        note(step_kind::fence, {}, p->target, fmt::format("take {} for dead", p->target.text),
             std::string(name_of(c.from.why)));
    }
    return any;
  }

  // The open attempt succeeds.
  void prove(const node_name& target, std::string_view why) {
    auto a = s_.find(cluster::attempt_key{target})->value;
    std::string by;
    for (auto& d : s_.config().value.devices)
      if (d.level == a.level && std::binary_search(d.targets.begin(), d.targets.end(), target))
        by += (by.empty() ? "" : " and ") + d.name.text;
    note(step_kind::fence, {}, target, fmt::format("fence {} with {}, done by {}", target.text, by, a.executor.text),
         why.empty() ? "under way" : std::string(why));
    say(command::fence_proof{target, a.boot, config::proof_kind::power, a.id, "assumed by the plan"}, a.executor);
  }

  void place() {
    if (!places_.wanted(s_)) return;
    (void)places_.started();
    auto placed = scheduler::place_cluster(s_);
    auto items = places_.changes(s_, placed.items);
    places_.ended();
    if (items.empty() || !room()) return;
    for (auto& item : items) {
      auto* was = s_.find(cluster::assignment_key{item.resource});
      auto why = scheduler::explain(placed, item.resource);
      note(step_kind::place, item.resource, {},
           fmt::format("{}: {} -> {}", item.resource.text, was ? places_text(was->value.places) : "new",
                       places_text(item.places)),
           why ? std::string(name_of(why->rule)) : "");
    }
    say(command::assigned{std::move(items)}, self_);
  }

  // All that is due goes out, then all of it is reported: so a wave holds what does not wait for each other. Notices are
  // no steps of a plan: whoever has to be told is told at once.
  void act() {
    std::vector<holder_key> open;
    while (send_what_is_due(open)) {}
    for (auto& key : open) {
      auto* found = s_.find(key);
      if (!found || !found->value.open) continue;
      auto& o = *found->value.open;
      report(key.node, {command::act_done{key.resource, key.ordinal, o.id,
                                          o.withdrawn ? command::act_end::not_run : command::act_end::ok}});
    }
  }

  // True: some were told, so that more may be due.
  bool send_what_is_due(std::vector<holder_key>& open) {
    bool told = false;
    for (auto& a : ready_.take(s_)) {
      for (auto& step : a.steps) {
        if (!room()) return false;
        auto answer = say(step.what, self_);
        if (answer == refusal::stale_if) ready_.again(a.resource);
        if (answer != refusal::none) continue;
        if (step.at.node.empty()) {
          told = true;
          tell_all(a.resource);
          continue;
        }
        auto* act = std::get_if<command::act>(&step.what);
        note(act ? step_kind::act : step_kind::withdraw, a.resource, step.at.node,
             fmt::format("{} {} on {}", act ? name_of(act->action) : "take back", a.resource.text, step.at.node.text),
             std::string(name_of(step.why)), act ? act->action : config::action::start);
        open.push_back({a.resource, step.at.ordinal, step.at.node, cluster::member_of(s_, step.at.node)->boot});
      }
    }
    return told;
  }

  void tell_all(const resource_name& r) {
    auto* round = s_.find(cluster::notices_key{r});
    if (!round) return;
    auto now = round->value;
    for (auto& [node, session] : now.asked)
      if (cluster::acting_session(s_, node) == session) report(node, {command::notified{r, 0, now.id, now.stage}});
  }

  // Nothing moves: perhaps a node gets acts again when late-margin is over, or its fencing is tried again. Whichever comes
  // first, and both clocks advance: else what is done in between would depend on which of them is asked first.
  bool wait_for_a_gate() {
    if (!room()) return false; // the state is that after the last step, not after what would be waited for
    std::optional<duration> pause, gate;
    auto& fenced = fences_.waiting();
    bool again = std::any_of(fenced.begin(), fenced.end(), [](auto& f) { return f.why == fence_wait::pausing; });
    if (auto next = fences_.next_deadline(); again && next && *next > now_) pause = *next - now_;
    for (auto& [key, found] : s_.all<member_key>()) {
      auto opens = found.value.acts_from;
      if (cluster::acting_session(s_, key.node) && opens > s_.now())
        gate = std::min(gate.value_or(duration::max()), duration{opens - s_.now()});
    }
    if (!pause && !gate) return false;
    auto wait = std::min(pause.value_or(duration::max()), gate.value_or(duration::max()));
    now_ += wait;
    clock_ = s_.now() + std::chrono::ceil<std::chrono::milliseconds>(wait);
    if (gate == wait) say(command::tick{}, self_);
    return true;
  }

  // --- what is left ---

  void undone() {
    say_all(overruled_targets(s_, targets_before_));
    (void)ready_.take(s_);
    for (auto& [name, waits] : ready_.waiting()) out_.waits.insert(out_.waits.end(), waits.begin(), waits.end());
    (void)fences_.look(s_, self_, now_);
    for (auto& f : fences_.waiting()) out_.others.push_back(f.target.text + ": " + f.text);
    say_all(left_to_nodes(s_));
    say_all(without_place(s_));
  }

  void say_all(std::vector<std::string> sentences) {
    std::move(sentences.begin(), sentences.end(), std::back_inserter(out_.others));
  }

  cluster::state s_;
  node_name self_;
  stamp clock_;
  std::set<node_name> supposed_gone_;
  target_roles targets_before_; // empty: the configuration stays
  instant now_{}; // of the fencing's pauses
  bool begun_ = false;
  bool moved_ = false;
  std::uint32_t wave_ = 0, starts_in_ = 0;
  std::uint32_t numbered_ = 0; // the last number given
  std::size_t enough_ = 0;
  readiness ready_;
  placing places_;
  fence_plan fences_;
  plan out_;
};

} // namespace plan_detail

plan make_plan(cluster::state s, const plan_question& asked, const node_name& self) {
  return plan_detail::rehearsal(std::move(s), self).make(asked);
}

} // namespace troupe::supervisor
