// The rows of an answer: at most max_rows of a kind, and a count of those that were left out.
#pragma once

#include "messages/console.hpp"

#include <utility>

namespace troupe::console {

template <class Line>
void append(std::vector<Line>& lines, std::uint64_t& left_out, Line line) {
  if (lines.size() < max_rows)
    lines.push_back(std::move(line));
  else
    ++left_out;
}

} // namespace troupe::console
