#include "agents/text.hpp"

#include "messages/types/utf8.hpp"

#include <algorithm>

namespace troupe::agents {

namespace text_detail {

constexpr std::string_view replacement = "\xef\xbf\xbd";
constexpr std::string_view ellipsis = "...";
constexpr std::string_view blanks = " \t\r\n";

// Bytes of the character that `text` begins with; 0: it begins with none that may stay.
std::size_t character(std::string_view text) {
  auto first = static_cast<unsigned char>(text[0]);
  bool control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f;
  if (control) return 0;
  constexpr std::size_t longest = 4;
  for (std::size_t n = 1; n <= std::min(longest, text.size()); ++n) {
    if (!valid_utf8(text.substr(0, n))) continue;
    bool c1_control = n == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
    return c1_control ? 0 : n;
  }
  return 0;
}

} // namespace text_detail

using namespace text_detail;

std::string readable(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    auto n = character(raw);
    out += n == 0 ? replacement : raw.substr(0, n);
    raw.remove_prefix(std::max<std::size_t>(n, 1));
  }
  return out;
}

std::string sentence(std::string_view raw) {
  std::string out;
  for (std::size_t at = 0; at < raw.size();) {
    auto end = std::min(raw.find('\n', at), raw.size());
    auto line = raw.substr(at, end - at);
    at = end + 1;
    auto from = line.find_first_not_of(blanks);
    if (from == std::string_view::npos) continue;
    line = line.substr(from, line.find_last_not_of(blanks) - from + 1);
    if (!out.empty()) out += "; ";
    out += readable(line);
    if (out.size() > max_reason) break;
  }
  if (out.size() <= max_reason) return out;
  auto cut = max_reason - ellipsis.size();
  while ((static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80) --cut;
  return out.substr(0, cut).append(ellipsis);
}

} // namespace troupe::agents
