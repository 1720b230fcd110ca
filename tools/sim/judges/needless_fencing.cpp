// I9. A loss is needless if the machine answered within `tolerate` and its daemon was not away for longer than
// restart-grace; a fencing is needless if it rests on such a loss, or if nothing calls for it.
//
// What the leader could know is judged only where the rest of the world is well: no fault of links or disks, no other
// machine away. A command takes a moment to be committed, so the last half of `tolerate` is not counted.
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/weather.hpp"

#include <fmt/format.h>

namespace troupe::sim {

namespace {

class needless_observer final : public log_observer {
public:
  void begins(const scenario& s) override { weather_.begins(s); }
  void see(const truth_event& event) override {
    weather_.see(event);
    if (event.kind == truth_kind::daemon_down) away_since_.try_emplace(event.machine, event.at);
  }
  void struck(instant at, const fault& f) override { weather_.struck(at, f); }

  void operation(const operation_event& op) override {
    if (!op.began() || (op.action != "off" && op.action != "reboot") || op.target.empty()) return;
    auto reached = reached_[op.machine];
    for (auto& [id, a] : attempts_)
      if (a.executor == op.machine && a.target.text == op.target && (!a.closed || *a.closed > reached)) return;
    report(op.at, "I9",
           fmt::format("n{} switches {} off and knows of no open attempt of its own", op.machine.value + 1, op.target));
  }

private:
  struct seen_attempt {
    node_name target;
    machine_index executor;
    std::optional<log_index> closed{};
  };

  void reached(machine_index who, log_index index) override { reached_[who] = index; }

  void fact(instant at, const command::command& what, const cluster::state& after) override {
    if (auto* j = std::get_if<command::node_joined>(&what.what)) away_since_.erase(machine_of(j->node));
    if (auto* lost = std::get_if<command::node_lost>(&what.what)) judge_loss(at, what, *lost);
    if (auto* shot = std::get_if<command::fence_attempt>(&what.what)) judge_attempt(at, what, *shot, after);
    for (auto& [id, a] : attempts_) {
      auto* row = after.find(cluster::attempt_key{a.target});
      bool open = row && row->value.id == id && row->value.ended == cluster::attempt::end::open;
      if (!a.closed && !open) a.closed = newest();
    }
  }

  void judge_loss(instant at, const command::command& what, const command::node_lost& lost) {
    auto m = machine_of(lost.node);
    auto& c = *configuration();
    auto calm = 2 * c.tolerate + c.restart_grace;
    bool judged = lost.session.value != 0 && !what.from.by.user && weather_.network_calm(at, calm) &&
                  weather_.disks_calm(at, calm) && weather_.others_well(m, at, calm);
    if (!judged) return;
    auto [from, to] = weather_.last_silence(m);
    bool silent = to > at - 2 * c.tolerate && from <= at - 3 * c.tolerate / 4; // or is back just now
    auto away = away_since_.find(m);
    bool away_too_long = away != away_since_.end() && at - away->second > c.restart_grace - c.tolerate / 2;
    if (silent || away_too_long) return;
    report(at, "I9",
           fmt::format("{} is declared lost and answers{}: {}", lost.node.text,
                       away != away_since_.end() ? "; its daemon is away, within its grace" : "", lost.evidence));
  }

  void judge_attempt(instant at, const command::command& what, const command::fence_attempt& shot,
                     const cluster::state& after) {
    attempts_[newest()] = {shot.target, machine_of(shot.executor)};
    auto* target = after.find(cluster::member_key{shot.target});
    if (!target || what.from.by.user) return;
    auto& m = target->value;
    if (m.boot != shot.boot || (m.dead_up_to && shot.boot <= *m.dead_up_to))
      report(at, "I9", fmt::format("an attempt on {} names a boot that is known to be dead", shot.target.text));
    bool stop_failed = false;
    for (auto& [key, h] : after.all<cluster::holder_key>())
      stop_failed |= key.node == shot.target && std::holds_alternative<cluster::stop_failed>(h.value.now);
    if (!stop_failed && !std::holds_alternative<cluster::lost>(m.here))
      report(at, "I9", fmt::format("{} is fenced: it is not lost, and no stop failed there", shot.target.text));
  }

  weather weather_;
  std::map<log_index, seen_attempt> attempts_;
  std::map<machine_index, log_index> reached_;
  std::map<machine_index, instant> away_since_; // without a daemon that joined
};

} // namespace

std::unique_ptr<observer> no_needless_fencing() {
  return std::make_unique<needless_observer>();
}

} // namespace troupe::sim
