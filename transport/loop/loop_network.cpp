#include "transport/loop/loop_network.hpp"

#include "transport/endpoint.hpp"
#include "transport/loop/addresses.hpp"

#include <bit>
#include <netinet/tcp.h>

namespace troupe::loop {

using namespace transport;

struct loop_network::udp_socket {
  uv_udp_t handle{};
  loop_network& network;
  endpoint at;
};

struct loop_network::tcp_listener {
  uv_tcp_t handle{};
  loop_network& network;
};

namespace {

constexpr int accept_queue = 128;

template <class Owner>
void close_owned(Owner* owner) {
  uv_close(reinterpret_cast<uv_handle_t*>(&owner->handle), [](uv_handle_t* h) { delete static_cast<Owner*>(h->data); });
}

std::string not_bound(const char* what, const endpoint& at, int failed) {
  return std::string(what) + " " + to_text(at) + " could not be bound: " + uv_strerror(failed);
}

int common_bits(const endpoint& a, const endpoint& b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.address.size(); ++i) {
    auto different = std::to_integer<std::uint8_t>(a.address[i] ^ b.address[i]);
    bits += std::countl_zero(different);
    if (different != 0) break;
  }
  return bits;
}

} // namespace

loop_network::~loop_network() {
  loop_.call([this] { close_all(); });
}

void loop_network::close_all() {
  {
    std::scoped_lock held(sending_);
    ways_out_.clear();
  }
  for (auto* s : sockets_) close_owned(s);
  for (auto* l : listeners_) close_owned(l);
  auto streams = std::move(streams_);
  streams_.clear();
  for (auto& [id, s] : streams) s->finish();
  sockets_.clear();
  listeners_.clear();
}

// What callers have handed over and the loop has not taken yet.
bool loop_network::reserve(std::size_t bytes) {
  if (posted_.fetch_add(bytes) + bytes <= max_posted) return true;
  posted_.fetch_sub(bytes);
  return false;
}

// --- listening ---

std::string loop_network::open(const std::vector<endpoint>& listen, handler on_event) {
  std::string wrong;
  loop_.call([&] {
    on_event_ = std::move(on_event);
    for (const auto& at : listen)
      if (wrong.empty()) wrong = listen_on(at);
    if (!wrong.empty()) close_all();
  });
  return wrong;
}

std::string loop_network::listen_on(const endpoint& at) {
  auto wrong = listen_datagrams(at);
  return wrong.empty() ? listen_streams(at) : wrong;
}

std::string loop_network::listen_datagrams(const endpoint& at) {
  auto* s = new udp_socket{{}, *this, at};
  uv_udp_init(loop_.uv(), &s->handle);
  s->handle.data = s;
  sockets_.push_back(s);
  auto address = to_sockaddr(at);
  unsigned only_v6 = is_v4(at) ? 0 : UV_UDP_IPV6ONLY;
  int failed = uv_udp_bind(&s->handle, reinterpret_cast<const sockaddr*>(&address), only_v6);
  auto give = [](uv_handle_t* h, std::size_t, uv_buf_t* into) {
    auto& scratch = static_cast<udp_socket*>(h->data)->network.loop_.scratch();
    *into = uv_buf_init(scratch.data(), max_datagram + 1); // one more tells a longer one
  };
  auto take = [](uv_udp_t* h, ssize_t size, const uv_buf_t* data, const sockaddr* from, unsigned flags) {
    if (size < 0 || from == nullptr || (flags & UV_UDP_PARTIAL) != 0) return;
    if (static_cast<std::size_t>(size) > max_datagram) return; // nothing of ours is that long
    const auto* first = reinterpret_cast<const std::byte*>(data->base);
    static_cast<udp_socket*>(h->data)->network.on_event_(
        datagram_received{to_endpoint(from), byte_buffer(first, first + size)});
  };
  if (failed == 0) failed = uv_udp_recv_start(&s->handle, give, take);
  uv_os_fd_t descriptor = -1;
  if (failed == 0) failed = uv_fileno(reinterpret_cast<const uv_handle_t*>(&s->handle), &descriptor);
  if (failed == 0) {
    std::scoped_lock held(sending_);
    ways_out_.push_back({descriptor, at});
  }
  return failed == 0 ? std::string{} : not_bound("UDP", at, failed);
}

std::string loop_network::listen_streams(const endpoint& at) {
  auto* l = new tcp_listener{{}, *this};
  uv_tcp_init(loop_.uv(), &l->handle);
  l->handle.data = l;
  listeners_.push_back(l);
  auto address = to_sockaddr(at);
  unsigned only_v6 = is_v4(at) ? 0 : UV_TCP_IPV6ONLY;
  int failed = uv_tcp_bind(&l->handle, reinterpret_cast<const sockaddr*>(&address), only_v6);
  auto called = [](uv_stream_t* s, int error) {
    auto* self = static_cast<tcp_listener*>(s->data);
    if (error == 0) self->network.accept(*self);
  };
  if (failed == 0) failed = uv_listen(reinterpret_cast<uv_stream_t*>(&l->handle), accept_queue, called);
  return failed == 0 ? std::string{} : not_bound("TCP", at, failed);
}

