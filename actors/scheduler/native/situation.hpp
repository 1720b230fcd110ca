// What the state says about each node and each resource, as far as placing goes: read once, then looked up by position.
#pragma once

#include "actors/cluster/state.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace troupe::scheduler {

// What a node is good for.
enum class node_use : std::uint8_t {
  candidate,
  keeps_only,  // detached or under suspicion: keeps what it has, gets nothing new
  gated,       // joined, but a fencing of it may still land [K7]: likewise
  standby,     // an operator wants it empty
  maintenance, // an operator wants nothing on it touched: it keeps what it has, whatever becomes of the node
  condemned,   // to be fenced: an attempt is open, or a stop failed there and a device can come for it
  never_seen,
  lost,
  down,
  left,
};

// Names to positions; the first of equal ones.
class name_index {
public:
  void add(std::string_view name, std::size_t position) { items_.emplace_back(name, position); }
  void sort();
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

private:
  std::vector<std::pair<std::string_view, std::size_t>> items_;
};

struct present_place {  // of one instance
  std::size_t node = 0; // position in the configuration
  config::role role = config::role::started;
};

// Refers to the state, and lives shorter. Positions are those of the configuration's lists.
class situation {
public:
  explicit situation(const cluster::state& s);
  situation(const cluster::state& s, const config::cluster& part); // a part of its configuration, with all nodes

  [[nodiscard]] const config::cluster& config() const { return config_; }
  [[nodiscard]] std::optional<std::size_t> node(const node_name& name) const { return nodes_.find(name.text); }
  [[nodiscard]] std::optional<std::size_t> resource(const resource_name& name) const {
    return resources_.find(name.text);
  }
  [[nodiscard]] node_use use_of(std::size_t node) const { return uses_[node]; }
  [[nodiscard]] const config::group* group_of(std::size_t resource) const;
  // Nothing is to be done to it: it stays where it may be active, or nowhere.
  [[nodiscard]] bool unmanaged(std::size_t resource) const;
  // What it is to become, at most: the configuration's word unless an operator has spoken.
  [[nodiscard]] config::role target(std::size_t resource) const;
  // From now on these count as the assignments.
  void assume(const std::vector<command::assignment>& items);
  // The assignment is the present place; without one, where it may be active; unmanaged ones: the latter. What is told
  // to stop has none: nothing is to be drawn to where it was.
  [[nodiscard]] std::vector<present_place> present(std::size_t resource) const;
  // What counts as its assignment; nullptr: there is none.
  [[nodiscard]] const std::vector<command::placement>* assigned(std::size_t resource) const {
    return assigned_[resource];
  }

private:
  void read_nodes();
  void read_groups();
  void read_places();
  [[nodiscard]] const cluster::directive* directive(command::directive_kind kind, const std::string& subject) const;
  [[nodiscard]] std::vector<present_place> held(std::size_t resource) const;

  const cluster::state& state_;
  const config::cluster& config_;
  bool directed_; // there are directives at all
  name_index nodes_, resources_;
  std::vector<node_use> uses_;
  // by resource
  std::vector<std::optional<std::size_t>> group_of_;
  std::vector<const std::vector<command::placement>*> assigned_; // nullptr: there is no record
  std::vector<std::vector<present_place>> held_;
};

} // namespace troupe::scheduler
