// What detectors say to each other: SWIM's probes and the news that ride on them (Das, Gupta, Motivala, DSN 2002), with
// Lifeguard's nack (Dadgar, Phillips, Currey, 2018). Plain values; messages/gossip_codec.hpp makes bytes of them.
//
// The sender of a message is known by name from the sealed session it came through, and is not repeated inside; its
// life (session and incarnation) is, so that whatever a node says also proves that this life of it is alive.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/ids.hpp"

#include <cstdint>
#include <variant>
#include <vector>

namespace troupe::gossip {

// --- limits ---
inline constexpr std::size_t max_blob = 256;  // bytes of another room's in a datagram
inline constexpr std::size_t max_news = 128;  // in one datagram; its size ends it earlier
inline constexpr std::size_t max_state = 640; // in one push-pull: every member, with each of its accusers
inline constexpr std::uint64_t max_incarnation = std::uint64_t{1} << 48;

using incarnation_number = ordinal<struct incarnation_tag>; // raised by its owner alone, to refute
using probe_number = ordinal<struct probe_tag>;             // of the node that probes; never reused by it

// One life of a node's daemon, and how often it had to contradict. A later session outdoes any incarnation.
struct life {
  session_id session;
  incarnation_number incarnation;
  auto operator<=>(const life&) const = default;
};

enum class standing : std::uint8_t { alive, suspect, faulty, left };

struct news {
  node_name about;
  life of;
  standing is = standing::alive;
  node_name by; // who accuses (suspect, faulty); empty otherwise
  bool operator==(const news&) const = default;
};

struct ping {
  probe_number number;
  bool operator==(const ping&) const = default;
};
struct ping_request { // please probe `target` for me
  probe_number number;
  node_name target;
  bool operator==(const ping_request&) const = default;
};
struct ack { // the life that answered: the sender's own, or that of the target of a ping_request
  probe_number number;
  life answered;
  bool operator==(const ack&) const = default;
};
struct nack { // I am here, but the target of your ping_request has not answered me
  probe_number number;
  bool operator==(const nack&) const = default;
};
struct only_news {
  bool operator==(const only_news&) const = default;
};

struct datagram {
  life sender;
  std::variant<ping, ping_request, ack, nack, only_news> what = only_news{};
  std::vector<news> items;
  byte_buffer blob; // opaque; empty: none
  bool operator==(const datagram&) const = default;
};

// The whole state, over a stream: for whoever joins, and now and then for what gossip lost.
struct push_pull {
  life sender;
  bool answer_wanted = false;
  std::vector<news> members;
  bool operator==(const push_pull&) const = default;
};

// Upper bounds of the encoded size: the detector fills a datagram without encoding it at each step.
std::size_t bound_of(const news& n);
std::size_t bound_of_rest(const datagram& d); // everything but its items

} // namespace troupe::gossip