// --- datagrams ---

void loop_network::send(const endpoint& to, byte_buffer datagram) {
  auto address = to_sockaddr(to);
  socklen_t length = is_v4(to) ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::scoped_lock held(sending_);
  const way_out* nearest = nullptr;
  for (const auto& w : ways_out_) {
    if (is_v4(w.at) != is_v4(to)) continue;
    if (nearest == nullptr || common_bits(w.at, to) > common_bits(nearest->at, to)) nearest = &w;
  }
  if (nearest != nullptr) // what the kernel does not take at once is lost, as datagrams may be
    ::sendto(nearest->descriptor, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&address), length);
}

// --- streams ---

void loop_network::use(bounded_stream& stream, stream_id id) {
  stream.on_data = [this, id](byte_buffer data) { on_event_(stream_data{id, std::move(data)}); };
  stream.on_end = [this, id](int) { lose(id, close_reason::by_peer); };
  uv_tcp_nodelay(stream.tcp(), 1);
  uv_tcp_keepalive(stream.tcp(), 1, 5);
  uv_os_fd_t descriptor = -1;
  unsigned limit = static_cast<unsigned>(silent_stream.count());
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(stream.tcp()), &descriptor) == 0)
    setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
  stream.start_reading();
}

void loop_network::accept(tcp_listener& from) {
  auto* stream = bounded_stream::make(loop_, bounded_stream::kind::tcp, max_stream_backlog);
  bool taken = uv_accept(reinterpret_cast<uv_stream_t*>(&from.handle), stream->stream()) == 0;
  if (!taken || streams_.size() >= max_streams) return stream->abort();
  sockaddr_storage address{};
  int size = sizeof address;
  uv_tcp_getpeername(stream->tcp(), reinterpret_cast<sockaddr*>(&address), &size);
  stream_id id{++last_stream_};
  streams_[id] = stream;
  on_event_(stream_accepted{id, to_endpoint(reinterpret_cast<const sockaddr*>(&address))});
  if (streams_.contains(id)) use(*stream, id);
}

stream_id loop_network::connect(const endpoint& to) {
  stream_id id{++last_stream_};
  loop_.post([this, id, to] { connect_now(id, to); });
  return id;
}

void loop_network::connect_now(stream_id id, const endpoint& to) {
  if (streams_.size() >= max_streams) return on_event_(stream_closed{id, close_reason::unreachable});
  auto* stream = bounded_stream::make(loop_, bounded_stream::kind::tcp, max_stream_backlog);
  streams_[id] = stream;
  auto address = to_sockaddr(to);
  stream->on_connect = [this, id, stream](int failed) {
    if (failed == 0) {
      use(*stream, id);
      return on_event_(stream_connected{id});
    }
    stream->abort();
    lose(id, failed == UV_ECONNREFUSED ? close_reason::refused : close_reason::unreachable);
  };
  stream->connect(reinterpret_cast<const sockaddr*>(&address));
}

void loop_network::lose(stream_id id, close_reason why) {
  if (streams_.erase(id) != 0) on_event_(stream_closed{id, why});
}

void loop_network::write(stream_id stream, byte_buffer data) {
  auto size = data.size();
  bool room = reserve(size);
  loop_.post([this, stream, room, size, bytes = room ? std::move(data) : byte_buffer{}]() mutable {
    if (room) posted_.fetch_sub(size);
    auto at = streams_.find(stream);
    if (at == streams_.end()) return;
    if (room && at->second->write(std::move(bytes))) return;
    at->second->abort();
    lose(stream, close_reason::backlog);
  });
}

void loop_network::close(stream_id stream) {
  loop_.post([this, stream] {
    auto at = streams_.find(stream);
    if (at == streams_.end()) return;
    auto* closing = at->second;
    streams_.erase(at);
    closing->finish();
  });
}

void loop_network::end_if_stuck(stream_id stream) {
  loop_.post([this, stream] {
    auto at = streams_.find(stream);
    if (at == streams_.end()) return;
    uv_os_fd_t descriptor = -1;
    tcp_info known{};
    socklen_t size = sizeof known;
    bool told = uv_fileno(reinterpret_cast<const uv_handle_t*>(at->second->tcp()), &descriptor) == 0 &&
                getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &known, &size) == 0;
    if (!told || known.tcpi_retransmits == 0) return;
    linger at_once{1, 0}; // the peer is told by a reset, not by an end that waits behind what is stuck
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    at->second->abort();
    lose(stream, close_reason::stuck);
  });
}

} // namespace troupe::loop
