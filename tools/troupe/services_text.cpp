#include "tools/troupe/services_text.hpp"

#include "agents/ocf/exit_codes.hpp"
#include "conf/timers.hpp"
#include "tools/troupe/show.hpp"

#include <fmt/format.h>

namespace troupe::cli {

namespace services_detail {

using agents::ocf::exit_text;
using console::service_line;
using console::service_state;
using nlohmann::ordered_json;

std::string instance(const resource_name& r, std::uint32_t ordinal, const node_name& n) {
  return fmt::format("{}{} on {}", r.text, ordinal == 0 ? "" : fmt::format(":{}", ordinal), n.text);
}

void join(std::string& text, const std::string& more) {
  if (!text.empty() && !more.empty()) text += ", ";
  text += more;
}

// Holders come sorted by resource.
template <class Visit>
void for_each_holder(const console::cluster_status& c, const resource_name& r, Visit visit) {
  auto [first, last] = std::equal_range(c.holders.begin(), c.holders.end(), console::holder_line{.resource = r},
                                        [](auto& a, auto& b) { return a.resource < b.resource; });
  for (; first != last; ++first) visit(*first);
}

std::string runs_on(const console::cluster_status& c, const service_line& s) {
  std::string out;
  for_each_holder(c, s.resource, [&](auto& h) {
    if (h.now == console::phase::running)
      join(out, h.node.text + (h.role == config::role::promoted ? " (promoted)" : ""));
  });
  return out.empty() ? "-" : out;
}

std::string troubles(const console::cluster_status& c, const service_line& s) {
  std::string out;
  for_each_holder(c, s.resource, [&](auto& h) {
    if (h.open) return;
    if (h.now == console::phase::failed || h.now == console::phase::stop_failed)
      join(out, fmt::format("{} on {} ({})", name_of(h.now), h.node.text, exit_text(h.exit_code)));
    if (h.now == console::phase::unknown) join(out, "unknown on " + h.node.text);
  });
  return out;
}

std::string under_way(const console::cluster_status& c, const service_line& s) {
  std::string out;
  for_each_holder(c, s.resource, [&](auto& h) {
    if (h.open) join(out, fmt::format("{} on {} under way", name_of(*h.open), h.node.text));
  });
  return out;
}

std::string state_text(const console::cluster_status& c, const service_line& s) {
  std::string out;
  switch (s.now) {
  case service_state::good: {
    std::size_t running = 0;
    for_each_holder(c, s.resource, [&](auto& h) { running += h.now == console::phase::running; });
    out = s.cloned ? fmt::format("{} running", running) : "running";
    break;
  }
  case service_state::stopped: out = "stopped, as wanted"; break;
  case service_state::under_way: out = under_way(c, s); break;
  case service_state::due: out = "the next step is due"; break;
  case service_state::waits: out = "waits"; break;
  case service_state::left_alone: out = "not as it should be"; break;
  case service_state::nowhere: out = "no node may run it"; break;
  case service_state::not_placed: out = "not placed yet"; break;
  case service_state::removed: out = "no longer configured"; break;
  case service_state::not_promoted: out = "promoted nowhere"; break;
  }
  join(out, troubles(c, s));
  if (!s.managed) join(out, "left alone");
  return out;
}

// Appends sentences, not more than a reader can take in.
class sentences {
public:
  explicit sentences(std::vector<std::string>& out)
    : out_(out) {}
  ~sentences() {
    if (said_ > max_sentences)
      out_.push_back(fmt::format("and {} more such lines; --json has them", said_ - max_sentences));
  }
  sentences(const sentences&) = delete;
  sentences& operator=(const sentences&) = delete;
  void add(std::string text) {
    if (++said_ <= max_sentences) out_.push_back(std::move(text));
  }

private:
  std::vector<std::string>& out_;
  std::size_t said_ = 0;
};

// A supervisor makes pauses before it tries again what fails.
std::string due_text(const console::cluster_status& c, const console::service_line& s) {
  auto& r = s.resource;
  if (!s.again) return r.text + ": the next step is due, and the leader takes it";
  std::string failed;
  for (auto& f : c.failures)
    if (f.resource == r)
      failed += fmt::format("{}on {} {} ({})", failed.empty() ? "" : ", ", f.node.text, times(f.count),
                            exit_text(f.exit_code));
  return fmt::format("{0} has failed {1}, and is tried again at {2}; what was mended is tried at once after `troupe "
                     "cleanup {0}`",
                     r.text, failed, text_of(*s.again));
}

// Somewhere, and not there; of what is promotable the primary counts.
bool placed_elsewhere(const console::service_line& s, const node_name& there) {
  auto counts = [&](auto& p) { return !s.promotable || p.role == config::role::promoted; };
  return std::ranges::any_of(s.places, counts) &&
         std::ranges::none_of(s.places, [&](auto& p) { return p.node == there && counts(p); });
}

void states(const console::cluster_status& c, std::vector<std::string>& out) {
  sentences say(out);
  for (auto& s : c.services) {
    auto& name = s.resource.text;
    if (s.now == service_state::nowhere)
      say.add(fmt::format("{0} runs nowhere: no node may run it; `troupe why {0}` tells for each", name));
    if (s.now == service_state::not_promoted)
      say.add(name + " is promoted nowhere: its agent has given no instance a promotion score that allows it");
    if (s.now == service_state::not_placed)
      say.add(name + " has no place yet: the leader decides when all nodes have been seen and have looked for it");
    if (s.now == service_state::due) say.add(due_text(c, s));
  }
  for (auto& w : c.waits)
    if (w.why != "act-open") say.add(w.what);
  for (auto& d : c.directives)
    if (d.kind == command::directive_kind::move)
      for (auto& s : c.services)
        if ((s.resource.text == d.subject || s.group == d.subject) && placed_elsewhere(s, d.to))
          say.add(fmt::format(
              "{0} was moved to {1}, and is to be elsewhere all the same: `troupe why {0}` tells what speaks "
              "against {1}, and if that is failures `troupe cleanup {0}` forgets them",
              s.resource.text, d.to.text));
}

// Whether the act goes on, nobody can tell while its node is away.
std::string open_act_text(const console::cluster_status& c, const console::holder_line& h) {
  auto m = std::ranges::find(c.members, h.node, &console::member_line::node);
  bool here = m != c.members.end() && m->here == console::presence::joined;
  return fmt::format("{}: {} {}", instance(h.resource, h.ordinal, h.node), name_of(*h.open),
                     here ? "is under way" : "was under way when it was last heard of");
}

void acts(const console::cluster_status& c, std::vector<std::string>& out) {
  sentences say(out);
  for (auto& h : c.holders)
    if (h.open) say.add(open_act_text(c, h));
  for (auto& o : c.overdue) {
    auto since = conf::to_text(std::chrono::floor<std::chrono::seconds>(o.age));
    say.add(fmt::format(
        "{}: its {} (act {}) is under way for {}, and may take {}; {}", instance(o.resource, o.ordinal, o.node),
        name_of(o.action), o.act.value, since, conf::to_text(o.timeout),
        o.reachable ? fmt::format("{0} reports when it has ended it. If it does not: `troupe fence {0}`", o.node.text)
                    : fmt::format("{0} is away: its return frees it, or a proof that it is dead", o.node.text)));
  }
}

std::string held(const console::proof_line& p) {
  std::string out;
  for (auto& r : p.held) join(out, r.text);
  if (p.more > 0) out += fmt::format(" and {} more", p.more);
  return out;
}

std::string devices(const console::proof_line& p) {
  std::string out;
  for (auto& d : p.devices) join(out, d.text);
  return out;
}

std::string proof_text(const console::cluster_status& c, const console::proof_line& p) {
  auto& n = p.node.text;
  if (p.left_over)
    return fmt::format(
        "{0} is proved dead, but {1} accepts no such proof and is not started elsewhere: its next start may "
        "free it, or your word that it was off: `troupe fence {0} --confirmed-off --reason TEXT`",
        n, held(p));
  if (p.attempt) return {}; // told with the attempts
  if (!p.spared.empty()) return p.spared;
  auto may_run = p.here ? fmt::format("a stop failed on {}, which runs {}", n, held(p))
                        : fmt::format("{} is not proved dead, and may still run {}", n, held(p));
  auto vouch = p.here ? fmt::format("`troupe cleanup` stops it once more; or switch {} off, and vouch for it then", n)
                      : fmt::format("if you know that it is off: `troupe fence {} --confirmed-off --reason TEXT`", n);
  if (c.fencing == config::fencing_policy::off)
    return may_run + "; fencing is off" + (p.here ? ": " + vouch : ", so it is taken for dead");
  if (p.devices.empty()) return may_run + "; no fence device has it as a target: " + vouch;
  if (!p.last_failure.empty())
    return fmt::format("{}; fencing it by {} failed ({}): {}", may_run, devices(p), p.last_failure, vouch);
  return fmt::format("{}; {} can fence it: `troupe fence {}` if nothing does", may_run, devices(p), n);
}

constexpr duration failed_fencing_is_news = std::chrono::hours{1}; // then it is for history, `why` and --json

// One that a lost node waits for is told with what may still run there.
bool told_with_proof(const console::cluster_status& c, const console::attempt_line& a) {
  return std::ranges::find(c.proofs, a.target, &console::proof_line::node) != c.proofs.end();
}

void fencing(const console::cluster_status& c, std::vector<std::string>& out) {
  sentences say(out);
  for (auto& a : c.attempts)
    if (!a.failed)
      say.add(fmt::format("{} is being fenced by {} since {}", a.target.text, a.executor.text, text_of(a.opened_at)));
  for (auto& p : c.proofs)
    if (auto text = proof_text(c, p); !text.empty()) say.add(text);
}

std::string_view word_of(service_state s) {
  switch (s) {
  case service_state::good: return "good";
  case service_state::stopped: return "stopped";
  case service_state::under_way: return "under-way";
  case service_state::due: return "due";
  case service_state::waits: return "waits";
  case service_state::left_alone: return "left-alone";
  case service_state::nowhere: return "nowhere";
  case service_state::not_placed: return "not-placed";
  case service_state::removed: return "removed";
  case service_state::not_promoted: return "not-promoted";
  }
  return "unknown";
}

ordered_json json_of(const service_line& s) {
  auto places = ordered_json::array();
  for (auto& p : s.places) places.push_back({{"node", p.node.text}, {"ordinal", p.ordinal}, {"role", name_of(p.role)}});
  return {{"resource", s.resource.text},
          {"group", s.group.empty() ? ordered_json() : ordered_json(s.group)},
          {"cloned", s.cloned},
          {"promotable", s.promotable},
          {"wanted", name_of(s.wanted)},
          {"managed", s.managed},
          {"state", word_of(s.now)},
          {"again", s.again ? ordered_json(text_of(*s.again)) : ordered_json()},
          {"assigned", s.assigned.value == 0 ? ordered_json() : ordered_json(s.assigned.value)},
          {"places", places}};
}

ordered_json json_of(const console::wait_line& w) {
  return {
      {"resource", w.resource.text}, {"ordinal", w.ordinal}, {"node", w.node.text}, {"why", w.why}, {"what", w.what}};
}

ordered_json json_of(const console::overdue_line& o) {
  return {{"resource", o.resource.text},
          {"ordinal", o.ordinal},
          {"node", o.node.text},
          {"action", name_of(o.action)},
          {"act", o.act.value},
          {"since", text_of(o.since)},
          {"timeout_ms", o.timeout.count() / 1'000'000},
          {"age_ms", o.age.count() / 1'000'000},
          {"node_joined", o.reachable}};
}

ordered_json json_of(const console::proof_line& p) {
  auto by = ordered_json::array(), held = ordered_json::array();
  for (auto& d : p.devices) by.push_back(d.text);
  for (auto& r : p.held) held.push_back(r.text);
  return {{"node", p.node.text},
          {"boot", p.boot.value},
          {"joined", p.here},
          {"left_over", p.left_over},
          {"attempt_open", p.attempt},
          {"devices", by},
          {"last_failure", p.last_failure.empty() ? ordered_json() : ordered_json(p.last_failure)},
          {"may_run", held},
          {"and_more", p.more}};
}

template <class Lines>
ordered_json list_of(const Lines& lines) {
  auto out = ordered_json::array();
  for (auto& line : lines) out.push_back(json_of(line));
  return out;
}

} // namespace services_detail

std::string services_text(const console::cluster_status& c) {
  using namespace services_detail;
  std::vector<table_row> rows{{"RESOURCE", "RUNS ON", "STATE"}};
  std::vector<std::string> groups_done;
  auto row = [&](const service_line& s, const std::string& indent) {
    rows.push_back({indent + s.resource.text, runs_on(c, s), state_text(c, s)});
  };
  for (auto& s : c.services) {
    if (s.group.empty()) {
      row(s, "");
      continue;
    }
    if (std::find(groups_done.begin(), groups_done.end(), s.group) != groups_done.end()) continue;
    groups_done.push_back(s.group);
    rows.push_back({s.group + " (group)"});
    for (auto& member : c.services)
      if (member.group == s.group) row(member, "  ");
  }
  return rows.size() == 1 ? "" : "\nservices\n" + table_of(rows, "  ");
}

// What nobody waits for is no concern any more, but the device, or the way to it, may be broken.
void add_failed_fencings(const console::cluster_status& c, std::vector<std::string>& out) {
  using namespace services_detail;
  sentences say(out);
  for (auto& a : c.attempts)
    if (a.failed && !told_with_proof(c, a) && a.age < failed_fencing_is_news)
      say.add(fmt::format("the fencing of {} by {}, {}, failed ({}). Nothing waits for it", a.target.text,
                          a.executor.text, text_of(a.opened_at), a.note));
}

void add_service_concerns(const console::cluster_status& c, std::vector<std::string>& out) {
  using namespace services_detail;
  fencing(c, out);
  acts(c, out);
  states(c, out);
}

void add_services_json(const console::cluster_status& c, nlohmann::ordered_json& out) {
  using namespace services_detail;
  out["services"] = list_of(c.services);
  out["waits"] = list_of(c.waits);
  out["overdue"] = list_of(c.overdue);
  out["proofs_wanted"] = list_of(c.proofs);
}

} // namespace troupe::cli
