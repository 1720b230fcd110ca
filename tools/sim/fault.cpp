#include "tools/sim/fault.hpp"

#include <fmt/format.h>

namespace troupe::sim {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string value_text(const node_name& name) {
  return quoted(name.text);
}
std::string value_text(const std::string& text) {
  return quoted(text);
}
std::string value_text(bool value) {
  return value ? "true" : "false";
}
std::string value_text(std::int64_t value) {
  return fmt::format("{}", value);
}
std::string value_text(rate value) {
  return fmt::format("{}", value.ppm);
}
std::string value_text(duration value) {
  return quoted(show(value));
}
std::string value_text(const nodes& list) {
  std::string out = "[";
  for (const auto& name : list) out += (out.size() > 1 ? ", " : "") + quoted(name.text);
  return out + "]";
}

// Calls `print(key, text)` for each parameter that is not at its default.
void each_parameter(const fault& f, auto&& print) {
  std::visit(
      [&](auto kind) {
        decltype(kind) plain{};
        std::vector<std::string> defaults;
        plain.visit([&](const char*, const auto& value) { defaults.push_back(value_text(value)); });
        std::size_t i = 0;
        kind.visit([&](const char* key, const auto& value) {
          auto text = value_text(value);
          if (text != defaults[i++]) print(key, text);
        });
      },
      f.what);
}

} // namespace

std::string show(duration d) {
  static constexpr struct {
    std::int64_t size;
    const char* unit;
  } units[] = {{60'000'000'000, "min"}, {1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  for (auto [size, unit] : units)
    if (d.count() % size == 0 && (d.count() != 0 || size == 1'000'000'000))
      return fmt::format("{}{}", d.count() / size, unit);
  return fmt::format("{}ns", d.count());
}

std::string_view name_of(const fault& f) {
  return std::visit([](const auto& kind) { return kind.name; }, f.what);
}

std::string to_toml(const fault& f) {
  auto text = fmt::format("[[fault]]\nat = \"{}\"\nkind = \"{}\"\n", show(f.at), name_of(f));
  each_parameter(f, [&](const char* key, const std::string& value) { text += fmt::format("{} = {}\n", key, value); });
  if (f.lasts != duration{}) text += fmt::format("lasts = \"{}\"\n", show(f.lasts));
  return text;
}

std::string describe(const fault& f) {
  std::string text{name_of(f)};
  each_parameter(f, [&](const char* key, const std::string& value) { text += fmt::format(" {}={}", key, value); });
  if (f.lasts != duration{}) text += fmt::format(" lasts={}", show(f.lasts));
  return text;
}

} // namespace troupe::sim
