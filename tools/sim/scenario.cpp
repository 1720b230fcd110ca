#include "tools/sim/scenario.hpp"

#include "messages/types/random.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::sim {

std::vector<node_name> machine_names(std::size_t count) {
  std::vector<node_name> names;
  for (std::size_t i = 1; i <= count; ++i) names.emplace_back(fmt::format("n{}", i));
  return names;
}

std::string to_toml(const scenario& s) {
  auto text = fmt::format("machines = {}\nfaults-for = \"{}\"\nquiet-for = \"{}\"\ntick = \"{}\"\n", s.machines.size(),
                          show(s.faults_for), show(s.quiet_for), show(s.tick));
  for (const auto& f : s.plan) text += "\n" + to_toml(f);
  return text;
}

namespace {

using namespace std::chrono_literals;

// Draws one plan. Times are whole milliseconds, so that they read well.
class planner {
public:
  planner(std::uint64_t seed, std::size_t machines, std::optional<theme> asked)
    : random_(seed)
    , names_(machine_names(machines)) {
    auto shuffled = names_;
    random_.shuffle(shuffled);
    static constexpr std::array drawn{theme::storm, theme::storm,  theme::storm,    theme::any,   theme::any,
                                      theme::any,   theme::agents, theme::machines, theme::coups, theme::coups};
    theme_ = drawn[random_.below(drawn.size())];
    theme_ = asked.value_or(theme_);
    bad_disks_.assign(shuffled.begin(), shuffled.begin() + static_cast<std::ptrdiff_t>((machines - 1) / 2));
  }

