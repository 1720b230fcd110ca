// How many operations run at once on this node, and whose turn is next.
//
// Agents are heavy (a shell, a client, a database's lock): all at once would make each of them time out. Acts go
// first. Probes and monitors leave room for them, because a monitor that hangs holds its place until its timeout, and
// no recovery may wait for that. Within one urgency: first come, first served.
// Acts can be held back: while no leader is heard none begins.
#pragma once

#include "actors/resource/lifecycle.hpp"

#include <deque>
#include <map>

namespace troupe::resource {

inline constexpr std::size_t least_operations = 8; // at once; trouped gives twice the processors where that is more

class turnstile {
public:
  explicit turnstile(std::size_t at_once = least_operations);

  void ask(const instance& who, urgency how); // again: moves to where the higher of the two belongs
  void give_back(const instance& who);
  void forget(const instance& who); // it is gone: neither waits nor has a turn

  struct turn {
    instance who;
    urgency how{};
    bool operator==(const turn&) const = default;
  };
  // Who may begin now; each has a turn until it gives it back.
  std::vector<turn> next(bool acts_may);
  [[nodiscard]] bool acts_wait() const { return !queue(urgency::act).empty(); }
  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] std::size_t under_way() const { return given_.size(); }

private:
  [[nodiscard]] std::deque<instance>& queue(urgency how) { return queues_[static_cast<std::size_t>(how)]; }
  [[nodiscard]] const std::deque<instance>& queue(urgency how) const { return queues_[static_cast<std::size_t>(how)]; }
  [[nodiscard]] std::size_t count(urgency how) const;
  [[nodiscard]] bool room_for(urgency how) const;

  std::size_t at_once_;
  std::array<std::deque<instance>, 3> queues_; // by urgency
  std::map<instance, urgency> waiting_;
  std::map<instance, urgency> given_;
};

} // namespace troupe::resource
