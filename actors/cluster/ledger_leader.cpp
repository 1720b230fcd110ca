// The ledger on the leader: commands of the whole cluster into batches, and what time makes due.
#include "actors/cluster/ledger_parts.hpp"
#include "messages/command_codec.hpp"

#include <fmt/format.h>

namespace troupe::cluster::ledger_parts {

static constexpr std::size_t max_early = std::size_t{4} << 20; // bytes that came before we lead

void propose_next(ledger_actor* self) {
  auto& state = self->state;
  if (!state.leads) return;
  auto value = state.to_log->next();
  if (!value) return;
  state.last_proposal = env::now_of(self);
  self->send(state.set.replica, consensus::propose{std::move(value)});
}

// Whatever else lies in the mailbox comes before the flush, and into the same batch.
bool add_to_batch(ledger_actor* self, command::command c) {
  auto& state = self->state;
  if (!state.to_log->wants(c.from.client, c.from.sequence)) return false;
  c.from.at = state.env->calendar.now();
  c.from.level = state.content.constitution().level;
  state.to_log->add(command::encode(c));
  if (!std::exchange(state.flush_sent, true)) self->send(self, flush_batch{});
  return true;
}

void on_answer(ledger_actor* self, const consensus::proposal_answer& answer) {
  auto& state = self->state;
  if (!answer.why) {
    state.to_log->taken();
  } else if (*answer.why == consensus::refused::queue_full) {
    state.to_log->no_room();
  } else {
    if (*answer.why == consensus::refused::too_large) say(self, env::log_level::error, "a batch was too large");
    state.to_log->failed();
    state.tick_proposed = false;
  }
  propose_next(self);
}

void propose_what_is_due(ledger_actor* self) {
  auto& state = self->state;
  if (!state.leads) return;
  auto now = env::now_of(self);
  auto due = due_of_content(self);
  if (due && *due <= state.env->calendar.now() && !state.tick_proposed) {
    command::command c;
    c.from.why = reason::deadline_due;
    c.from.by.node = state.set.self;
    c.what = command::tick{};
    state.tick_proposed = add_to_batch(self, std::move(c));
  }
  if (now < state.last_proposal + state.timers.idle_noop) return; // it is time to prove that we can commit
  if (auto proof = state.to_log->no_op()) {
    state.last_proposal = now;
    self->send(state.set.replica, consensus::propose{std::move(proof)});
  }
}

// While proposals wait for the replica, its answer or an applied slot is what wakes us.
std::optional<instant> leader_deadline(ledger_actor* self) {
  auto& state = self->state;
  if (!state.leads || !state.to_log->empty()) return std::nullopt;
  auto first = state.last_proposal + state.timers.idle_noop;
  auto due = due_of_content(self);
  if (due && !state.tick_proposed)
    first = std::min(first, env::now_of(self) + std::max(duration{}, duration{*due - state.env->calendar.now()}));
  return first;
}

void on_flush(ledger_actor* self) {
  self->state.flush_sent = false;
  propose_next(self);
}

// From another node: only the leader can do something with it, any other lets its sender find out. The others know who
// will lead a little earlier than that one may propose, and bring at once what is in flight: it is kept so long, or they
// would wait for their next try, which is not soon.
void forwarded(ledger_actor* self, const links::delivered& d) {
  auto& state = self->state;
  if (!state.leads) {
    if (state.leader != state.set.self || state.early_bytes > max_early) return;
    state.early_bytes += d.payload.size();
    state.early.push_back(d);
    return;
  }
  auto refuse = [&](const std::string& why) {
    say(self, env::log_level::warning, fmt::format("refused a command from {}: {}", d.from.text, why));
  };
  auto whole = state.brought.add(d.from, d.payload);
  if (!whole) return refuse(whole.error().text);
  if (!*whole) return;
  auto read = command::decode(**whole);
  if (!read) return refuse(read.error().text);
  // A node speaks for itself and for the operators at its console, for nobody else.
  if (read->from.by.node != d.from) return refuse("it speaks for another node");
  add_to_batch(self, std::move(*read));
}

static void take_early(ledger_actor* self) {
  auto& state = self->state;
  if (!state.leads && state.leader == state.set.self) return; // not yet
  state.early_bytes = 0;
  for (auto& d : std::exchange(state.early, {}))
    if (state.leads) forwarded(self, d);
}

void change_leader(ledger_actor* self, const consensus::leadership& l) {
  auto& state = self->state;
  if (l.ours != state.leads || l.leader != state.leader)
    say(self, env::log_level::info,
        l.ours ? "this node leads" : l.leader.empty() ? "no leader is known" : l.leader.text + " leads");
  state.leader = l.leader;
  if (!l.ours || !state.leads) {
    state.to_log->forget();
    state.brought.forget();
    state.tick_proposed = false;
  }
  state.leads = l.ours;
  state.last_proposal = env::now_of(self);
  // A leader that has not yet what was chosen before it cannot judge a command; our own wait here until it can.
  state.desk->leader_is(l.leader == state.set.self && !l.ours ? node_name{} : l.leader);
  take_early(self);
  self->send(state.set.root, leader_is{l.leader, l.ours});
  for (auto& w : state.watchers) self->send(w.asked.who, leader_is{l.leader, l.ours});
}

} // namespace troupe::cluster::ledger_parts
