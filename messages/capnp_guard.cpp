#include "messages/capnp_guard.hpp"

#include "messages/types/utf8.hpp"

#include <cstring>
#include <utility>

namespace troupe {

std::string size_fault(std::size_t size, const decode_limits& limits) {
  TROUPE_ASSERT(limits.max_bytes <= max_message_bytes, "a message beyond the format's own limit is asked for");
  auto told = [&] { return "malformed message: " + std::to_string(size) + " bytes, "; };
  if (size > limits.max_bytes) return told() + "at most " + std::to_string(limits.max_bytes) + " are allowed";
  if (size == 0 || size % sizeof(capnp::word) != 0) return told() + "not a whole number of words";
  return {};
}

std::optional<error> refusal_of(const std::function<void()>& body) {
  std::optional<std::string> why;
  std::exception_ptr ours;
  auto caught = kj::runCatchingExceptions([&] {
    try {
      body();
    } catch (const malformed& m) {
      why = m.why;
    } catch (const broken_assertion&) {
      ours = std::current_exception(); // a bug, not an input: it must not pass for one
    }
  });
  if (ours) std::rethrow_exception(ours);
  KJ_IF_MAYBE (e, caught) why = e->getDescription().cStr();
  if (!why) return std::nullopt;
  return error{"malformed message: " + *why};
}

kj::Array<capnp::word> aligned_copy(byte_view bytes) {
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.begin(), bytes.data(), words.size() * sizeof(capnp::word));
  return words;
}

capnp::ReaderOptions reader_options(std::size_t words, const decode_limits& limits) {
  capnp::ReaderOptions options;
  // Every word is read about once by a conversion, a pointer's target may be looked at twice (has, get).
  options.traversalLimitInWords = 4 * std::uint64_t{words} + 64;
  options.nestingLimit = limits.nesting;
  return options;
}

byte_buffer flat_bytes(capnp::MessageBuilder& message) {
  byte_buffer out(capnp::computeSerializedSizeInWords(message) * sizeof(capnp::word));
  kj::ArrayOutputStream stream(kj::arrayPtr(reinterpret_cast<kj::byte*>(out.data()), out.size()));
  capnp::writeMessage(stream, message);
  return out;
}

lent_segment::segment& lent_segment::shared() {
  static thread_local segment of_thread{};
  return of_thread;
}

bool& lent_segment::is_lent() {
  static thread_local bool of_thread = false;
  return of_thread;
}

lent_segment::lent_segment() {
  if (std::exchange(is_lent(), true)) fresh_ = std::make_unique<segment>();
}

lent_segment::~lent_segment() {
  if (!fresh_) is_lent() = false;
}

kj::ArrayPtr<capnp::word> lent_segment::words() {
  auto& lent = fresh_ ? *fresh_ : shared();
  return kj::arrayPtr(lent.data(), lent.size());
}

std::string text_from(capnp::Text::Reader text, std::size_t max, const char* what) {
  if (text.size() > max)
    throw malformed{std::string(what) + " of " + std::to_string(text.size()) + " bytes, at most " +
                    std::to_string(max)};
  std::string out(text.begin(), text.size());
  if (!valid_utf8(out)) throw malformed{std::string(what) + " is not UTF-8"};
  return out;
}

} // namespace troupe
