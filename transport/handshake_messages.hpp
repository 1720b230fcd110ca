// The four messages of a handshake, as they lie on the wire. They are read before anybody is authenticated, so each has
// a fixed size and fixed offsets, and Cap'n Proto has no part in it: whoever sends them reaches a few comparisons.
//
//   all      channel 0 (4 bytes, little-endian: sealed datagrams start with a channel that is not 0)
//            version 1, type 1, purpose 1, zero 1
//   hello    level 4, lineage 16, initiator's channel 4, its name 64 (length, text, zeros), its key 32, the responder's
//            key 32, ephemeral key 32, cookie 16                                                          I -> R, 208
//   challenge initiator's channel 4, cookie 16                                                           R -> I, 28
//   welcome  level 4, lineage 16, initiator's channel 4, responder's channel 4, ephemeral key 32, signature 64
//                                                                                                        R -> I, 132
//   finish   responder's channel 4, signature 64                                                         I -> R, 76
//
// An answer is never longer than its question, so that a forged source address gains nothing.
#pragma once

#include "messages/types/ids.hpp"
#include "transport/identity.hpp"
#include "transport/refusal.hpp"

namespace troupe::transport {

inline constexpr std::uint8_t handshake_version = 1;
inline constexpr std::size_t max_wire_name = 63;

// One side's receiving end of a session, chosen by that side; never 0.
using channel_id = ordinal<struct channel_tag, std::uint32_t>;
using ephemeral_key = std::array<std::byte, 32>;
using cookie = std::array<std::byte, 16>; // zero: none yet

enum class message_type : std::uint8_t { hello = 1, challenge, welcome, finish };
enum class purpose : std::uint8_t { datagrams = 1, messages }; // a session over UDP, a stream over TCP

inline constexpr std::size_t preamble_size = 8;
inline constexpr std::size_t hello_size = 208;
inline constexpr std::size_t challenge_size = 28;
inline constexpr std::size_t welcome_size = 132;
inline constexpr std::size_t finish_size = 76;

struct hello {
  purpose what = purpose::datagrams;
  std::uint32_t level = 0;
  lineage_id lineage; // none: a node that has not joined yet
  channel_id channel;
  node_name from;
  public_key from_key;
  public_key to_key;
  ephemeral_key ephemeral{};
  transport::cookie cookie{};
  bool operator==(const hello&) const = default;
};

struct challenge {
  purpose what = purpose::datagrams;
  channel_id to;
  transport::cookie cookie{};
  bool operator==(const challenge&) const = default;
};

struct welcome {
  purpose what = purpose::datagrams;
  std::uint32_t level = 0;
  lineage_id lineage;
  channel_id to;
  channel_id channel;
  ephemeral_key ephemeral{};
  transport::signature signature{};
  bool operator==(const welcome&) const = default;
};

struct finish {
  purpose what = purpose::datagrams;
  channel_id to;
  transport::signature signature{};
  bool operator==(const finish&) const = default;
};

byte_buffer encode(const hello& message);
byte_buffer encode(const challenge& message);
byte_buffer encode(const welcome& message);
byte_buffer encode(const finish& message);

// A datagram that starts with channel 0: part of a handshake, or nothing of ours.
[[nodiscard]] bool is_handshake(byte_view data);
// The type that a preamble claims, once its version is ours. `data` may be longer than one message.
admitted<message_type> type_of(byte_view data);
[[nodiscard]] std::size_t size_of(message_type type);

// `data` is one message, whole. Every byte is checked or taken: no two encodings of one value.
admitted<hello> parse_hello(byte_view data);
admitted<challenge> parse_challenge(byte_view data);
admitted<welcome> parse_welcome(byte_view data);
admitted<finish> parse_finish(byte_view data);

} // namespace troupe::transport
