// The way back from commands to their first causes, through the history. Pure.
#pragma once

#include "messages/console.hpp"

#include <set>

namespace troupe::console {

class causes {
public:
  // `history`: in the log's order; it outlives this. `subject`: of commands with parts only its parts count.
  causes(const std::vector<event>& history, std::string subject)
    : history_(history)
    , subject_(std::move(subject)) {}

  void from(log_index index) {
    if (index != log_index{}) ahead_.insert(index);
  }
  // Newest first, at most max_chain; each with its own causes, as far as they concern the subject.
  void follow(explanation& out);

private:
  [[nodiscard]] const event* find(log_index index) const;
  [[nodiscard]] std::vector<log_index> concerning(const event& e) const;

  const std::vector<event>& history_;
  std::string subject_;
  std::set<log_index> ahead_;
};

} // namespace troupe::console
