// One replica of the log: Multi-Paxos as a pure core. Time, messages, the journal's answers go in; effects come out.
//
// A chosen batch is one that a quorum of voters has made durable in one ballot; every replica applies the chosen
// batches in slot order. The parts, each with its own rules: acceptor (what is promised stays promised), campaign
// (phase 1), proposals (phase 2), catch_up (learning what was missed), leader_watch (when to try), contacts (who was
// heard when), sync_gate (nothing is said before it is durable). This class lets them work together; it decides nothing
// about values.
//
// A replica whose (node, journal) is no voter is a learner: it follows, learns and acknowledges; it never promises,
// accepts or leads. A voter that cannot hear the leader itself is fed by one that can: that voter relays ticks and acks
// (a ward).
//
// Why not Raft's log matching: Paxos chooses slots independently, so proposals go out in any order and a leader's
// recovery is per slot; the price is that a follower learns old slots by asking. Why not the leader lease: no safety
// property rests on a clock.
//
// Owners: construct, start(), then one call at a time. After each call carry out the effects, in order, and arrange for
// time_reached() at next_deadline().
#pragma once

#include "actors/consensus/acceptor.hpp"
#include "actors/consensus/campaign.hpp"
#include "actors/consensus/catch_up.hpp"
#include "actors/consensus/contacts.hpp"
#include "actors/consensus/leader_watch.hpp"
#include "actors/consensus/proposals.hpp"
#include "actors/consensus/records.hpp"

#include <deque>
#include <map>
#include <set>

namespace troupe::consensus {

enum class refused : std::uint8_t {
  not_leader, // see leader(); also a new leader that is still finding out what may have been chosen before it
  queue_full, // options.max_pending
  too_large,  // options.max_batch_bytes, max_batch_commands
};
using proposal_result = std::variant<slot_number, refused>;

enum class role : std::uint8_t { learner, follower, candidate, leader };

struct replica_status { // for people and for observers
  role now = role::learner;
  ballot promised;
  slot_number chosen;
  slot_number newest_known; // >= chosen: how far behind we know ourselves to be
  slot_number snapshot;
  std::size_t kept = 0;              // slots in memory
  std::size_t open = 0;              // proposed, not chosen
  std::size_t waiting = 0;           // of these: not yet sent, the window is full
  node_name leader{};                // empty: none known
  // On the leader: members heard with a journal that is no voter's. Else those of its voters, as it has told.
  std::vector<node_name> learners{};
};

class replica {
public:
  // `from` is what recover() read. `journal` must be its journal id, or a fresh random one for an empty journal.
  replica(node_name self, journal_id journal, configuration voters, const options& limits, recovered from,
          random_source random, instant now, plants planted = {});
  replica(const replica&) = delete;
  replica& operator=(const replica&) = delete;

  void start(instant now, effects& out); // the state as recovered: install_snapshot and apply; the identity record

  // An operator has changed `tolerate`: from the next wait on.
  void retime(const conf::timers& t) { consensus::retime(limits_, t); }

  void receive(const node_name& from, const message& m, instant now, effects& out);
  void time_reached(instant now, effects& out);
  [[nodiscard]] instant next_deadline() const;
  void durable(sync_token token, instant now, effects& out);

  // The journal takes no more; nothing is durable() from here on. What it holds binds the next life. This one goes on
  // as a learner, under an id that nobody counts, so that its node can leave in order.
  void lose_journal(journal_id stand_in, instant now, effects& out);

  // The slot that the batch will have if it is chosen in our ballot. Its outcome is known when that slot is applied, by
  // comparing; after stepped_down, any batch may turn up there. No commands: a no-op, which proves that we can commit.
  proposal_result propose(shared_batch value, instant now, effects& out);

  void applied(slot_number slot) { applied_ = slot; } // the owner's state has come so far: told in acks
  // The state after `slot`, which the owner has applied. Older log goes.
  void snapshot_made(slot_number slot, shared_bytes state, instant now, effects& out);
  void opinion(const node_name& node, bool suspected, instant now, effects& out); // the detector's
  void set_members(std::vector<node_name> members);                               // who gets ticks; voters are added
  // The stream to `peer` is over, and what it held is lost both ways.
  void stream_lost(const node_name& peer, instant now, effects& out);

