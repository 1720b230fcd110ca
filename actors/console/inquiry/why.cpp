#include "actors/console/inquiry/why.hpp"

#include "actors/cluster/attributes.hpp"
#include "actors/cluster/holdings.hpp"
#include "actors/console/inquiry/causes.hpp"
#include "actors/scheduler/native/explain.hpp"
#include "actors/supervisor/fence_plan.hpp"
#include "actors/supervisor/placing.hpp"
#include "actors/supervisor/ready.hpp"
#include "actors/supervisor/situation.hpp"
#include "agents/ocf/exit_codes.hpp"

#include <fmt/chrono.h>

#include <algorithm>

namespace troupe::console {

namespace why_detail {

using agents::ocf::exit_text;
using cluster::holder_key;
using command::directive_kind;

std::string when(stamp at) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}Z", fmt::gmtime(seconds.time_since_epoch().count()),
                     (at - seconds).count());
}

std::string note_of(const std::string& note) {
  return note.empty() ? "" : ": " + note;
}

struct phase_text {
  const resource_name& r;
  const node_name& n;
  config::role role;

  std::string operator()(const cluster::starting&) const {
    return fmt::format("{} is being started on {}", r.text, n.text);
  }
  std::string operator()(const cluster::running& now) const {
    auto as = role == config::role::promoted ? " (promoted)" : "";
    if (now.healthy) return fmt::format("{} runs on {}{}", r.text, n.text, as);
    return fmt::format("{} runs on {}{} and is not healthy ({})", r.text, n.text, as, exit_text(now.exit_code));
  }
  std::string operator()(const cluster::failed& f) const {
    return fmt::format("{} failed on {} ({}), and has to be stopped there", r.text, n.text, exit_text(f.exit_code));
  }
  std::string operator()(const cluster::stop_failed& f) const {
    return fmt::format("{} could not be stopped on {} ({})", r.text, n.text,
                       f.stuck ? "it is stuck" : exit_text(f.exit_code));
  }
  std::string operator()(const cluster::unknown&) const {
    return fmt::format("{} may still be active on {}: nobody could ask", r.text, n.text);
  }
};

struct presence_text {
  const node_name& n;

  std::string operator()(const cluster::never_seen&) const { return n.text + " was never seen"; }
  std::string operator()(const cluster::joined&) const { return n.text + " has joined"; }
  std::string operator()(const cluster::detached& d) const {
    return fmt::format("{} is away for a planned restart, until {} at most", n.text, when(d.until));
  }
  std::string operator()(const cluster::under_suspicion& u) const {
    return fmt::format("{} is suspected since {}{}", n.text, when(u.since), note_of(u.evidence));
  }
  std::string operator()(const cluster::lost& l) const {
    return fmt::format("{} is lost since {}{}", n.text, when(l.since), note_of(l.evidence));
  }
  std::string operator()(const cluster::down& d) const {
    return fmt::format("{} is down since {}: proved dead", n.text, when(d.since));
  }
  std::string operator()(const cluster::left& l) const { return fmt::format("{} has left, {}", n.text, when(l.since)); }
};

std::string directive_text(const cluster::directive_key& key, const cluster::directive& d) {
  auto on = key.subject.empty() ? "the whole cluster" : key.subject;
  auto by = fmt::format(", by {}{}{}", d.owner, note_of(d.note), d.expires ? " (until " + when(*d.expires) + ")" : "");
  switch (key.kind) {
  case directive_kind::standby: return on + " is on standby" + by;
  case directive_kind::maintenance: return on + " is in maintenance" + by;
  case directive_kind::move: return fmt::format("{} is wanted on {}{}", on, d.to.text, by);
  case directive_kind::target_role:
    return fmt::format("{} is wanted {}{}", on,
                       d.role == config::role::stopped   ? "stopped"
                       : d.role == config::role::started ? "started"
                                                         : "promoted",
                       by);
  }
  return on;
}

constexpr const char* last_heard = " (when it was last heard)";

class explainer {
public:
  explainer(const cluster::state& s, const std::vector<event>& history, const std::string& subject)
    : s_(s)
    , subject_(subject)
    , back_(history, group_named(s, subject) ? std::string() : subject) { // a group: of its members everything counts
    out_.subject = subject;
  }

  static const config::group* group_named(const cluster::state& s, const std::string& name) {
    auto& all = s.config().value.groups;
    auto found = std::find_if(all.begin(), all.end(), [&](auto& g) { return g.name.text == name; });
    return found == all.end() ? nullptr : &*found;
  }

  // Its members, one after the other; scores in numbers only in the answers about each.
  std::optional<explanation> group() {
    auto* g = group_named(s_, subject_);
    if (!g) return std::nullopt;
    supervisor::ordering known(s_.config().value);
    supervisor::situation sees(s_, known);
    auto placed = scheduler::place_cluster(s_);
    for (auto& r : g->members) {
      about(r, sees);
      if (auto why = scheduler::explain(placed, r)) add_lines(*why);
    }
    directives({"", subject_});
    back_.follow(out_);
    return std::move(out_);
  }

