// The converters of reader.hpp: one a kind of value.
#include "conf/keys.hpp"
#include "conf/reader.hpp"
#include "conf/units.hpp"

namespace troupe::conf {

converter<std::string> as_text(std::size_t max) {
  return [=](const slot& s) -> std::optional<std::string> {
    const auto* text = std::get_if<std::string>(&s.held.content);
    if (!text) return s.wrong_kind("a string", "put it in quotes");
    if (text->find('\0') != std::string::npos) return s.wrong("contains a NUL character", "remove \\u0000");
    if (text->size() > max)
      return s.wrong(std::to_string(text->size()) + " bytes", "at most " + std::to_string(max) + " are possible");
    return *text;
  };
}

converter<std::string> as_name_text() {
  return [](const slot& s) -> std::optional<std::string> {
    auto text = as_text(config::max_text)(s);
    if (!text) return std::nullopt;
    if (auto fault = name_fault(*text); !fault.empty()) return s.wrong(fault, "rename it");
    return text;
  };
}

converter<std::int64_t> as_integer(std::int64_t least, std::int64_t most) {
  return [=](const slot& s) -> std::optional<std::int64_t> {
    const auto* number = std::get_if<std::int64_t>(&s.held.content);
    auto range = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    if (!number) return s.wrong_kind("an integer", range);
    if (*number < least || *number > most) return s.wrong(std::to_string(*number) + " is out of range", range);
    return *number;
  };
}

converter<std::uint32_t> as_count(std::uint32_t least, std::uint32_t most) {
  return [=](const slot& s) -> std::optional<std::uint32_t> {
    auto number = as_integer(least, most)(s);
    return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
  };
}

converter<bool> as_flag() {
  return [](const slot& s) -> std::optional<bool> {
    const auto* flag = std::get_if<bool>(&s.held.content);
    return flag ? std::optional(*flag) : s.wrong_kind("true or false", "write true or false, without quotes");
  };
}

converter<duration> as_duration(duration least, duration most) {
  return [=](const slot& s) -> std::optional<duration> {
    if (!std::holds_alternative<std::string>(s.held.content))
      return s.wrong_kind("a string", "write a time with its unit, such as \"10s\"");
    auto time = as_parsed(parse_duration, "not a time")(s);
    if (!time) return std::nullopt;
    if (*time >= least && *time <= most) return time;
    return s.wrong(text_of(*time) + " is out of range", "from " + text_of(least) + " to " + text_of(most));
  };
}

converter<score> as_score() {
  return [](const slot& s) -> std::optional<score> {
    if (auto* word = std::get_if<std::string>(&s.held.content)) {
      if (*word == "infinity") return score::infinity();
      if (*word == "-infinity") return score::minus_infinity();
      return s.wrong("'" + word->substr(0, config::max_name) + "' is no score",
                     "write a number from -1000000 to 1000000, \"infinity\" or \"-infinity\"");
    }
    auto number = as_integer(-score::limit, score::limit)(s);
    return number ? std::optional(score{*number}) : std::nullopt;
  };
}

converter<config::address> as_address() {
  return as_parsed(parse_address, "not an address");
}

converter<public_key> as_public_key() {
  return as_parsed(parse_public_key, "not a public key");
}

converter<std::string> as_path() {
  return [](const slot& s) -> std::optional<std::string> {
    auto path = as_text(4095)(s);
    if (path && (path->empty() || path->front() != '/'))
      return s.wrong("not an absolute path", "begin it with '/': the daemon has no folder of its own to start from");
    return path;
  };
}

// Agents get their parameters as text; a list, a table or a fraction has no one text.
static std::optional<std::string> parameter_text(const slot& s) {
  if (const auto* number = std::get_if<std::int64_t>(&s.held.content)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&s.held.content)) return std::string(*flag ? "true" : "false");
  if (const auto* t = std::get_if<table>(&s.held.content); t && find(*t, "secret"))
    return s.wrong("secrets are not carried by this version", "name a file or script that the agent reads itself");
  if (!std::holds_alternative<std::string>(s.held.content))
    return s.wrong_kind("a string, an integer, true or false", "write the text that the agent expects, in quotes");
  return as_text(config::max_text)(s);
}

converter<config::parameters> as_parameters() {
  return [](const slot& s) -> std::optional<config::parameters> {
    const auto* all = std::get_if<table>(&s.held.content);
    if (!all) return s.wrong_kind("a table", "write { name = value, ... }");
    if (all->size() > config::max_parameters)
      return s.wrong(std::to_string(all->size()) + " of them",
                     "at most " + std::to_string(config::max_parameters) + " are possible");
    config::parameters out;
    for (const auto& e : *all) {
      if (auto fault = name_fault(e.key); !fault.empty()) s.out.error(e.at, s.key / e.key, fault, "rename it");
      if (auto text = parameter_text(s.item(e))) out.emplace(e.key, std::move(*text));
    }
    return out;
  };
}

} // namespace troupe::conf
