// A session over a stream: libsodium's secretstream (XChaCha20-Poly1305), one a direction, in frames
//   [length of what follows 4, little-endian | one secretstream message]
// Order, loss and repetition inside of the stream show as a forged frame. The sender replaces its keys each 2^20
// messages or 15 minutes (TAG_REKEY); TAG_FINAL ends the stream: a stream that ends without it was cut.
// The length is checked before anything is reserved for it, and the opener never holds more than one frame. It is not
// authenticated before the frame is whole: whoever reads gives a frame its time, and no more (stream_link.hpp).
// The header that secretstream would send first is derived from the session key on both sides: init_push would draw it
// from libsodium's own generator, and a run of the simulator must replay to the byte. The key is fresh in each session,
// so a fixed header repeats nothing.
#pragma once

#include "messages/types/time.hpp"
#include "transport/handshake.hpp"

#include <sodium/crypto_secretstream_xchacha20poly1305.h>

namespace troupe::transport {

inline constexpr std::size_t max_frame = std::size_t{1} << 20; // what a length prefix may say
inline constexpr std::size_t frame_overhead = crypto_secretstream_xchacha20poly1305_ABYTES;
inline constexpr std::size_t max_stream_text = max_frame - frame_overhead;

struct stream_wear { // after how much the sender replaces its keys
  std::uint64_t messages = std::uint64_t{1} << 20;
  duration age = std::chrono::minutes(15);
};

// One direction's cipher; wiped at its end.
class stream_cipher {
public:
  explicit stream_cipher(const secret_bytes<32>& key);
  stream_cipher(stream_cipher&& other) noexcept;
  stream_cipher& operator=(stream_cipher&& other) noexcept;
  ~stream_cipher();
  crypto_secretstream_xchacha20poly1305_state* state() { return &state_; }

private:
  crypto_secretstream_xchacha20poly1305_state state_{};
};

class stream_sealer {
public:
  stream_sealer(const secret_bytes<32>& key, instant now, stream_wear wear = {})
    : cipher_(key)
    , wear_(wear)
    , renewed_(now) {}

  byte_buffer seal(byte_view text, instant now); // a frame; `text` has at most max_stream_text bytes
  byte_buffer finish();                          // the last frame
  [[nodiscard]] std::uint64_t renewals() const { return renewals_; }

private:
  byte_buffer frame(byte_view text, unsigned char tag);

  stream_cipher cipher_;
  stream_wear wear_;
  std::uint64_t since_renewal_ = 0;
  std::uint64_t renewals_ = 0;
  instant renewed_;
};

class stream_opener {
public:
  enum class progress : std::uint8_t { open, finished };

  explicit stream_opener(const secret_bytes<32>& key)
    : cipher_(key) {}

  // Takes bytes as they come, appends whole texts to `into`. A refusal is final: the stream is to be closed.
  admitted<progress> feed(byte_view data, std::vector<byte_buffer>& into);
  [[nodiscard]] bool finished() const { return finished_; }
  // Of the frame that has begun and is not whole: the bytes it says to have, which nothing has authenticated yet. 0:
  // there is none.
  [[nodiscard]] std::size_t awaited() const;
  [[nodiscard]] std::uint64_t opened() const { return opened_; } // frames

private:
  admitted<progress> open_frame(std::vector<byte_buffer>& into);

  stream_cipher cipher_;
  byte_buffer partial_;
  std::uint64_t opened_ = 0;
  bool finished_ = false;
};

} // namespace troupe::transport
