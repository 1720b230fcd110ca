// The ledger on every node: what is chosen is applied, in order, and told to whoever waits or watches.
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/ledger_parts.hpp"
#include "actors/cluster/state_codec.hpp"
#include "actors/history/messages.hpp"
#include "messages/command_codec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::cluster::ledger_parts {

static void halt(ledger_actor* self, log_index at, std::string why, bool outgrown = false) {
  auto& state = self->state;
  state.halted = std::move(why);
  say(self, env::log_level::error, fmt::format("halted before command {}: {}", at.value, state.halted));
  self->send(state.set.root, ledger_halted{at, state.halted, outgrown});
}

void tell_root(ledger_actor* self, bool configuration_changed) {
  auto& state = self->state;
  standing_of_node told;
  if (auto* m = member_of(state.content, state.set.self)) told.self = *m;
  told.configuration_changed = configuration_changed;
  if (configuration_changed)
    told.configuration = std::make_shared<const config::cluster>(state.content.config().value);
  told.index = state.content.index();
  self->send(state.set.root, std::move(told));
}

static void retime(ledger_actor* self) {
  auto& state = self->state;
  state.timers = conf::timers_of(state.content.config().value);
  state.desk->retime(state.timers.forward_retry);
}

// What one slot did, for those who watch.
struct slot_effects {
  std::vector<record_key> touched;
  std::vector<told_client> told;
  bool own_changed = false;
  bool configuration_changed = false;
};

// Slots are known to be chosen that are not applied yet.
static bool more_comes(const ledger_state& state) {
  return state.slot < state.newest;
}

static of_content& derived(ledger_actor* self) {
  auto& state = self->state;
  if (state.derived.at != state.content.index()) state.derived = {state.content.index()};
  return state.derived;
}

// A state can be large, and its askers many.
std::shared_ptr<const state> copy_of_content(ledger_actor* self) {
  auto& copy = derived(self).copy;
  if (!copy) copy = std::make_shared<const cluster::state>(self->state.content);
  return copy;
}

// A walk over all failures, and asked for after every message.
std::optional<stamp> due_of_content(ledger_actor* self) {
  auto& due = derived(self).due;
  if (!due) due = next_deadline(self->state.content);
  return *due;
}

void show(ledger_actor* self, watcher& to) {
  auto& state = self->state;
  to.told_more = more_comes(state);
  self->send(to.asked.who, state_is{copy_of_content(self), {}, to.told_more});
  self->send(to.asked.who, leader_is{state.leader, state.leads});
}

// Also of a slot without commands, where somebody waits to hear that it is the last.
static void tell_watchers(ledger_actor* self, slot_effects& of, bool commands) {
  auto& state = self->state;
  if (state.watchers.empty()) return;
  bool more = more_comes(state);
  auto waits = [more](const watcher& w) { return w.told_more && !more; };
  if (!commands && std::ranges::none_of(state.watchers, waits)) return;
  auto changed = std::make_shared<const delta>(
      delta{state.content.index(), state.content.now(), changes_of(state.content, of.touched), std::move(of.told)});
  bool of_nodes = std::ranges::any_of(of.touched, [](const record_key& key) {
    return std::holds_alternative<member_key>(key) || std::holds_alternative<attempt_key>(key) ||
           std::holds_alternative<configuration_key>(key);
  });
  for (auto& w : state.watchers) {
    if (!waits(w) && !(commands && (of_nodes || w.asked.in == interest::everything))) continue;
    w.told_more = more;
    self->send(w.asked.who, state_changed{changed, more});
  }
}

