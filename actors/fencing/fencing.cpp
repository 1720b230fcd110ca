#include "actors/fencing/fencing.hpp"

#include <fmt/format.h>

namespace troupe::fencing {

namespace {

struct agents_at_work {
  result<agents::living> found;
};
struct slice_ended {
  std::string slice;
  agents::outcome how;
};

} // namespace
} // namespace troupe::fencing

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::agents_at_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::slice_ended)

namespace troupe::fencing {

namespace {

void carry_out(fencing_actor* self, duties::outputs all);

void remark_on(fencing_actor* self, bool trouble, const std::string& text) {
  self->state.env->log.write(trouble ? env::log_level::warning : env::log_level::info, "fencing", text);
}

// --- devices ---

// Within the spread, by lot.
duration check_delay(fencing_actor* self, const config::cluster& c) {
  auto spread = check_spread * static_cast<std::int64_t>(std::max(c.nodes.size(), c.devices.size()));
  auto milliseconds = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(spread).count());
  return std::chrono::milliseconds{self->state.env->entropy.number() % milliseconds};
}

void start_device(fencing_actor* self, const config::fence_device& d, duration check_after) {
  auto& state = self->state;
  device_settings s{d, state.set.agents, check_after, caf::actor_cast<caf::actor>(self)};
  state.devices[d.name] = {d, self->spawn<caf::linked>(device, state.env, state.directory, std::move(s))};
}

// Only devices that this node may have to use: they have another node among their targets.
void follow_devices(fencing_actor* self, const config::cluster& c) {
  auto& state = self->state;
  if (state.first) {
    state.first->configuration = c;
    return;
  }
  std::set<device_name> wanted;
  for (const auto& d : c.devices) {
    bool of_use = std::any_of(d.targets.begin(), d.targets.end(), [&](auto& t) { return t != state.set.self; });
    if (!of_use) continue;
    wanted.insert(d.name);
    auto there = state.devices.find(d.name);
    if (there == state.devices.end()) {
      start_device(self, d, check_delay(self, c));
    } else if (there->second.first != d) {
      there->second.first = d;
      self->send(there->second.second, configure_device{d, check_delay(self, c)});
    }
  }
  std::erase_if(state.devices, [&](auto& each) {
    if (wanted.contains(each.first)) return false;
    self->send(each.second.second, retire_device{});
    state.troubles.why.erase(each.first);
    return true;
  });
}

void carry_out_one(fencing_actor* self, duties::order& o) {
  auto& devices = self->state.devices;
  auto there = devices.find(o.device);
  if (there != devices.end()) return self->send(there->second.second, take_job{std::move(o.what)});
  self->send(self, device_said{o.device, {std::move(o.what), false, false, "the device is not configured any more"}});
}

void carry_out_one(fencing_actor* self, const duties::withdraw& w) {
  auto there = self->state.devices.find(w.device);
  // One that was removed withdraws all by itself.
  if (there != self->state.devices.end()) self->send(there->second.second, withdraw_jobs{w.attempt});
}

void carry_out_one(fencing_actor* self, const duties::remark& r) {
  remark_on(self, r.trouble, r.text);
}

// --- into the log ---

const node_name& target_of(const command::command& c) {
  if (const auto* failed = std::get_if<command::fence_failed>(&c.what)) return failed->target;
  return std::get<command::fence_proof>(c.what).target;
}

void heard(fencing_actor* self, const command::command& said, const outcome& answer) {
  bool proof = std::holds_alternative<command::fence_proof>(said.what);
  auto what = proof ? fmt::format("{} is proved dead", target_of(said).text)
                    : fmt::format("{} could not be fenced: {}", target_of(said).text,
                                  std::get<command::fence_failed>(said.what).note);
  if (answer.refused == refusal::none) return remark_on(self, !proof, what);
  // Another way to close it was faster: it came back, or an operator spoke.
  remark_on(self, answer.refused != refusal::attempt_closed,
            fmt::format("{}; refused: {}", what, name_of(answer.refused)));
}

void say_it(fencing_actor* self, command::command c) {
  auto& state = self->state;
  // No time-out: the desk follows the command to its outcome, through whatever happens to leaders.
  self->request(state.set.ledger, caf::infinite, cluster::submit{"fence/" + target_of(c).text, c})
      .then([self, c](const cluster::told_outcome& told) { heard(self, c, told.answer); },
            [self, c](const caf::error&) {
              auto& s = self->state;
              s.unsaid.push_back(c);
              s.say_at = env::now_of(self) + say_again;
              s.alarm.set(self, s.say_at);
            });
}

void carry_out_one(fencing_actor* self, duties::say& s) {
  say_it(self, std::move(s.what));
}

void say_what_was_left(fencing_actor* self) {
  auto& state = self->state;
  if (state.unsaid.empty()) return;
  if (env::now_of(self) < state.say_at) return state.alarm.set(self, state.say_at);
  for (auto& c : std::exchange(state.unsaid, {})) say_it(self, std::move(c));
}

void carry_out(fencing_actor* self, duties::outputs all) {
  for (auto& each : all) std::visit([self](auto& one) { carry_out_one(self, one); }, each);
}

// --- agents that are nobody's ---

void look_for_agents(fencing_actor* self) {
  self->state.env->processes.list([here = caf::actor_cast<caf::actor_addr>(self)](result<agents::living> found) {
    if (auto alive = caf::actor_cast<caf::actor>(here)) caf::anon_send(alive, agents_at_work{std::move(found)});
  });
}

void begin(fencing_actor* self) {
  auto& state = self->state;
  auto known = *std::exchange(state.first, std::nullopt);
  if (known.configuration) follow_devices(self, *known.configuration);
  carry_out(self, state.core->session_is(known.session));
}

void end_agents(fencing_actor* self, const result<agents::living>& found) {
  auto& state = self->state;
  auto& first = *state.first;
  if (!found) {
    if (std::exchange(first.trouble, found.error().text) != found.error().text)
      remark_on(self, true, "does not know which fence agents are still at work: " + first.trouble);
    return state.alarm.set(self, env::now_of(self) + list_again);
  }
  std::set<std::string> slices(found->slices.begin(), found->slices.end());
  for (const auto& operation : found->operations) slices.insert(operation.slice);
  std::erase_if(slices, [](const auto& s) { return !s.starts_with(agents::device_slices); });
  first.left = slices.size();
  for (const auto& slice : slices) {
    remark_on(self, false, fmt::format("ends what is at work in {}, left by an earlier life", slice));
    state.env->processes.end_slice(slice, call_grace,
                                   [here = caf::actor_cast<caf::actor_addr>(self), slice](agents::outcome how) {
                                     if (auto alive = caf::actor_cast<caf::actor>(here))
                                       caf::anon_send(alive, slice_ended{slice, std::move(how)});
                                   });
  }
  if (slices.empty()) begin(self);
}

void on_slice_end(fencing_actor* self, const slice_ended& s) {
  if (const auto* left = std::get_if<agents::stuck>(&s.how))
    remark_on(self, true, fmt::format("{} cannot be ended: {}", s.slice, left->what));
  if (--self->state.first->left == 0) begin(self);
}

void follow(fencing_actor* self, const cluster::delta& d, bool more) {
  for (const auto& one : d.changes)
    if (const auto* c = std::get_if<cluster::row_change<cluster::configuration_key>>(&one); c != nullptr && c->now)
      follow_devices(self, c->now->value.value);
  carry_out(self, self->state.core->changed(d, more));
}

} // namespace

