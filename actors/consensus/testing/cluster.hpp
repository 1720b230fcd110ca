// A cluster of replicas for tests: virtual time, a wire that delivers exactly the message a test names, disks that
// lose what was not synced, and an observer of what the replicas' owners apply.
//
// The observer knows nothing of Paxos. It holds that no two replicas apply different batches at one slot, that each
// applies slots in order, and that a snapshot is the state which the log makes.
#pragma once

#include "actors/consensus/replica.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::consensus_testing {

using namespace troupe::consensus;

inline options derive(duration tolerate) {
  return options_from(conf::derive({.tolerate = tolerate}).value());
}

class observer {
public:
  void applied(const node_name& node, slot_number slot, const batch& value, std::uint64_t hash_before);
  void installed(const node_name& node, slot_number slot, std::uint64_t hash);
  [[nodiscard]] const std::string& violation() const { return violation_; } // the first one; empty: none
  [[nodiscard]] slot_number newest() const { return slot_number{decided_.size()}; }
  void violated(std::string what);
  [[nodiscard]] const batch& decided(slot_number slot) const { return *decided_.at(slot.value - 1).value; }

private:
  struct decision {
    std::unique_ptr<batch> value;
    std::uint64_t hash_after = 0;
  };
  std::vector<decision> decided_; // slot 1 first
  std::string violation_;
};

struct owner { // of one replica: what an actor would do, as plainly as possible
  node_name name;
  journal_id journal;
  std::unique_ptr<replica> core; // null: down
  std::vector<journal_record> disk;
  std::deque<persist> unsynced;
  slot_number applied; // of the state machine, whose state is a hash of all commands so far
  std::uint64_t hash = 0;
  bool leads = false;
  bool wants_snapshot = false;
  std::size_t ticks = 0;          // sent
  std::vector<node_name> vouched; // on a leader's word
  std::uint64_t written = 0;      // records, over all lives
};

struct in_flight {
  node_name from, to;
  message what;
};

class cluster {
public:
  cluster(std::size_t voters, std::uint64_t seed, plants planted = {}, options limits = derive(std::chrono::seconds{2}),
          std::size_t learners = 0);

  instant now{std::chrono::hours{1}};
  observer seen;
  std::deque<in_flight> wire;
  std::vector<owner> nodes;     // n1, n2, ...; voters first
  std::size_t state_bytes = 16; // of a snapshot; at least 16
  std::uint64_t leaders = 0;    // how often one began to lead
  bool sync_at_once = true;     // settle() syncs all disks; else only sync() does

  owner& at(std::string_view name);
  replica& core(std::string_view name) { return *at(name).core; }
  [[nodiscard]] std::string leader() const; // the node that leads in the highest ballot; empty: none

  // --- the wire ---
  // Delivers (or loses) the first message of this kind; false: there is none.
  template <class Body>
  bool deliver(std::string_view from, std::string_view to) {
    return take<Body>(from, to, true);
  }
  template <class Body>
  bool lose(std::string_view from, std::string_view to) {
    return take<Body>(from, to, false);
  }
  template <class Body>
  [[nodiscard]] std::vector<Body> flying(std::string_view from, std::string_view to) const {
    std::vector<Body> found;
    for (const auto& f : wire)
      if (f.from.text == from && f.to.text == to)
        if (auto* b = std::get_if<Body>(&f.what.body)) found.push_back(*b);
    return found;
  }
  void hand_over(const in_flight& f); // nothing happens if the link is cut or the receiver is down
  void settle();                      // delivers in order and syncs until all is quiet
  void cut(std::string_view a, std::string_view b, bool one_way = false);
  void isolate(std::string_view a);
  [[nodiscard]] bool is_cut(const node_name& from, const node_name& to) const {
    return cut_.contains({from.text, to.text});
  }
  void heal() { cut_.clear(); }

  // --- time ---
  void wake(std::string_view name); // this one's next deadline is reached, nobody else's
  void pass(duration time);         // all wake when due; settles in between
  bool pass_until_leader();         // false after a long time

  // --- disks and processes ---
  bool sync(owner& n); // the oldest unsynced persist; false: none
  void crash(owner& n, std::size_t surviving_records = 0);
  void restart(owner& n);
  void wipe(owner& n);                      // a new journal, empty
  void lose_journal(std::string_view name); // it takes no more, while the node lives

  // --- owners ---
  proposal_result propose(std::string_view name, std::string_view command);
  void make_snapshot(owner& n);
  void stream_lost(std::string_view who, std::string_view to); // who notices
  void suspect(std::string_view who, std::string_view whom, bool suspected = true);
  [[nodiscard]] std::vector<std::string> log_of(std::string_view name); // commands that this node has applied, in order

private:
  bool reach_deadline(owner& n); // false: all that came of it is that a leader's word has lapsed
  template <class Body>
  bool take(std::string_view from, std::string_view to, bool deliver_it) {
    for (auto it = wire.begin(); it != wire.end(); ++it) {
      if (it->from.text != from || it->to.text != to || !std::holds_alternative<Body>(it->what.body)) continue;
      auto f = std::move(*it);
      wire.erase(it);
      if (deliver_it) hand_over(f);
      return true;
    }
    return false;
  }
  void carry_out(owner& n, effects& out);

  options limits_;
  plants planted_;
  random_source random_;
  configuration voters_;
  std::set<std::pair<std::string, std::string>> cut_;
};

} // namespace troupe::consensus_testing
