// A value or the reason why there is none (tl::expected: std::expected is not in g++ 12). For failures that the
// caller must look at; a bug of ours is an assertion, a diagnostic of a file is conf's.
#pragma once

#include <tl/expected.hpp>

#include <string>

namespace troupe {

struct error {
  std::string text; // one sentence: what failed and, where one exists, the way out
  bool operator==(const error&) const = default;
};

template <class T>
using result = tl::expected<T, error>;

inline tl::unexpected<error> failure(std::string text) {
  return tl::unexpected(error{std::move(text)});
}

} // namespace troupe
