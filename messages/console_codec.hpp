// The conversation over the control socket as bytes and back, and its frames.
#pragma once

#include "messages/console.hpp"
#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"

#include <optional>

namespace troupe::console {

byte_buffer encode(const request& r);
byte_buffer encode(const answer& a);
result<request> decode_request(byte_view bytes);
result<answer> decode_answer(byte_view bytes);

// The bytes with their size in front.
byte_buffer frame(byte_view bytes);

// Takes a stream apart into frames. It keeps at most one frame of `max` bytes and what came with it.
class frame_reader {
public:
  explicit frame_reader(std::size_t max)
    : max_(max) {}

  void feed(byte_view bytes);
  // nullopt: more has to come. An error: the other end announced a frame that is empty or too large; nothing after it
  // can be trusted.
  result<std::optional<byte_buffer>> next();
  [[nodiscard]] std::size_t held() const { return held_.size() - taken_; }

private:
  std::size_t max_;
  byte_buffer held_;
  std::size_t taken_ = 0; // of it, from the start: moved out of the way once for all frames of a feed
};

} // namespace troupe::console
