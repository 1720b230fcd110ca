// For tests of how a plan is carried out: what is done, in words.
#pragma once

#include "actors/scheduler/fixture.hpp"
#include "actors/scheduler/transition/transition.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace troupe::scheduler::transition_fixture {

inline const char* word(task t) {
  static const char* words[] = {"monitor",      "start",   "stop",   "promote",     "demote",   "migrate_to",
                                "migrate_from", "reload",  "notify", "cancel",      "started",  "stopped",
                                "promoted",     "demoted", "fence",  "unfence",     "shutdown", "clear",
                                "forget",       "room",    "enough", "all_stopped", "other"};
  return words[static_cast<int>(t)];
}

inline std::string text_of(const input& in, const outcome& o, const step& s) {
  static const char* abouts[] = {"", "before ", "before-done ", "after ", "after-done ", "fenced-done "};
  std::string text = s.pseudo ? "(" : "";
  text += abouts[static_cast<int>(s.about)];
  text += s.name.empty() ? word(s.what) : s.name;
  if (s.interval_ms > 0) text += "=" + std::to_string(s.interval_ms);
  if (s.unit.valid()) text += " " + unit_name(in, o.state, s.unit);
  if (s.node.valid()) text += " " + in.nodes[s.node].name;
  return text + (s.pseudo ? ")" : "");
}

// Sorted, because most of it has no order; only what `wanted` says.
template <typename F>
std::string followed_if(const input& in, F wanted) {
  auto o = schedule(in);
  std::vector<std::string> all;
  for (auto& s : transition(in, o))
    if (wanted(s)) all.push_back(text_of(in, o, s));
  std::sort(all.begin(), all.end());
  std::string text;
  for (auto& t : all) text += (text.empty() ? "" : "; ") + t;
  return text;
}

inline std::string followed(const input& in) {
  return followed_if(in, [](auto&) { return true; });
}

inline std::string followed(const input& in, std::initializer_list<task> which) {
  return followed_if(in, [&](auto& s) { return std::find(which.begin(), which.end(), s.what) != which.end(); });
}

inline operation every(std::int64_t interval_ms, role in_role = role::unknown) {
  return {.what = task::monitor, .name = "monitor", .interval_ms = interval_ms, .in_role = in_role};
}

} // namespace troupe::scheduler::transition_fixture