// False: halted.
static bool apply_one(ledger_actor* self, const byte_buffer& bytes, slot_effects& of) {
  auto& state = self->state;
  auto at = state.content.index().next();
  if (auto outgrown = why_not_on(state.content); !outgrown.empty()) return halt(self, at, outgrown, true), false;
  auto read = command::decode(bytes);
  if (!read) return halt(self, at, read.error().text), false;
  if (state.set.own_clock_in_apply) read->from.at = state.env->calendar.now();
  state.derived.copy.reset(); // at most one copy more than its users keep
  applied done;
  try {
    done = apply(state.content, at, *read);
    if (!state.set.planted.none()) state.set.planted.after(state.content, *read, done);
  } catch (const std::bad_alloc&) { // no fault of the command, and of this node alone: it reads its log anew
    throw;
  } catch (const std::exception& e) { // a bug of ours, and so on every node; the state is as before
    return halt(self, at, e.what()), false;
  }
  for (auto& key : done.touched) {
    if (auto* m = std::get_if<member_key>(&key)) of.own_changed |= m->node == state.set.self;
    of.configuration_changed |= std::holds_alternative<configuration_key>(key);
  }
  of.touched.insert(of.touched.end(), done.touched.begin(), done.touched.end());
  if (std::holds_alternative<command::tick>(read->what)) state.tick_proposed = false;
  if (auto client = read->from.client; client.value != 0) {
    state.to_log->applied(client, read->from.sequence);
    answer(self, client, read->from.sequence, done.answer);
    of.told.push_back({client, read->from.sequence, done.answer});
  }
  if (state.set.on_applied)
    state.set.on_applied({state.set.formed.lineage, at, digest_of({bytes}), state.content.content(),
                          done.answer.refused, done.repeated ? nullptr : &*read, &state.content});
  // No news: a node that comes back joins in the place of the session that it remembers, and is told of a newer one; an
  // act was decided upon what has changed before it could be committed, and is decided upon anew.
  bool overtaken = done.answer.refused == refusal::stale_join || done.answer.refused == refusal::stale_if;
  bool everyday = done.repeated || overtaken || std::holds_alternative<command::tick>(read->what);
  if (state.set.history && !everyday)
    self->send(state.set.history, history::note_command{at, std::move(*read), done.answer.refused});
  return true;
}

// A large command that a lost leader did not bring to its end: every node passes over what there is of it.
static void pass_over(ledger_actor* self, std::size_t bytes) {
  if (bytes > 0) say(self, env::log_level::info, fmt::format("passed over {} bytes of an unfinished command", bytes));
}

// The next piece of a large command; with the last one it is applied.
static bool take_piece(ledger_actor* self, const byte_buffer& piece, slot_effects& of) {
  auto& so_far = self->state.in_pieces;
  auto before = so_far.bytes();
  auto whole = so_far.add(piece);
  if (!whole) return pass_over(self, before + piece.size()), true;
  if (so_far.open() && so_far.bytes() <= before) pass_over(self, before); // begun anew
  return !*whole || apply_one(self, **whole, of);
}

// False: halted.
static bool apply_all(ledger_actor* self, const consensus::batch& value, slot_effects& of) {
  if (value.commands.size() == 1 && command::is_piece(value.commands.front()))
    return take_piece(self, value.commands.front(), of);
  pass_over(self, self->state.in_pieces.bytes());
  self->state.in_pieces.forget();
  for (auto& bytes : value.commands)
    if (!apply_one(self, bytes, of)) return false;
  return true;
}

void hand_in_snapshot(ledger_actor* self) {
  auto& state = self->state;
  state.snapshot_owed = state.in_pieces.open();
  if (state.snapshot_owed || !state.halted.empty()) return;
  self->send(state.set.replica,
             consensus::snapshot_taken{state.slot, std::make_shared<const byte_buffer>(encode_snapshot(state.content))});
}

void apply_slot(ledger_actor* self, const consensus::chosen_slot& chosen) {
  auto& state = self->state;
  state.to_log->slot_taken();
  propose_next(self);
  if (!state.halted.empty()) return;
  slot_effects of;
  state.newest = std::max(state.newest, chosen.newest);
  if (!apply_all(self, *chosen.value, of)) return tell_watchers(self, of, true);
  state.slot = chosen.slot;
  self->send(state.set.replica, consensus::applied_up_to{state.slot});
  if (state.snapshot_owed) hand_in_snapshot(self);
  tell_watchers(self, of, !chosen.value->commands.empty()); // also if it only moved the time
  if (of.configuration_changed) retime(self);
  if (of.own_changed || of.configuration_changed) tell_root(self, of.configuration_changed);
}

void replace(ledger_actor* self, const consensus::replace_state& r) {
  auto& state = self->state;
  auto read = decode_snapshot(*r.state);
  if (!read) return halt(self, state.content.index().next(), read.error().text);
  state.content = std::move(*read);
  state.derived = {};
  state.slot = r.slot;
  state.newest = std::max(state.newest, r.newest);
  state.in_pieces.forget(); // the snapshot is of whole commands
  state.halted.clear();
  if (auto outgrown = why_not_on(state.content); !outgrown.empty())
    return halt(self, state.content.index().next(), outgrown, true);
  // Outcomes that lie in the part we did not see are in the state: the kernel answers the retry.
  self->send(state.set.replica, consensus::applied_up_to{state.slot});
  retime(self);
  tell_root(self, true);
  for (auto& w : state.watchers) show(self, w);
}

} // namespace troupe::cluster::ledger_parts
