// The answers to one question about instances that hang on the same question about others, along orders: each is worked
// out once, however many ask, and none by recursion. Whoever writes a configuration decides how often the ways along
// orders part and meet again, and how long they are: a lattice has exponentially many ways, and a chain may be as long
// as max_resources, too long for a thread's stack. So work and memory are linear in what is asked for, the stack is
// flat.
//
// An instance is come upon twice: first what its answer hangs on is put before it, then it is judged, all of that
// known. Rejected: everything in an order that the configuration fixes, because most of it nobody asks for.
#pragma once

#include "messages/command.hpp"

#include <map>
#include <optional>
#include <vector>

namespace troupe::supervisor {

template <class Answer>
class answers {
public:
  // `begin(at, ask)` gives the answer if it hangs on no other instance's; else it calls ask(other) for all that it may
  // hang on, or for more. `judge(at)` then gives it, and may come here again for those. nullopt: what is asked for is
  // itself being found out just now, so orders run in a circle, which conf refuses.
  template <class Begin, class Judge>
  std::optional<Answer> of(const command::cell& asked, Begin begin, Judge judge) {
    if (auto known = all_.find(asked); known != all_.end()) return known->second;
    std::vector<command::cell> open{asked};
    while (!open.empty()) {
      auto [at, fresh] = all_.try_emplace(open.back());
      if (fresh) {
        ++worked_out_;
        auto before = open.size();
        auto ask = [&](const command::cell& other) {
          if (!all_.contains(other)) open.push_back(other);
        };
        at->second = begin(at->first, ask);
        if (!at->second && open.size() > before) continue;
      }
      if (!at->second) at->second = judge(at->first);
      open.pop_back();
    }
    return all_.at(asked);
  }

  [[nodiscard]] std::size_t worked_out() const { return worked_out_; } // how often something was begun

private:
  std::map<command::cell, std::optional<Answer>> all_; // no value: it is being found out
  std::size_t worked_out_ = 0;
};

} // namespace troupe::supervisor
