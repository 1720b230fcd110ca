#include "actors/console/inquiry/plan_view.hpp"

#include "actors/cluster/attributes.hpp"
#include "actors/cluster/holdings.hpp"
#include "actors/supervisor/ordering.hpp"
#include "actors/supervisor/plan.hpp"
#include "conf/difference.hpp"

#include <algorithm>

namespace troupe::console {

namespace plan_detail {

const char* word_of(supervisor::step_kind k) {
  switch (k) {
  case supervisor::step_kind::look: return "look";
  case supervisor::step_kind::place: return "place";
  case supervisor::step_kind::fence: return "fence";
  case supervisor::step_kind::act: return "act";
  case supervisor::step_kind::withdraw: return "withdraw";
  }
  return "unknown";
}

change_kind kind_of(conf::change::what k) {
  switch (k) {
  case conf::change::what::added: return change_kind::added;
  case conf::change::what::removed: return change_kind::removed;
  case conf::change::what::changed: return change_kind::changed;
  }
  return change_kind::changed;
}

void changes(plan_answer& out, const config::cluster& before, const config::cluster& after) {
  for (auto& c : conf::difference(before, after)) {
    for (auto& d : c.details) d = cut(std::move(d), max_noted);
    append(out.changes, out.left_out, {kind_of(c.kind), cut(c.subject, max_noted), std::move(c.details), c.restarts});
  }
}

// Nobody has said yet that it could be promoted anywhere: its agent does, once it runs.
bool waits_for_its_agent(const cluster::state& s, const config::resource& r, const std::string& group) {
  if (!r.promotable || r.promotable->score || cluster::wanted_role(s, r, group) != config::role::promoted) return false;
  auto& nodes = s.config().value.nodes;
  return std::none_of(nodes.begin(), nodes.end(),
                      [&](auto& n) { return cluster::promotion_score(s, r.name, n.name).has_value(); });
}

// A plan ends where it depends on what an agent will say; that more follows is part of the answer.
void promotions_to_come(plan_answer& out, const supervisor::plan& made) {
  supervisor::ordering known(made.after.config().value);
  auto wave = made.steps.empty() ? 1 : made.steps.back().wave + 1;
  for (auto& r : made.after.config().value.resources) {
    bool starts = std::any_of(made.steps.begin(), made.steps.end(), [&](auto& step) {
      return step.resource == r.name && step.kind == supervisor::step_kind::act && step.action == config::action::start;
    });
    if (starts && waits_for_its_agent(made.after, r, known.group_of(r.name)))
      append(out.steps, out.left_out,
             {wave,
              word_of(supervisor::step_kind::act),
              r.name,
              {},
              "promote " + r.name.text + " where its agent says",
              "promotion scores are set once it runs"});
  }
}

} // namespace plan_detail

plan_answer answer_plan(const cluster::state& s, const ask_plan& asked, const node_name& self) {
  using namespace plan_detail;
  plan_answer out;
  auto& before = s.config().value;
  out.version = s.version_of(cluster::configuration_key{});
  out.fencing = asked.configuration ? asked.configuration->fencing : before.fencing;
  if (asked.configuration) changes(out, before, *asked.configuration);
  auto made = supervisor::make_plan(s, {asked.configuration, asked.failing, asked.standby}, self);
  out.refused = cut(made.refused, max_shown);
  out.cut = made.cut;
  std::ranges::stable_sort(made.steps, {}, &supervisor::planned_step::wave);
  for (auto& step : made.steps)
    append(out.steps, out.left_out,
           {step.wave, word_of(step.kind), step.resource, step.node, cut(step.text, max_shown),
            cut(step.because, max_noted)});
  if (made.refused.empty()) promotions_to_come(out, made);
  for (auto& w : made.waits)
    append(out.waits, out.left_out, {w.at.resource, w.at.ordinal, w.at.node, std::string(name_of(w.why)), text_of(w)});
  for (auto& o : made.others) append(out.others, out.left_out, cut(o, max_shown));
  return out;
}

} // namespace troupe::console
