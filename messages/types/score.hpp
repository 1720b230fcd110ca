// How much something is wanted: an integer in [-1000000, 1000000] whose ends mean "must not" and "must". The scale and
// the arithmetic are the field's (Pacemaker's): sums saturate, and "must not" outweighs "must".
#pragma once

#include <compare>
#include <cstdint>

namespace troupe {

class score {
public:
  static constexpr std::int32_t limit = 1'000'000;

  constexpr score() = default;
  constexpr explicit score(std::int64_t value)
    : value_(static_cast<std::int32_t>(value > limit    ? limit
                                       : value < -limit ? -limit
                                                        : value)) {}

  static constexpr score infinity() { return score{limit}; }
  static constexpr score minus_infinity() { return score{-limit}; }

  [[nodiscard]] constexpr std::int32_t value() const { return value_; }
  [[nodiscard]] constexpr bool must() const { return value_ == limit; }
  [[nodiscard]] constexpr bool must_not() const { return value_ == -limit; }
  constexpr auto operator<=>(const score&) const = default;
  constexpr score operator-() const { return score{-std::int64_t{value_}}; }

  friend constexpr score operator+(score a, score b) {
    if (a.must_not() || b.must_not()) return minus_infinity();
    if (a.must() || b.must()) return infinity();
    return score{std::int64_t{a.value_} + b.value_};
  }
  constexpr score& operator+=(score other) { return *this = *this + other; }

private:
  std::int32_t value_ = 0;
};

} // namespace troupe
