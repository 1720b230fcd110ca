// I5. An act's operation is known by its scope: the act's number in the log.
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/log_observer.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <set>

namespace troupe::sim {

namespace {

std::optional<log_index> act_of(const operation_event& op) {
  std::uint64_t number = 0;
  auto end = op.scope.data() + op.scope.size();
  auto [stopped, wrong] = std::from_chars(op.scope.data(), end, number);
  if (wrong != std::errc{} || stopped != end || !op.target.empty()) return std::nullopt;
  return log_index{number};
}

class stale_act_observer final : public log_observer {
public:
  void see(const truth_event& event) override {
    if (event.kind == truth_kind::daemon_up) since_[event.machine] = event.at;
  }

  void operation(const operation_event& op) override {
    auto number = act_of(op);
    if (!number || !op.began()) return;
    auto wrong = [&](const std::string& what) {
      report(op.at, "I5",
             fmt::format("n{} begins to {} {} for act {}: {}", op.machine.value + 1, op.action, op.slice, number->value,
                         what));
    };
    auto found = acts_.find(*number);
    if (found == acts_.end()) return wrong("there is no such act");
    auto& act = found->second;
    if (act.node != op.machine) return wrong(fmt::format("it is for n{}", act.node.value + 1));
    if (act.over) return wrong("its end was reported before");
    if (!begun_.insert(*number).second) return wrong("for the second time");
    auto session = session_of(op.machine);
    if (session.number != act.session) return wrong("the session that it names is over");
    if (session.since < since_[op.machine]) return wrong("its session is that of an earlier life of the daemon");
  }

private:
  struct known_act {
    machine_index node;
    session_id session;
    bool over = false;
  };
  struct known_session {
    session_id number;
    instant since{};
  };

  // As far as the machine itself has come: it cannot know of a join that it has not read, and will end what it begins
  // until then when it does.
  known_session session_of(machine_index m) const {
    auto joins = sessions_.find(m);
    auto came = reached_.find(m);
    if (joins == sessions_.end() || came == reached_.end()) return {};
    auto after = joins->second.upper_bound(came->second);
    if (after == joins->second.begin()) return {};
    auto& [index, since] = *std::prev(after);
    return {session_id{index.value}, since};
  }

  void reached(machine_index who, log_index index) override { reached_[who] = index; }

  void fact(instant at, const command::command& what, const cluster::state&) override {
    if (auto* a = std::get_if<command::act>(&what.what)) acts_[newest()] = {machine_of(a->at.node), a->session, false};
    if (auto* j = std::get_if<command::node_joined>(&what.what))
      sessions_[machine_of(j->node)][newest()] = at;
    if (auto* r = std::get_if<command::report>(&what.what))
      for (auto& item : r->items)
        if (auto* done = std::get_if<command::act_done>(&item))
          if (auto found = acts_.find(done->act); found != acts_.end()) found->second.over = true;
  }

  std::map<log_index, known_act> acts_;
  std::set<log_index> begun_;
  std::map<machine_index, std::map<log_index, instant>> sessions_;
  std::map<machine_index, log_index> reached_;
  std::map<machine_index, instant> since_; // the present life of the daemon
};

} // namespace

std::unique_ptr<observer> no_stale_act() {
  return std::make_unique<stale_act_observer>();
}

} // namespace troupe::sim
