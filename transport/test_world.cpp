#include "transport/test_world.hpp"

namespace troupe::transport_test {

using namespace transport;

// One node's network: forwards to the world.
struct test_world::wire final : network {
  test_world& world;
  node& owner;
  wire(test_world& w, node& n)
    : world(w)
    , owner(n) {}
  std::string open(const std::vector<endpoint>&, handler) override { return {}; }
  void send(const endpoint& to, byte_buffer data) override {
    if (world.record) world.sent.emplace_back(owner.at, to, data);
    if (world.on_the_wire && !world.on_the_wire(owner.at, to, data)) return;
    if (world.random_.chance(world.loss)) return;
    bool twice = world.random_.chance(world.repeat);
    for (int i = 0; i < (twice ? 2 : 1); ++i)
      world.at_time(world.now + world.delay(), [&w = world, from = owner.at, to, data] { w.deliver(from, to, data); });
  }
  stream_id connect(const endpoint& to) override { return world.connect(owner, to); }
  void write(stream_id stream, byte_buffer data) override { world.write(stream, std::move(data)); }
  void close(stream_id stream) override { world.close(stream); }
  void end_if_stuck(stream_id stream) override {
    auto end = world.pipes_.find(stream);
    if (end == world.pipes_.end() || end->second.free <= world.now + world.slowest) return;
    world.pipes_.erase(end);
    world.at_time(world.now, [&w = world, name = owner.name, life = owner.life, stream] {
      w.stream_event(name, life, stream_closed{stream, close_reason::stuck});
    });
  }
};

test_world::node& test_world::add(std::string_view name, std::uint8_t number) {
  auto& n = nodes_[node_name{name}];
  n.name = node_name{name};
  n.at = test_endpoint(number);
  directory_.nodes[n.name] = {n.name, test_identity(name).key(), {n.at}};
  return n;
}

void test_world::boot(std::string_view name, terms ours) {
  crash(name);
  auto& n = at(name);
  n.random = seeded(random_.next());
  n.board = std::make_unique<switchboard>(test_identity(name), ours, session_id{7}, draw_secret<32>(n.random));
  set_directory(name, directory_);
}

void test_world::crash(std::string_view name) {
  auto& n = at(name);
  ++n.life;
  n.board.reset();
  std::vector<stream_id> ends;
  for (const auto& [id, p] : pipes_)
    if (p.owner == n.name) ends.push_back(id);
  for (auto id : ends) close(id);
}

void test_world::set_directory(std::string_view name, directory_of_keys directory) {
  auto& n = at(name);
  effects out;
  n.board->set_directory({now, n.random}, std::move(directory), out);
  perform(n, out);
}

void test_world::perform(node& n, effects& out) {
  wire net(*this, n);
  carry_out(out, net, *n.board, [&](effect&& e) {
    if (auto* m = std::get_if<message_received>(&e)) n.got.push_back(std::move(*m));
    if (auto* c = std::get_if<link_changed>(&e)) n.changes.push_back(*c);
    if (std::holds_alternative<stream_broken>(e)) ++n.broken;
    if (auto* h = std::get_if<host_answered>(&e)) n.answered.push_back(*h);
    if (auto* r = std::get_if<turned_away>(&e)) n.refused.push_back(*r);
  });
}

void test_world::input(node& n, network_event event) {
  effects out;
  n.board->on_event({now, n.random}, std::move(event), out);
  perform(n, out);
}

bool test_world::send(std::string_view from, std::string_view to, route by, std::string_view text) {
  auto& n = at(from);
  effects out;
  bool known = n.board->send({now, n.random}, node_name{to}, by, message_kind::gossip, view_of(text), out);
  perform(n, out);
  return known;
}

void test_world::inject(const endpoint& from, const endpoint& to, byte_buffer datagram) {
  deliver(from, to, std::move(datagram));
}

void test_world::relay(const endpoint& from, const endpoint& to, byte_buffer datagram) {
  at_time(now + std::chrono::milliseconds(1),
          [this, from, to, data = std::move(datagram)] { deliver(from, to, data); });
}

test_world::node* test_world::node_at(const endpoint& where) {
  for (auto& [name, n] : nodes_)
    if (n.at == where) return &n;
  return nullptr;
}

duration test_world::delay() {
  return std::chrono::milliseconds(1) +
         duration(static_cast<duration::rep>(random_.below(static_cast<std::uint64_t>(slowest.count()))));
}

void test_world::deliver(const endpoint& from, const endpoint& to, byte_buffer data) {
  auto* n = node_at(to);
  if (n != nullptr && n->board) input(*n, datagram_received{from, std::move(data)});
}

void test_world::stream_event(const node_name& to, int life, network_event event) {
  auto& n = nodes_.at(to);
  if (n.board && n.life == life) input(n, std::move(event));
}

stream_id test_world::connect(node& from, const endpoint& to) {
  stream_id ours{++last_stream_};
  pipes_[ours] = {from.name, stream_id{}, now};
  if (on_dials && !on_dials(to)) return ours;
  at_time(now + delay(), [this, ours, to, source = from.at, name = from.name, life = from.life] {
    auto mine = pipes_.find(ours);
    if (mine == pipes_.end()) return;
    auto second = second_addresses.find(to);
    auto* n = node_at(second != second_addresses.end() ? second->second : to);
    if (n == nullptr || !n->board) {
      pipes_.erase(mine);
      return stream_event(name, life, stream_closed{ours, n ? close_reason::refused : close_reason::unreachable});
    }
    stream_id theirs{++last_stream_};
    mine->second.other = theirs;
    pipes_[theirs] = {n->name, ours, now};
    input(*n, stream_accepted{theirs, source});
    stream_event(name, life, stream_connected{ours});
  });
  return ours;
}

void test_world::write(stream_id stream, byte_buffer data) {
  auto end = pipes_.find(stream);
  if (end == pipes_.end()) return;
  if (on_streams) on_streams(data);
  auto arrives = std::max(now + delay(), end->second.free);
  end->second.free = arrives;
  at_time(arrives, [this, to = end->second.other, bytes = std::move(data)]() mutable {
    auto other = pipes_.find(to);
    if (other == pipes_.end() || other->second.owner.empty()) return;
    auto& n = nodes_.at(other->second.owner);
    if (n.board) input(n, stream_data{to, std::move(bytes)});
  });
}

void test_world::close(stream_id stream) {
  auto end = pipes_.find(stream);
  if (end == pipes_.end()) return;
  auto arrives = std::max(now + delay(), end->second.free);
  at_time(arrives, [this, to = end->second.other] {
    auto other = pipes_.find(to);
    if (other == pipes_.end()) return;
    auto owner = other->second.owner;
    pipes_.erase(other);
    if (!owner.empty()) stream_event(owner, nodes_.at(owner).life, stream_closed{to, close_reason::by_peer});
  });
  pipes_.erase(end);
}

void test_world::stall_streams(duration span) {
  for (auto& [id, p] : pipes_) p.free = std::max(p.free, now + span);
}

void test_world::cut_streams() {
  auto cut = std::move(pipes_);
  pipes_.clear();
  for (const auto& [id, p] : cut)
    if (!p.owner.empty()) stream_event(p.owner, nodes_.at(p.owner).life, stream_closed{id, close_reason::by_peer});
}

stream_id test_world::stranger_stream(std::string_view to, const endpoint& from) {
  stream_id outside{++last_stream_}, inside{++last_stream_};
  pipes_[outside] = {node_name{}, inside, now};
  pipes_[inside] = {node_name{to}, outside, now};
  input(at(to), stream_accepted{inside, from});
  return inside;
}

void test_world::stranger_writes(std::string_view to, stream_id stream, byte_buffer data) {
  if (pipes_.contains(stream)) input(at(to), stream_data{stream, std::move(data)});
}

void test_world::run_for(duration span) {
  auto end = now + span;
  for (;;) {
    auto next = agenda_.empty() ? end : std::min(end, agenda_.begin()->first.first);
    for (auto& [name, n] : nodes_)
      if (n.board)
        if (auto at = n.board->deadline()) next = std::min(next, std::max(*at, now));
    now = next;
    if (now >= end) return;
    while (!agenda_.empty() && agenda_.begin()->first.first <= now) {
      auto what = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      what();
    }
    for (auto& [name, n] : nodes_) {
      if (!n.board) continue;
      effects out;
      n.board->tick({now, n.random}, out);
      perform(n, out);
    }
  }
}

bool test_world::run_until(const std::function<bool()>& done, duration within) {
  for (auto end = now + within; now < end;) {
    if (done()) return true;
    run_for(std::chrono::milliseconds(1));
  }
  return done();
}

} // namespace troupe::transport_test
