// I9. A node stops its services by itself, because no leader was heard for no-contact-stop, only if it was cut off for
// so long. Whatever befalls one machine, the others still have each other, and find a leader in time; and a machine
// that was silent for less hears one as soon as it is back.
//
// Judged only where there was a majority to hear: no link cut or lossy or very slow for longer than is tolerated, no
// other machine away, no disk in trouble, and none that had such trouble that the cluster may have lost a voter for
// good. A machine whose disk was full is as good as away until its daemon ends: it has no vote. Nor so soon after an
// operator changed `tolerate` that somebody may have waited by the one before.
#include "conf/timers.hpp"
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/weather.hpp"

#include <fmt/format.h>

namespace troupe::sim {

namespace {

class needless_stops_observer final : public log_observer {
public:
  void begins(const scenario& s) override { weather_.begins(s); }
  void see(const truth_event& event) override {
    weather_.see(event);
    if (event.kind == truth_kind::daemon_down) voteless_.erase(event.machine);
  }
  void struck(instant at, const fault& f) override {
    using namespace faults;
    weather_.struck(at, f);
    auto until = f.lasts == duration{} ? at : at + f.lasts;
    std::visit(
        [&]<class K>(const K& kind) {
          voter_lost_ |= std::is_same_v<K, disk_sync_fails> || std::is_same_v<K, disk_bit_flip> ||
                         std::is_same_v<K, disk_replaced>;
          if constexpr (std::is_same_v<K, disk_full>) voteless_.insert(machine_of(kind.node));
          bool cuts = std::is_same_v<K, partition> || std::is_same_v<K, loss>;
          if constexpr (std::is_same_v<K, delay>) cuts = slow(kind.by);
          if constexpr (std::is_same_v<K, reordering>) cuts = slow(kind.up_to);
          // Of what was lost TCP makes good the last after as long again, and nothing says that it is stuck.
          if constexpr (std::is_same_v<K, loss>) until += f.lasts;
          if (cuts) cuts_.emplace_back(at, until);
        },
        f.what);
  }

  void logged(const log_line& line) override {
    if (line.text.find("by itself: no leader was heard") == std::string_view::npos || !configuration()) return;
    auto tolerate = configuration()->tolerate;
    auto stops_after = conf::derive({.tolerate = tolerate})->no_contact_stop;
    auto calm = stops_after + tolerate / 2;
    if (line.at < retimed_at_ + 2 * retimed_from_) return;
    auto cut = cut_within(line.at, calm);
    if (voter_lost_ || !weather_.disks_calm(line.at, calm) || cut > tolerate) return; // the rest is for an election
    auto troubled = weather_.troubled(line.at, calm);
    auto away = voteless_;
    away.insert(troubled.begin(), troubled.end());
    if (away.size() > (cut == duration{} ? 1 : 0)) return;
    bool itself = troubled == std::vector{line.machine};
    if (itself && (weather_.changed(line.machine) != weather_.last_silence(line.machine).second ||
                   weather_.silent_within(line.machine, line.at, calm) >= stops_after * 3 / 4))
      return;
    report(line.at, "I9",
           fmt::format("n{} {}; {}", line.machine.value + 1, line.text,
                       itself             ? "it was silent for less"
                       : cut > duration{} ? "links were in trouble for less"
                                          : "all but one machine are well, and it is"));
  }

private:
  void fact(instant at, const command::command&, const cluster::state& after) override {
    auto tolerate = after.config().value.tolerate;
    if (tolerate == tolerate_) return;
    retimed_at_ = at;
    retimed_from_ = std::exchange(tolerate_, tolerate);
  }

  // Too slow for a leader to show that it can commit: a round trip takes longer than it may be idle.
  [[nodiscard]] bool slow(duration late) const { return !configuration() || late > configuration()->tolerate / 8; }

  // How long links were in trouble, all in all, in the last so long.
  [[nodiscard]] duration cut_within(instant now, duration since) const {
    duration sum{};
    for (auto& [from, to] : cuts_)
      if (to > now - since) sum += std::min(to, now) - std::max(from, now - since);
    return sum;
  }

  weather weather_;
  duration tolerate_{}; // as configured
  instant retimed_at_{};
  duration retimed_from_{};
  std::vector<std::pair<instant, instant>> cuts_;
  bool voter_lost_ = false;
  std::set<machine_index> voteless_;
};

} // namespace

std::unique_ptr<observer> no_needless_stops() {
  return std::make_unique<needless_stops_observer>();
}

} // namespace troupe::sim