  [[nodiscard]] const node_name& leader() const { return watch_.leader(); } // empty: none known
  [[nodiscard]] bool leader_lost(instant now) const; // it is still named, and was not heard for leader_silence
  // When the newest tick of a leader came; on the leader: when a quorum of the voters had last answered. Before the
  // first of them: when this replica began.
  [[nodiscard]] instant leader_heard(instant now) const;
  [[nodiscard]] bool may_propose() const;
  // The newest slot that is known to be chosen, here or by anybody's word: what lies before it will be applied.
  [[nodiscard]] slot_number newest_known() const { return std::max(catch_up_.newest(), log_.chosen()); }
  // On the leader: when each member was last heard, counting what earlier leaders and other voters heard of it.
  [[nodiscard]] std::vector<member_contact> leader_contact() const { return contacts_.all(); }
  [[nodiscard]] replica_status status() const;

private:
  struct following {};
  struct asking { // pre-vote; asked again in between, for an answer may be lost
    voter_set grants;
    std::uint64_t first = 0; // attempt; answers to it and to later ones count
    instant until;
  };
  struct campaigning {
    campaign phase_one;
    bool others_asked = false; // after our own promise is durable
    instant until;
    instant resend_at;
    duration resend_after{};
  };
  struct leading_state {
    ballot number;
    proposals open;
    slot_number recovered_until; // what may have been chosen before us
    bool announced = false;      // `leading` was said
    instant tick_at;
    instant progress_at;     // a slot was chosen, or there was none open
    slot_number told_voters; // how far is chosen, as last sent
    slot_number told_learners;
    std::map<journal_id, instant> acked; // voters
    std::optional<instant> ticked_at{};  // with a tick of its own time, or with one that told of progress
  };
  struct ward {
    instant until;
    std::optional<instant> heard;
  };

  // replica.cpp: one step
  void handle(const node_name& from, const message& m, instant now, effects& out);
  void finish(instant now, effects& out);
  void say(const node_name& to, message_body body, effects& out);
  void say_when_durable(const node_name& to, message_body body, effects& out);
  void emit_leader(effects& out);
  void vouch(std::vector<node_name> members, effects& out);
  [[nodiscard]] std::vector<node_name> heard_of(const std::vector<contact>& silent) const; // all other members
  [[nodiscard]] const voter* me() const { return voters_.find(self_, journal_); }

  // replica_election.cpp
  void ask_for_votes(instant now, effects& out);
  void begin_campaign(instant now, effects& out);
  void resend_prepare(campaigning& c, instant now, effects& out);
  void ask_again(campaigning& c, const voter& v, effects& out);
  void stand_down(instant now, duration wait, effects& out);
  void on(const node_name& from, journal_id sender, const pre_vote& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const pre_vote_answer& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const promise& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const refusal& m, instant now, effects& out);

  // replica_leader.cpp
  void begin_leading(const campaign& won, instant now, effects& out);
  void lead(leading_state& l, instant now, effects& out); // what a leader does when its tick is due
  void send_ticks(leading_state& l, instant now, effects& out);
  void retransmit(leading_state& l, instant now, effects& out);
  void resend_lost(leading_state& l, const voter& v, effects& out);
  void send_open(leading_state& l, instant now, effects& out);
  void advance(leading_state& l, instant now, effects& out);
  void tell_progress(leading_state& l, instant now, effects& out);
  [[nodiscard]] tick make_tick(const leading_state& l, instant now) const;
  void on(const node_name& from, journal_id sender, const accepted& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const ack& m, instant now, effects& out);

  // replica_follower.cpp
  bool follow(const node_name& leader, ballot number, const node_name& via, instant now, effects& out);
  void take_chosen(ballot number, slot_number chosen, effects& out);
  void relay(const tick& m, instant now, effects& out);
  void pass_on_word(const tick& m, effects& out);
  void on(const node_name& from, journal_id sender, const prepare& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const accept& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const tick& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const learn& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const learned& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const snapshot_ask& m, instant now, effects& out);
  void on(const node_name& from, journal_id sender, const snapshot_chunk& m, instant now, effects& out);
  void after_learning(instant now, effects& out);

  node_name self_;
  journal_id journal_;
  options limits_;
  plants planted_;
  random_source random_;
  electorate voters_;
  bool new_journal_;
  replica_log log_;
  sync_gate gate_;
  acceptor acceptor_;
  leader_watch watch_;
  contacts contacts_;
  catch_up catch_up_;
  std::variant<following, asking, campaigning, leading_state> state_;

  std::uint64_t attempt_;       // of pre-vote, from a random start: answers to an earlier life match nothing
  ballot highest_;              // anybody told us of: the next campaign goes above it
  slot_number recorded_chosen_; // in the journal
  slot_number applied_;
  bool snapshot_wanted_ = false;
  leader_known last_known_;                    // as emitted
  std::vector<node_name> vouched_;             // as emitted
  std::optional<std::vector<contact>> silent_; // of the tick that vouched_ was made from
  std::set<node_name> learners_;               // members seen to vote with no voter's journal: fed with values
  std::vector<node_name> mute_;                // of the last tick
  std::map<node_name, ward> wards_;
  std::deque<message_body> to_self_; // our own acceptor and proposer talk like any others
};

} // namespace troupe::consensus
