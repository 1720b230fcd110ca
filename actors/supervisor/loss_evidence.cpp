#include "actors/supervisor/loss_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::supervisor {

namespace {

std::string span(duration d) { // people read no more than hundredths
  return conf::to_text(std::chrono::floor<std::chrono::duration<std::int64_t, std::centi>>(d));
}

// "n3", "n3 and n2", "n3, n2, n5, n6, n7 and 4 others"; each once, in the order heard.
std::string named(const std::vector<node_name>& names) {
  std::vector<node_name> once;
  for (auto& n : names)
    if (std::find(once.begin(), once.end(), n) == once.end()) once.push_back(n);
  auto shown = std::min(once.size(), max_accusers_named);
  std::string last = once.size() > shown ? fmt::format("{} others", once.size() - shown) : once[--shown].text;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) out += (i > 0 ? ", " : "") + once[i].text;
  return out.empty() ? last : out + " and " + last;
}

} // namespace

std::string to_text(const loss_evidence& e) {
  auto silence = e.ever_heard ? "no answer for " + span(e.silence)
                              : fmt::format("nobody has heard it in the {} since this leader began", span(e.silence));
  if (e.host_answers) return silence + "; its host answers, its daemon is away";
  auto* o = e.accusation;
  if (o == nullptr) return silence + "; the detector does not find it faulty";
  if (o->is == gossip::standing::left) return silence + "; it has said goodbye";
  if (o->accusers.empty()) return silence + "; the detector finds it faulty";
  auto one = std::all_of(o->accusers.begin(), o->accusers.end(), [&](auto& n) { return n == o->accusers.front(); });
  return fmt::format("{}; {} {} it faulty", silence, named(o->accusers), one ? "finds" : "find");
}

} // namespace troupe::supervisor
