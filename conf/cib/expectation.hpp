// What belongs into an attribute of a CIB, and what it counts as if something else is written there: the sentence about
// it is made in one place. What it counts as is the peer's choice, read off its warnings and its plans.
#pragma once

#include "conf/cib/cib.hpp"

#include <string>

namespace troupe::conf::cib {

enum class notation : std::uint8_t {
  boolean,
  score,     // beyond the ends: the ends
  threshold, // a score from 0 up; below: 1
  number,
  count,    // of instances: 0 to max_instances
  replicas, // 1 to max_replicas
  amount,   // of utilization: 0 to 2^31 - 1
  duration, // below 0 as if unreadable
  time,     // seconds since 1970
  interval, // a duration up to max_interval_ms
  range,    // of a calendar: "5", "1-5", "3-", "-4"
  word,
};

inline constexpr std::int64_t max_interval_ms = 4'294'967'295; // of an operation: the peer's

struct expectation {
  text name; // as written today; old CIBs have '_' for '-'
  notation kind = notation::word;
  const char* instead = ""; // what an unreadable one counts as, behind "is no score: "
  text words{};             // word: those there are, with '|' between them
};

bool named(const expectation& e, text name);

// "is no score: taken as 0"; empty: nothing is wrong with it.
std::string fault(const expectation& e, text value);

} // namespace troupe::conf::cib
