#include "transport/endpoint.hpp"
#include "transport/loop/collector.hpp"
#include "transport/loop/loop_network.hpp"
#include "transport/loop/watch.hpp"
#include "transport/switchboard.hpp"
#include "transport/test_nodes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::loop_test {

using namespace loop;
using namespace transport;
using namespace std::chrono_literals;
using transport_test::seeded;
using transport_test::test_identity;
using transport_test::test_lineage;
using transport_test::test_seed;

namespace {

// A network on a port that was free.
struct open_network {
  collector<network_event> events;
  endpoint at;
  std::unique_ptr<loop_network> net;

  open_network(event_loop& loop, const std::string& host) {
    static std::uint16_t next = static_cast<std::uint16_t>(20'000 + getpid() % 20'000);
    for (int attempt = 0; attempt < 200 && !net; ++attempt) {
      at = *make_endpoint(host, ++next);
      auto made = std::make_unique<loop_network>(loop);
      if (made->open({at}, [this](network_event e) { events(std::move(e)); }).empty()) net = std::move(made);
    }
    REQUIRE(net);
  }
};

bool has_v6() {
  event_loop loop;
  loop_network net(loop);
  return net.open({*make_endpoint("::1", 19'999)}, [](network_event) {}).find("address not available") ==
         std::string::npos;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return count;
}

} // namespace

TEST_CASE("what is posted on the loop's own thread runs later than what runs now, and needs no wake-up") {
  event_loop loop;
  std::promise<std::vector<int>> done;
  std::vector<int> order;
  loop.post([&] {
    loop.post([&] {
      order.push_back(2);
      loop.post([&] { done.set_value(order); });
    });
    order.push_back(1);
  });
  auto seen = done.get_future();
  REQUIRE(seen.wait_for(60s) == std::future_status::ready);
  CHECK(seen.get() == std::vector{1, 2});
}

TEST_CASE("each turn's work comes after the callbacks, and again when it asks to, not before") {
  event_loop loop;
  std::promise<std::vector<std::string>> done;
  std::vector<std::string> order;
  instant wanted{};
  bool told = false;
  loop.each_turn([&]() -> std::optional<instant> {
    if (order.empty() || told) return {};
    if (order.back() == "posted") {
      order.emplace_back("turn");
      return wanted = event_loop::now() + 20ms;
    }
    if (event_loop::now() < wanted) return wanted; // another reason to turn: nothing is due yet
    order.emplace_back("again");
    told = true;
    done.set_value(order);
    return {};
  });
  loop.post([&] { order.emplace_back("posted"); });
  auto seen = done.get_future();
  REQUIRE(seen.wait_for(60s) == std::future_status::ready);
  CHECK(seen.get() == std::vector<std::string>{"posted", "turn", "again"});
  loop.each_turn({});
}

TEST_CASE("loop: posted work runs in order on one thread; call waits for it") {
  std::vector<int> order;
  event_loop loop;
  for (int i = 0; i < 1000; ++i) loop.post([&, i] { order.push_back(i); });
  bool inside = false;
  loop.call([&] {
    inside = loop.here();
    loop.call([&] { order.push_back(1000); });
  });
  CHECK(inside);
  CHECK_FALSE(loop.here());
  CHECK(order.size() == 1001);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("network: datagrams and streams over IPv4 and IPv6") {
  for (std::string host : {"127.0.0.1", "::1"}) {
    if (host == "::1" && !has_v6()) {
      MESSAGE("skipped: no ::1 here");
      continue;
    }
    event_loop loop;
    open_network a(loop, host), b(loop, host);

    a.net->send(b.at, bytes("datagram"));
    std::vector<datagram_received> datagrams;
    REQUIRE(b.events.wait<datagram_received>(1, &datagrams));
    CHECK(datagrams[0].from == a.at);
    CHECK(datagrams[0].data == bytes("datagram"));

    auto dialled = a.net->connect(b.at);
    REQUIRE(a.events.wait<stream_connected>(1));
    std::vector<stream_accepted> accepted;
    REQUIRE(b.events.wait<stream_accepted>(1, &accepted));
    CHECK(accepted[0].from.address == a.at.address);
    a.net->write(dialled, bytes("ping"));
    std::vector<stream_data> got;
    REQUIRE(b.events.wait<stream_data>(1, &got));
    CHECK(got[0].data == bytes("ping"));
    b.net->write(accepted[0].stream, bytes("pong"));
    b.net->close(accepted[0].stream); // what was written still goes out
    REQUIRE(a.events.wait<stream_data>(1, &got));
    CHECK(got[0].data == bytes("pong"));
    std::vector<stream_closed> closed;
    REQUIRE(a.events.wait<stream_closed>(1, &closed));
    CHECK(closed[0].stream == dialled);
    CHECK(closed[0].why == close_reason::by_peer);
    CHECK(b.events.size() == 3); // no closed for what b itself ended
  }
}

TEST_CASE("network: on two networks, each is spoken to from its own address") {
  event_loop loop;
  open_network peer(loop, "127.0.0.1");
  auto port = static_cast<std::uint16_t>(peer.at.port + 1);
  auto first = *make_endpoint("127.77.0.1", port), second = *make_endpoint("127.0.0.2", port);
  for (const auto& order : {std::vector{first, second}, std::vector{second, first}}) {
    loop_network both(loop);
    REQUIRE(both.open(order, [](network_event) {}) == "");
    both.send(peer.at, bytes("x"));
    std::vector<datagram_received> got;
    REQUIRE(peer.events.wait<datagram_received>(order.front() == first ? 1 : 2, &got));
    CHECK(got.back().from == second);
  }
}

TEST_CASE("network: what cannot be bound or reached is said, by its reason") {
  event_loop loop;
  open_network a(loop, "127.0.0.1");
  loop_network second(loop);
  auto wrong = second.open({a.at}, [](network_event) {});
  CHECK(wrong.find(to_text(a.at)) != std::string::npos);
  CHECK(wrong.find("in use") != std::string::npos);

  endpoint nobody{};
  {
    open_network gone(loop, "127.0.0.1");
    nobody = gone.at;
  }
  a.net->connect(nobody);
  std::vector<stream_closed> closed;
  REQUIRE(a.events.wait<stream_closed>(1, &closed));
  CHECK(closed[0].why == close_reason::refused);
  a.net->connect(*parse_endpoint("[fe80::1]:1")); // needs a scope: the kernel knows no way
  REQUIRE(a.events.wait<stream_closed>(2, &closed));
  CHECK(closed[1].why == close_reason::unreachable);
  a.net->connect(*parse_endpoint("255.255.255.255:1"));
  REQUIRE(a.events.wait<stream_closed>(3, &closed));
  CHECK(closed[2].why == close_reason::unreachable);
}

TEST_CASE("network: a stream that does not drain is closed, and the peer's memory stays its own") {
  event_loop loop;
  open_network a(loop, "127.0.0.1");
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&where), size) == 0);
  REQUIRE(::listen(listener, 1) == 0); // accepts in the kernel, and never reads
  getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size);
  auto stream = a.net->connect(*make_endpoint("127.0.0.1", ntohs(where.sin_port)));
  REQUIRE(a.events.wait<stream_connected>(1));
  for (int i = 0; i < 40; ++i) a.net->write(stream, byte_buffer(1 << 20));
  std::vector<stream_closed> closed;
  REQUIRE(a.events.wait<stream_closed>(1, &closed));
  CHECK(closed[0].why == close_reason::backlog);
  ::close(listener);
}

