// Who may knock: everything that nobody has been authenticated for passes here first, and costs at most comparisons and
// a cookie. A hello is let in to the peer's link (a key pair and a signature) only if it
//   - names us and a node we know, with its pinned key (recognize),
//   - proves its address: a cookie over UDP, the connection itself over TCP,
//   - is within the rate of its source (an IPv4 address, or an IPv6 /64: who has one address of it has them all).
// Bounded: nothing is stored for a datagram without a good cookie; rates are kept for max_sources strangers, and a rate
// that has filled up again is forgotten without loss; addresses of the configuration have a table of their own, so that
// strangers cannot crowd them out; streams that have not introduced themselves are few, small and short-lived.
// Not bounded here: the flood itself. Answering one costs less than receiving it.
#pragma once

#include "transport/cookie.hpp"
#include "transport/effects.hpp"

#include <map>

namespace troupe::transport {

class doorman {
public:
  static constexpr std::size_t max_sources = 1024;
  static constexpr std::size_t max_known_sources = 1024;
  static constexpr std::int64_t burst = 64;                         // hellos let in from one source,
  static constexpr duration refill = std::chrono::milliseconds(50); // and one more each
  static constexpr std::size_t max_strange_streams = 64;            // of unknown addresses, together
  static constexpr std::size_t max_streams_of_source = 32;
  static constexpr duration introduction_time = std::chrono::seconds(3); // from accepting to a whole hello

  explicit doorman(secret_bytes<32> cookie_key)
    : jar_(std::move(cookie_key)) {}

  // The addresses of the configuration; ports do not matter, a dialling node has another one.
  void set_known(const directory_of_keys& directory);

  // A recognized hello in a datagram: true to let it in; else a challenge is in `out`, or the reason why not.
  bool admit(const hello& first, const endpoint& from, instant now, effects& out);

  struct introduction {
    endpoint from;
    byte_buffer first; // hello_size bytes
    byte_buffer rest;
  };
  void on_accepted(stream_id stream, const endpoint& from, instant now, effects& out);
  // The introduction once it is whole and within its rate; the stream is then not here any more.
  std::optional<introduction> on_data(stream_id stream, byte_view data, instant now, effects& out);
  void on_closed(stream_id stream) { guests_.erase(stream); }
  [[nodiscard]] bool holds(stream_id stream) const { return guests_.contains(stream); }

  void tick(instant now, effects& out);
  [[nodiscard]] std::optional<instant> deadline() const;

  [[nodiscard]] std::size_t sources() const { return strangers_.size() + known_.size(); }
  [[nodiscard]] std::size_t guests() const { return guests_.size(); }
  [[nodiscard]] std::uint64_t challenged() const { return challenged_; }

private:
  using source = std::array<std::byte, 16>;
  // When the source's allowance is full again: `refill` later for each hello let in, never before now.
  using rates = std::map<source, instant>;
  struct guest {
    endpoint from;
    instant until;
    byte_buffer first;
  };

  static source source_of(const endpoint& from);
  [[nodiscard]] bool is_known(const endpoint& from) const { return addresses_.contains(from.address); }
  bool within_rate(const endpoint& from, instant now);

  cookie_jar jar_;
  std::set<std::array<std::byte, 16>> addresses_;
  rates strangers_;
  rates known_;
  std::map<stream_id, guest> guests_;
  std::uint64_t challenged_ = 0;
};

} // namespace troupe::transport
