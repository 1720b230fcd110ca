#include "messages/console.hpp"

#include <algorithm>

namespace troupe::console {

std::string cut(std::string text, std::size_t max) {
  if (text.size() <= max) return text;
  auto end = max - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end; // within a character
  text.resize(end);
  return text + "...";
}

std::string text_of(const event& e, const std::string& subject) {
  constexpr std::size_t some = 3; // of what it does not ask for
  auto asked = [&](const event_part& p) { return p.subject == subject; };
  bool filter = !subject.empty() && std::any_of(e.parts.begin(), e.parts.end(), asked);
  std::size_t shown = 0, left_out = 0;
  auto text = e.what;
  for (auto& p : e.parts) {
    bool wanted = filter ? asked(p) : subject.empty() || shown < some;
    if (!wanted || text.size() > max_shown) {
      left_out += !filter;
      continue;
    }
    text += (shown++ == 0 ? ": " : "; ") + p.text;
  }
  if (left_out > 0 && text.size() <= max_shown) text += " and " + std::to_string(left_out) + " more";
  return cut(std::move(text), max_shown);
}

std::string lifting(command::directive_kind kind, const std::string& subject) {
  using enum command::directive_kind;
  switch (kind) {
  case standby: return "troupe unstandby " + subject;
  case maintenance: return subject.empty() ? "troupe maintenance off" : "troupe maintenance off " + subject;
  case target_role: return "troupe start " + subject + " --as-configured";
  case move: return "troupe unmove " + subject;
  }
  return {};
}

bool may_order(const command::body& what) {
  return std::holds_alternative<command::config_set>(what) || std::holds_alternative<command::directive>(what) ||
         std::holds_alternative<command::cleanup>(what) || std::holds_alternative<command::level_set>(what);
}

} // namespace troupe::console
