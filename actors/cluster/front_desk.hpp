// Where commands come in: from this node's own actors and from its console. Each is taken to the leader, again and
// again, until its outcome is read in the log; the client learns it exactly once.
//
// Commands wait in lanes. A lane is a client of the log: one command at a time, numbered; a retry carries the same number
// and the kernel answers it instead of applying it twice. Commands of different lanes do not wait for each other. A lane
// ends when all in it is answered.
// Rejected: many numbered commands of one client in flight. The kernel would have to remember a set of outcomes a client
// instead of the last one, and whoever needs that opens another lane.
//
// Pure: time comes in, what to do comes out.
#pragma once

#include "messages/command.hpp"
#include "messages/types/time.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cluster {

using ticket = ordinal<struct ticket_tag>; // of one submitted command

class front_desk {
public:
  static constexpr std::size_t max_lanes = 128;
  static constexpr std::size_t max_waiting = 256; // in one lane
  // A command without an outcome is taken to the leader again after `retry`, then after twice the time, up to
  // longest_wait of them: it may wait in a long queue, and the more often it is brought the longer the queue. A new
  // leader, or a stream to it that broke, is a reason to bring it at once.
  static constexpr int longest_wait = 8;

  explicit front_desk(duration retry)
    : retry_(retry) {}
  void retime(duration retry) { retry_ = retry; } // for what is sent from now on

  // nullopt: too many lanes or too many waiting; the client tries later. A new lane gets `fresh` as its client id.
  std::optional<ticket> submit(const std::string& lane, command::command c, client_id fresh);
  // Nobody waits for this lane any more (a console connection closed): what was not sent is dropped. The tickets of it.
  std::vector<ticket> close(const std::string& lane);

  // Whoever leads now; empty: nobody known. Everything in flight is taken there at once.
  void leader_is(const node_name& leader);

  // What was sent there may be lost. Everything in flight is taken to it again, if it leads.
  void stream_lost(const node_name& peer);

  // A command was applied. The ticket it was submitted under, if it was ours.
  std::optional<ticket> answered(client_id client, std::uint64_t sequence);

  struct delivery {
    node_name to; // the leader
    command::command what;
  };
  // What to take to the leader now.
  std::vector<delivery> due(instant now);
  [[nodiscard]] std::optional<instant> next_deadline() const;
  [[nodiscard]] std::size_t waiting() const;

private:
  struct item {
    ticket number;
    command::command what;
  };
  struct lane {
    client_id client;
    std::uint64_t sequence = 0;       // of the first in `items`, once it was sent
    std::deque<item> items;           // the first is in flight if `sent`
    std::optional<instant> sent;
    duration wait{}; // for the outcome, then it is sent again
  };
  void send_again();

  duration retry_;
  node_name leader_;
  std::map<std::string, lane> lanes_;
  std::map<client_id, std::string> by_client_;
  ticket last_;
};

} // namespace troupe::cluster
