// The actors that follow the ledger. They hold no facts, so one that crashed is started again and begins with the state.
#include "actors/attributes/attributes.hpp"
#include "actors/detector/detector.hpp"
#include "actors/fencing/fencing.hpp"
#include "actors/node/root.hpp"
#include "actors/resource/executor.hpp"
#include "actors/supervisor/director.hpp"

#include <fmt/format.h>

namespace troupe::node {

namespace {

const char* name_of(service which) {
  switch (which) {
  case service::detector: return "detector";
  case service::attributes: return "attributes' keeper";
  case service::executor: return "executor";
  case service::fencing: return "fencing";
  case service::director: return "director";
  }
  return "";
}

bool planted(const root_actor* self, const char* plant) { return self->state.options.plants.contains(plant); }

caf::actor spawn_detector(root_actor* self) {
  auto& state = self->state;
  detector::settings s;
  s.self = state.options.name;
  for (auto& seed : state.options.seeds) s.seeds.push_back(seed.name);
  s.links = state.links;
  s.replica = state.replica;
  s.ledger = state.ledger;
  s.root = caf::actor_cast<caf::actor>(self);
  return self->spawn<caf::monitored>(detector::detector, state.env, state.directory, std::move(s));
}

caf::actor spawn_attributes(root_actor* self) {
  auto& state = self->state;
  return self->spawn<caf::monitored>(attributes::attributes, state.directory, state.options.name, state.ledger);
}

caf::actor spawn_executor(root_actor* self) {
  auto& state = self->state;
  state.executor_ready = false;
  resource::executor_settings s;
  s.self = state.options.name;
  s.timers = *conf::derive({.tolerate = state.formed->configuration.tolerate});
  s.ledger = state.ledger;
  s.replica = state.replica;
  s.root = caf::actor_cast<caf::actor>(self);
  s.agents = state.options.resource_agents;
  s.acts_of_any_session = planted(self, "acts-from-log");
  s.believes_in_nothing = planted(self, "skip-probe");
  s.tells_first_finding = planted(self, "tell-first-finding");
  s.at_once = std::max(resource::least_operations, state.options.operations_at_once);
  return self->spawn<caf::monitored>(resource::executor, state.env, state.directory, std::move(s));
}

caf::actor spawn_fencing(root_actor* self) {
  auto& state = self->state;
  fencing::fencing_settings s;
  s.self = state.options.name;
  s.ledger = state.ledger;
  s.agents = state.options.fence_agents;
  s.trusts_failures = planted(self, "failed-is-off");
  return self->spawn<caf::monitored>(fencing::fencing, state.env, state.directory, std::move(s));
}

caf::actor spawn_director(root_actor* self) {
  auto& state = self->state;
  supervisor::director_settings s;
  s.self = state.options.name;
  s.ledger = state.ledger;
  s.replica = state.replica;
  s.detector = find_service(self, service::detector);
  s.ignores_orders = planted(self, "ignore-orders");
  s.ignores_hosts = planted(self, "needless-fence");
  s.rings_while_waiting = planted(self, "ring-while-waiting");
  return self->spawn<caf::monitored>(supervisor::director, state.env, state.directory, std::move(s));
}

void start(root_actor* self, service which) {
  auto& made = self->state.services[which];
  switch (which) {
  case service::detector: made = spawn_detector(self); break;
  case service::attributes: made = spawn_attributes(self); break;
  case service::executor: made = spawn_executor(self); break;
  case service::fencing: made = spawn_fencing(self); break;
  case service::director: made = spawn_director(self); break;
  }
}

void stop(root_actor* self, service which) {
  auto found = self->state.services.extract(which);
  if (found.empty()) return;
  self->state.stopped.push_back(found.mapped().address());
  self->send_exit(found.mapped(), caf::exit_reason::user_shutdown);
}

// A new executor does not know which acts the last one has done: the node joins anew and looks at everything. A director
// watches the detector: it is started again with it.
void restart(root_actor* self, service which) {
  start(self, which);
  if (which == service::executor) rejoin(self, "its executor has crashed");
  tell_session(self);
  if (which != service::detector || !self->state.leads) return;
  stop(self, service::director);
  start(self, service::director);
}

} // namespace

caf::actor find_service(const root_actor* self, service which) {
  auto found = self->state.services.find(which);
  return found == self->state.services.end() ? caf::actor{} : found->second;
}

void start_services(root_actor* self) {
  for (auto which : {service::detector, service::attributes, service::executor, service::fencing}) start(self, which);
}

void on_leadership(root_actor* self, const cluster::leader_is& l) {
  auto& state = self->state;
  if (std::exchange(state.leads, l.ours) == l.ours) return;
  l.ours ? start(self, service::director) : stop(self, service::director);
}

void tell_session(root_actor* self) {
  auto& state = self->state;
  if (!state.session) return;
  if (auto whom = find_service(self, service::detector)) self->send(whom, detector::joined_as{*state.session});
  if (auto whom = find_service(self, service::executor)) self->send(whom, resource::session_is{*state.session});
  if (auto whom = find_service(self, service::fencing)) self->send(whom, fencing::own_session{*state.session});
}

bool on_service_end(root_actor* self, const caf::down_msg& down) {
  auto& state = self->state;
  for (auto& [which, child] : state.services) {
    if (child.address() != down.source) continue;
    auto why = fmt::format("the {} has ended: {}", name_of(which), self->system().render(down.reason));
    auto now = env::now_of(self);
    std::erase_if(state.restarts, [&](instant at) { return at + restart_window < now; });
    if (state.restarts.size() >= max_restarts) return give_up(self, why + "; again and again"), true;
    state.restarts.push_back(now);
    say(self, env::log_level::error, why + "; it is started again");
    restart(self, which);
    return true;
  }
  return std::erase(state.stopped, down.source) > 0; // also if it crashed on its way out
}

} // namespace troupe::node