caf::behavior fencing(fencing_actor* self, env::environment* env, const watching::directory_ptr& directory,
                      fencing_settings set) {
  auto& state = self->state;
  self->publish(directory, "node/fencing", "fencing");
  state.env = env;
  state.directory = directory;
  state.core = std::make_unique<duties>(set.self, set.trusts_failures);
  state.set = std::move(set);
  self->send(state.set.ledger, cluster::watch_state{caf::actor_cast<caf::actor>(self), cluster::interest::nodes});
  look_for_agents(self);

  return {
      [=](const cluster::state_is& s) {
        follow_devices(self, s.whole->config().value);
        carry_out(self, self->state.core->whole(*s.whole, s.more));
      },
      [=](const cluster::state_changed& c) { follow(self, *c.what, c.more); },
      [=](const cluster::leader_is&) {},
      [=](const own_session& s) {
        if (auto& first = self->state.first)
          first->session = s.session;
        else
          carry_out(self, self->state.core->session_is(s.session));
      },
      [=](const agents_at_work& a) { end_agents(self, a.found); },
      [=](const slice_ended& s) { on_slice_end(self, s); },
      [=](const device_said& d) { carry_out(self, self->state.core->over(d.device, d.how)); },
      [=](const device_health& h) {
        auto& s = self->state;
        if (h.trouble.empty() || !s.devices.contains(h.device))
          s.troubles.why.erase(h.device);
        else
          s.troubles.why[h.device] = h.trouble;
      },
      [=](ask_troubles) { return self->state.troubles; },
      [=](ask_devices) {
        device_list out;
        for (auto& [name, of] : self->state.devices) out.devices[name] = of.second;
        return out;
      },
      [=](env::wake w) {
        if (!self->state.alarm.rang(w)) return;
        if (self->state.first) return look_for_agents(self);
        say_what_was_left(self);
      },
  };
}

} // namespace troupe::fencing