  std::optional<explanation> resource() {
    resource_name r{subject_};
    supervisor::ordering known(s_.config().value);
    supervisor::situation sees(s_, known);
    if (!about(r, sees)) return std::nullopt;
    directives({"", subject_, known.group_of(r)});
    if (cluster::standing_of(s_, r)) placement(r);
    back_.follow(out_);
    return std::move(out_);
  }

  std::optional<explanation> node() {
    node_name n{subject_};
    auto* m = s_.find(cluster::member_key{n});
    if (!m) return std::nullopt;
    member(n);
    dead_boot(n, m->value.boot);
    directives({"", subject_});
    std::vector<std::string> runs;
    cluster::for_each_holder_on(s_, n, [&](const holder_key& key, const cluster::holder& h) {
      bool away = key.boot != m->value.boot || !std::holds_alternative<cluster::joined>(m->value.here);
      if (runs.size() < max_rows / 2)
        runs.push_back(std::visit(phase_text{key.resource, n, h.role}, h.now) + (away ? last_heard : ""));
    });
    out_.now.insert(out_.now.end(), runs.begin(), runs.end());
    if (auto* unseen = s_.find(cluster::inventory_key{n}))
      say(fmt::format("{} resources were not yet looked for there", unseen->value.pending.size()), {});
    fencing(n);
    back_.follow(out_);
    return std::move(out_);
  }

  // What was said of it, and how it failed, outlives its place in the configuration.
  std::optional<explanation> left_behind() {
    say(subject_ + " is no longer configured", s_.version_of(cluster::configuration_key{}));
    auto before = out_.now.size();
    failures(resource_name{subject_});
    directives({subject_});
    if (out_.now.size() == before) return std::nullopt;
    back_.follow(out_);
    return std::move(out_);
  }

private:
  // False: there is no such resource.
  bool about(const resource_name& r, supervisor::situation& sees) {
    bool anywhere = false;
    cluster::for_each_holder_of(s_, r, [&](const holder_key& key, const cluster::holder& h) {
      held(key, h);
      anywhere = true;
    });
    auto* configured = cluster::standing_of(s_, r);
    if (!configured && !anywhere) return false;
    if (configured)
      assignment(r);
    else
      say(r.text + " is no longer configured", s_.version_of(cluster::configuration_key{}));
    failures(r);
    if (cluster::first_promotion_waits(s_, r))
      out_.others.push_back(r.text + ": nobody is promoted before its starts that are under way have ended");
    auto advice = supervisor::advise(sees, r);
    again(r, advice);
    for (auto& w : advice.waits)
      if (out_.waits.size() < max_rows)
        out_.waits.push_back({w.at.resource, w.at.ordinal, w.at.node, std::string(name_of(w.why)), text_of(w)});
    return true;
  }

  void failures(const resource_name& r) {
    auto gone = cluster::standing_of(s_, r)
                    ? ""
                    : fmt::format(" (no longer configured; `troupe cleanup {}` forgets it)", r.text);
    for (auto& [key, f] : s_.all<cluster::failure_key>())
      if (key.resource == r)
        say(fmt::format("{} failed {} on {}, last {}{}{}", r.text,
                        f.value.count == 1 ? "once" : fmt::format("{} times", f.value.count), key.node.text,
                        when(f.value.last), note_of(f.value.note), gone),
            f.version);
  }

  // Due, and nothing is in its way: after a failure it is the supervisor that waits.
  void again(const resource_name& r, const supervisor::advice& advice) {
    auto& all = s_.all<cluster::failure_key>();
    bool failed = std::any_of(all.begin(), all.end(), [&](auto& row) { return row.first.resource == r; });
    if (failed && advice.waits.empty() && !advice.steps.empty())
      out_.others.push_back(fmt::format("{0} is tried again after a pause, which grows with its failures; what was mended "
                                        "is tried at once after `troupe cleanup {0}`",
                                        r.text));
  }

  void say(std::string sentence, log_index by) {
    if (out_.now.size() < max_rows) out_.now.push_back(cut(std::move(sentence), max_shown));
    back_.from(by);
  }

  void held(const holder_key& key, const cluster::holder& h) {
    auto* found = s_.find(key);
    auto* m = cluster::member_of(s_, key.node);
    bool away = !m || m->boot != key.boot || !std::holds_alternative<cluster::joined>(m->here);
    auto text = std::visit(phase_text{key.resource, key.node, h.role}, h.now) + (away ? last_heard : "");
    static constexpr const char* words[] = {"start", "stop", "promote", "demote"};
    if (h.open && !std::holds_alternative<cluster::starting>(h.now))
      text += fmt::format("; its {} is under way", words[static_cast<std::size_t>(h.open->action)]);
    say(std::move(text), found->version);
    if (h.open) back_.from(h.open->id);
    if (away) member(key.node);
  }

