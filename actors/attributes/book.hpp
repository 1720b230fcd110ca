// The attributes of the cluster as this node's agents read and write them. Pure.
//
// Agents set their attributes in passing, many of them to the value that they have: only a change is a command. What
// changes while a command is on its way waits and goes as one, of each attribute the last word: so a chatty agent costs
// the log one command a round trip. An agent reads what it has just written, before the log has it.
#pragma once

#include "actors/cluster/changes.hpp"

#include <map>
#include <optional>
#include <vector>

namespace troupe::attributes {

inline constexpr std::size_t max_pending = 1024; // attributes that wait for the log; then more are refused

using ticket = std::uint64_t; // of a change that was taken in; 0: none

enum class taken : std::uint8_t { same, pending, full };

class book {
public:
  void take(const cluster::state& whole);
  void take(const cluster::delta& news);

  // nullopt: nobody has said. What is configured for a node counts as said for ever.
  [[nodiscard]] std::optional<std::string> read(const cluster::attribute_key& key) const;

  // All that have a value, as read() tells each.
  [[nodiscard]] std::map<cluster::attribute_key, std::string> all() const;

  struct noted {
    taken how{};
    ticket number = 0;
  };
  noted note(const command::attribute_item& item);

  // The next command, if one may go; it is on its way until answered() or not_taken().
  std::optional<command::attributes> next();
  // Whose changes are in the log with it, or refused.
  std::vector<ticket> answered(const outcome& what);
  void not_taken(); // it never left this node; next() gives it again

private:
  struct pending_change {
    std::optional<std::string> value;
    std::vector<ticket> tickets;
  };
  using changes = std::map<cluster::attribute_key, pending_change>;
  void row(const cluster::row_change<cluster::attribute_key>& c);
  void row(const cluster::row_change<cluster::configuration_key>& c);
  template <class Key>
  void row(const cluster::row_change<Key>&) {} // none of ours
  void forget_landed();

  std::map<cluster::attribute_key, std::string> said_, configured_;
  changes waiting_, on_its_way_;
  changes landing_;      // in the log, and our copy of the state has not come so far
  log_index landing_at_; // where they stand there
  log_index index_;
  ticket last_ = 0;
};

} // namespace troupe::attributes
