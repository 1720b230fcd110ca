#include "actors/history/describe.hpp"

#include "messages/promotion.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::history {

using namespace console;

namespace told {

std::string_view name_of(config::proof_kind k) {
  switch (k) {
  case config::proof_kind::power: return "power";
  case config::proof_kind::reboot: return "reboot";
  case config::proof_kind::storage: return "storage";
  case config::proof_kind::watchdog: return "watchdog";
  case config::proof_kind::operator_word: return "an operator's word";
  case config::proof_kind::assumed: return "assumed";
  }
  return "unknown";
}

std::string with_note(std::string text, const std::string& note) {
  return note.empty() ? text : std::move(text) + ": " + note;
}

std::string text_of(const command::cell& c) {
  return c.ordinal == 0 ? fmt::format("{} on {}", c.resource.text, c.node.text)
                        : fmt::format("{}:{} on {}", c.resource.text, c.ordinal, c.node.text);
}

struct teller {
  std::string operator()(const command::node_joined& c) { return c.node.text + " joins"; }
  std::string operator()(const command::node_left& c) { return c.node.text + " leaves"; }
  std::string operator()(const command::detach& c) { return c.node.text + " will be away for a planned restart"; }
  std::string operator()(const command::suspected& c) {
    return with_note(c.node.text + (c.lifted ? " is no longer suspected" : " is suspected"), c.evidence);
  }
  std::string operator()(const command::node_lost& c) { return with_note(c.node.text + " is lost", c.evidence); }
  std::string operator()(const command::config_set& c) {
    return fmt::format("configuration: {} nodes, {} resources, in the place of version {}",
                       c.configuration.nodes.size(), c.configuration.resources.size(), c.replaces.value);
  }
  std::string operator()(const command::directive& c) {
    std::string on = c.subject.empty() ? "the whole cluster" : c.subject;
    switch (c.kind) {
    case command::directive_kind::standby: return with_note(c.lifted ? "unstandby " + on : "standby " + on, c.note);
    case command::directive_kind::maintenance:
      return with_note(fmt::format("maintenance {} for {}", c.lifted ? "off" : "on", on), c.note);
    case command::directive_kind::target_role:
      return with_note(
          c.lifted ? fmt::format("{} as configured", on) : fmt::format("{} is to be {}", on, name_of(c.role)), c.note);
    case command::directive_kind::move:
      return with_note(
          c.lifted ? fmt::format("{} goes where it likes", on) : fmt::format("move {} to {}", on, c.to.text), c.note);
    }
    return "an unknown directive";
  }
  std::string operator()(const command::cleanup& c) {
    return fmt::format("cleanup of {}{}", c.resource.empty() ? "all resources" : c.resource.text,
                       c.node.empty() ? "" : " on " + c.node.text);
  }
  std::string operator()(const command::assigned& c) {
    for (auto& item : c.items) {
      auto text = item.resource.text + " ->";
      if (item.places.empty()) text += " nowhere";
      for (auto& p : item.places) text += " " + p.node.text + (p.role == config::role::promoted ? " (promoted)" : "");
      if (!add({item.resource.text, {}, std::move(text)})) break;
    }
    return "assigned";
  }
  std::string operator()(const command::act& c) { return fmt::format("{} {}", name_of(c.action), text_of(c.at)); }
  std::string operator()(const command::withdraw& c) {
    return fmt::format("withdraws act {} of {}", c.act.value, text_of(c.at));
  }
  std::string operator()(const command::report& c) {
    for (auto& item : c.items)
      if (!add(std::visit([](auto& i) { return of(i); }, item))) break;
    return c.node.text + " reports";
  }
  std::string operator()(const command::fence_attempt& c) {
    return fmt::format("fencing of {} by {}, level {}", c.target.text, c.executor.text, c.level);
  }
  std::string operator()(const command::fence_failed& c) {
    return with_note(fmt::format("fencing of {} failed", c.target.text), c.note);
  }
  std::string operator()(const command::fence_proof& c) {
    return with_note(fmt::format("boot {} of {} is dead ({})", c.boot.value, c.target.text, name_of(c.kind)), c.note);
  }
  std::string operator()(const command::level_set& c) { return fmt::format("level {}", c.level); }
  std::string operator()(const command::tick&) { return "a deadline is due"; }
  std::string operator()(const command::attributes& c) {
    for (auto& item : c.items) {
      auto of = item.node.empty() ? std::string("of the cluster") : "of " + item.node.text;
      auto text = item.value ? fmt::format("{} {} = {}", item.name, of, *item.value)
                             : fmt::format("{} {} is gone", item.name, of);
      if (!add({std::string(promoted_resource(item.name)), {}, std::move(text)})) break;
    }
    return "attributes";
  }
  std::string operator()(const command::notice_begun& c) {
    return fmt::format("notices of {}: {}", c.resource.text, name_of(c.operation));
  }
  std::string operator()(const command::notice_turned& c) {
    static constexpr std::string_view ends[] = {"told before", "done", "told after"};
    return fmt::format("notices of {}: {}", c.resource.text, ends[static_cast<std::size_t>(c.from)]);
  }

