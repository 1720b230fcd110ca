#include "actors/console/inquiry/causes.hpp"

#include <algorithm>

namespace troupe::console {

const event* causes::find(log_index index) const {
  auto found = std::lower_bound(history_.begin(), history_.end(), index,
                                [](const event& e, log_index i) { return e.index < i; });
  return found != history_.end() && found->index == index ? &*found : nullptr;
}

// A report answers many acts: those of other resources led to their parts, not to this one's.
std::vector<log_index> causes::concerning(const event& e) const {
  std::set<log_index> ours, theirs;
  for (auto& p : e.parts)
    if (p.cause != log_index{}) (p.subject == subject_ ? ours : theirs).insert(p.cause);
  bool told = std::any_of(e.parts.begin(), e.parts.end(), [&](auto& p) { return p.subject == subject_; });
  std::vector<log_index> out;
  for (auto& c : e.causes)
    if (!told || ours.contains(c) || !theirs.contains(c)) out.push_back(c);
  return out;
}

void causes::follow(explanation& out) {
  while (!ahead_.empty()) {
    auto newest = std::prev(ahead_.end());
    auto index = *newest;
    ahead_.erase(newest);
    auto* e = find(index);
    if (!e) {
      out.forgotten.push_back(index);
      continue;
    }
    if (out.chain.size() == max_chain) {
      out.longer = true;
      return;
    }
    auto told = *e;
    told.what = text_of(*e, subject_);
    told.parts.clear();
    told.causes = concerning(*e);
    for (auto& c : told.causes)
      if (c < index) ahead_.insert(c); // a command cannot have been caused by a later one
    out.chain.push_back(std::move(told));
  }
}

} // namespace troupe::console
