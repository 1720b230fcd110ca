// I10 and I11: what a node shows of itself, whatever happens around it.
#include "tools/sim/judges/judges.hpp"

#include <fmt/format.h>

namespace troupe::sim {

namespace {

constexpr std::uint64_t max_mailbox =
    5'000;                                // messages; a node that does not come after its work grows beyond any limit
constexpr std::size_t max_actors = 1'000; // of one node

class bounds_observer final : public observer {
public:
  void actors(instant at, machine_index who, const std::vector<watching::actor_row>& rows) override {
    if (rows.size() > max_actors) report(at, "I10", fmt::format("n{} has {} actors", who.value + 1, rows.size()));
    for (auto& row : rows)
      if (row.waiting > max_mailbox)
        report(at, "I10", fmt::format("{} messages wait for {} on n{}", row.waiting, row.path, who.value + 1));
  }
};

class poison_observer final : public observer {
public:
  void logged(const log_line& line) override {
    if (line.level != env::log_level::error) return;
    bool halted = line.where == "ledger" && line.text.starts_with("halted");
    // An actor that ends in order says why by itself; any other reason is an assertion of its own.
    bool broken = line.where == "node" && line.text.find(" has ended: ") != std::string_view::npos &&
                  line.text.find("user_shutdown") == std::string_view::npos;
    if (halted || broken) report(line.at, "I11", fmt::format("n{}: {}", line.machine.value + 1, line.text));
  }
};

} // namespace

std::unique_ptr<observer> bounds() {
  return std::make_unique<bounds_observer>();
}
std::unique_ptr<observer> no_poison() {
  return std::make_unique<poison_observer>();
}

} // namespace troupe::sim