  std::vector<fault> draw(duration faults_for) {
    std::vector<fault> plan;
    auto kinds = choose_kinds();
    auto pace = draw_pace();
    for (auto at = between(5s, 10s); at < faults_for - 1s; at += between(pace / 4, pace * 2)) {
      if (theme_ == theme::coups && names_.size() > 2) {
        coup(plan, at, faults_for);
        continue;
      }
      auto what = make(kinds[random_.below(kinds.size())]);
      if (!what) continue;
      plan.push_back({at, length(*what), *what});
      if (std::holds_alternative<faults::power_loss>(*what) && random_.chance(80'000)) lose_all(plan, at);
    }
    std::stable_sort(plan.begin(), plan.end(), [](const fault& a, const fault& b) { return a.at < b.at; });
    plan.push_back({faults_for, {}, faults::heal{}});
    return plan;
  }

private:
  static constexpr std::size_t kind_count = std::variant_size_v<fault_kind> - 1; // without heal

  duration between(duration least, duration most) {
    auto span = static_cast<std::uint64_t>((most - least) / 1ms);
    return std::chrono::floor<std::chrono::milliseconds>(least) +
           std::chrono::milliseconds{static_cast<std::int64_t>(random_.below(span + 1))};
  }

  // Whether one machine is told right from its silence shows only while the others are well for some time.
  duration draw_pace() {
    switch (theme_) {
    case theme::storm: return between(200ms, 1500ms);
    case theme::coups: return between(1s, 4s);
    case theme::machines: return between(2s, 20s);
    case theme::agents:
    case theme::any: break;
    }
    return between(1s, 10s);
  }

  std::vector<std::size_t> choose_kinds() {
    std::vector<std::size_t> kinds;
    for (std::size_t i = 0; i < kind_count; ++i)
      if (random_.below(2) == 0 && fits(i)) kinds.push_back(i);
    while (kinds.empty())
      if (auto i = random_.below(kind_count); fits(i)) kinds.push_back(i);
    return kinds;
  }

  [[nodiscard]] bool storm() const { return theme_ == theme::storm; }

  bool fits(std::size_t kind) {
    using namespace faults;
    auto what = make(kind);
    if (!what) return false;
    return std::visit(
        [&]<class K>(const K& k) {
          bool machine = std::is_same_v<K, power_loss> || std::is_same_v<K, daemon_restart> || std::is_same_v<K, daemon_leaves> ||
                         std::is_same_v<K, pause>;
          bool agent = requires { k.slice; } || requires { k.target; };
          bool weather = machine || std::is_same_v<K, partition> || std::is_same_v<K, loss> ||
                         std::is_same_v<K, delay> || std::is_same_v<K, disk_slow> || std::is_same_v<K, disk_replaced> ||
                         std::is_same_v<K, disk_sync_fails>;
          switch (theme_) {
          case theme::storm: return weather;
          case theme::agents: return agent;
          case theme::machines: return machine;
          case theme::coups:
          case theme::any: break;
          }
          return true;
        },
        *what);
  }

  node_name one() { return names_[random_.below(names_.size())]; }
  nodes one_or_all() { return random_.below(3) == 0 ? nodes{} : nodes{one()}; }
  std::string some_action() {
    static constexpr std::array actions{"", "start", "stop", "monitor", "promote"};
    return actions[random_.below(actions.size())];
  }

  // Names of what drawn clusters have; some do not have it.
  std::string some_slice() {
    static constexpr std::array slices{"",          "",          "",          "agent",     "front-1",  "front-2",
                                       "service01", "service02", "service03", "service04", "service05"};
    return slices[random_.below(slices.size())];
  }

  // Two sides: mostly one machine against the rest, else any split, else one pair.
  std::pair<nodes, nodes> sides() {
    auto all = names_;
    random_.shuffle(all);
    std::size_t left = random_.below(2) == 0 ? 1 : 1 + random_.below(all.size() - 1);
    nodes a{all.begin(), all.begin() + static_cast<std::ptrdiff_t>(left)};
    nodes b{all.begin() + static_cast<std::ptrdiff_t>(left), all.end()};
    if (random_.below(4) == 0) b.resize(1);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return {a, b};
  }

  template <class Kind>
  Kind on_links() {
    Kind kind;
    if (random_.below(2) == 0) std::tie(kind.from, kind.to) = sides();
    return kind;
  }

  std::optional<fault_kind> make(std::size_t index);
  duration length(const fault_kind& what);

  void coup(std::vector<fault>& plan, duration at, duration faults_for);
  void lose_all(std::vector<fault>& plan, duration at) {
    for (const auto& name : names_) plan.push_back({at, between(100ms, 5s), faults::power_loss{name}});
  }

  random_source random_;
  theme theme_ = theme::any;
  std::vector<node_name> names_;
  std::vector<node_name> bad_disks_;
};

// What a change of leaders is made of: one is not heard for a while, and when it is back there is one that cannot hear it,
// and others have been started anew meanwhile. Each part may be missing; whether that one led is the seed's luck.
void planner::coup(std::vector<fault>& plan, duration at, duration faults_for) {
  auto all = names_;
  random_.shuffle(all);
  const auto &deposed = all[0], &rival = all[1];
  auto away = between(300ms, 5s);
  nodes others{all.begin() + 1, all.end()};
  switch (random_.below(4)) {
  case 0:
  case 1: plan.push_back({at, away, faults::pause{deposed, random_.below(3) != 0}}); break;
  case 2: plan.push_back({at, away, faults::partition{{deposed}, others, random_.below(2) == 0}}); break;
  case 3: plan.push_back({at, away, faults::disk_slow{deposed, between(200ms, 2s)}}); break;
  }
  if (random_.below(2) == 0) plan.push_back({at, away + between(100ms, 3s), faults::partition{{deposed}, {rival}, false}});
  for (std::size_t i = 2; i < all.size(); ++i) {
    const auto& other = all[i];
    auto when = at + between(0ms, away + 500ms);
    if (random_.below(2) == 0 || when >= faults_for) continue;
    if (random_.below(4) == 0)
      plan.push_back({when, between(10ms, 500ms), faults::power_loss{other}});
    else
      plan.push_back({when, between(10ms, 300ms), faults::daemon_restart{other}});
  }
}

// Fills in one kind, chosen by its place in the variant. None where this world is too small for it.
std::optional<fault_kind> planner::make(std::size_t index) {
  auto bad_disk = [&] { return bad_disks_[random_.below(bad_disks_.size())]; };
  auto made = [&]<std::size_t... I>(std::index_sequence<I...>) {
    fault_kind kind;
    ((I == index ? void(kind = std::variant_alternative_t<I, fault_kind>{}) : void()), ...);
    return kind;
  }
  (std::make_index_sequence<kind_count>{});
  bool possible = true;
  auto fill = [&]<class K>(K& kind) {
    using namespace faults;
    if constexpr (requires { kind.from; }) {
      kind = on_links<K>();
      if (std::is_same_v<K, partition> && kind.from.empty()) std::tie(kind.from, kind.to) = sides();
    }
    if constexpr (requires { kind.on; }) kind.on = one_or_all();
    if constexpr (requires { kind.target; }) kind.target = one_or_all();
    if constexpr (requires { kind.node; }) kind.node = one();
    if constexpr (requires { kind.action; }) kind.action = some_action();
    if constexpr (requires { kind.action; }) kind.slice = some_slice();
    // That it does not run is the worst that a monitor can get wrong.
    if constexpr (std::is_same_v<K, agent_fails>) kind.status = random_.below(3) == 0 ? 7 : 1;
    if constexpr (requires { kind.of; }) kind.of = rate{static_cast<std::uint32_t>(10'000 + random_.below(400'000))};
    if constexpr (requires { kind.one_way; }) kind.one_way = random_.below(2) == 0;
    if constexpr (requires { kind.clock_stops; }) kind.clock_stops = random_.below(2) == 0;
    if constexpr (requires { kind.up_to; }) kind.up_to = between(5ms, 300ms);
    if constexpr (std::is_same_v<K, delay>) kind.by = between(5ms, 400ms);
    if constexpr (std::is_same_v<K, disk_slow>) kind.by = between(5ms, 5s);
    if constexpr (std::is_same_v<K, agent_slow>) kind.by = between(500ms, 30s);
    if constexpr (std::is_same_v<K, fence_late>) kind.by = between(1s, 20s);
    if constexpr (std::is_same_v<K, calendar_jump>) kind.by = between(0s, 30s) - 15s;
    if constexpr (std::is_same_v<K, clock_drift>) kind.by = static_cast<std::int64_t>(random_.below(20'001)) - 10'000;
    if constexpr (std::is_same_v<K, disk_sync_fails> || std::is_same_v<K, disk_bit_flip> ||
                  std::is_same_v<K, disk_replaced>) {
      possible = !bad_disks_.empty();
      if (possible) kind.node = bad_disk();
    }
  };
  std::visit(fill, made);
  if (names_.size() < 2 && std::visit(
                               [](const auto& k) {
                                 return requires {
                                   k.from;
                                 };
                               },
                               made))
    return {};
  return possible ? std::optional(made) : std::nullopt;
}

duration planner::length(const fault_kind& what) {
  using namespace faults;
  if (std::holds_alternative<service_dies>(what) || std::holds_alternative<disk_bit_flip>(what)) return {};
  if (storm()) return between(20ms, 3s);
  if (std::holds_alternative<daemon_restart>(what)) return between(10ms, 8s);
  if (std::holds_alternative<pause>(what)) return between(50ms, 10s);
  if (std::holds_alternative<disk_sync_fails>(what)) return between(10ms, 2s);
  return between(200ms, 20s);
}

} // namespace

static constexpr std::array<std::string_view, 5> theme_names{"any", "storm", "agents", "machines", "coups"};

std::string_view name_of(theme t) {
  return theme_names.at(static_cast<std::size_t>(t));
}

std::optional<theme> theme_named(std::string_view name) {
  auto found = std::find(theme_names.begin(), theme_names.end(), name);
  if (found == theme_names.end()) return {};
  return static_cast<theme>(found - theme_names.begin());
}

scenario plan_from_seed(std::uint64_t seed, std::size_t machines, duration faults_for, duration quiet_for,
                        std::optional<theme> asked) {
  scenario s;
  s.machines = machine_names(machines);
  s.faults_for = faults_for;
  s.quiet_for = quiet_for;
  s.plan = planner{seed, machines, asked}.draw(faults_for);
  return s;
}

} // namespace troupe::sim
