// too_deep(): a scanner that knows strings, comments, brackets and dotted keys, and nothing else of TOML. Where the
// text is malformed it may misjudge what follows; the parser stops there.
#include "conf/tree.hpp"

namespace troupe::conf {

namespace nesting_detail {

class nesting_scan {
public:
  explicit nesting_scan(std::string_view text)
    : text_(text) {}

  std::optional<position> run() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '#')
        skip_comment();
      else if (c == '"' || c == '\'')
        skip_string(c);
      else {
        count(c);
        if (depth_ > max_depth || parts_ > max_depth) return position{line_, column_};
        step();
      }
    }
    return std::nullopt;
  }

private:
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      column_ = 0;
    }
    ++at_;
    ++column_;
  }

  void skip_comment() {
    while (at_ < text_.size() && text_[at_] != '\n') step();
  }

  [[nodiscard]] bool tripled(char quote) const { return text_.substr(at_, 3) == std::string(3, quote); }

  void skip_string(char quote) {
    bool multi = tripled(quote);
    for (int i = multi ? 3 : 1; i > 0; --i) step();
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size())
        step();
      else if (multi ? tripled(quote) : text_[at_] == quote)
        break;
      else if (!multi && text_[at_] == '\n')
        return; // malformed: the parser will say so
      step();
    }
    for (int i = multi ? 3 : 1; i > 0 && at_ < text_.size(); --i) step();
  }

  void count(char c) {
    if (c == '.')
      ++parts_;
    else if (c == '[' || c == '{')
      ++depth_;
    else if ((c == ']' || c == '}') && depth_ > 0)
      --depth_;
    if (c == '=' || c == ',' || c == '\n' || c == '[' || c == '{') parts_ = 1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t parts_ = 1;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

} // namespace nesting_detail

std::optional<position> too_deep(std::string_view text) {
  return nesting_detail::nesting_scan(text).run();
}

} // namespace troupe::conf
