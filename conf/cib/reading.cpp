#include "conf/cib/reading.hpp"

#include "conf/cib/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace troupe::conf::cib {

namespace {

constexpr std::size_t chunk = std::size_t{256} << 10; // read at a time
constexpr int max_tries = 16;                         // closing tags that turn out to be in comments
constexpr std::size_t nowhere = std::string_view::npos;
constexpr std::string_view opening = "<node_state", closing = "</node_state";

} // namespace

text_source source_of(std::string_view whole) {
  return [whole](char* into, std::size_t room) mutable {
    auto n = std::min(room, whole.size());
    std::memcpy(into, whole.data(), n);
    whole.remove_prefix(n);
    return n;
  };
}

// The part of the text that is in memory: from what was not yet taken to what was read so far.
class reading::window {
public:
  window(text_source more, std::size_t most)
    : more_(std::move(more))
    , most_(most) {}

  [[nodiscard]] std::string_view text() const { return {buffer_.get() + from_, to_ - from_}; }
  [[nodiscard]] std::size_t passed() const { return passed_; } // bytes before text()
  void take(std::size_t n) {
    from_ += n;
    passed_ += n;
  }
  // More of the text, or false: that was all, or it is beyond the limit.
  bool grow() {
    if (ended_ || too_large()) return false;
    make_room();
    auto n = more_(buffer_.get() + to_, size_ - to_);
    to_ += n;
    ended_ = n == 0;
    return !ended_ && !too_large();
  }
  [[nodiscard]] bool too_large() const { return to_ - from_ > most_ || passed_ + to_ - from_ > max_read; }
  // Where `mark` stands in text(), at or after `from`.
  std::size_t find(std::string_view mark, std::size_t from) {
    for (;;) {
      auto at = text().find(mark, from);
      if (at != nowhere) return at;
      auto searched = text().size();
      from = std::max(from, searched - std::min(searched, mark.size() - 1));
      if (!grow()) return nowhere;
    }
  }

  // The '>' that ends the tag in which text()[0] is; one in an attribute's value does not.
  std::size_t tag_end() {
    char quote = 0;
    for (std::size_t at = 0;; ++at) {
      if (at == text().size() && !grow()) return nowhere;
      char c = text()[at];
      if (quote)
        quote = c == quote ? '\0' : quote;
      else if (c == '"' || c == '\'')
        quote = c;
      else if (c == '>')
        return at;
    }
  }

private:
  void make_room() {
    if (size_ - to_ >= chunk) return;
    auto used = to_ - from_;
    auto size = std::max(size_, 2 * chunk);
    while (size - used < chunk) size *= 2;
    auto larger = size == size_ ? nullptr : std::make_unique_for_overwrite<char[]>(size);
    auto* to = larger ? larger.get() : buffer_.get();
    if (used > 0) std::memmove(to, buffer_.get() + from_, used);
    if (larger) buffer_ = std::move(larger);
    size_ = size;
    from_ = 0;
    to_ = used;
  }

  text_source more_;
  std::size_t most_;
  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0, from_ = 0, to_ = 0, passed_ = 0;
  bool ended_ = false;
};

reading::reading(text_source more, std::size_t most)
  : window_(std::make_unique<window>(std::move(more), most))
  , reader_(std::make_unique<reader>(head_))
  , piece_(std::make_unique<document>()) {}

reading::~reading() = default;

result<std::unique_ptr<reading>> reading::begin(text_source more, std::size_t most) {
  std::unique_ptr<reading> r{new reading(std::move(more), most)};
  auto done = r->read_head();
  if (!done) return tl::unexpected(done.error());
  return r;
}

result<void> reading::fault(const char* what, std::size_t at) const {
  return failure(fmt::format("no well-formed XML: {} at byte {}", what, at));
}

result<void> reading::size_fault() const {
  return failure(
      fmt::format("the CIB is too large: {} bytes, and more to come", window_->passed() + window_->text().size()));
}

// Where the next node state begins in the window; what is in a comment does not count.
std::size_t reading::next_state_at() {
  for (std::size_t from = 0;;) {
    auto at = window_->find(opening, from);
    if (at == nowhere) return at;
    window_->find(">", at);
    auto before = window_->text().substr(0, at);
    auto comment = before.rfind("<!--");
    if (comment != nowhere && before.find("-->", comment) == nowhere) {
      from = window_->find("-->", at);
      if (from == nowhere) return from;
      continue;
    }
    auto after = at + opening.size() < window_->text().size() ? window_->text()[at + opening.size()] : '>';
    if (std::strchr(" \t\r\n/>", after)) return at;
    from = at + opening.size();
  }
}