  // How the node is, said once; and the attempts to prove it dead.
  void member(const node_name& n) {
    if (!members_.insert(n).second) return;
    auto* m = s_.find(cluster::member_key{n});
    if (!m) return;
    // A member's record is written by its reports as well: who has joined is explained by the join.
    bool here = std::holds_alternative<cluster::joined>(m->value.here);
    say(std::visit(presence_text{n}, m->value.here), here ? log_index{m->value.session.value} : m->version);
    auto* a = s_.find(cluster::attempt_key{n});
    if (!a || a->value.boot != m->value.boot) return;
    using end = cluster::attempt::end;
    auto ended = a->value.ended;
    auto text = ended == end::open     ? "under way"
                : ended == end::proved ? "a proof of death"
                : ended == end::failed ? "a failure" + note_of(a->value.note)
                                       : "nothing: " + a->value.note;
    say(fmt::format("fencing of {} by {} (attempt {}, level {}): {}", n.text, a->value.executor.text, a->value.id.value,
                    a->value.level, text),
        a->version);
    back_.from(a->value.id);
  }

  // Whoever asks about a node that is back wants to know why it was gone.
  void dead_boot(const node_name& n, log_index boot) {
    auto* a = s_.find(cluster::attempt_key{n});
    if (!a || a->value.boot == boot || a->value.ended == cluster::attempt::end::open) return;
    auto* became = a->value.ended == cluster::attempt::end::proved ? "was proved dead" : "was to be proved dead, in vain";
    say(fmt::format("its boot {} {}: fencing of {} by {} (attempt {})", a->value.boot.value, became, n.text,
                    a->value.executor.text, a->value.id.value),
        a->version);
    back_.from(a->value.id);
  }

  void fencing(const node_name& n) {
    supervisor::fence_plan fences;
    (void)fences.look(s_, node_name{}, instant{});
    for (auto& f : fences.waiting())
      if (f.target == n) out_.others.push_back(cut(f.target.text + ": " + f.text, max_shown));
  }

  void assignment(const resource_name& r) {
    auto* a = s_.find(cluster::assignment_key{r});
    if (!a) {
      auto why = scheduler::explain(scheduler::place_cluster(s_), r);
      bool nowhere = why && why->places.empty() && !supervisor::too_early_to_place(s_, r);
      return say(nowhere ? r.text + " belongs nowhere" : "nobody has decided yet where " + r.text + " belongs",
                 s_.version_of(cluster::configuration_key{}));
    }
    std::string where;
    for (auto& p : a->value.places)
      where += (where.empty() ? "" : ", ") + p.node.text + (p.role == config::role::promoted ? " (promoted)" : "");
    say(where.empty() ? r.text + " belongs nowhere" : r.text + " belongs on " + where, a->version);
  }

  void directives(const std::vector<std::string>& subjects) {
    for (auto& [key, d] : s_.all<cluster::directive_key>())
      if (std::find(subjects.begin(), subjects.end(), key.subject) != subjects.end())
        say(directive_text(key, d.value) +
                (speaks_of_something(key.subject)
                     ? ""
                     : fmt::format(" (no longer configured; `{}` lifts it)", lifting(key.kind, key.subject))),
            d.version);
  }

  [[nodiscard]] bool speaks_of_something(const std::string& subject) const {
    auto* m = s_.find(cluster::member_key{node_name{subject}});
    return subject.empty() || (m && m->value.configured) || cluster::standing_of(s_, resource_name{subject}) ||
           group_named(s_, subject);
  }

  template <class Explanation>
  void add_lines(const Explanation& why) {
    for (auto& line : scheduler::lines_of(why))
      if (out_.placement.size() < max_rows) out_.placement.push_back(cut(std::move(line), max_shown));
  }

  void placement(const resource_name& r) {
    auto why = scheduler::explain(scheduler::place_cluster(s_), r);
    if (!why) return;
    add_lines(*why);
    for (auto& n : why->nodes) {
      node_score score{
          n.node, std::string(name_of(n.use)), n.out != scheduler::ruled_out::no, n.total, n.failed_starts, n.chosen,
          {}};
      for (auto& p : n.parts)
        if (score.parts.size() < max_score_parts) score.parts.push_back({cut(p.rule, max_noted), p.value});
      out_.nodes.push_back(std::move(score));
    }
  }

  const cluster::state& s_;
  std::string subject_;
  causes back_;
  std::set<node_name> members_;
  explanation out_;
};

} // namespace why_detail

std::optional<explanation> explain(const cluster::state& s, const std::vector<event>& history,
                                   const std::string& subject) {
  if (auto found = why_detail::explainer(s, history, subject).resource()) return found;
  if (auto found = why_detail::explainer(s, history, subject).group()) return found;
  if (auto found = why_detail::explainer(s, history, subject).node()) return found;
  return why_detail::explainer(s, history, subject).left_behind();
}

} // namespace troupe::console
