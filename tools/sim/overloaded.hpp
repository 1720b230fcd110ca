// Lambdas as the cases of a std::visit.
#pragma once

namespace troupe::sim {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};

} // namespace troupe::sim
