// What is wrong with a file, all of it at once: where (line, column), which key, what, and the way out.
//
// Two kinds: an error refuses the file, a warning states a price and lets it pass. A check that looks at the meaning of
// a configuration knows keys but no lines (the same check serves what did not come from a file): it makes findings;
// cluster_file places them. The rejected alternative, throwing at the first fault, makes an operator run `check` once
// per typing error. At most max_diagnostics of each kind are kept, the rest is counted:
// a flood of warnings must not hide an error.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::conf {

inline constexpr std::size_t max_diagnostics = 200;

struct position { // from 1, columns in code points as toml++ counts them; line 0: the file as a whole
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const position&) const = default;
};

// A key from the root of the file: resource.vip.monitor[0].interval.
class key_path {
public:
  using step = std::variant<std::string, std::size_t>;

  key_path() = default;
  key_path(std::initializer_list<step> steps)
    : steps_(steps) {}

  [[nodiscard]] key_path operator/(std::string_view key) const;
  [[nodiscard]] key_path operator[](std::size_t index) const;
  [[nodiscard]] const std::vector<step>& steps() const { return steps_; }
  [[nodiscard]] bool within(const key_path& outer) const; // equal, or below it
  [[nodiscard]] std::string text() const;                 // keys that are not bare are quoted, as TOML does
  auto operator<=>(const key_path&) const = default;

private:
  std::vector<step> steps_;
};

enum class severity : std::uint8_t { error, warning };

struct finding {
  severity level = severity::error;
  key_path key;
  std::string what; // "no node of this name"
  std::string fix;  // "did you mean 'n1'?"; never empty
};

struct diagnostic {
  position at;
  finding found;
  // "cluster.toml:3:1: error: resource.vip.agnet: unknown key; did you mean 'agent'?"
  [[nodiscard]] std::string text(std::string_view file) const;
};

class diagnostics {
public:
  void add(position at, finding f);
  void error(position at, const key_path& key, std::string what, std::string fix) {
    add(at, {severity::error, key, std::move(what), std::move(fix)});
  }

  [[nodiscard]] bool good() const { return errors_ == 0; }
  [[nodiscard]] std::size_t errors() const { return errors_; }
  [[nodiscard]] std::size_t warnings() const { return warnings_; }
  // No more of this kind are kept: whoever would work for a good text may save it.
  [[nodiscard]] bool full(severity s) const { return (s == severity::error ? errors_ : warnings_) >= max_diagnostics; }
  [[nodiscard]] bool mentions(const key_path& key) const; // is there an error at this key, or below it?
  // By place, errors before warnings at the same one. What was kept.
  [[nodiscard]] std::vector<diagnostic> sorted() const;
  // One a line, each with the file's name, and the number of those that were left out.
  [[nodiscard]] std::string text(std::string_view file) const;

private:
  std::vector<diagnostic> items_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

std::string_view name_of(severity s);

} // namespace troupe::conf
