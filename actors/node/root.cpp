#include "actors/node/root.hpp"

#include "actors/history/history.hpp"

#include <fmt/format.h>

namespace troupe::node {

namespace {

struct root_disk_said {
  disk_step step{};
  env::disk_result result;
};

} // namespace
} // namespace troupe::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::root_disk_said)

namespace troupe::node {

void say(root_actor* self, env::log_level level, const std::string& text) {
  self->state.env->log.write(level, "node", text);
}

// Nobody of the tree outlives its root.
void end(root_actor* self, const caf::error& reason) {
  auto& state = self->state;
  for (auto& [which, child] : state.services) self->send_exit(child, caf::exit_reason::user_shutdown);
  for (auto* child : {&state.ledger, &state.replica, &state.history, &state.links})
    if (*child) self->send_exit(*child, caf::exit_reason::user_shutdown);
  self->quit(reason);
}

void give_up(root_actor* self, const std::string& why) {
  say(self, env::log_level::error, why);
  end(self, caf::exit_reason::user_shutdown);
}

// A root that is not there any more is told nothing: the disk holds it weakly.
void ask_disk(root_actor* self, disk_step step, env::disk_request request) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  self->state.env->disk.submit(std::move(request), [here, step](env::disk_result r) {
    if (auto alive = caf::actor_cast<caf::actor>(here)) caf::anon_send(alive, root_disk_said{step, std::move(r)});
  });
}

namespace {

void on_charter(root_actor* self, const env::disk_answer& answer) {
  auto& state = self->state;
  auto read = parse_charter(answer);
  if (!read.damage.empty()) say(self, env::log_level::warning, read.damage);
  state.charter_read = true;
  state.reserved = read.reserved;
  state.reservation_durable = read.reserved.has_value();
  if (!read.formed) {
    say(self, env::log_level::info, "this node belongs to no cluster yet");
    state.seek_at = env::now_of(self);
    return;
  }
  if (auto wrong = cluster::why_not(*read.formed); !wrong.empty()) return give_up(self, "this node's cluster: " + wrong);
  state.formed = std::move(read.formed);
  on_genesis_durable(self);
}

void on_disk(root_actor* self, root_disk_said& said) {
  if (auto* failed = std::get_if<env::disk_failure>(&said.result)) return give_up(self, failed->what);
  switch (said.step) {
  case disk_step::charter: return on_charter(self, std::get<env::disk_answer>(said.result));
  case disk_step::reservation: return on_reservation_durable(self);
  case disk_step::genesis: return on_genesis_durable(self);
  }
}

void on_delivered(root_actor* self, const links::delivered& d) {
  auto read = formation::decode(d.payload);
  if (read) return on_formation(self, d.from, *read);
  say(self, env::log_level::warning, fmt::format("refused a message of {}: {}", d.from.text, read.error().text));
}

caf::result<cluster::told_outcome> delegate_command(root_actor* self, operator_command& asked) {
  auto& state = self->state;
  if (!state.ledger)
    return caf::make_error(caf::sec::runtime_error, "this node belongs to no cluster; see `troupe init`");
  command::command c;
  c.from.why = asked.why;
  c.from.causes = asked.causes;
  c.from.by = {state.options.name, asked.user};
  c.what = std::move(asked.what);
  self->delegate(state.ledger, cluster::submit{asked.lane, std::move(c)});
  return caf::delegated<cluster::told_outcome>{};
}

void spawn_links(root_actor* self) {
  auto& state = self->state;
  links::settings s;
  s.name = state.options.name;
  s.identity_seed = state.options.identity_seed;
  s.listen = state.options.listen;
  for (auto& seed : state.options.seeds) s.keys.nodes[seed.name] = seed;
  state.links = self->spawn<caf::monitored>(links::links, state.env, state.directory, std::move(s));
  self->send(state.links, links::subscribe{transport::message_kind::joining, caf::actor_cast<caf::actor>(self)});
}

} // namespace

void rearm(root_actor* self) {
  auto& state = self->state;
  if (state.founding) state.alarm.set(self, state.founding->next_deadline());
  if (state.charter_read && !state.formed) state.alarm.set(self, state.seek_at);
  if (may_join(self)) state.alarm.set(self, state.join_at); // else one that is due would only ring again at once
  if (state.leaving) state.alarm.set(self, std::min(state.leaving_ends, state.leaving_look));
}

caf::behavior root(root_actor* self, env::environment* env, node_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  if (state.options.directory) state.directory = state.options.directory;
  self->publish(state.directory, "node", "root");
  state.env = env;
  std::array<std::byte, 32> copy = state.options.identity_seed;
  state.key = transport::identity(state.options.name, transport::seed_bytes(copy)).key();
  self->set_down_handler([self](const caf::down_msg& down) {
    if (!on_service_end(self, down))
      give_up(self, fmt::format("an actor of this node has ended: {}", self->system().render(down.reason)));
  });
  self->set_exit_handler([self](const caf::exit_msg& e) { end(self, e.reason); });
  spawn_links(self);
  state.history = self->spawn<caf::monitored>(history::history, env, state.directory);
  ask_disk(self, disk_step::charter, read_charter());

  return {
      [=](root_disk_said& said) { on_disk(self, said), rearm(self); },
      [=](const links::delivered& d) { on_delivered(self, d), rearm(self); },
      [=](env::wake w) {
        if (!self->state.alarm.rang(w)) return;
        on_formation_time(self);
        on_membership_time(self);
        on_leaving_time(self);
        rearm(self);
      },
      [=](init_cluster& order) -> caf::result<formed_cluster> {
        begin_founding(self, order, self->make_response_promise());
        rearm(self);
        return caf::delegated<formed_cluster>{};
      },
      [=](ask_parts) {
        auto& s = self->state;
        auto part = [self](service which) { return find_service(self, which); };
        return node_parts{s.links,
                          s.history,
                          s.replica,
                          s.ledger,
                          part(service::detector),
                          part(service::attributes),
                          part(service::executor),
                          part(service::fencing),
                          part(service::director),
                          s.session,
                          s.kept_out,
                          {s.options.resource_agents.folders, s.options.fence_agents.folders}};
      },
      [=](operator_command& asked) { return delegate_command(self, asked); },
      [=](cluster::standing_of_node& told) { on_standing(self, told), rearm(self); },
      [=](const cluster::ledger_halted& h) {
        if (h.outgrown) return give_up(self, h.why); // found lost, it is fenced, and what it cannot care for moves
        say(self, env::log_level::error, fmt::format("the ledger stands before command {}: {}", h.index.value, h.why));
      },
      [=](const consensus::disk_failed& d) { leave_without_disk(self, d), rearm(self); },
      [=](const cluster::leader_is& l) { on_leadership(self, l), rearm(self); },
      [=](resource::executor_ready) {
        self->state.executor_ready = true;
        on_membership_time(self), rearm(self);
      },
      [=](const resource::rejoin_wanted& r) { rejoin(self, r.why), rearm(self); },
      [=](const detector::life_is_over& l) { on_other_life(self, l.by); },
      [=](leave) { begin_leaving(self, "this daemon was asked to end"), rearm(self); },
      [=](const cluster::state_is& s) { on_state(self, s), rearm(self); },
      [=](const cluster::state_changed& s) { on_state(self, s), rearm(self); },
  };
}

caf::actor node_main(caf::actor_system& system, env::environment& env, const node_options& options) {
  return system.spawn(root, &env, options);
}

} // namespace troupe::node
