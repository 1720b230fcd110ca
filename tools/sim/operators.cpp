#include "tools/sim/operators.hpp"

#include "messages/promotion.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

namespace troupe::sim {

using command::directive_kind;

operators::operators(view sees, config::cluster configuration)
  : sees_(std::move(sees))
  , configuration_(std::move(configuration))
  , random_(sees_.k.random_for("operators"))
  , scores_(sees_.k.random_for("scores"))
  , longest_pause_ms_(random_.below(2) == 0 ? 1500 : 200)
  , lanes_(random_.below(4) == 0 ? UINT64_MAX : 16)
  , disruptive_(random_.below(3) == 0 ? 0 : 1 + random_.below(6)) {}

void operators::begin() {
  sees_.k.after(forming_begins, sees_.k.world(), [this] { form(); });
}

void operators::applied(const node::applied_command& what) {
  if (!what.after || what.index <= newest_) return;
  newest_ = what.index;
  auto& s = *what.after;
  if (auto at = s.version_of(cluster::configuration_key{}); at != configured_at_) {
    configured_at_ = at;
    configuration_ = s.config().value;
  }
  directives_.clear();
  // Who leaves puts its standby again as often as somebody lifts it: nobody goes on doing that.
  bool calm = sees_.k.now() >= sees_.calm_from;
  for (auto& [key, found] : s.all<cluster::directive_key>())
    if (!calm || found.value.owner != key.subject) directives_.push_back(key);
  for (auto& [key, found] : s.all<cluster::member_key>()) members_[key.node] = found.value;
  failures_ = !s.all<cluster::failure_key>().empty();
}

machine_index operators::somebody() {
  return machine_index{static_cast<std::uint32_t>(random_.below(sees_.k.machine_count()))};
}

// Again and again, at one console after the other, until one says that the cluster is formed.
void operators::form() {
  if (formed_) return;
  auto where = somebody();
  if (auto root = sees_.root_of(where)) {
    auto ask = [this](caf::event_based_actor* self, const caf::actor& root_of_node) {
      self->request(root_of_node, caf::infinite, node::init_cluster{configuration_})
          .then(
              [this](const node::formed_cluster&) {
                if (!std::exchange(formed_, true)) speak();
              },
              [](const caf::error&) {});
    };
    root->home_system().spawn(ask, root);
  }
  sees_.k.after(forming_again, sees_.k.world(), [this] { form(); });
}

void operators::speak() {
  bool calm = sees_.k.now() >= sees_.calm_from;
  if (calm || random_.below(32) == 0) switch_on();
  if (calm)
    calm_down();
  else
    say_something(), say_score();
  duration pause = std::chrono::milliseconds{static_cast<std::int64_t>(20 + random_.below(longest_pause_ms_))};
  sees_.k.after(sees_.seldom ? speak_seldom : pause, sees_.k.world(), [this] { speak(); });
}

// What a device has switched off and was not told to switch on again, or could not be told: at once where the cluster
// says that it is down. A majority that was shot, or lost with its disks, says nothing any more: in the end somebody
// goes and looks.
void operators::switch_on() {
  bool calm = sees_.k.now() >= sees_.calm_from;
  for (auto& [name, m] : members_) {
    auto where = sees_.k.find(name);
    if (sees_.k.hardware(where).power != power::off) {
      off_since_.erase(name);
      continue;
    }
    auto since = off_since_.try_emplace(name, sees_.k.now()).first->second;
    bool looked = calm && sees_.k.now() - since >= until_somebody_looks;
    if (looked || std::holds_alternative<cluster::down>(m.here)) sees_.power_on(where);
  }
}

// One after the other: what was asked long ago may arrive late, and is then taken back in its turn.
void operators::calm_down() {
  if (!directives_.empty()) {
    auto& one = directives_[random_.below(directives_.size())];
    return say(somebody(), command::directive{.kind = one.kind, .subject = one.subject, .lifted = true});
  }
  say(somebody(), command::cleanup{});
}

void operators::say_something() {
  if (random_.below(16) < disruptive_) {
    switch (random_.below(4)) {
    case 0: return say_direction();
    case 1: return say_service_direction();
    case 2: return change_configuration();
    default: return vouch_for_the_dead();
    }
  }
  if (!directives_.empty() && random_.below(2) == 0) return calm_down();
  auto& node = configuration_.nodes[random_.below(configuration_.nodes.size())].name;
  say(somebody(), command::cleanup{{}, node});
}

void operators::say_direction() {
  auto& node = configuration_.nodes[random_.below(configuration_.nodes.size())].name;
  command::directive d{.subject = node.text, .note = fmt::format("request {}", asked_)};
  d.kind = random_.below(3) == 0 ? directive_kind::maintenance : directive_kind::standby;
  if (d.kind == directive_kind::maintenance && random_.below(4) == 0) d.subject.clear(); // the whole cluster
  say(somebody(), d);
}

void operators::say_service_direction() {
  auto& service = configuration_.resources[random_.below(configuration_.resources.size())].name;
  command::directive d{.subject = service.text, .note = fmt::format("request {}", asked_)};
  switch (random_.below(3)) {
  case 0: d.kind = directive_kind::maintenance; break;
  case 1:
    d.kind = directive_kind::target_role;
    d.role = random_.below(2) == 0 ? config::role::stopped : config::role::started;
    break;
  default: d.kind = directive_kind::move; d.to = configuration_.nodes[random_.below(configuration_.nodes.size())].name;
  }
  say(somebody(), d);
}

// How well an instance would do if it were promoted: what agents say otherwise. Never so little that it may not be.
void operators::say_score() {
  if (scores_.below(8) != 0) return;
  auto& service = configuration_.resources[scores_.below(configuration_.resources.size())];
  auto& node = configuration_.nodes[scores_.below(configuration_.nodes.size())].name;
  auto lasts = scores_.below(4) == 0 ? command::lifetime::forever : command::lifetime::reboot;
  auto where = machine_index{static_cast<std::uint32_t>(scores_.below(sees_.k.machine_count()))};
  if (!service.promotable) return;
  command::attribute_item item{node, lasts, promotion_attribute(service.name), std::nullopt};
  if (scores_.below(4) != 0) item.value = std::to_string(scores_.below(10));
  say(where, command::attributes{{item}});
}

void operators::vouch_for_the_dead() {
  for (auto& [name, m] : members_) {
    if (m.dead_up_to && *m.dead_up_to >= m.boot) continue;
    if (sees_.k.hardware(sees_.k.find(name)).power != power::off) continue;
    return say(somebody(), command::fence_proof{name, m.boot, config::proof_kind::operator_word, {}, "I looked"});
  }
}

void operators::change_configuration() {
  say(somebody(), command::config_set{configured_at_, draw_change(configuration_, random_)});
}

void operators::say(machine_index where, command::body what) {
  auto root = sees_.root_of(where);
  if (!root) return;
  ++asked_;
  node::operator_command order{fmt::format("operator {}", asked_ % lanes_), "root (0)", std::move(what)};
  auto since = sees_.k.now();
  auto ask = [this, where, since, order](caf::event_based_actor* self, const caf::actor& root_of_node) {
    self->request(root_of_node, caf::infinite, order)
        .then(
            [this, where, since](const cluster::told_outcome& told) {
              ++answered_;
              sees_.told({where, since, told.answer});
            },
            [](const caf::error&) {});
  };
  root->home_system().spawn(ask, root);
}

} // namespace troupe::sim
