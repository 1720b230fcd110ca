#include "actors/cluster/ledger.hpp"

#include "actors/cluster/ledger_parts.hpp"
#include "actors/cluster/status_view.hpp"
#include "messages/command_codec.hpp"

namespace troupe::cluster {

namespace ledger_parts {

void answer(ledger_actor* self, client_id client, std::uint64_t sequence, const outcome& what) {
  auto& state = self->state;
  auto number = state.desk->answered(client, sequence);
  if (!number) return;
  auto promise = state.waiting.extract(*number);
  if (!promise.empty()) promise.mapped().deliver(told_outcome{what});
}

static void deliver_due(ledger_actor* self) {
  auto& state = self->state;
  for (auto& d : state.desk->due(env::now_of(self))) {
    if (d.to == state.set.self) {
      if (state.leads) add_to_batch(self, std::move(d.what));
    } else {
      for (auto& part : command::cut(command::encode(d.what), state.to_log->longest()))
        self->send(state.set.links, links::post{d.to, transport::route::stream, transport::message_kind::cluster,
                                                std::move(part)});
    }
  }
}

static void rearm(ledger_actor* self) {
  auto& state = self->state;
  state.alarm.set(self, state.desk->next_deadline());
  state.alarm.set(self, leader_deadline(self));
}

static void take_in(ledger_actor* self, submit& s, caf::response_promise promise) {
  auto& state = self->state;
  if (auto why = command::carriage_fault(command::encode(s.what)); !why.empty())
    return promise.deliver(caf::make_error(caf::sec::runtime_error, why));
  auto number = state.desk->submit(s.lane, std::move(s.what), client_id{state.env->entropy.number() | 1});
  if (number) state.waiting.emplace(*number, std::move(promise));
  else promise.deliver(caf::make_error(caf::sec::runtime_error, "too many commands wait for an outcome"));
}

static void close(ledger_actor* self, const std::string& lane) {
  auto& state = self->state;
  for (auto number : state.desk->close(lane)) state.waiting.erase(number);
}

} // namespace ledger_parts

using namespace ledger_parts;

caf::behavior ledger(ledger_actor* self, env::environment* env, const watching::directory_ptr& directory,
                     ledger_settings set) {
  auto& state = self->state;
  self->publish(directory, "node/ledger", "ledger");
  state.env = env;
  state.content = form(set.formed);
  state.timers = conf::timers_of(set.formed.configuration);
  state.desk = std::make_unique<front_desk>(state.timers.forward_retry);
  state.to_log = std::make_unique<proposer>(set.batch_bytes);
  state.set = std::move(set);
  self->send(state.set.links, links::subscribe{transport::message_kind::cluster, caf::actor_cast<caf::actor>(self)});
  self->send(state.set.links, links::watch_streams{caf::actor_cast<caf::actor>(self)});
  self->set_down_handler([self](const caf::down_msg& down) {
    std::erase_if(self->state.watchers, [&](auto& w) { return w.asked.who.address() == down.source; });
  });
  tell_root(self, true);

  // Whatever came: deliver what is due, and set the alarm for the rest.
  auto then = [self] {
    propose_what_is_due(self);
    deliver_due(self);
    rearm(self);
  };
  return {
      [=](const consensus::chosen_slot& c) { apply_slot(self, c), then(); },
      [=](const consensus::replace_state& r) { replace(self, r), then(); },
      [=](const consensus::leadership& l) { change_leader(self, l), then(); },
      [=](consensus::take_snapshot) { hand_in_snapshot(self); },
      [=](const consensus::proposal_answer& a) { on_answer(self, a), then(); },
      [=](submit& s) -> caf::result<told_outcome> {
        auto promise = self->make_response_promise();
        take_in(self, s, promise);
        then();
        return caf::delegated<told_outcome>{};
      },
      [=](const close_lane& c) { close(self, c.lane); },
      [=](ask_cluster) {
        auto told = status_of(self->state.content);
        told.halted = console::cut(self->state.halted, console::max_shown);
        return told;
      },
      [=](ask_state) {
        return state_is{copy_of_content(self), self->state.halted};
      },
      [=](watch_state& w) {
        self->monitor(w.who);
        show(self, self->state.watchers.emplace_back(watcher{std::move(w)}));
      },
      [=](propose_now& p) {
        if (!self->state.leads) return;
        not_proposed left;
        for (auto& c : p.commands) {
          auto sequence = c.from.sequence;
          if (!add_to_batch(self, std::move(c))) left.sequences.push_back(sequence);
        }
        auto asker = caf::actor_cast<caf::actor>(self->current_sender());
        if (!left.sequences.empty() && asker) self->send(asker, std::move(left));
        then();
      },
      [=](const links::delivered& d) { forwarded(self, d), then(); },
      [=](const links::stream_lost& s) { self->state.desk->stream_lost(s.peer), then(); },
      [=](flush_batch) { on_flush(self), then(); },
      [=](env::wake w) {
        if (self->state.alarm.rang(w)) then();
      },
  };
}

} // namespace troupe::cluster
