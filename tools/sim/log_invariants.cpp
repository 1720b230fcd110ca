// I2 and I7, as far as the log alone can break them.
#include "tools/sim/observer.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace troupe::sim {

namespace {

// How far each machine has applied in its present life, and the highest index that anybody was told of.
class durability_observer final : public observer {
public:
  void see(const truth_event& event) override {
    if (event.kind == truth_kind::daemon_up) reached_[event.machine] = log_index{};
    if (event.kind == truth_kind::daemon_down) reached_.erase(event.machine);
  }
  void applied(instant, machine_index who, const node::applied_command& what) override { reached_[who] = what.index; }
  void told(instant at, const told_outcome& t) override {
    if (t.answer.index <= highest_) return;
    told_.push_back({at, t.answer.index});
    highest_ = t.answer.index;
  }
  void at_end(instant end) override {
    // What was told in the last moments may still be on its way.
    while (!told_.empty() && told_.back().at + on_the_way > end) told_.pop_back();
    if (told_.empty()) return;
    auto [told_at, highest] = told_.back();
    for (auto& [who, index] : reached_)
      if (index < highest)
        report(end, "I2",
               fmt::format("somebody was told at {} that {} is in the log, and at the end n{} has come to {}",
                           show(told_at.time_since_epoch()), highest.value, who.value + 1, index.value));
  }

private:
  std::map<machine_index, log_index> reached_;
  static constexpr duration on_the_way = std::chrono::seconds{5};
  struct record {
    instant at;
    log_index index;
  };
  std::vector<record> told_; // rising
  log_index highest_;
};

class progress_observer final : public observer {
public:
  void told(instant, const told_outcome& t) override { last_asked_ = std::max(last_asked_, t.asked_at); }
  void at_end(instant end) override {
    if (last_asked_ + patience >= end) return;
    report(end, "I7", fmt::format("nothing that was asked after {} has been answered",
                                  show(last_asked_.time_since_epoch())));
  }

private:
  static constexpr duration patience = std::chrono::seconds{30}; // half of the quiet time
  instant last_asked_;
};

} // namespace

std::unique_ptr<observer> durability() { return std::make_unique<durability_observer>(); }
std::unique_ptr<observer> progress() { return std::make_unique<progress_observer>(); }

} // namespace troupe::sim
