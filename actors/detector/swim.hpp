// The failure detector: SWIM (Das, Gupta, Motivala, DSN 2002) with Lifeguard (Dadgar, Phillips, Currey, 2018).
//
// Each period a member is probed, in shuffled rotation; if it does not answer, it is probed once more and three others
// are asked to probe it; if that brings nothing either it is suspected, the suspicion spreads, and unless the member
// contradicts (with a higher incarnation) it is called faulty, the sooner the more accuse it. News rides on probes and
// on short bursts of gossip. Load per node and period is constant: one probe, its answer, at most four more datagrams
// if none comes, at most 2 x 3 gossip datagrams while there is news. All times come from conf::timers, which holds the
// argument for them.
//
// What it gives are opinions with evidence, and contacts: who was heard directly and when. It accelerates; it does not
// decide: who is a member is in the log, and a membership ends by NodeLost alone.
//
// Beyond the papers, because the cluster must come together again without an operator:
//   - each rotation also probes one faulty member, without consequence if it fails: a healed partition is found, the
//     ping carries the accusation, the member refutes it in its answer
//   - a node that stood still (a timer fired pause-limit late) forgets its probes, begins all its waits anew and
//   accuses
//     nobody until a probe that it sent afterwards has been answered. Alone among the dead it thus never accuses: such
//     a node has no majority either. What lay in its socket meanwhile proves nothing, hence its own probe
//   - whom a leader vouches for (consensus: it has heard them within a few ticks) is probed only each calm-interval, to
//     know that the path is good. The probe interval is for those in doubt: first whoever has just come into doubt, each
//     once, then as in the paper; and a faulty member that is vouched for again is probed at once. An idle cluster thus
//     pings little, and a loss is seen sooner than by waiting for its turn. Rejected: vouching as an answer. It says that
//     the leader hears a member, nothing of our own path to it, and refutes no accusation
//   - lives: a message of an earlier session than the known one is not heard at all
//
// A pure core: no socket, clock or thread. The owner calls one input at a time, carries out what comes back in order,
// and calls on_deadline at next_deadline() (a little late is fine: messages that came first count first). Limits:
// config::max_nodes members, max_relays probes for others, news_queue::max_items news; beyond, counted and dropped.
#pragma once

#include "actors/detector/local_health.hpp"
#include "actors/detector/member.hpp"
#include "actors/detector/news_queue.hpp"
#include "actors/detector/probe_order.hpp"
#include "conf/timers.hpp"
#include "messages/types/random.hpp"

#include <deque>
#include <map>
#include <set>

namespace troupe::detector {

inline constexpr std::size_t max_relays = 128;  // probes for others at a time
inline constexpr std::size_t relays_asked = 3;  // SWIM's k
inline constexpr std::size_t gossip_fanout = 3; // members told in one round

struct options {
  node_name self;
  session_id session;           // 0: not joined yet
  std::vector<node_name> seeds; // asked for the whole state at start; may include self
  conf::timers timers;
  std::size_t datagram_budget; // bytes of an encoded gossip::datagram: what sealing and envelope leave of a datagram
};

struct opinion {
  node_name node;
  session_id session;
  gossip::standing is = gossip::standing::alive;
  instant since;
  std::vector<node_name> accusers;
  std::optional<instant> heard, answered; // as in member
};

// --- outputs ---
struct send_datagram {
  node_name to;
  gossip::datagram what;
};
struct send_state { // over a stream
  node_name to;
  gossip::push_pull what;
};
struct opinion_changed { // another standing, session or accuser
  opinion now;
};
struct blob_heard {
  node_name from;
  byte_buffer blob;
};
struct refuted { // someone thought ill of this node, and was contradicted
  node_name by;
  gossip::standing was;
};
struct superseded { // a later session of this very node is spoken of: this life is over
  session_id by;
};
struct departed {}; // after leave(): the word has spread, or leave-limit is over
using output = std::variant<send_datagram, send_state, opinion_changed, blob_heard, refuted, superseded, departed>;
using outputs = std::vector<output>;

struct counters { // since the start; for status and the simulator's coverage
  std::uint64_t probes = 0, probes_failed = 0, indirect = 0, suspicions = 0, confirmations = 0, faulty = 0, refuted = 0,
                pauses = 0, reconnects = 0, old_lives = 0, strangers = 0, dropped = 0;
};

class swim {
public:
  swim(options opts, plants planted = {});

