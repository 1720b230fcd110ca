#include "messages/types/assert.hpp"
#include "tools/sim/sim_network.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::sim {

using namespace transport;

endpoint address_of(machine_index m, std::uint16_t port) {
  endpoint e;
  e.address[10] = e.address[11] = std::byte{0xff};
  e.address[12] = std::byte{10};
  auto host = m.value + 1;
  e.address[14] = static_cast<std::byte>(host >> 8);
  e.address[15] = static_cast<std::byte>(host & 0xff);
  e.port = port;
  return e;
}

std::optional<machine_index> machine_at(const endpoint& e, std::size_t machines) {
  auto host = std::to_integer<std::uint32_t>(e.address[14]) << 8 | std::to_integer<std::uint32_t>(e.address[15]);
  if (host == 0 || host > machines || e != address_of(machine_index{host - 1}, e.port)) return {};
  return machine_index{host - 1};
}

network_card::network_card(fabric& between, machine_index machine)
  : fabric_(between)
  , machine_(machine) {
  fabric_.plug(machine_, this);
}

network_card::~network_card() {
  shut();
}

void network_card::shut() {
  fabric_.unplug(*this);
  listen_.clear();
  on_event_ = {};
}

std::string network_card::open(const std::vector<endpoint>& listen, handler on_event) {
  TROUPE_ASSERT(!on_event_, "open() is called once");
  for (const auto& e : listen)
    if (e != address_of(machine_, e.port) || e.port == 0)
      return fmt::format("cannot bind {}:{}: not an address of this machine", to_hex(e.address), e.port);
  listen_ = listen;
  on_event_ = std::move(on_event);
  return {};
}

bool network_card::listens_on(std::uint16_t port) const {
  return std::any_of(listen_.begin(), listen_.end(), [&](const endpoint& e) { return e.port == port; });
}

endpoint network_card::source() const {
  return listen_.empty() ? address_of(machine_) : listen_.front();
}

void network_card::deliver(network_event event) {
  if (on_event_) on_event_(std::move(event));
}

void network_card::send(const endpoint& to, byte_buffer datagram) {
  if (on_event_) fabric_.send(*this, to, std::move(datagram));
}

stream_id network_card::connect(const endpoint& to) {
  stream_id stream{++last_stream_};
  if (on_event_) fabric_.connect(*this, stream, to);
  return stream;
}

void network_card::write(stream_id stream, byte_buffer data) {
  if (on_event_) fabric_.write(*this, stream, {std::move(data)});
}

void network_card::close(stream_id stream) {
  if (on_event_) fabric_.close(*this, stream);
}

void network_card::end_if_stuck(stream_id stream) {
  if (on_event_) fabric_.end_if_stuck(*this, stream);
}

} // namespace troupe::sim
