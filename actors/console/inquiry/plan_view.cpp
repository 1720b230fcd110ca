#include "actors/console/inquiry/plan_view.hpp"

#include "actors/console/inquiry/rows.hpp"
#include "actors/supervisor/plan.hpp"
#include "conf/difference.hpp"

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
  for (auto& step : made.steps)
    append(out.steps, out.left_out,
           {step.wave, word_of(step.kind), step.resource, step.node, cut(step.text, max_shown),
            cut(step.because, max_noted)});
  for (auto& w : made.waits)
    append(out.waits, out.left_out, {w.at.resource, w.at.ordinal, w.at.node, std::string(name_of(w.why)), text_of(w)});
  for (auto& o : made.others) append(out.others, out.left_out, cut(o, max_shown));
  return out;
}

} // namespace troupe::console
