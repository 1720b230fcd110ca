// A CIB read piece by piece, so that its size is not that of the memory it takes: nearly all of a large one is what
// each node has said of each resource, and a cluster's node states are looked at one by one.
//
//   auto r = reading::begin(source);      everything before the first <node_state>; an error if that is no CIB
//   r->head()                             the configuration, and the tickets once all states were read
//   while (auto s = *r->next()) ...       each node state, valid until the next one is asked for
//
// The text goes through a window; the configuration stays, each <node_state> is parsed into the same memory as the one
// before. Where its end is, is found by its closing tag; should that have been part of a comment, the piece does not
// parse, and the next closing tag is tried. A text in which no node state stands where it belongs is parsed as a whole.
// The rejected alternative, one tree of all (parse()), takes five times the text in memory, and more time to touch it
// than to read it.
#pragma once

#include "conf/cib/cib.hpp"

#include <functional>
#include <memory>

namespace troupe::conf::cib {

// Puts up to `room` bytes there and says how many; 0: the end.
using text_source = std::function<std::size_t(char* into, std::size_t room)>;
text_source source_of(std::string_view whole); // which outlives it

class reader;

class reading {
public:
  // `most`: bytes of the text that may have to be in memory at once.
  static result<std::unique_ptr<reading>> begin(text_source more, std::size_t most = max_bytes);
  ~reading();
  reading(const reading&) = delete;
  reading& operator=(const reading&) = delete;

  [[nodiscard]] const contents& head() const { return head_; }
  result<const node_state*> next(); // nullptr: there are no more
  void keep_last();                 // what next() gave last stays valid as long as this

private:
  class window;
  reading(text_source more, std::size_t most);
  [[nodiscard]] result<void> size_fault() const;
  result<void> read_head();
  result<void> read_whole();
  [[nodiscard]] std::size_t next_state_at();
  result<void> read_piece();
  result<void> take_piece(std::size_t size);
  result<void> finish();
  [[nodiscard]] result<void> fault(const char* what, std::size_t at) const;

  std::unique_ptr<window> window_;
  contents head_;
  std::unique_ptr<reader> reader_;
  std::vector<std::string> around_; // the names of the elements around a node state, outermost first
  std::string between_;             // what is not in node states
  bool pieces_ = false, over_ = false;
  std::size_t given_ = 0; // of a whole: how many states
  std::unique_ptr<document> piece_;
  std::vector<std::unique_ptr<document>> kept_;
  node_state last_;
};

} // namespace troupe::conf::cib
