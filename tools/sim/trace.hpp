// What happened, as lines for people and as one hash for machines: two runs of a seed must agree in both to the byte.
//
// Two kinds of lines. Story: what a reader wants when a seed has failed; always formatted, the last ones kept. Detail:
// every datagram; only its parts go into the hash, and a line is made of it only when somebody writes the trace down.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/time.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace troupe::sim {

inline constexpr std::size_t kept_story_lines = 400;

std::string show_time(instant at); // "12.345678s"

class trace {
public:
  using line_sink = std::function<void(std::string_view)>; // one line, without its end

  explicit trace(line_sink sink = {})
    : sink_(std::move(sink)) {}

  void story(instant at, std::string_view who, std::string_view text);
  void detail(instant at, std::string_view who, std::string_view what, std::string_view peer, byte_view payload);

  // Only for who writes the trace down: what can be concluded from the rest, and helps to read it.
  [[nodiscard]] bool written() const { return static_cast<bool>(sink_); }
  void aside(instant at, std::string_view who, std::string_view text);

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] const std::deque<std::string>& last_lines() const { return kept_; }

private:
  void mix(std::uint64_t word);
  void mix(byte_view data);

  line_sink sink_;
  std::uint64_t hash_ = 0x243f6a8885a308d3;
  std::uint64_t lines_ = 0;
  std::deque<std::string> kept_;
};

} // namespace troupe::sim
