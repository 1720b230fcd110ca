#include "tools/agent_commands/arguments.hpp"

#include <algorithm>

namespace troupe::agent_commands {

namespace {

class reader {
public:
  reader(const std::vector<option>& known, const std::vector<std::string>& words)
    : known_(known)
    , words_(words) {}

  result<std::vector<given>> read() {
    for (; at_ < words_.size() && wrong_.empty(); ++at_) {
      auto& word = words_[at_];
      if (word.starts_with("--") && word.size() > 2)
        name(word.substr(2));
      else if (word.starts_with('-') && word.size() > 1)
        letters(word.substr(1));
      else
        out_.push_back({0, word});
    }
    if (!wrong_.empty()) return failure(wrong_);
    return std::move(out_);
  }

private:
  void name(const std::string& word) {
    auto equals = word.find('=');
    auto called = word.substr(0, equals);
    auto found = std::find_if(known_.begin(), known_.end(), [&](auto& o) { return o.name == called; });
    if (found == known_.end()) return void(wrong_ = "unknown option --" + called);
    bool attached = equals != std::string::npos;
    if (attached && found->what == takes::nothing) return void(wrong_ = "--" + called + " takes no value");
    take(*found, attached ? std::optional(word.substr(equals + 1)) : std::nullopt, "--" + called);
  }

  void letters(const std::string& word) {
    for (std::size_t i = 0; i < word.size() && wrong_.empty(); ++i) {
      auto found = std::find_if(known_.begin(), known_.end(), [&](auto& o) { return o.letter == word[i]; });
      if (found == known_.end()) return void(wrong_ = std::string("unknown option -") + word[i]);
      bool attached = found->what == takes::value && i + 1 < word.size();
      take(*found, attached ? std::optional(word.substr(i + 1)) : std::nullopt, std::string("-") + word[i]);
      if (attached) return;
    }
  }

  void take(const option& o, std::optional<std::string> value, const std::string& called) {
    if (o.what == takes::value && !value) {
      if (at_ + 1 >= words_.size()) return void(wrong_ = called + " needs a value");
      value = words_[++at_];
    }
    out_.push_back({o.letter, value.value_or("")});
  }

  const std::vector<option>& known_;
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  std::vector<given> out_;
  std::string wrong_;
};

} // namespace

result<std::vector<given>> read_arguments(const std::vector<option>& known, const std::vector<std::string>& words) {
  return reader(known, words).read();
}

std::optional<std::string> last_of(const std::vector<given>& all, char letter) {
  auto found = std::find_if(all.rbegin(), all.rend(), [&](auto& g) { return g.letter == letter; });
  return found == all.rend() ? std::nullopt : std::optional(found->value);
}

} // namespace troupe::agent_commands
