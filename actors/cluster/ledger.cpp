#include "actors/cluster/ledger.hpp"

#include "actors/cluster/holdings.hpp"
#include "actors/cluster/state_codec.hpp"
#include "actors/cluster/status_view.hpp"
#include "actors/console/history_messages.hpp"
#include "messages/command_codec.hpp"

#include <fmt/format.h>

namespace troupe::cluster {

namespace {

constexpr std::size_t batch_limit = std::size_t{192} << 10; // of commands; below the replica's own limit
constexpr std::size_t max_queued = std::size_t{4} << 20;    // bytes that wait for the next batch; beyond, clients retry
constexpr std::size_t max_early = std::size_t{4} << 20;     // the same of messages that came before we lead

struct flush_batch {};

} // namespace
} // namespace troupe::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::flush_batch)

namespace troupe::cluster {

namespace {

void say(ledger_actor* self, env::log_level level, const std::string& text) {
  self->state.env->log.write(level, "ledger", text);
}

// --- the leader's part ---

void propose_batch(ledger_actor* self) {
  auto& state = self->state;
  state.flush_sent = false;
  if (!state.leads || state.batch.empty()) return;
  std::vector<byte_buffer> now;
  std::size_t bytes = 0;
  auto at = state.batch.begin();
  for (; at != state.batch.end() && now.size() < consensus::max_batch_commands; ++at) {
    if (!now.empty() && bytes + at->size() > batch_limit) break;
    bytes += at->size();
    now.push_back(std::move(*at));
  }
  state.batch.erase(state.batch.begin(), at);
  state.batch_bytes -= bytes;
  state.last_proposal = env::now_of(self);
  self->send(state.set.replica, consensus::propose{std::move(now)});
  if (!state.batch.empty()) {
    state.flush_sent = true;
    self->send(self, flush_batch{});
  }
}

// Whatever else lies in the mailbox comes before the flush, and into the same batch.
void add_to_batch(ledger_actor* self, command::command c) {
  auto& state = self->state;
  if (state.batch_bytes > max_queued) return;
  if (c.from.client.value != 0 && !state.proposed.insert({c.from.client, c.from.sequence}).second) return;
  c.from.at = state.env->calendar.now();
  c.from.level = state.content.constitution().level;
  state.batch.push_back(command::encode(c));
  state.batch_bytes += state.batch.back().size();
  if (state.flush_sent) return;
  state.flush_sent = true;
  self->send(self, flush_batch{});
}

void propose_what_is_due(ledger_actor* self) {
  auto& state = self->state;
  if (!state.leads) return;
  auto now = env::now_of(self);
  auto due = next_deadline(state.content);
  if (due && *due <= state.env->calendar.now() && !state.tick_proposed) {
    state.tick_proposed = true;
    command::command c;
    c.from.why = reason::deadline_due;
    c.from.by.node = state.set.self;
    c.what = command::tick{};
    add_to_batch(self, std::move(c));
  }
  if (state.batch.empty() && now >= state.last_proposal + state.set.idle_no_op) {
    state.last_proposal = now;
    self->send(state.set.replica, consensus::propose{});
  }
}

std::optional<instant> leader_deadline(ledger_actor* self) {
  auto& state = self->state;
  if (!state.leads) return std::nullopt;
  auto first = state.last_proposal + state.set.idle_no_op;
  auto due = next_deadline(state.content);
  if (due && !state.tick_proposed)
    first = std::min(first, env::now_of(self) + std::max(duration{}, duration{*due - state.env->calendar.now()}));
  return first;
}

// --- every node's part ---

void answer(ledger_actor* self, client_id client, std::uint64_t sequence, const outcome& what) {
  auto& state = self->state;
  auto number = state.desk->answered(client, sequence);
  if (!number) return;
  auto promise = state.waiting.extract(*number);
  if (!promise.empty()) promise.mapped().deliver(told_outcome{what});
}

void deliver_due(ledger_actor* self) {
  auto& state = self->state;
  for (auto& d : state.desk->due(env::now_of(self))) {
    if (d.to == state.set.self) {
      if (state.leads) add_to_batch(self, std::move(d.what));
    } else {
      self->send(state.set.links, links::post{d.to, transport::route::stream, transport::message_kind::cluster,
                                              command::encode(d.what)});
    }
  }
}

void rearm(ledger_actor* self) {
  auto& state = self->state;
  state.alarm.set(self, state.desk->next_deadline());
  state.alarm.set(self, leader_deadline(self));
}

void halt(ledger_actor* self, log_index at, std::string why) {
  auto& state = self->state;
  state.halted = std::move(why);
  say(self, env::log_level::error, fmt::format("halted before command {}: {}", at.value, state.halted));
  self->send(state.set.root, ledger_halted{at, state.halted});
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

// What one slot did, for those who watch.
struct slot_effects {
  std::vector<record_key> touched;
  std::vector<told_client> told;
  bool own_changed = false;
  bool configuration_changed = false;
};

void show(ledger_actor* self, const caf::actor& watcher) {
  auto& state = self->state;
  self->send(watcher, state_is{std::make_shared<const cluster::state>(state.content)});
  self->send(watcher, leader_is{state.leader, state.leads});
}

void tell_watchers(ledger_actor* self, slot_effects& of) {
  auto& state = self->state;
  if (state.watchers.empty()) return;
  auto changed = std::make_shared<const delta>(
      delta{state.content.index(), state.content.now(), changes_of(state.content, of.touched), std::move(of.told)});
  for (auto& w : state.watchers) self->send(w, state_changed{changed});
}

// False: halted.
bool apply_one(ledger_actor* self, const byte_buffer& bytes, slot_effects& of) {
  auto& state = self->state;
  auto at = state.content.index().next();
  auto read = command::decode(bytes);
  if (!read) return halt(self, at, read.error().text), false;
  if (state.set.own_clock_in_apply) read->from.at = state.env->calendar.now();
  applied done;
  if (!state.set.planted.none()) state.set.planted.before(state.content, *read);
  try {
    done = apply(state.content, at, *read);
    if (!state.set.planted.none()) state.set.planted.after(state.content, *read, done);
  } catch (const std::exception& e) { // a bug of ours; the state is as before
    return halt(self, at, e.what()), false;
  }
  for (auto& key : done.touched) {
    if (auto* m = std::get_if<member_key>(&key)) of.own_changed |= m->node == state.set.self;
    of.configuration_changed |= std::holds_alternative<configuration_key>(key);
  }
  of.touched.insert(of.touched.end(), done.touched.begin(), done.touched.end());
  if (std::holds_alternative<command::tick>(read->what)) state.tick_proposed = false;
  if (auto client = read->from.client; client.value != 0) {
    state.proposed.erase({client, read->from.sequence});
    answer(self, client, read->from.sequence, done.answer);
    of.told.push_back({client, read->from.sequence, done.answer});
  }
  if (state.set.on_applied)
    state.set.on_applied({state.set.formed.lineage, at, digest_of({bytes}), state.content.content(),
                          done.answer.refused, &*read, &state.content});
  bool repeats = done.repeated || std::holds_alternative<command::tick>(read->what);
  if (state.set.history && !repeats)
    self->send(state.set.history, console::note_command{at, std::move(*read), done.answer.refused});
  return true;
}

void apply_slot(ledger_actor* self, const consensus::chosen_slot& chosen) {
  auto& state = self->state;
  if (!state.halted.empty()) return;
  slot_effects of;
  for (auto& bytes : chosen.value->commands)
    if (!apply_one(self, bytes, of)) return tell_watchers(self, of);
  state.slot = chosen.slot;
  self->send(state.set.replica, consensus::applied_up_to{state.slot});
  if (!chosen.value->commands.empty()) tell_watchers(self, of); // also if it only moved the time
  if (of.own_changed || of.configuration_changed) tell_root(self, of.configuration_changed);
}

void replace(ledger_actor* self, const consensus::replace_state& r) {
  auto& state = self->state;
  auto read = decode_snapshot(*r.state);
  if (!read) return halt(self, state.content.index().next(), read.error().text);
  state.content = std::move(*read);
  state.slot = r.slot;
  state.halted.clear();
  // Outcomes that lie in the part we did not see are in the state: the kernel answers the retry.
  self->send(state.set.replica, consensus::applied_up_to{state.slot});
  tell_root(self, true);
  for (auto& w : state.watchers) show(self, w);
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
  auto read = command::decode(d.payload);
  // A node speaks for itself and for the operators at its console, for nobody else.
  if (read && read->from.by.node == d.from) return add_to_batch(self, std::move(*read));
  say(self, env::log_level::warning,
      fmt::format("refused a command from {}: {}", d.from.text, read ? "it speaks for another node" : read.error().text));
}

void take_early(ledger_actor* self) {
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
  state.leads = l.ours;
  state.proposed.clear();
  state.tick_proposed = false;
  if (!l.ours) {
    state.batch.clear();
    state.batch_bytes = 0;
  }
  state.last_proposal = env::now_of(self);
  // A leader that has not yet what was chosen before it cannot judge a command; our own wait here until it can.
  state.desk->leader_is(l.leader == state.set.self && !l.ours ? node_name{} : l.leader);
  take_early(self);
  self->send(state.set.root, leader_is{l.leader, l.ours});
  for (auto& w : state.watchers) self->send(w, leader_is{l.leader, l.ours});
}

void take_in(ledger_actor* self, submit& s, caf::response_promise promise) {
  auto& state = self->state;
  auto number = state.desk->submit(s.lane, std::move(s.what), client_id{state.env->entropy.number() | 1});
  if (number) state.waiting.emplace(*number, std::move(promise));
  else promise.deliver(caf::make_error(caf::sec::runtime_error, "too many commands wait for an outcome"));
}

void close(ledger_actor* self, const std::string& lane) { self->state.desk->close(lane); }

} // namespace

caf::behavior ledger(ledger_actor* self, env::environment* env, const console::directory_ptr& directory,
                     ledger_settings set) {
  auto& state = self->state;
  self->publish(directory, "node/ledger", "ledger");
  state.env = env;
  state.content = form(set.formed);
  state.desk = std::make_unique<front_desk>(set.retry);
  state.set = std::move(set);
  self->send(state.set.links, links::subscribe{transport::message_kind::cluster, caf::actor_cast<caf::actor>(self)});
  self->send(state.set.links, links::watch_streams{caf::actor_cast<caf::actor>(self)});
  self->set_down_handler([self](const caf::down_msg& down) {
    std::erase_if(self->state.watchers, [&](auto& w) { return w.address() == down.source; });
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
      [=](consensus::take_snapshot) {
        auto& s = self->state;
        if (s.halted.empty())
          self->send(s.set.replica,
                     consensus::snapshot_taken{
                         s.slot, std::make_shared<const byte_buffer>(encode_snapshot(s.content))});
      },
      [=](const consensus::proposal_refused&) { self->state.proposed.clear(); },
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
        return state_is{std::make_shared<const cluster::state>(self->state.content), self->state.halted};
      },
      [=](watch_state& w) {
        show(self, w.who);
        self->monitor(w.who);
        self->state.watchers.push_back(std::move(w.who));
      },
      [=](propose_now& p) {
        if (!self->state.leads) return;
        for (auto& c : p.commands) add_to_batch(self, std::move(c));
        then();
      },
      [=](const links::delivered& d) { forwarded(self, d), then(); },
      [=](const links::stream_lost& s) { self->state.desk->stream_lost(s.peer), then(); },
      [=](flush_batch) { propose_batch(self), then(); },
      [=](env::wake w) {
        if (self->state.alarm.rang(w)) then();
      },
  };
}

} // namespace troupe::cluster
