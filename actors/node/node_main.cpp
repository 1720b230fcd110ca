// The root as far as it goes: it counts its starts on disk, greets its seeds and says whom it hears.
#include "actors/node/node_main.hpp"

#include "actors/console/observed.hpp"
#include "actors/node/boot_count.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <map>

namespace troupe::node {

namespace {

constexpr auto greeting_interval = std::chrono::milliseconds{500};
constexpr auto silence = std::chrono::seconds{2}; // after which somebody heard is news again
constexpr std::size_t max_heard = 128;            // strangers beyond that are not remembered

// Its messages; one header's worth, local to this file.
struct disk_said {
  env::disk_result result;
};
struct network_said {
  transport::network_event event;
};
struct greet_now {};

struct root_state {
  env::environment* env = nullptr;
  node_options options;
  console::directory_ptr directory = std::make_shared<console::actor_directory>();
  std::uint64_t boots = 0;
  bool counted = false;
  std::map<transport::endpoint, caf::actor_clock::time_point> heard;
};
using root_actor = caf::stateful_actor<root_state, console::observed<caf::event_based_actor>>;

} // namespace
} // namespace troupe::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::disk_said)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::network_said)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::greet_now)

namespace troupe::node {

namespace {

// A root that is not there any more is told nothing: the callbacks hold it weakly.
void ask_disk(root_actor* self, env::disk_request request) {
  self->state.env->disk.submit(std::move(request), [to = caf::actor_cast<caf::actor_addr>(self)](env::disk_result r) {
    if (auto alive = caf::actor_cast<caf::actor>(to)) caf::anon_send(alive, disk_said{std::move(r)});
  });
}

void say(root_actor* self, env::log_level level, const std::string& text) {
  self->state.env->log.write(level, "node", text);
}

void open_network(root_actor* self) {
  auto wrong = self->state.env->network.open(
      self->state.options.listen, [to = caf::actor_cast<caf::actor_addr>(self)](transport::network_event event) {
        if (auto alive = caf::actor_cast<caf::actor>(to)) caf::anon_send(alive, network_said{std::move(event)});
      });
  if (!wrong.empty()) {
    say(self, env::log_level::error, wrong);
    self->quit(caf::exit_reason::user_shutdown);
  }
}

void announce(root_actor* self) {
  auto& state = self->state;
  say(self, env::log_level::info, fmt::format("{} starts for the {}. time", state.options.name.text, state.boots));
  if (state.options.on_applied) {
    byte_buffer count;
    put_le(count, state.boots);
    lineage_id own;
    own.bytes = state.env->host.machine.bytes; // a log of its own, with one command a start
    auto nonce = state.env->entropy.number();
    byte_buffer life;
    put_le(life, nonce);
    state.options.on_applied({own, log_index{state.boots}, digest_of({life}), digest_of({life, count})});
  }
  self->send(self, greet_now{});
}

void on_disk(root_actor* self, env::disk_result result) {
  auto& state = self->state;
  if (auto* failed = std::get_if<env::disk_failure>(&result)) {
    // What a failed sync left behind is unknown: only a new start can find out.
    say(self, env::log_level::error, failed->what);
    self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  if (state.counted) return announce(self);
  auto count = parse_boot_count(std::get<env::disk_answer>(result));
  if (!count) {
    say(self, env::log_level::error, count.error().text);
    self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  state.boots = *count + 1;
  state.counted = true;
  ask_disk(self, write_boot_count(state.boots, !state.options.plants.contains("boot-count-unsynced")));
}

void greet(root_actor* self) {
  auto& state = self->state;
  byte_buffer greeting;
  put_le(greeting, state.boots);
  for (const auto& seed : state.options.seeds) state.env->network.send(seed.endpoint, greeting);
  self->delayed_send(self, greeting_interval, greet_now{});
}

void hear(root_actor* self, const transport::network_event& event) {
  auto* datagram = std::get_if<transport::datagram_received>(&event);
  if (datagram == nullptr || datagram->data.size() != 8) return; // nobody else speaks to us yet
  auto& heard = self->state.heard;
  auto now = self->system().clock().now();
  auto known = heard.find(datagram->from);
  if (known == heard.end() && heard.size() == max_heard) return;
  if (known == heard.end() || now - known->second > silence)
    say(self, env::log_level::info,
        fmt::format("hears {}:{}, start {}", to_hex(byte_view(datagram->from.address).subspan(12)), datagram->from.port,
                    get_le<std::uint64_t>(datagram->data, 0)));
  heard[datagram->from] = now;
}

caf::behavior root(root_actor* self, env::environment* env, node_options options) {
  self->state.env = env;
  self->state.options = std::move(options);
  self->publish(self->state.directory, "node", "root");
  open_network(self);
  ask_disk(self, read_boot_count());
  return {[=](disk_said& said) { on_disk(self, std::move(said.result)); },
          [=](network_said& said) { hear(self, said.event); }, [=](greet_now) { greet(self); }};
}

} // namespace

caf::actor node_main(caf::actor_system& system, env::environment& env, const node_options& options) {
  return system.spawn(root, &env, options);
}

} // namespace troupe::node