  static event_part of(const command::act_done& d) {
    static constexpr std::string_view ends[] = {"done", "failed", "not run", "stuck"};
    auto end = ends[static_cast<std::size_t>(d.end)];
    return {d.resource.text, d.act, with_note(fmt::format("{} act {} {}", d.resource.text, d.act.value, end), d.note)};
  }
  static event_part of(const command::probed& p) {
    static constexpr std::string_view found[] = {"not there", "started", "promoted", "failed"};
    return {p.resource.text, {}, fmt::format("{} {}", p.resource.text, found[static_cast<std::size_t>(p.found)])};
  }
  static event_part of(const command::monitored& m) {
    return {m.resource.text,
            {},
            with_note(fmt::format("{} {}", m.resource.text, m.healthy ? "healthy" : "not healthy"), m.note)};
  }

  static event_part of(const command::notified& n) {
    return {n.resource.text, n.round, n.resource.text + " told"};
  }

  // False: there is no room for more.
  bool add(event_part part) {
    part.text = cut(std::move(part.text), max_noted);
    bytes += part.text.size();
    if (parts.size() == max_event_parts || bytes > max_parts_bytes) return false;
    parts.push_back(std::move(part));
    return true;
  }

  std::vector<event_part> parts{};
  std::size_t bytes = 0;
};

// What led to it: as its author says, and what it answers.
struct causes_of {
  std::vector<log_index>& out;

  void operator()(const command::report& c) {
    for (auto& item : c.items)
      if (auto* done = std::get_if<command::act_done>(&item)) out.push_back(done->act);
  }
  void operator()(const command::withdraw& c) { out.push_back(c.act); }
  void operator()(const command::notice_turned& c) { out.push_back(c.round); }
  void operator()(const command::fence_failed& c) { out.push_back(c.attempt); }
  void operator()(const command::fence_proof& c) { out.push_back(c.attempt); }
  template <class Other>
  void operator()(const Other&) {}
};

std::vector<log_index> all_causes(const command::command& c) {
  auto out = c.from.causes;
  std::visit(causes_of{out}, c.what);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  std::erase(out, log_index{});
  if (out.size() > max_event_causes) out.resize(max_event_causes);
  return out;
}

} // namespace told

event event_of(log_index at, const command::command& c, refusal refused) {
  event e{at,
          c.from.at,
          c.from.by.node.text,
          cut(c.from.by.user.value_or(""), max_noted),
          c.from.why,
          {},
          refused,
          told::all_causes(c),
          {}};
  told::teller tells;
  e.what = cut(std::visit(tells, c.what), max_shown);
  e.parts = std::move(tells.parts);
  return e;
}

std::string describe(const command::body& what) {
  return text_of(event_of({}, {{}, what}, refusal::none));
}

} // namespace troupe::history
