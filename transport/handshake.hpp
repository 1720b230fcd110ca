// The handshake: two nodes that have pinned each other's Ed25519 keys agree on two session keys, one a direction.
//
// SIGMA (Krawczyk, "SIGMA: the SIGn-and-MAc approach", CRYPTO 2003), three messages over ephemeral X25519:
//   I -> R  hello    who I am, who you are, my ephemeral key
//   R -> I  welcome  my ephemeral key, Sign_R("responder" | H)      H: BLAKE2b over hello (without cookie) and welcome
//   I -> R  finish   Sign_I("initiator" | H)                           (without signature)
// hello names both long-term keys, so H binds who talks to whom, about what (purpose, lineage, level), in which role:
// nothing can be reflected, spliced into another session or moved between UDP and TCP. Session keys are crypto_kx's,
// keyed-hashed with H. Where SIGMA has a MAC over the identities, H under both signatures serves (as in TLS 1.3, whose
// transcript covers both certificates). Ephemeral keys are fresh each time, so that a daemon that forgot its counters
// never repeats a nonce, and a stolen identity opens nothing that was recorded.
//
// Rejected: Noise IK (no library in Debian, and our identities are Ed25519 for signing), TLS (certificates, a second
// protocol for UDP). Identities are in the clear: who is in a cluster is no secret on its own network.
//
// Pure: 32 bytes of randomness come in, messages go out. A responder does one key pair and one signature before it
// knows whom it talks to (about 50 us); everything that is to be cheap for strangers is asked before (doorman, cookie).
#pragma once

#include "messages/types/digest.hpp"
#include "transport/handshake_messages.hpp"

namespace troupe::transport {

// What a side says of itself, besides who it is.
struct terms {
  lineage_id lineage; // none for a node without a cluster: it may talk to any, which knows it then as a joiner
  std::uint32_t level = 0;
  bool operator==(const terms&) const = default;
};

struct agreed_session {
  purpose what = purpose::datagrams;
  node_name peer;
  terms theirs;
  channel_id our_channel;
  channel_id their_channel;
  bool initiated = false; // by us
  secret_bytes<32> seal_key;
  secret_bytes<32> open_key;
};

// May the sender of `from` be answered, and who is it? Nothing but comparisons.
admitted<pinned_node> recognize(const hello& from, const identity& me, const directory_of_keys& directory,
                                const terms& ours);
[[nodiscard]] bool same_cluster(const lineage_id& a, const lineage_id& b);

// What both sign and derive from.
digest transcript(const hello& first, const welcome& second);

class initiator {
public:
  // `me` outlives this.
  initiator(const identity& me, const pinned_node& peer, const terms& ours, purpose what, channel_id ours_to_receive,
            const seed_bytes& seed);

  [[nodiscard]] byte_buffer hello_message() const { return encode(hello_); }
  [[nodiscard]] channel_id channel() const { return hello_.channel; }
  [[nodiscard]] const ephemeral_key& ephemeral() const { return hello_.ephemeral; }
  void use(const cookie& from_responder) { hello_.cookie = from_responder; }

  // On success finish_message() is there to be sent. A refused welcome changes nothing: the right one may still come.
  admitted<agreed_session> on_welcome(const welcome& answer);
  [[nodiscard]] byte_buffer finish_message() const { return encode(finish_); }

private:
  const identity* me_;
  node_name peer_;
  public_key peer_key_;
  hello hello_;
  finish finish_;
  secret_bytes<32> ephemeral_;
};

class responder {
public:
  // `peer` is what recognize() returned for `first`. `me` outlives this.
  responder(const identity& me, pinned_node peer, const terms& ours, const hello& first, channel_id ours_to_receive,
            const seed_bytes& seed);

  [[nodiscard]] byte_buffer welcome_message() const { return encode(welcome_); }
  [[nodiscard]] channel_id channel() const { return welcome_.channel; }
  // The same hello again, with whatever cookie: a retransmission, to be answered with the same welcome.
  [[nodiscard]] bool answers(const hello& again) const;

  // A refused finish changes nothing.
  admitted<agreed_session> on_finish(const finish& answer) const;

private:
  pinned_node peer_;
  hello hello_;
  welcome welcome_;
  secret_bytes<32> ephemeral_;
};

} // namespace troupe::transport
