// Observers judge. They see the truth of the world and what each node says it has made its own, never a node's inside,
// and report what must not be. An invariant has a name (I1 to I12, of the design); several observers may serve one.
#pragma once

#include "actors/node/node_main.hpp"
#include "tools/sim/feed.hpp"
#include "tools/sim/scenario.hpp"
#include "tools/sim/truth.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::sim {

struct violation {
  instant at;
  std::string invariant;
  std::string text;
};

// What an operator was told.
struct told_outcome {
  machine_index where;
  instant asked_at;
  outcome answer;
};

inline constexpr std::size_t max_violations = 16; // of one run; the first one counts

class observer {
public:
  virtual ~observer() = default;
  virtual void begins(const scenario&) {}
  virtual void see(const truth_event&) {}
  virtual void struck(instant, const fault&) {} // it begins, and ends after its `lasts` or with heal
  virtual void operation(const operation_event&) {}
  virtual void logged(const log_line&) {}
  // The actors of a running daemon, now and then.
  virtual void actors(instant, machine_index, const std::vector<watching::actor_row>&) {}
  virtual void applied(instant, machine_index, const node::applied_command&) {}
  virtual void told(instant, const told_outcome&) {}
  // At the end of the quiet period. False: what still happens has a reason that lies within it; it is doubled, once.
  [[nodiscard]] virtual bool settled(instant) const { return true; }
  virtual void at_end(instant) {} // after the quiet period

  [[nodiscard]] const std::vector<violation>& found() const { return found_; }

protected:
  void report(instant at, std::string_view invariant, std::string text) {
    if (found_.size() < max_violations) found_.push_back({at, std::string(invariant), std::move(text)});
  }

private:
  std::vector<violation> found_;
};

// The invariants that are checked, by name. main() fills it; what a run needs is made anew for each.
class invariant_registry {
public:
  using factory = std::function<std::unique_ptr<observer>()>;
  struct row {
    std::string invariant; // "I3"
    std::string says;      // in words
    factory make;
  };
  void add(std::string invariant, std::string says, factory make); // I1 to I12, or an assertion
  [[nodiscard]] const std::vector<row>& rows() const { return rows_; }
  [[nodiscard]] std::vector<std::unique_ptr<observer>> make_all() const;

private:
  std::vector<row> rows_;
};

// I1: at one index of one lineage all nodes apply the same command and come to the same state.
std::unique_ptr<observer> agreement();
// I2: what somebody was told is in the log stays there: at the end every running node has applied it.
std::unique_ptr<observer> durability();
// I7, as far as the log goes: what is asked after the faults have stopped, and in time before the end, is answered.
std::unique_ptr<observer> progress();

// All that are judged; those of services are in judges/.
invariant_registry standard_invariants();

} // namespace troupe::sim
