// A sealed stream with one peer: dials, answers, keeps one open. Texts go in and come out.
//
// Each end dials as soon as it has no stream, its addresses in order, with back_off in between. If both ends' dials
// succeed, the stream that the lower key dialled stays, on both sides; a later one of any side replaces the earlier
// (the peer restarted). The one that goes is closed by a final frame, and what was already in it is still read, so that
// nothing is lost by the choice; the order between the two streams is. A stream that breaks loses what it held, and one
// that a later one replaced is taken for broken at once: nobody may read it any more.
// Nothing unauthenticated closes a stream or a dial. Nor may it silence one: a length that was changed on its way is
// found out when the frame is whole, and what comes behind it would fill it for hours. So a frame that has begun must
// end, within twice silent_after for each frame_rate of its bytes. Rejected: a tag for the length. It would be another
// format, and daemons could not be exchanged one by one.
//
// TCP sends again ever later what a dead path swallowed: when the path is back, a stream stays stuck for up to as long
// as the path was away, and a leader whose slots are stuck steps down. So once datagrams pass again after a silence, a
// stream that is stuck, or that goes where they do not pass, is given up; and a dial that the dead path swallowed is
// not waited for. Rejected: a short TCP_USER_TIMEOUT, which also ends streams that a loaded peer is late to answer, and
// leaves the dial to back off in the same way.
#pragma once

#include "transport/back_off.hpp"
#include "transport/link_context.hpp"
#include "transport/sealed_stream.hpp"

#include <deque>

namespace troupe::transport {

class stream_link {
public:
  static constexpr std::size_t max_waiting = 1024;                       // texts for which there is no stream yet,
  static constexpr std::size_t max_waiting_bytes = std::size_t{4} << 20; // and their bytes; then the oldest goes
  static constexpr std::size_t max_answers = 4; // streams of the peer that are not authenticated; then the oldest goes
  static constexpr std::size_t max_draining = 2;
  static constexpr duration drain_time = std::chrono::seconds(5);
  static constexpr std::size_t frame_rate = std::size_t{512} << 10;

  // `context` outlives this.
  explicit stream_link(const link_context& context)
    : context_(&context) {}

  void send(const moment& m, byte_buffer text, effects& out);
  void tick(const moment& m, effects& out);
  [[nodiscard]] std::optional<instant> deadline() const;
  // The peer answers datagrams again, at `where`.
  void path_is_back(const moment& m, const endpoint& where, effects& out);
  // Ends everything, the open stream in good order.
  void stop(effects& out);

  void dialled(stream_id stream); // answers the effect dial
  void on_connected(stream_id stream, effects& out);
  // An accepted stream whose hello is recognized. `rest`: what came behind it.
  void on_hello(const moment& m, stream_id stream, const hello& first, const endpoint& from, byte_view rest,
                std::vector<byte_buffer>& texts, effects& out);
  void on_data(const moment& m, stream_id stream, byte_view data, std::vector<byte_buffer>& texts, effects& out);
  void on_closed(const moment& m, stream_id stream, close_reason why, effects& out);

  [[nodiscard]] bool holds(stream_id stream) const;
  [[nodiscard]] bool up() const { return open_.has_value(); }
  [[nodiscard]] const terms& theirs() const { return theirs_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] std::optional<stream_id> open_stream() const;

private:
  struct dialling {
    std::optional<stream_id> stream;
    initiator hand;
    endpoint to;
    instant begun;
    byte_buffer partial;
  };
  struct unfinished {
    stream_id stream;
    responder hand;
    endpoint from;
    instant begun;
    byte_buffer partial;
  };
  struct sealed {
    stream_id stream;
    endpoint remote;
    bool initiated = false;
    instant begun; // dialled, or its hello answered
    instant born;  // the peer authenticated
    stream_sealer sealer;
    stream_opener opener;
    std::optional<instant> frame_begun{}; // of the one that is not whole yet
  };
  struct drain {
    sealed stream;
    instant until;
    bool told_broken = false;
  };

  void start(const moment& m, effects& out);
  void dial_failed(const moment& m);
  void on_welcome_bytes(const moment& m, byte_view data, std::vector<byte_buffer>& texts, effects& out);
  void on_finish_bytes(const moment& m, std::size_t which, byte_view data, std::vector<byte_buffer>& texts,
                       effects& out);
  void establish(const moment& m, sealed made, effects& out);
  enum class reader : std::uint8_t { reads_to_its_end, may_be_gone }; // the peer, of a stream that another replaces
  void retire(const moment& m, sealed old, reader of_it, effects& out);
  void abandon_dial(effects& out);
  bool read(const moment& m, sealed& s, byte_view data, std::vector<byte_buffer>& texts, effects& out);
  [[nodiscard]] std::optional<instant> frame_due(const sealed& s) const;
  void lose_open(const moment& m);
  void tell_broken(effects& out, bool stuck = false) const {
    out.emplace_back(stream_broken{context_->peer.name, stuck});
  }
  void turn_away(refusal why, const endpoint& from, effects& out) const;

  const link_context* context_;
  terms theirs_;
  std::optional<sealed> open_;
  std::optional<dialling> dialling_;
  std::vector<unfinished> answers_;
  std::vector<drain> draining_;
  std::deque<byte_buffer> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::size_t address_ = 0;
  back_off back_off_;
  instant may_dial_{};
};

} // namespace troupe::transport