result<void> reading::read_head() {
  auto at = next_state_at();
  if (at == nowhere) return read_whole();
  auto owner = std::make_shared<document>();
  owner->source = window_->text().substr(0, at);
  auto parsed = owner->xml.load_buffer_inplace(owner->source.data(), owner->source.size());
  // Cut off where it is, it must be right but for the closing tags.
  if (parsed.status != pugi::status_end_element_mismatch || static_cast<std::size_t>(parsed.offset) + 1 < at)
    return read_whole();
  if (parsed.encoding != pugi::encoding_utf8) return read_whole(); // the pieces would not know
  if (auto wrong = text_fault(window_->text().substr(0, at)); !wrong.empty()) return failure(wrong);
  auto cib = cib_element(owner->xml);
  auto status = cib.last_child();
  bool as_usual = cib && !cib.next_sibling() && std::string_view{status.name()} == "status" && !status.first_child() &&
                  cib.child("configuration");
  if (!as_usual) return read_whole();
  for (auto e = status; e.type() == pugi::node_element; e = e.parent()) around_.insert(around_.begin(), e.name());
  if (too_deep(cib)) return failure(fmt::format("elements are nested deeper than {}", max_depth));
  reader_->read_configuration(cib);
  head_.owner = std::move(owner);
  window_->take(at);
  pieces_ = true;
  return {};
}

result<void> reading::read_whole() {
  while (window_->grow()) {
  }
  if (window_->too_large()) return size_fault();
  auto whole = parse(std::string{window_->text()});
  if (!whole) return tl::unexpected(whole.error());
  head_ = std::move(*whole);
  return {};
}

result<const node_state*> reading::next() {
  if (!pieces_) return given_ < head_.states.size() ? &head_.states[given_++] : nullptr;
  if (over_) return nullptr;
  auto at = next_state_at();
  if (at == nowhere) {
    over_ = true;
    if (auto done = finish(); !done) return tl::unexpected(done.error());
    return nullptr;
  }
  between_ += window_->text().substr(0, at);
  window_->take(at);
  if (auto done = read_piece(); !done) return tl::unexpected(done.error());
  return &last_;
}

void reading::keep_last() {
  if (pieces_ && piece_) kept_.push_back(std::exchange(piece_, nullptr));
}

// The window begins with a node state. Should its closing tag turn out to be none, the next one is tried; if none will
// do, the first fault counts.
result<void> reading::read_piece() {
  if (!piece_) piece_ = std::make_unique<document>();
  auto tag = window_->tag_end();
  bool empty = tag != nowhere && window_->text()[tag - 1] == '/';
  std::size_t end = 0;
  result<void> faulty;
  for (int i = 0; i < max_tries; ++i) {
    if (tag != nowhere && !empty) {
      auto close = window_->find(closing, end);
      tag = close == nowhere ? close : window_->find(">", close);
    }
    if (window_->too_large()) return size_fault();
    if (tag == nowhere && faulty)
      return fault("the text ends inside of a <node_state>", window_->passed() + window_->text().size());
    if (tag == nowhere) return faulty;
    end = tag + 1;
    piece_->source.assign(window_->text().substr(0, end));
    auto parsed = piece_->xml.load_buffer_inplace(piece_->source.data(), end);
    if (parsed) return take_piece(end);
    if (faulty) faulty = fault(parsed.description(), window_->passed() + static_cast<std::size_t>(parsed.offset));
    if (empty) break;
  }
  return faulty;
}

result<void> reading::take_piece(std::size_t size) {
  if (auto wrong = text_fault(window_->text().substr(0, size), window_->passed()); !wrong.empty())
    return failure(wrong);
  window_->take(size);
  auto element = piece_->xml.document_element();
  if (too_deep(element, static_cast<unsigned>(around_.size())))
    return failure(fmt::format("elements are nested deeper than {}", max_depth));
  last_ = reader_->read_node_state(element);
  return {};
}

// What stood around the states has to be well-formed, too; the tickets are in there.
result<void> reading::finish() {
  while (window_->grow()) {
  }
  if (window_->too_large()) return size_fault();
  auto end = window_->passed() + window_->text().size();
  std::string around;
  for (auto& name : around_) around += "<" + name + ">";
  around += between_;
  around += window_->text();
  window_->take(window_->text().size());
  auto rest = std::make_unique<document>();
  rest->source = std::move(around);
  auto size = rest->source.size();
  auto wrong = text_fault(rest->source, end - std::min(end, size));
  auto parsed = rest->xml.load_buffer_inplace(rest->source.data(), size);
  if (!parsed) return fault(parsed.description(), end - std::min(end, size - static_cast<std::size_t>(parsed.offset)));
  if (!wrong.empty()) return failure(wrong);
  auto cib = cib_element(rest->xml);
  if (too_deep(cib)) return failure(fmt::format("elements are nested deeper than {}", max_depth));
  reader_->read_tickets(cib.child("status"));
  kept_.push_back(std::move(rest));
  return {};
}

} // namespace troupe::conf::cib
