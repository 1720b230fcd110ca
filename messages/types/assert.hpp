// Assertions: what must be true, in production too.
//
// A broken assertion is a bug of ours, never of an input: bad input is refused with a diagnostic. It throws, so
// that the caller who can contain it does: apply() drops its overlay and halts the replica, an actor ends and is
// restarted a bounded number of times, a bare thread terminates. The rejected alternative, logging and carrying
// on, turns one wrong value into two wrong decisions.
#pragma once

#include <stdexcept>

namespace troupe {

class broken_assertion : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

// The place is the caller's. Builtins, because clang 14 has no std::source_location.
[[noreturn]] void assertion_failed(const char* expression, const char* why, const char* file = __builtin_FILE(),
                                   int line = __builtin_LINE());

} // namespace troupe

// `why` says in words what would be wrong if the expression did not hold.
#define TROUPE_ASSERT(expression, why)                                                                                 \
  (static_cast<bool>(expression) ? void() : ::troupe::assertion_failed(#expression, why))
