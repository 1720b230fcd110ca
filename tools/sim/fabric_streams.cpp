// The fabric's streams: one event at a time for each direction, so that order is kept whatever the ties.
#include "tools/sim/sim_network.hpp"

#include <algorithm>

namespace troupe::sim {

using namespace transport;

// Loss on the link costs a stream time, not bytes.
duration fabric::stream_latency(machine_index from, machine_index to) {
  auto takes = latency(from, to);
  const auto& link = kernel_.faults().link(from, to);
  for (auto again = retransmit_first; random_.chance(link.loss.ppm) && again < give_up; again *= 2) {
    kernel_.effects().add(effect::packet_lost);
    takes += again;
  }
  return takes;
}

void fabric::connect(network_card& from, stream_id stream, const endpoint& to) {
  auto id = ++last_connection_;
  auto& c = connections_[id];
  c.sides[0].machine = from.machine_;
  c.sides[0].card = &from;
  c.sides[0].stream = stream;
  from.streams_[stream] = id;
  auto target = machine_at(to, cards_.size());
  if (!target) {
    kernel_.after({}, kernel_.world(), [this, id] { refuse(id, close_reason::unreachable); });
    return;
  }
  c.sides[1].machine = *target;
  if (!passes(from.machine_, *target) || !passes(*target, from.machine_)) {
    kernel_.after(connect_timeout, kernel_.world(), [this, id] { refuse(id, close_reason::unreachable); });
    return;
  }
  kernel_.after(stream_latency(from.machine_, *target), kernel_.world(),
                [this, id, port = to.port] { connect_arrives(id, port); });
}

void fabric::connect_arrives(connection_id id, std::uint16_t port) {
  auto found = connections_.find(id);
  if (found == connections_.end() || found->second.sides[0].card == nullptr) {
    if (found != connections_.end()) connections_.erase(found);
    return;
  }
  auto& [a, b] = found->second.sides;
  auto* card = cards_[b.machine.value];
  auto back = stream_latency(b.machine, a.machine);
  if (!kernel_.answers(b.machine)) {
    kernel_.after(connect_timeout, kernel_.world(), [this, id] { refuse(id, close_reason::unreachable); });
  } else if (card == nullptr || !card->listens_on(port)) {
    kernel_.after(back, kernel_.world(), [this, id] { refuse(id, close_reason::refused); });
  } else {
    b.card = card;
    b.stream = stream_id{++card->last_stream_};
    card->streams_[b.stream] = id;
    kernel_.record().detail(kernel_.now(), kernel_.name(b.machine), "stream from", kernel_.name(a.machine), {});
    kernel_.after(back, kernel_.world(), [this, id] { establish(id); });
    card->deliver(stream_accepted{b.stream, a.card->source()});
  }
}

// The answer is back. Either end may have closed or died meanwhile: what it left in `sent` says so.
void fabric::establish(connection_id id) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  auto& connector = found->second.sides[0];
  found->second.open = true;
  move(id, 0);
  move(id, 1);
  if (connector.card) connector.card->deliver(stream_connected{connector.stream});
}

void fabric::refuse(connection_id id, close_reason why) {
  break_side(id, 0, why);
}

void fabric::write(network_card& from, stream_id stream, segment what) {
  auto known = from.streams_.find(stream);
  if (known == from.streams_.end()) return; // closed meanwhile: its event is on the way, or was delivered
  auto id = known->second;
  auto& c = connections_.at(id);
  int me = c.sides[0].card == &from && c.sides[0].stream == stream ? 0 : 1;
  auto& mine = c.sides[static_cast<std::size_t>(me)];
  mine.backlog += what.data.size();
  mine.sent.push_back(std::move(what));
  if (mine.backlog > max_stream_backlog) {
    // The other side learns of it as of any reset; ours from the network's own thread, never inside this call.
    kernel_.after({}, kernel_.life_of(mine.machine), [this, id, me] { break_side(id, me, close_reason::backlog); });
    return;
  }
  move(id, me);
}

void fabric::close(network_card& from, stream_id stream) {
  auto known = from.streams_.find(stream);
  if (known == from.streams_.end()) return;
  auto id = known->second;
  from.streams_.erase(known);
  auto& c = connections_.at(id);
  int me = c.sides[0].card == &from && c.sides[0].stream == stream ? 0 : 1;
  auto& mine = c.sides[static_cast<std::size_t>(me)];
  mine.card = nullptr;
  mine.sent.push_back({{}, true});
  move(id, me);
}

