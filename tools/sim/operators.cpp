#include "tools/sim/operators.hpp"

#include "tools/sim/sim_network.hpp"
#include "transport/endpoint.hpp"

#include <algorithm>

#include <caf/all.hpp>
#include <fmt/format.h>

namespace troupe::sim {

operators::operators(view sees, config::cluster configuration)
  : sees_(std::move(sees))
  , configuration_(std::move(configuration))
  , random_(sees_.k.random_for("operators"))
  , longest_pause_ms_(random_.below(2) == 0 ? 1500 : 200) {}

void operators::begin() {
  sees_.k.after(forming_begins, sees_.k.world(), [this] { form(); });
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
  auto node = configuration_.nodes[random_.below(configuration_.nodes.size())].name;
  switch (random_.below(4)) {
  case 0: say(somebody(), command::cleanup{{}, node}); break;
  case 1:
    say(somebody(),
        command::directive{.kind = command::directive_kind::standby, .subject = node.text, .lifted = true});
    break;
  default:
    say(somebody(), command::directive{.kind = command::directive_kind::standby,
                                       .subject = node.text,
                                       .note = fmt::format("request {}", asked_)});
  }
  auto pause = std::chrono::milliseconds{static_cast<std::int64_t>(20 + random_.below(longest_pause_ms_))};
  sees_.k.after(pause, sees_.k.world(), [this] { speak(); });
}

void operators::say(machine_index where, command::body what) {
  auto root = sees_.root_of(where);
  if (!root) return;
  ++asked_;
  node::operator_command order{fmt::format("operator {}", asked_), "root (0)", std::move(what)};
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

std::vector<machine_identity> identities(const kernel& k) {
  std::vector<machine_identity> all;
  for (std::uint32_t i = 0; i < k.machine_count(); ++i) {
    machine_identity m;
    m.name = k.hardware(machine_index{i}).name;
    auto random = k.random_for("identity", i);
    for (auto& b : m.seed) b = static_cast<std::byte>(random.below(256));
    auto copy = m.seed;
    m.key = transport::identity(m.name, transport::seed_bytes(copy)).key();
    m.where = address_of(machine_index{i});
    all.push_back(m);
  }
  return all;
}

config::cluster configuration_of(const std::vector<machine_identity>& machines) {
  config::cluster c;
  c.name = "simulated";
  c.fencing = config::fencing_policy::devices;
  for (auto& m : machines) {
    auto text = transport::to_text(m.where); // "10.0.0.1:5410"
    config::node n;
    n.name = m.name;
    n.key = m.key;
    n.addresses = {{text.substr(0, text.rfind(':')), m.where.port}};
    c.nodes.push_back(n);
  }
  std::sort(c.nodes.begin(), c.nodes.end(), [](auto& a, auto& b) { return a.name < b.name; });
  config::resource service;
  service.agent = {"ocf", "troupe", "simulated"};
  for (auto* t : {&service.start_timeout, &service.stop_timeout, &service.promote_timeout, &service.demote_timeout})
    *t = std::chrono::seconds{20};
  service.accepts = {config::proof_kind::power, config::proof_kind::reboot, config::proof_kind::operator_word};
  auto cache = service, db = service, web = service;
  cache.name = resource_name{"cache"};
  cache.clone = config::clone_options{};
  db.name = resource_name{"db"};
  db.promotable = config::promotable_options{};
  db.clone = config::clone_options{};
  db.target = config::role::promoted;
  web.name = resource_name{"web"};
  c.resources = {cache, db, web};
  return c;
}

} // namespace troupe::sim
