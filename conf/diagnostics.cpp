#include "conf/diagnostics.hpp"

#include <algorithm>
#include <tuple>

namespace troupe::conf {

key_path key_path::operator/(std::string_view key) const {
  key_path longer = *this;
  longer.steps_.emplace_back(std::string(key));
  return longer;
}

key_path key_path::operator[](std::size_t index) const {
  key_path longer = *this;
  longer.steps_.emplace_back(index);
  return longer;
}

bool key_path::within(const key_path& outer) const {
  return outer.steps_.size() <= steps_.size() && std::equal(outer.steps_.begin(), outer.steps_.end(), steps_.begin());
}

static bool is_bare(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// What a terminal would take for a command or a line's end is written as an escape.
static std::string quoted(std::string_view key) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : key) {
    auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (code < 0x20 || code == 0x7f)
      out += {'\\', 'x', hex[code >> 4], hex[code & 15]};
    else
      out += c;
  }
  return out + '"';
}

std::string key_path::text() const {
  std::string out;
  for (const auto& s : steps_) {
    if (const auto* index = std::get_if<std::size_t>(&s)) {
      out += "[" + std::to_string(*index) + "]";
      continue;
    }
    const auto& key = std::get<std::string>(s);
    if (!out.empty()) out += '.';
    out += is_bare(key) ? key : quoted(key);
  }
  return out;
}

std::string_view name_of(severity s) {
  return s == severity::error ? "error" : "warning";
}

std::string diagnostic::text(std::string_view file) const {
  std::string out(file);
  if (at.line > 0) out += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  out += ": " + std::string(name_of(found.level)) + ": ";
  if (!found.key.steps().empty()) out += found.key.text() + ": ";
  return out + found.what + "; " + found.fix;
}

void diagnostics::add(position at, finding f) {
  bool kept = !full(f.level);
  ++(f.level == severity::error ? errors_ : warnings_);
  if (kept) items_.push_back({at, std::move(f)});
}

bool diagnostics::mentions(const key_path& key) const {
  return std::any_of(items_.begin(), items_.end(),
                     [&](const auto& d) { return d.found.level == severity::error && d.found.key.within(key); });
}

std::vector<diagnostic> diagnostics::sorted() const {
  auto out = items_;
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at, a.found.level) < std::tie(b.at, b.found.level);
  });
  return out;
}

std::string diagnostics::text(std::string_view file) const {
  std::string out;
  for (const auto& d : sorted()) out += d.text(file) + "\n";
  auto left = errors_ + warnings_ - items_.size();
  if (left > 0) out += std::string(file) + ": and " + std::to_string(left) + " more\n";
  return out;
}

} // namespace troupe::conf
