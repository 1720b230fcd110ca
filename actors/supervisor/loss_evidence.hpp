// Why a member is taken for lost, as a sentence for people: it stands in the log and in `troupe why`.
#pragma once

#include "actors/detector/swim.hpp"

namespace troupe::supervisor {

inline constexpr std::size_t max_accusers_named = 5;

struct loss_evidence {
  duration silence{};
  bool ever_heard = true;                        // by this leader or one before it
  bool host_answers = false;                     // its daemon is away
  const detector::opinion* accusation = nullptr; // faulty or left; nullptr: the detector does not think so
};

// "no answer for 2.1s; n3 and n2 find it faulty". At most command::max_note bytes.
std::string to_text(const loss_evidence& e);

} // namespace troupe::supervisor
