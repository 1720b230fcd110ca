// The one door through which Cap'n Proto bytes become values, and the one through which values become bytes.
//
// Bytes are authenticated before they come here, but a peer may be wrong or newer, and a journal may be damaged: what
// is malformed ends in an error, never in a crash. Cap'n Proto checks lazily, its exceptions fly out of getters, so the
// conversion to a plain value happens inside of the guard, on an aligned copy, under limits on size, on what may be
// traversed (a small message can claim huge lists) and on depth; no Reader gets out. A codec looks so:
//
//   result<cluster> decode_cluster(byte_view bytes) {
//     return decode_message<wire::config::Cluster>(bytes, {.max_bytes = max_encoded}, cluster_from);
//   }
//
// `cluster_from(Reader) -> cluster` throws `malformed` for what Cap'n Proto cannot know: ranges, names, references.
// Enumerations from the wire are raw numbers, also unknown ones: convert them with enum_from().
//
// Equal values are encoded to equal bytes (for one build: a later schema may append fields), so bytes may be digested.
// Rejected: canonicalize(), which costs as much again and changes nothing for builders that are filled in one order.
// Source of the limits: capnp/message.h, ReaderOptions. A rejected message costs a stack trace, some microseconds.
#pragma once

#include "messages/types/assert.hpp"
#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cstdint>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace troupe {

// Thrown by a conversion inside of decode_message, caught there.
struct malformed {
  std::string why; // "unknown role 7"
};

struct decode_limits {
  std::size_t max_bytes; // of one message; at most max_message_bytes
  int nesting = 16;      // pointers from the root to the deepest one
};

inline constexpr std::size_t max_message_bytes = std::size_t{64} << 20;

// Why a message of this size is refused unread; empty: it is not.
std::string size_fault(std::size_t size, const decode_limits& limits);

// Runs `body` and returns why it refused, or nothing. Every kind of exception but our own bugs becomes a reason.
std::optional<error> refusal_of(const std::function<void()>& body);

// A copy whose start is aligned to a word: what comes from a socket or a file need not be.
kj::Array<capnp::word> aligned_copy(byte_view bytes);

capnp::ReaderOptions reader_options(std::size_t words, const decode_limits& limits);

template <class Root, class Convert>
auto decode_message(byte_view bytes, const decode_limits& limits, Convert&& convert)
    -> result<std::invoke_result_t<Convert, typename Root::Reader>> {
  if (auto fault = size_fault(bytes.size(), limits); !fault.empty()) return failure(std::move(fault));
  std::optional<std::invoke_result_t<Convert, typename Root::Reader>> value;
  auto refused = refusal_of([&] {
    auto words = aligned_copy(bytes);
    capnp::FlatArrayMessageReader reader(words, reader_options(words.size(), limits));
    if (reader.getEnd() != words.end()) throw malformed{"bytes after its end"};
    value.emplace(convert(reader.template getRoot<Root>()));
  });
  if (refused) return tl::unexpected(std::move(*refused));
  return std::move(*value);
}

byte_buffer flat_bytes(capnp::MessageBuilder& message);

// Lends this thread's first segment: of the size that a builder would make for itself, so that messages come out the
// same, and all zeros. A builder clears the part of it that it has used; one of its own it would allocate and clear as a
// whole, 8 KiB for each record of the state that changes. A message that is encoded inside of another one gets a fresh one.
class lent_segment {
public:
  lent_segment();
  ~lent_segment();
  lent_segment(const lent_segment&) = delete;
  lent_segment& operator=(const lent_segment&) = delete;
  [[nodiscard]] kj::ArrayPtr<capnp::word> words();

private:
  using segment = std::array<capnp::word, capnp::SUGGESTED_FIRST_SEGMENT_WORDS>;
  static segment& shared(); // by all messages of this thread, one at a time
  static bool& is_lent();

  std::unique_ptr<segment> fresh_;
};

// `fill(Root::Builder)` sets every field, always in the same order.
template <class Root, class Fill>
byte_buffer encode_message(Fill&& fill) {
  lent_segment first;
  capnp::MallocMessageBuilder message(first.words());
  fill(message.initRoot<Root>());
  return flat_bytes(message);
}

// The same for messages that are mostly short and come often: on the stack, without 8 KiB that are cleared for each. A long
// one has more segments than encode_message() would give it, so this is for what nobody compares or keeps.
template <class Root, class Fill>
byte_buffer encode_short_message(Fill&& fill) {
  std::array<capnp::word, 64> words{};
  capnp::MallocMessageBuilder message(kj::arrayPtr(words.data(), words.size()));
  fill(message.initRoot<Root>());
  return flat_bytes(message);
}

// The enumeration of ours with the same number; `last` is its last enumerator, `what` names it in the error.
template <class Ours, class Wire>
Ours enum_from(Wire raw, Ours last, const char* what) {
  auto number = static_cast<std::uint16_t>(raw);
  if (number > static_cast<std::uint64_t>(last))
    throw malformed{std::string("unknown ") + what + " " + std::to_string(number)};
  return static_cast<Ours>(number);
}

// Text of at most `max` bytes, valid UTF-8.
std::string text_from(capnp::Text::Reader text, std::size_t max, const char* what);

// Exactly N bytes, or malformed.
template <std::size_t N>
std::array<std::byte, N> bytes_from(capnp::Data::Reader data, const char* what) {
  if (data.size() != N) throw malformed{std::string(what) + " of " + std::to_string(data.size()) + " bytes"};
  std::array<std::byte, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = std::byte{data[i]};
  return out;
}

// For a list's init: lists of ours are bounded far below 2^29, the format's own limit.
template <class Container>
unsigned list_size(const Container& items) {
  TROUPE_ASSERT(items.size() < (std::size_t{1} << 29), "a list beyond what the format can carry");
  return static_cast<unsigned>(items.size());
}

} // namespace troupe