TEST_CASE("network: a stream that is not stuck is not ended for it") { // one that is: tests/whole_cluster.py
  event_loop loop;
  open_network a(loop, "127.0.0.1"), b(loop, "127.0.0.1");
  auto out = a.net->connect(b.at);
  REQUIRE(a.events.wait<stream_connected>(1));
  a.net->end_if_stuck(out);
  a.net->end_if_stuck(stream_id{99});
  a.net->write(out, bytes("goes on"));
  std::vector<stream_data> got;
  REQUIRE(b.events.wait<stream_data>(1, &got));
  CHECK(got[0].data == bytes("goes on"));
  CHECK(a.events.size() == 1);
}

TEST_CASE("network: an oversized datagram is dropped, by sender and receiver, and neither goes deaf") {
  event_loop loop;
  open_network a(loop, "127.0.0.1"), b(loop, "127.0.0.1");
  a.net->send(b.at, byte_buffer(max_datagram + 1));
  a.net->send(b.at, byte_buffer(70'000));                  // EMSGSIZE
  a.net->send(*parse_endpoint("[::1]:1"), byte_buffer(1)); // no socket of that family
  a.net->send(b.at, byte_buffer(max_datagram));
  std::vector<datagram_received> got;
  REQUIRE(b.events.wait<datagram_received>(1, &got));
  CHECK(got.size() == 1);
  CHECK(got[0].data.size() == max_datagram);
}

TEST_CASE("network: destroyed with everything open, nothing is left, no event comes after it") {
  auto before = open_descriptors();
  {
    event_loop loop;
    open_network b(loop, "127.0.0.1");
    {
      open_network a(loop, "127.0.0.1");
      for (int i = 0; i < 50; ++i) a.net->write(a.net->connect(b.at), bytes("x"));
      a.net->connect(*parse_endpoint("192.0.2.1:1")); // never answers
      for (int i = 0; i < 50; ++i) a.net->send(b.at, bytes("y"));
    }
    REQUIRE(b.events.wait<datagram_received>(40));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("network: every descriptor is closed on exec") {
  event_loop loop;
  auto before = open_descriptors();
  open_network a(loop, "127.0.0.1"), b(loop, "127.0.0.1");
  a.net->connect(b.at);
  REQUIRE(b.events.wait<stream_accepted>(1));
  CHECK(open_descriptors() >= before + 6);
  for (int fd = 3; fd < 1024; ++fd) {
    int flags = fcntl(fd, F_GETFD);
    if (flags == -1) continue;
    struct stat what {};
    fstat(fd, &what);
    if (S_ISSOCK(what.st_mode)) CHECK_MESSAGE((flags & FD_CLOEXEC) != 0, "descriptor ", fd);
  }
}

namespace {

// A switchboard on the loop's thread with the real network: what an actor does in the daemon.
struct real_node {
  event_loop& loop;
  open_network& net;
  switchboard board;
  fill_random random;
  collector<effect> got;
  std::unique_ptr<timer> wake;

  real_node(event_loop& l, open_network& n, const char* name, std::uint64_t seed)
    : loop(l)
    , net(n)
    , board(test_identity(name), {test_lineage(1), 1}, session_id{1}, test_seed(static_cast<std::uint8_t>(seed)))
    , random(seeded(seed)) {}

  // One input, on the loop's thread; then the timer for the next deadline.
  void input(const std::function<void(const moment&, effects&)>& what) {
    moment m{instant{duration(uv_hrtime())}, random};
    effects out;
    what(m, out);
    board.tick(m, out);
    carry_out(out, *net.net, board, [this](effect&& e) { got(std::move(e)); });
    wake.reset();
    if (auto at = board.deadline())
      wake = std::make_unique<timer>(loop, std::max(*at - m.now, duration{1ms}),
                                     [this] { loop.post([this] { input([](const moment&, effects&) {}); }); });
  }
};

} // namespace

TEST_CASE("network: two switchboards over real sockets find each other and talk") {
  event_loop loop;
  // The networks' handlers run on the loop's thread and are only set once: they pass on to whoever is there.
  struct relay {
    std::unique_ptr<loop_network> net;
    real_node* node = nullptr;
  };
  std::array<std::unique_ptr<open_network>, 2> nets;
  for (auto& n : nets) n = std::make_unique<open_network>(loop, "127.0.0.1");
  directory_of_keys directory;
  const std::array<const char*, 2> names{"n1", "n2"};
  for (std::size_t i = 0; i < 2; ++i)
    directory.nodes[node_name{names[i]}] = {node_name{names[i]}, test_identity(names[i]).key(), {nets[i]->at}};
  std::array<relay, 2> relays;
  std::array<std::unique_ptr<real_node>, 2> nodes;
  for (std::size_t i = 0; i < 2; ++i) {
    auto at = nets[i]->at;
    nets[i]->net.reset(); // its place is taken by one whose handler leads to the switchboard
    nets[i]->net = std::make_unique<loop_network>(loop);
    REQUIRE(nets[i]
                ->net
                ->open({at},
                       [&relays, i](network_event e) {
                         if (auto* n = relays[i].node)
                           n->input([&](const moment& m, effects& out) { n->board.on_event(m, e, out); });
                       })
                .empty());
    nodes[i] = std::make_unique<real_node>(loop, *nets[i], names[i], i + 1);
  }
  loop.call([&] {
    for (std::size_t i = 0; i < 2; ++i) {
      relays[i].node = nodes[i].get();
      nodes[i]->input([&](const moment& m, effects& out) { nodes[i]->board.set_directory(m, directory, out); });
    }
    for (auto by : {route::datagram, route::stream})
      nodes[0]->input([&](const moment& m, effects& out) {
        nodes[0]->board.send(m, node_name{"n2"}, by, message_kind::gossip, view_of("hello"), out);
      });
  });
  std::vector<message_received> got;
  CHECK(nodes[1]->got.wait<message_received>(2, &got));
  for (const auto& m : got) CHECK(m.payload == bytes("hello"));
  loop.call([&] {
    for (std::size_t i = 0; i < 2; ++i) {
      relays[i].node = nullptr;
      nodes[i]->wake.reset();
    }
  });
  for (auto& n : nets) n->net.reset();
  loop.call([] {});
}

TEST_CASE("watch: a pidfd is readable when the process has ended; timers and signals call") {
  event_loop loop;
  collector<std::variant<int, char>> seen;
  pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  REQUIRE(pidfd >= 0);
  {
    readable_watch watch(loop, pidfd, [&] {
      siginfo_t how{};
      if (waitid(P_PIDFD, static_cast<id_t>(pidfd), &how, WEXITED | WNOHANG) == 0 && how.si_pid == child)
        seen(how.si_status);
    });
    timer soon(loop, 1ms, [&] { seen('t'); });
    REQUIRE(seen.wait<char>(1));
    CHECK(seen.size() == 1);
    kill(child, SIGKILL);
    std::vector<int> status;
    REQUIRE(seen.wait<int>(1, &status));
    CHECK(status[0] == SIGKILL);
  }
  ::close(pidfd);
  {
    signal_watch term(loop, SIGTERM, [&] { seen('s'); });
    kill(getpid(), SIGTERM);
    REQUIRE(seen.wait<char>(2));
  }
  CHECK_THROWS(readable_watch(loop, 1023, [] {}));
}

TEST_CASE("watch: a callback may destroy its own watcher") {
  event_loop loop;
  collector<std::variant<int>> seen;
  std::unique_ptr<timer> one;
  loop.call([&] {
    one = std::make_unique<timer>(loop, 0ms, [&] {
      one.reset();
      seen(1);
    });
  });
  CHECK(seen.wait<int>(1));
}

} // namespace troupe::loop_test
