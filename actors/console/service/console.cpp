#include "actors/console/service/console.hpp"

#include "actors/console/service/caller.hpp"

#include <fmt/format.h>

namespace troupe::console {

namespace {

struct socket_said {
  transport::control_event event;
};

} // namespace
} // namespace troupe::console

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::socket_said)

namespace troupe::console {

namespace {

void on_socket(console_actor* self, const transport::caller_connected& c) {
  auto& state = self->state;
  auto made =
      self->spawn<caf::monitored>(caller, state.env, state.directory, state.set, c.caller, state.set.name_of_user(c.who.user));
  state.callers.emplace(c.caller, std::move(made));
}

void on_socket(console_actor* self, transport::caller_data& d) {
  auto found = self->state.callers.find(d.caller);
  if (found != self->state.callers.end()) self->send(found->second, caller_sent{std::move(d.data)});
}

void on_socket(console_actor* self, const transport::caller_gone& g) {
  auto found = self->state.callers.find(g.caller);
  if (found != self->state.callers.end()) self->send_exit(found->second, caf::exit_reason::user_shutdown);
}

// A caller's actor that has ended by itself has closed its connection; one that crashed has not.
void on_caller_end(console_actor* self, const caf::down_msg& down) {
  auto& state = self->state;
  for (auto at = state.callers.begin(); at != state.callers.end(); ++at) {
    if (at->second.address() != down.source) continue;
    state.set.socket->close(at->first);
    state.callers.erase(at);
    break;
  }
  if (down.reason == caf::exit_reason::user_shutdown || down.reason == caf::exit_reason::normal) return;
  state.env->log.write(env::log_level::error, "console",
                       "a caller's actor has crashed: " + self->system().render(down.reason));
}

// A console that is not there any more is told nothing: the socket holds it weakly.
std::string open(console_actor* self) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  return self->state.set.socket->open(self->state.set.path, [here](transport::control_event event) {
    if (auto alive = caf::actor_cast<caf::actor>(here)) caf::anon_send(alive, socket_said{std::move(event)});
  });
}

} // namespace

caf::behavior console(console_actor* self, env::environment* env, const watching::directory_ptr& directory,
                      console_settings settings) {
  auto& state = self->state;
  self->publish(directory, "node/console", "console");
  state.env = env;
  state.directory = directory;
  state.set = std::move(settings);
  self->set_down_handler([self](const caf::down_msg& down) { on_caller_end(self, down); });
  self->set_exit_handler([self](const caf::exit_msg& e) {
    for (auto& [id, one] : self->state.callers) self->send_exit(one, caf::exit_reason::user_shutdown);
    self->quit(e.reason);
  });
  if (auto wrong = open(self); !wrong.empty()) {
    env->log.write(env::log_level::error, "console", wrong);
    self->quit(caf::exit_reason::user_shutdown);
    return {};
  }
  return {[=](socket_said& s) { std::visit([self](auto& event) { on_socket(self, event); }, s.event); }};
}

} // namespace troupe::console
