// I6, judged when a service starts in truth, by an act that the cluster granted at some moment before. So what has to be
// up is judged as of then. What stopped by itself, with its machine, or because its node was alone, counts as up until
// the log says that it is gone: nobody could know. A constraint counts when it was in force for a while, because an act
// that is on its way does not know a newer one.
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/log_observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace troupe::sim {

namespace {

// A start takes so long from its grant to its effect, at most: an agent's own limit and a loaded network.
constexpr duration longest_start = std::chrono::seconds{45};

class order_observer final : public log_observer {
public:
  void operation(const operation_event& op) override {
    if (op.began() && op.action == "start") starting_[{op.slice, op.machine}] = op.scope;
    // An orderly stop: by an act, well done.
    bool number = !op.scope.empty() && op.scope.find_first_not_of("0123456789") == std::string::npos;
    if (!op.began() && number && op.action == "stop" && *op.status == 0) state_of(op.slice, op.machine) = up::no;
  }

  void see(const truth_event& event) override {
    if (event.kind == truth_kind::service_stopped) {
      auto& now = state_of(event.slice, event.machine);
      if (now == up::yes) now = up::ended_by_itself; // an orderly stop says so when it ends
    }
    if (event.kind != truth_kind::service_started) return;
    judge(event);
    state_of(event.slice, event.machine) = up::yes;
  }

private:
  enum class up : std::uint8_t { no, yes, ended_by_itself };
  using place = std::pair<std::string, machine_index>;

  up& state_of(const std::string& slice, machine_index m) { return up_[{slice, m}]; }

  void fact(instant at, const command::command& what, const cluster::state& after) override {
    if (configured_since() == at && configuration()) constrain(at, *configuration());
    if (auto* a = std::get_if<command::act>(&what.what); a && a->action == config::action::start) {
      std::erase_if(granted_, [&](auto& g) { return g.second.at + longest_start < at; });
      granted_[newest()] = {at, missing_for(a->at.resource.text, machine_of(a->at.node), at)};
    }
    // What the log says is not up any more.
    if (auto* r = std::get_if<command::report>(&what.what))
      for (auto& item : r->items)
        if (auto* p = std::get_if<command::probed>(&item); p && p->found == command::finding::not_held)
          known_gone(p->resource.text, machine_of(r->node));
    for (auto& [key, m] : after.all<cluster::member_key>())
      if (std::holds_alternative<cluster::down>(m.value.here)) all_known_gone(machine_of(key.node));
    if (auto* j = std::get_if<command::node_joined>(&what.what)) {
      auto* m = after.find(cluster::member_key{j->node});
      if (m && m->value.boot == newest()) all_known_gone(machine_of(j->node)); // a new boot
    }
  }
  void known_gone(const std::string& slice, machine_index m) {
    if (auto& now = state_of(slice, m); now == up::ended_by_itself) now = up::no;
  }
  void all_known_gone(machine_index m) {
    for (auto& [where, now] : up_)
      if (where.second == m && now == up::ended_by_itself) now = up::no;
  }

  // Every constraint with the time since when it has been in force.
  struct before {
    std::string first, then;
    bool same_node = false;
    auto operator<=>(const before&) const = default;
  };
  template <class Key>
  using in_force_since = std::map<Key, instant>;

  template <class Key>
  static void keep(in_force_since<Key>& known, const std::set<Key>& now, instant at) {
    std::erase_if(known, [&](auto& k) { return !now.contains(k.first); });
    for (auto& k : now) known.try_emplace(k, at);
  }

  void constrain(instant at, const config::cluster& c) {
    std::set<before> order;
    std::set<std::pair<std::string, std::string>> apart;
    std::set<std::pair<std::string, node_name>> never;
    auto pairs = [&](const std::string& a, const std::string& b, auto each) {
      for (auto& x : members_of(c, a))
        for (auto& y : members_of(c, b)) each(x, y);
    };
    for (auto& g : c.groups)
      for (std::size_t i = 1; i < g.members.size(); ++i) order.insert({g.members[i - 1].text, g.members[i].text, true});
    for (auto& o : c.orders) {
      bool plain = o.first_action == config::action::start && o.then_action == config::action::start;
      if (o.kind == config::order_kind::mandatory && plain)
        pairs(o.first, o.then, [&](auto& x, auto& y) { order.insert({x, y, false}); });
    }
    for (auto& k : c.colocations)
      if (k.weight.must_not() && !k.what_role && !k.with_role)
        pairs(k.what, k.with, [&](auto& x, auto& y) { apart.insert({x, y}), apart.insert({y, x}); });
    for (auto& l : c.locations)
      if (l.weight.must_not())
        for (auto& x : members_of(c, l.what)) never.insert({x, l.node});
    keep(order_, order, at);
    keep(apart_, apart, at);
    keep(never_, never, at);
  }

  static bool in_force(instant since, instant at) { return since + std::chrono::seconds{5} < at; }

  [[nodiscard]] std::vector<std::string> missing_for(const std::string& slice, machine_index on, instant at) const {
    std::vector<std::string> all;
    for (auto& [o, since] : order_)
      if (o.then == slice && in_force(since, at) && !is_up(o, on))
        all.push_back(fmt::format("and {} was not up{}", o.first, o.same_node ? " there" : ""));
    return all;
  }

  void judge(const truth_event& event) {
    auto granted = grant_of(event);
    if (!granted) return;
    auto wrong = [&](const std::string& what) {
      report(event.at, "I6", fmt::format("{} starts on n{} {}", event.slice, event.machine.value + 1, what));
    };
    for (auto& what : granted->missing) wrong(what);
    for (auto& [pair, since] : apart_)
      if (pair.first == event.slice && in_force(since, granted->at) && state_of(pair.second, event.machine) == up::yes)
        wrong(fmt::format("beside {}", pair.second));
    for (auto& [pair, since] : never_)
      if (pair.first == event.slice && pair.second == name_of(event.machine) && in_force(since, granted->at))
        wrong("where it must never be");
  }
  [[nodiscard]] bool is_up(const before& o, machine_index on) const {
    return std::any_of(up_.begin(), up_.end(), [&](auto& u) {
      return u.first.first == o.first && u.second != up::no && (!o.same_node || u.first.second == on);
    });
  }
  // Starts that were not an act's are I5's business.
  struct grant {
    instant at;
    std::vector<std::string> missing; // of what had to be up
  };
  [[nodiscard]] std::optional<grant> grant_of(const truth_event& event) const {
    auto op = starting_.find({event.slice, event.machine});
    if (op == starting_.end()) return std::nullopt;
    std::uint64_t number = 0;
    std::from_chars(op->second.data(), op->second.data() + op->second.size(), number);
    auto found = granted_.find(log_index{number});
    return found == granted_.end() ? std::nullopt : std::optional(found->second);
  }

  std::map<place, up> up_;
  std::map<place, std::string> starting_; // the scope of the last start
  std::map<log_index, grant> granted_;
  in_force_since<before> order_;
  in_force_since<std::pair<std::string, std::string>> apart_;
  in_force_since<std::pair<std::string, node_name>> never_;
};

} // namespace

std::unique_ptr<observer> order_and_place() {
  return std::make_unique<order_observer>();
}

} // namespace troupe::sim
