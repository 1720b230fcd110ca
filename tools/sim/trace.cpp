#include "tools/sim/trace.hpp"

#include <fmt/format.h>

#include <cstring>

namespace troupe::sim {

std::string show_time(instant at) {
  auto ns = at.time_since_epoch().count();
  return fmt::format("{}.{:06}s", ns / 1'000'000'000, ns % 1'000'000'000 / 1000);
}

// Multiply and fold, as in wyhash: quick, and a changed bit anywhere changes the end. Not meant against an adversary.
void trace::mix(std::uint64_t word) {
  __extension__ using wide = unsigned __int128;
  auto product = wide{hash_ ^ word} * 0x9e3779b97f4a7c15ULL;
  hash_ = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ (word << 1);
}

void trace::mix(byte_view data) {
  mix(data.size());
  for (; data.size() >= 8; data = data.subspan(8)) {
    std::uint64_t word;
    std::memcpy(&word, data.data(), 8);
    mix(word);
  }
  std::uint64_t tail = 0;
  if (!data.empty()) std::memcpy(&tail, data.data(), data.size()); // null is not allowed, not even for 0 bytes
  mix(tail);
}

void trace::aside(instant at, std::string_view who, std::string_view text) {
  if (sink_) sink_(fmt::format("{:>14} {:<6} {}", show_time(at), who, text));
}

void trace::story(instant at, std::string_view who, std::string_view text) {
  auto line = fmt::format("{:>14} {:<6} {}", show_time(at), who, text);
  mix(view_of(line));
  ++lines_;
  if (sink_) sink_(line);
  kept_.push_back(std::move(line));
  if (kept_.size() > kept_story_lines) kept_.pop_front();
}

void trace::detail(instant at, std::string_view who, std::string_view what, std::string_view peer, byte_view payload) {
  mix(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  mix(view_of(who));
  mix(view_of(what));
  mix(view_of(peer));
  mix(payload);
  ++lines_;
  if (sink_)
    sink_(fmt::format("{:>14} {:<6} {} {} {} bytes, {:016x}", show_time(at), who, what, peer, payload.size(), hash_));
}

} // namespace troupe::sim
