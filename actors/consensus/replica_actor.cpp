#include "actors/consensus/replica_actor.hpp"

#include "messages/consensus_codec.hpp"
#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <iterator>

namespace troupe::consensus {

namespace {

constexpr std::size_t max_together = std::size_t{16} << 10; // bytes, from which on a request takes no more records

enum class step : std::uint8_t { listed, read, opened };

// Its own messages.
struct store_said {
  step at{};
  env::disk_result result;
};
struct disk_said { // the request that was under way
  env::disk_result result;
};

} // namespace
} // namespace troupe::consensus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::store_said)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::disk_said)

namespace troupe::consensus {

namespace {

// The disk holds the actor weakly: who is not there any more is told nothing.
template <class Make>
void ask_disk(replica_actor* self, env::disk_request request, Make make) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  self->state.env->disk.submit(std::move(request), [here, make](env::disk_result r) {
    if (auto alive = caf::actor_cast<caf::actor>(here)) caf::anon_send(alive, make(std::move(r)));
  });
}

// True: it failed, and the node has to end. The mark lets the next start doubt the journal, whatever the cache shows
// then.
bool failed(replica_actor* self, const env::disk_result& result) {
  auto* failure = std::get_if<env::disk_failure>(&result);
  if (!failure) return false;
  auto& state = self->state;
  if (state.set.ignores_failed_sync) return false;
  state.env->log.write(env::log_level::error, "replica", failure->what);
  if (!failure->no_room) state.env->disk.submit(mark_doubtful(failure->what), [](const env::disk_result&) {});
  state.disk_lost = true;
  self->send(state.set.root, disk_failed{failure->what, failure->no_room});
  return true;
}

// --- effects ---

// Short, frequent, made good by the next one: better lost than late.
transport::route route_of(const message_body& body, std::size_t size) {
  bool small = size <= transport::max_datagram_payload;
  bool repeated = std::holds_alternative<tick>(body) || std::holds_alternative<ack>(body) ||
                  std::holds_alternative<pre_vote>(body) || std::holds_alternative<pre_vote_answer>(body);
  return small && repeated ? transport::route::datagram : transport::route::stream;
}

// The next request: all that waits, as far as one frame of the journal should grow, or the mark that nothing does.
void use_disk(replica_actor* self) {
  auto& state = self->state;
  if (state.disk_busy || state.disk_lost || (state.waiting.empty() && state.settled)) return;
  env::disk_request request;
  if (state.waiting.empty()) {
    state.settled = true;
    request = state.writing->settle();
  } else {
    state.settled = false;
    std::vector<journal_record> records;
    std::size_t bytes = 0;
    auto at = state.waiting.begin();
    for (; at != state.waiting.end() && bytes < max_together; ++at) {
      for (auto& r : at->records) bytes += r.payload.size();
      std::move(at->records.begin(), at->records.end(), std::back_inserter(records));
      state.under_way.push_back(at->token);
    }
    state.waiting.erase(state.waiting.begin(), at);
    request = state.writing->persist(records);
  }
  state.disk_busy = true;
  ask_disk(self, std::move(request), [](env::disk_result r) { return disk_said{std::move(r)}; });
}

void carry_out_one(replica_actor* self, persist& p) {
  self->state.waiting.push_back(std::move(p));
  use_disk(self);
}
// Quick: a batch is compared by its address.
bool says_the_same(const message& a, const message& b) {
  if (a.sender != b.sender) return false;
  auto *tick_a = std::get_if<tick>(&a.body), *tick_b = std::get_if<tick>(&b.body);
  if (tick_a && tick_b) return *tick_a == *tick_b;
  auto *accept_a = std::get_if<accept>(&a.body), *accept_b = std::get_if<accept>(&b.body);
  return accept_a && accept_b && accept_a->number == accept_b->number && accept_a->slot == accept_b->slot &&
         accept_a->chosen == accept_b->chosen && accept_a->value == accept_b->value;
}
void post_what_was_said(replica_actor* self) {
  auto& state = self->state;
  if (!state.said) return;
  auto payload = encode(state.said->what);
  auto by = route_of(state.said->what.body, payload.size());
  state.said.reset();
  self->send(state.set.links, links::post_to_all{std::exchange(state.said_to, {}), by,
                                                 transport::message_kind::consensus, std::move(payload)});
}
void carry_out_one(replica_actor* self, send& s) {
  auto& state = self->state;
  if (state.said && !says_the_same(state.said->what, s.what)) post_what_was_said(self);
  state.said_to.push_back(s.to);
  if (!state.said) state.said = std::move(s);
}
void carry_out_one(replica_actor* self, apply& a) {
  self->send(self->state.owner_of_state, chosen_slot{a.slot, a.value, self->state.core->newest_known()});
}
void carry_out_one(replica_actor* self, install_snapshot& i) {
  self->send(self->state.owner_of_state, replace_state{i.slot, i.state, self->state.core->newest_known()});
}
void carry_out_one(replica_actor* self, want_snapshot&) {
  self->send(self->state.owner_of_state, take_snapshot{});
}
void tell_leadership(replica_actor* self) {
  auto& state = self->state;
  self->send(state.owner_of_state, leadership{state.core->may_propose(), state.core->leader()});
}
void carry_out_one(replica_actor* self, leading&) {
  tell_leadership(self);
}
void carry_out_one(replica_actor* self, stepped_down&) {
  tell_leadership(self);
}
void carry_out_one(replica_actor* self, leader_known&) {
  tell_leadership(self);
}
void carry_out_one(replica_actor* self, vouched_for& v) {
  auto& state = self->state;
  state.vouched = std::move(v.members);
  for (auto& w : state.vouch_watchers) self->send(w, vouched_are{state.vouched});
}

// Everything that one input led to, and the alarm for the next.
void carry_out(replica_actor* self) {
  auto& state = self->state;
  auto now = std::exchange(state.effects, {});
  for (auto& e : now) std::visit([self](auto& one) { carry_out_one(self, one); }, e);
  post_what_was_said(self);
  state.alarm.set(self, state.core->next_deadline());
}

void on_disk(replica_actor* self, const disk_said& said) {
  auto& state = self->state;
  state.disk_busy = false;
  if (failed(self, said.result)) {
    state.under_way.clear();
    state.waiting.clear();
    state.core->lose_journal(journal_id{state.env->entropy.number() | 1}, env::now_of(self), state.effects);
    return carry_out(self);
  }
  for (auto token : std::exchange(state.under_way, {})) state.core->durable(token, env::now_of(self), state.effects);
  carry_out(self);
  use_disk(self);
}

void receive(replica_actor* self, const links::delivered& d) {
  auto& state = self->state;
  auto read = decode(d.payload);
  if (!read) {
    state.env->log.write(env::log_level::warning, "replica",
                         fmt::format("refused a message of {}: {}", d.from.text, read.error().text));
    return;
  }
  state.core->receive(d.from, *read, env::now_of(self), state.effects);
  carry_out(self);
}

caf::behavior running(replica_actor* self) {
  auto& state = self->state;
  auto now = [self] { return env::now_of(self); };
  state.core->start(now(), state.effects);
  carry_out(self);
  return {
      [=](const links::delivered& d) { receive(self, d); },
      [=](const links::stream_lost& s) {
        self->state.core->stream_lost(s.peer, now(), self->state.effects);
        carry_out(self);
      },
      [=](env::wake w) {
        if (!self->state.alarm.rang(w)) return;
        self->state.core->time_reached(now(), self->state.effects);
        carry_out(self);
      },
      [=](const disk_said& said) { on_disk(self, said); },
      [=](propose& p) {
        auto taken = self->state.core->propose(std::move(p.value), now(), self->state.effects);
        carry_out(self);
        proposal_answer answer;
        if (auto* no = std::get_if<refused>(&taken)) answer.why = *no;
        self->send(self->state.owner_of_state, answer);
      },
      [=](applied_up_to a) { self->state.core->applied(a.slot); },
      [=](const snapshot_taken& s) {
        self->state.core->snapshot_made(s.slot, s.state, now(), self->state.effects);
        carry_out(self);
      },
      [=](members_are& m) { self->state.core->set_members(std::move(m.members)); },
      [=](const timers_are& t) {
        self->state.core->retime(t.timers);
        carry_out(self);
      },
      [=](const detector_says& d) {
        self->state.core->opinion(d.node, d.suspected, now(), self->state.effects);
        carry_out(self);
      },
      [=](watch_vouched& w) {
        self->send(w.who, vouched_are{self->state.vouched});
        self->monitor(w.who);
        self->state.vouch_watchers.push_back(std::move(w.who));
      },
      [=](ask_contacts) {
        return contact_list{self->state.core->leader_heard(now()), self->state.core->leader_contact()};
      },
      [=](ask_status) {
        auto told = self->state.core->status();
        if (self->state.core->leader_lost(now())) told.leader = {};
        return told;
      },
  };
}

// --- opening ---

void on_listed(replica_actor* self, const env::disk_answer& answer) {
  auto& state = self->state;
  std::string name;
  for (auto b : answer.results.at(0)) {
    auto c = static_cast<char>(b);
    if (c != '\n') {
      name.push_back(c);
      continue;
    }
    state.names.push_back(std::exchange(name, {}));
  }
  if (!name.empty()) state.names.push_back(name);
  ask_disk(self, store::read(state.names), [](env::disk_result r) { return store_said{step::read, std::move(r)}; });
}

void on_read(replica_actor* self, env::disk_answer& answer) {
  auto& state = self->state;
  auto asked = store::read(state.names);
  for (std::size_t i = 0; i < asked.size(); ++i)
    state.files[std::get<env::read_all>(asked[i]).file] = std::move(answer.results.at(i));
  auto opened = store::open(state.set.owner, state.names, state.files, state.set.fresh, state.set.segment_size);
  state.names.clear();
  state.files.clear();
  if (!opened.told.empty()) state.env->log.write(env::log_level::warning, "replica", opened.told);
  state.writing = std::make_unique<store>(std::move(opened.writing));
  auto journal = opened.start.journal;
  state.core = std::make_unique<replica>(
      state.set.owner.node, journal, make_configuration(state.set.voters), state.set.limits, std::move(opened.start),
      random_source{state.env->entropy.number()}, env::now_of(self), state.set.planted);
  if (!state.set.consumes.empty()) {
    opened.request.push_back(env::remove_file{state.set.consumes});
    opened.request.push_back(env::sync_folder{});
  }
  ask_disk(self, std::move(opened.request), [](env::disk_result r) { return store_said{step::opened, std::move(r)}; });
}

void on_store(replica_actor* self, store_said& said) {
  if (failed(self, said.result)) return self->quit(caf::exit_reason::user_shutdown);
  auto& answer = std::get<env::disk_answer>(said.result);
  switch (said.at) {
  case step::listed: return on_listed(self, answer);
  case step::read: return on_read(self, answer);
  case step::opened:
    TROUPE_ASSERT(self->state.owner_of_state, "the replica is told whose state it is before anything else");
    self->set_default_handler(caf::print_and_drop);
    self->become(running(self));
  }
}

} // namespace

caf::behavior replica_of_log(replica_actor* self, env::environment* env, const watching::directory_ptr& directory,
                             replica_settings set) {
  auto& state = self->state;
  self->publish(directory, "node/replica", "replica");
  state.env = env;
  state.set = std::move(set);
  self->send(state.set.links, links::subscribe{transport::message_kind::consensus, caf::actor_cast<caf::actor>(self)});
  self->send(state.set.links, links::watch_streams{caf::actor_cast<caf::actor>(self)});
  self->set_default_handler(caf::skip);
  self->set_down_handler([self](const caf::down_msg& down) {
    std::erase_if(self->state.vouch_watchers, [&](auto& w) { return w.address() == down.source; });
  });
  ask_disk(self, store::list(), [](env::disk_result r) { return store_said{step::listed, std::move(r)}; });
  return {[=](store_said& said) { on_store(self, said); },
          [=](state_is_with& owner) { self->state.owner_of_state = owner.actor; }};
}

} // namespace troupe::consensus
