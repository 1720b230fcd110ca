// Lambdas as the cases of a std::visit.
#pragma once

namespace troupe::sim {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>; // clang 14 does not deduce an aggregate's arguments by itself

} // namespace troupe::sim
