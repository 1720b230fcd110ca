// Sealed datagrams with one peer: opens sessions, keeps them fresh, notices dead ones. Texts go in, datagrams out.
//
// Either end may open a session; up to max_sessions live side by side, and any of them is accepted. What is sent goes
// out under one of them, the sending session. So nothing is lost when they overlap, and the rules about them decide
// only which one is sent under:
//   - the newest that the peer has shown to hold: the responder by its initiator's finish; the initiator once a
//   datagram
//     opens under it (the responder sends an empty one at once, and again for each repeated finish). Sending earlier
//     would save a round trip and lose what overtakes the finish;
//   - of two that were opened by both ends at the same time, the one opened by the lower key, on both sides.
// Nothing unauthenticated ends or delays anything: a replayed hello costs one of max_answers places for answer_life.
// A peer that does not answer for silent_after, although we send, gets a new handshake: it may have restarted,
// or be reachable at its next address. A loss in one direction only is not noticed here but by the detector, which asks
// for answers.
#pragma once

#include "transport/back_off.hpp"
#include "transport/link_context.hpp"
#include "transport/sealed_datagrams.hpp"

#include <deque>

namespace troupe::transport {

class datagram_link {
public:
  static constexpr std::size_t max_waiting = 64; // datagrams for which there is no session yet; then the oldest goes
  static constexpr std::size_t max_sessions = 3;
  static constexpr std::size_t max_answers = 4; // handshakes of the peer that are not finished; then the oldest goes
  static constexpr int max_sends = 3;           // of a hello or a finish, to one address
  static constexpr int max_challenges = 2;      // followed in one attempt
  static constexpr duration answer_life = std::chrono::seconds(5);
  static constexpr duration renew_after = std::chrono::minutes(10);
  static constexpr duration renew_by_responder = renew_after + std::chrono::seconds(30); // if the initiator does not
  static constexpr duration session_life = renew_after + std::chrono::minutes(2);
  static constexpr duration previous_life = std::chrono::seconds(30); // of one not sent under, since it was last heard

  // `context` outlives this.
  explicit datagram_link(const link_context& context)
    : context_(&context) {}

  void send(const moment& m, byte_buffer text, effects& out);
  void tick(const moment& m, effects& out);
  [[nodiscard]] std::optional<instant> deadline() const;

  // The hello's sender is recognized and its address proved.
  void on_hello(const moment& m, const hello& first, const endpoint& from, effects& out);
  void on_challenge(const moment& m, const challenge& asked, effects& out);
  void on_welcome(const moment& m, const welcome& answer, const endpoint& from, effects& out);
  void on_finish(const moment& m, const finish& answer, const endpoint& from, effects& out);
  // A text, if the datagram is authentic and not a keep-alive.
  std::optional<byte_buffer> on_sealed(const moment& m, byte_view datagram, const endpoint& from, effects& out);

  // We send, and heard nothing for silent_after.
  [[nodiscard]] bool silent(instant now) const {
    return unanswered_ && now - *unanswered_ >= context_->timing.silent_after;
  }
  // Where the peer is sent to; none without a session.
  [[nodiscard]] std::optional<endpoint> remote() const;
  // Can be sent under, and the peer is not silent.
  [[nodiscard]] bool up(instant now) const;
  [[nodiscard]] const terms& theirs() const { return theirs_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
  // Which session is sent under: the channel of the end that opened it. For tests and `troupe links`.
  [[nodiscard]] std::optional<channel_id> sending_channel() const;

private:
  struct facts { // about a session, besides its keys
    endpoint remote;
    ephemeral_key opened_with{}; // the initiator's
    instant begun;               // first hello sent, or answered
    instant born;                // the peer authenticated
    instant heard;
    bool confirmed = false; // the peer has shown that it holds it
  };
  struct session : facts {
    sealed_datagrams seal;
  };
  struct attempt {
    initiator hand;
    endpoint to;
    instant begun;
    instant due;
    int sends = 0;
    int challenges = 0;
    bool finishing = false; // the welcome was good
  };
  struct unfinished {
    responder hand;
    hello first;
    instant begun;
  };

  session* find(channel_id channel);
  session* sending() { return sending_ ? find(*sending_) : nullptr; }
  [[nodiscard]] const session* sending() const { return const_cast<datagram_link*>(this)->sending(); }
  [[nodiscard]] std::optional<instant> next_start() const;
  [[nodiscard]] instant expiry(const session& s) const;
  void start(const moment& m, effects& out);
  void send_attempt(const moment& m, effects& out);
  void give_up(const moment& m);
  session& establish(agreed_session agreed, const facts& known);
  void prefer(const moment& m, const session& candidate, effects& out);
  void seal(const moment& m, session& s, byte_view text, effects& out);
  void turn_away(refusal why, const endpoint& from, effects& out) const;

  const link_context* context_;
  terms theirs_;
  std::vector<session> sessions_;
  std::optional<channel_id> sending_; // our channel of it
  std::optional<attempt> attempt_;
  std::vector<unfinished> answers_;
  std::deque<byte_buffer> waiting_;
  std::uint64_t dropped_ = 0;
  std::size_t address_ = 0; // the one to be tried next
  back_off back_off_;
  instant may_start_{};
  instant last_sent_{};
  std::optional<instant> unanswered_; // first send that nothing was heard after
};

} // namespace troupe::transport
