#include "tools/sim/sim_network.hpp"

#include <algorithm>

namespace troupe::sim {

using namespace transport;

fabric::fabric(kernel& k)
  : kernel_(k)
  , random_(k.random_for("network"))
  , cards_(k.machine_count(), nullptr) {}

bool fabric::passes(machine_index from, machine_index to) const {
  return !kernel_.faults().link(from, to).cut;
}

duration fabric::latency(machine_index from, machine_index to) {
  auto spread = random_.below(static_cast<std::uint64_t>(latency_spread.count()));
  auto late = kernel_.faults().link(from, to).delay;
  if (late != duration{}) kernel_.effects().add(effect::packet_delayed);
  return latency_least + duration{static_cast<std::int64_t>(spread)} + late;
}

// --- datagrams ---
void fabric::send(network_card& from, const endpoint& to, byte_buffer data) {
  auto target = machine_at(to, cards_.size());
  if (data.size() > max_datagram) {
    ++oversized_;
    kernel_.record().story(kernel_.now(), kernel_.name(from.machine_), "a datagram beyond max_datagram was dropped");
    return;
  }
  if (!target) return;
  const auto& link = kernel_.faults().link(from.machine_, *target);
  if (link.cut) {
    kernel_.effects().add(link.one_way ? effect::partitioned_one_way : effect::partitioned);
    return;
  }
  if (random_.chance(link.loss.ppm)) {
    kernel_.effects().add(effect::packet_lost);
    return;
  }
  int copies = 1;
  if (random_.chance(link.duplication.ppm)) {
    kernel_.effects().add(effect::packet_duplicated);
    copies = 2;
  }
  for (; copies > 0; --copies) {
    auto delay = latency(from.machine_, *target);
    if (link.reordering != duration{}) {
      kernel_.effects().add(effect::packet_reordered);
      delay += duration{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(link.reordering.count())))};
    }
    auto copy = copies > 1 ? data : std::move(data);
    kernel_.after(delay, kernel_.world(),
                  [this, a = from.machine_, b = *target, source = from.source(), port = to.port,
                   d = std::move(copy)]() mutable { arrive(a, b, source, port, std::move(d)); });
  }
}

void fabric::arrive(machine_index from, machine_index to, const endpoint& source, std::uint16_t port,
                    byte_buffer data) {
  const auto& machine = kernel_.hardware(to);
  auto* card = cards_[to.value];
  if (machine.power != power::on || card == nullptr || !card->listens_on(port)) return;
  if (machine.paused) {
    if (machine.held.size() >= max_held_packets) return;
    kernel_.after({}, kernel_.life_of(to), [this, from, to, source, port, d = std::move(data)]() mutable {
      arrive(from, to, source, port, std::move(d));
    });
    return;
  }
  kernel_.record().detail(kernel_.now(), kernel_.name(to), "datagram from", kernel_.name(from), data);
  ++delivered_;
  card->deliver(datagram_received{source, std::move(data)});
}

void fabric::unplug(network_card& card) {
  if (cards_[card.machine_.value] != &card) return;
  cards_[card.machine_.value] = nullptr;
  bool host_lives = kernel_.hardware(card.machine_).power == power::on;
  for (auto [stream, id] : std::exchange(card.streams_, {})) {
    auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    auto& mine = found->second.sides[found->second.sides[0].card == &card ? 0 : 1];
    mine.card = nullptr;
    if (host_lives) { // its kernel sends what was written, then closes
      mine.sent.push_back({{}, true});
      move(id, &mine == &found->second.sides[0] ? 0 : 1);
    } else {
      mine.sent.clear();
      forget_if_left(id);
    }
  }
}

} // namespace troupe::sim