void fabric::end_if_stuck(network_card& from, stream_id stream) {
  auto known = from.streams_.find(stream);
  if (known == from.streams_.end()) return;
  auto id = known->second;
  auto& c = connections_.at(id);
  int me = c.sides[0].card == &from && c.sides[0].stream == stream ? 0 : 1;
  auto& mine = c.sides[static_cast<std::size_t>(me)];
  if (mine.backoff == duration{}) return;
  auto other = c.sides[static_cast<std::size_t>(1 - me)].machine;
  kernel_.after({}, kernel_.life_of(mine.machine), [this, id, me] { break_side(id, me, close_reason::stuck); });
  if (!passes(mine.machine, other)) return; // the reset is lost
  kernel_.after(stream_latency(mine.machine, other), kernel_.world(),
                [this, id, me] { break_side(id, 1 - me, close_reason::by_peer); });
}

// Sets the head of one direction in motion, unless it is already.
void fabric::move(connection_id id, int from) {
  auto found = connections_.find(id);
  if (found == connections_.end() || !found->second.open) return;
  auto& mine = found->second.sides[static_cast<std::size_t>(from)];
  if (mine.moving || mine.sent.empty()) return;
  mine.moving = true;
  auto to = found->second.sides[static_cast<std::size_t>(1 - from)].machine;
  kernel_.after(stream_latency(mine.machine, to), kernel_.world(), [this, id, from] { move_head(id, from); });
}

void fabric::stall(connection_id id, int from) {
  auto& mine = connections_.at(id).sides[static_cast<std::size_t>(from)];
  if (mine.backoff == duration{}) {
    mine.stalled_since = kernel_.now();
    mine.backoff = retransmit_first;
  } else if (kernel_.now() - mine.stalled_since >= give_up) {
    break_side(id, from, close_reason::unreachable);
    return;
  }
  mine.moving = true;
  kernel_.after(mine.backoff, kernel_.world(), [this, id, from] { move_head(id, from); });
  mine.backoff = std::min(mine.backoff * 2, retransmit_last);
}

void fabric::move_head(connection_id id, int from) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  auto& mine = found->second.sides[static_cast<std::size_t>(from)];
  auto& other = found->second.sides[static_cast<std::size_t>(1 - from)];
  mine.moving = false;
  if (mine.sent.empty()) return forget_if_left(id);
  // Both ways: a segment whose acknowledgement is lost is not done with.
  bool there = kernel_.answers(other.machine) && passes(mine.machine, other.machine);
  if (!there || !passes(other.machine, mine.machine) || !kernel_.answers(mine.machine)) return stall(id, from);
  mine.backoff = {};
  if (other.card == nullptr) { // nobody has it any more: a reset
    mine.sent.clear();
    break_side(id, from, close_reason::by_peer);
    return;
  }
  auto head = std::move(mine.sent.front());
  mine.sent.pop_front();
  mine.backlog -= head.data.size();
  if (head.last) {
    mine.sent.clear();
    break_side(id, 1 - from, close_reason::by_peer);
    return;
  }
  kernel_.record().detail(kernel_.now(), kernel_.name(other.machine), "stream data from", kernel_.name(mine.machine),
                          head.data);
  auto stream = other.stream;
  auto* card = other.card;
  move(id, from);
  card->deliver(stream_data{stream, std::move(head.data)});
}

// One end is over: its owner is told, if it is there to be told; what it had written is lost, and the other end learns
// when it next writes, or by the reset that goes its way.
void fabric::break_side(connection_id id, int which, close_reason why) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  auto& mine = found->second.sides[static_cast<std::size_t>(which)];
  auto* card = std::exchange(mine.card, nullptr);
  mine.sent.clear();
  mine.backlog = 0;
  auto stream = mine.stream;
  if (card && why == close_reason::backlog) mine.sent.push_back({{}, true});
  if (card) card->streams_.erase(stream);
  if (found->second.open) move(id, which);
  forget_if_left(id);
  if (!card) return;
  kernel_.record().detail(kernel_.now(), kernel_.name(card->machine_), "stream closed", {}, {});
  card->deliver(stream_closed{stream, why});
}

void fabric::forget_if_left(connection_id id) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const auto& [a, b] = found->second.sides;
  if (a.card == nullptr && b.card == nullptr) connections_.erase(found);
}

} // namespace troupe::sim