  outputs start(instant now, random_source& random);
  outputs on_datagram(const node_name& from, const gossip::datagram& d, instant now, random_source& random);
  outputs on_push_pull(const node_name& from, const gossip::push_pull& p, instant now, random_source& random);
  outputs on_deadline(instant now, random_source& random);
  // The log says that this session is a member (also this node's own, at its join): news like any other.
  outputs admit(const node_name& name, session_id session, instant now, random_source& random);
  // A leader that hears them vouches for these, others not (any more): see above.
  outputs vouch(const std::vector<node_name>& names, instant now, random_source& random);
  // The log says who is configured at all: others are forgotten, and not listened to any more.
  outputs configure(const std::vector<node_name>& names, instant now, random_source& random);
  outputs leave(instant now, random_source& random);
  // Another `tolerate`: from the next wait on. What is already waited for keeps the time it was given.
  void retime(const conf::timers& timers) { opts_.timers = timers; }
  // From now on every datagram carries these bytes, if they fit; empty: none. At most gossip::max_blob.
  void carry(byte_buffer blob);

  [[nodiscard]] instant next_deadline() const;         // after start(); instant::max() once it has departed
  [[nodiscard]] std::vector<opinion> opinions() const; // of all known members, by name
  [[nodiscard]] std::optional<opinion> opinion_of(const node_name& name) const;
  [[nodiscard]] gossip::life self() const { return self_; }
  [[nodiscard]] unsigned nodes() const; // this one, and those alive or suspect
  [[nodiscard]] unsigned local_health_score() const { return health_.score(); }
  [[nodiscard]] bool accuses_nobody() const { return must_hear_; } // stood still, has not heard from others since
  [[nodiscard]] const counters& counts() const { return counts_; }

private:
  struct context {
    instant now;
    random_source& random;
  };
  struct probe {
    node_name target;
    gossip::life life; // as known when it began: that is whom it accuses
    gossip::probe_number number;
    instant asks_at, ends;
    bool reconnect; // of a faulty member: without consequence
    bool asked = false;
    std::vector<node_name> relays; // asked to probe too
    std::set<node_name> nacked;    // of those
  };
  struct relay { // a probe for another
    node_name asker, target;
    gossip::probe_number theirs, ours;
    instant nack_at, ends;
    bool nacked = false;
  };

  // swim.cpp: inputs and the clock
  [[nodiscard]] bool begin(const context& c); // false: it has left, and hears nothing more
  outputs finish(const context& c);
  void stood_still(const context& c);
  void heard_again(const context& c);
  void restart_suspicions(instant now);
  bool receive(const node_name& from, const gossip::life& sender, const context& c);
  // swim_probe.cpp
  void advance_probe(const context& c);
  void advance_relays(const context& c);
  void begin_probe(const context& c);
  [[nodiscard]] bool in_doubt(const node_name& name) const;
  [[nodiscard]] bool all_is_calm() const;
  [[nodiscard]] std::optional<node_name> next_target(const context& c, bool& reconnect);
  void ask_others(const context& c);
  void probe_failed(const context& c);
  void on(const node_name& from, const gossip::ping& p, const context& c);
  void on(const node_name& from, const gossip::ping_request& p, const context& c);
  void on(const node_name& from, const gossip::ack& a, const context& c);
  void on(const node_name& from, const gossip::nack& n, const context& c);
  void on(const node_name&, const gossip::only_news&, const context&) {}
  // swim_news.cpp
  void hear(const gossip::news& n, const context& c);
  void hear_of_self(const gossip::news& n, const context& c);
  void become(const node_name& name, member& m, const gossip::news& n, const context& c);
  void file(const node_name& name, gossip::standing is, const context& c);
  void expire_suspicions(const context& c);
  void publish(const node_name& name);
  void forget(const node_name& name);
  // swim_spread.cpp
  void send(const node_name& to, decltype(gossip::datagram::what) what);
  void spread(const context& c);
  void exchange_state(const context& c);
  gossip::push_pull state(bool answer_wanted) const;
  std::optional<gossip::news> accusation_of(const node_name& name) const;
  duration push_pull_interval() const;
  [[nodiscard]] std::optional<instant> spread_due() const;

  options opts_; // the timers alone may change
  const plants plants_;
  gossip::life self_;
  std::map<node_name, member> members_; // without this node
  std::optional<std::set<node_name>> configured_;
  local_health health_;
  counters counts_;
  outputs out_;

  probe_order order_, lost_, gossip_order_; // alive and suspect; faulty; alive and suspect again, for gossip
  std::set<node_name> vouched_;
  std::deque<node_name> fresh_doubts_; // probed first
  std::optional<probe> probe_;
  instant next_probe_;
  gossip::probe_number last_number_;
  std::vector<relay> relays_;
  bool reconnected_ = false; // this end of a rotation has had its probe of a faulty member
  bool must_hear_ = false;

  news_queue news_;
  byte_buffer blob_;
  instant last_spread_;
  instant exchange_due_; // the next push-pull, or the next try to join
  bool joined_ = false;
  enum class phase : std::uint8_t { new_born, running, gone } phase_ = phase::new_born;
  std::optional<instant> leave_by_;
};

} // namespace troupe::detector
