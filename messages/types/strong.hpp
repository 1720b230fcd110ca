// Strong types: an index is not a slot, a node's name is not a resource's.
//
// A number or a string gets a tag and loses every operation that its meaning does not have. Two families are
// enough: `ordinal` for counted things, `label` for names.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace troupe {

// A counted thing: ordered, may be stepped, never added to another. `value` is on the wire and in files.
template <class Tag, std::unsigned_integral Rep = std::uint64_t>
struct ordinal {
  Rep value{};

  constexpr ordinal() = default;
  constexpr explicit ordinal(Rep v)
    : value(v) {}
  constexpr auto operator<=>(const ordinal&) const = default;
  [[nodiscard]] constexpr ordinal next() const { return ordinal{static_cast<Rep>(value + 1)}; }
  [[nodiscard]] constexpr ordinal plus(Rep n) const { return ordinal{static_cast<Rep>(value + n)}; }
  // How many steps from `earlier` to this one; the caller knows that earlier <= *this.
  [[nodiscard]] constexpr Rep since(ordinal earlier) const { return static_cast<Rep>(value - earlier.value); }
};

// A name that people gave. What characters it may have is checked where it enters (conf), not here.
template <class Tag>
struct label {
  std::string text;

  label() = default;
  explicit label(std::string t)
    : text(std::move(t)) {}
  explicit label(std::string_view t)
    : text(t) {}
  explicit label(const char* t)
    : text(t) {}
  auto operator<=>(const label&) const = default;
  [[nodiscard]] bool empty() const { return text.empty(); }
};

} // namespace troupe
