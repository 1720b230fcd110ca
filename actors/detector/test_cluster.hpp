// N detectors and the network between them, for tests: seeded loss and delay, links that can be cut in one direction,
// nodes that die, stand still or leave. Every datagram passes the codec and must fit its budget.
#pragma once

#include "actors/detector/swim.hpp"

#include <functional>
#include <memory>
#include <queue>

namespace troupe::detector_test {

struct cluster_options {
  unsigned nodes = 3;
  std::uint64_t seed = 1;
  duration tolerate = std::chrono::seconds{2};
  std::uint32_t loss = 0; // datagrams in a million
  duration latency_min = std::chrono::microseconds{200}, latency_max = std::chrono::milliseconds{1};
  duration timer_late = std::chrono::milliseconds{1}; // at most
  detector::plants planted{};
  bool acquainted = true; // otherwise they know but the first node, as a seed
};

struct sighting { // an opinion that changed
  instant at;
  unsigned observer;
  detector::opinion what;
};

struct traffic {
  std::uint64_t sent = 0, received = 0, bytes = 0, largest = 0, states = 0;
};

class test_cluster {
public:
  explicit test_cluster(const cluster_options& o);

  void run_for(duration d);
  void kill(unsigned node) { nodes_[node].dead = true; }
  void pause(unsigned node, duration d) { nodes_[node].paused_until = now_ + d; }
  void cut(unsigned from, unsigned to, bool yes = true) { cut_[{from, to}] = yes; }
  void heal() { cut_.clear(); }
  void lose(std::uint32_t parts_per_million) { options_.loss = parts_per_million; }
  void leave(unsigned node);

  static node_name name(unsigned node);
  static unsigned index(const node_name& name);
  [[nodiscard]] instant now() const { return now_; }
  [[nodiscard]] const conf::timers& timers() const { return timers_; }
  [[nodiscard]] const detector::swim& core(unsigned node) const { return *nodes_[node].core; }
  [[nodiscard]] const traffic& traffic_of(unsigned node) const { return nodes_[node].load; }
  [[nodiscard]] const std::vector<sighting>& sightings() const { return sightings_; }
  [[nodiscard]] bool dead(unsigned node) const { return nodes_[node].dead; }
  [[nodiscard]] bool departed(unsigned node) const { return nodes_[node].departed; }
  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(nodes_.size()); }
  // What `observer` thinks of `of`; left for one it does not know.
  [[nodiscard]] gossip::standing view(unsigned observer, unsigned of) const;
  // Do all who live think that all who live are alive?
  [[nodiscard]] bool all_well() const;
  void forget_past(); // sightings and traffic so far

private:
  struct host {
    std::unique_ptr<detector::swim> core;
    random_source random{0};
    instant wakes{}, paused_until{};
    traffic load;
    bool dead = false, departed = false;
  };
  struct delivery {
    instant at;
    std::uint64_t order;
    unsigned from, to;
    std::variant<gossip::datagram, gossip::push_pull> what;
    bool operator<(const delivery& other) const { return std::pair(at, order) > std::pair(other.at, other.order); }
  };

  void perform(unsigned node, detector::outputs outs);
  void put(unsigned from, const detector::send_datagram& s);
  void put(unsigned from, const detector::send_state& s);
  void deliver(const delivery& d);
  void plan_wake(host& h);
  duration latency();

  cluster_options options_;
  conf::timers timers_;
  random_source random_;
  std::vector<host> nodes_;
  std::map<std::pair<unsigned, unsigned>, bool> cut_;
  std::priority_queue<delivery> mail_;
  std::uint64_t order_ = 0;
  instant now_{std::chrono::seconds{1000}};
  std::vector<sighting> sightings_;
};

} // namespace troupe::detector_test
