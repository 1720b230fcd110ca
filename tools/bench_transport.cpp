// What sealing and handshakes cost on this machine; medians of five rounds, in nanoseconds. Not a test.
//   build/tools/bench-transport
#include "transport/cookie.hpp"
#include "transport/sealed_datagrams.hpp"
#include "transport/sealed_stream.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace troupe::bench_transport {

using namespace transport;

template <class Work>
void row(const char* what, int times, Work work) {
  std::array<double, 5> rounds{};
  for (auto& r : rounds) {
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) work();
    std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    r = took.count() / times;
  }
  std::sort(rounds.begin(), rounds.end());
  std::printf("%-44s %9.0f ns %10.0f /s\n", what, rounds[2], 1e9 / rounds[2]);
}

seed_bytes seed(int number) {
  std::array<std::byte, 32> bytes{};
  bytes.fill(static_cast<std::byte>(number));
  return seed_bytes(bytes);
}

agreed_session end(bool first) {
  return {purpose::datagrams,          node_name{"n"}, {},          channel_id{first ? 1u : 2u},
          channel_id{first ? 2u : 1u}, first,          seed(first), seed(!first)};
}

void run() {
  identity a(node_name{"n1"}, seed(1)), b(node_name{"n2"}, seed(2));
  pinned_node pinned_a{a.name(), a.key(), {}}, pinned_b{b.name(), b.key(), {}};
  directory_of_keys directory{{{a.name(), pinned_a}, {b.name(), pinned_b}}, {}};
  auto start = [&] { return initiator(a, pinned_b, {}, purpose::datagrams, channel_id{1}, seed(3)); };
  row("handshake, both sides", 500, [&] {
    auto i = start();
    responder r(b, pinned_a, {}, *parse_hello(i.hello_message()), channel_id{2}, seed(4));
    if (!i.on_welcome(*parse_welcome(r.welcome_message()))) std::abort();
    if (!r.on_finish(*parse_finish(i.finish_message()))) std::abort();
  });
  auto first = start().hello_message();
  row("  of it what a known stranger can cost us", 500,
      [&] { responder(b, pinned_a, {}, *parse_hello(first), channel_id{2}, seed(4)); });
  cookie_jar jar(seed(5));
  row("  of it what any stranger can cost us", 100'000, [&] {
    auto h = parse_hello(first);
    if (!recognize(*h, b, directory, {}) || jar.good(h->cookie, {}, instant{})) std::abort();
    if (jar.bake({}, instant{}) == cookie{}) std::abort();
  });
  for (std::size_t size : {std::size_t{200}, max_datagram_text}) {
    byte_buffer text(size);
    sealed_datagrams out(end(true)), in(end(false));
    std::printf("%zu bytes\n", size);
    row("  datagram sealed", 100'000, [&] { out.seal(text); });
    row("  datagram sealed and opened", 100'000, [&] {
      if (!in.open(out.seal(text))) std::abort();
    });
    auto forged = out.seal(text);
    forged[4] ^= std::byte{1};
    row("  datagram refused", 100'000, [&] {
      if (in.open(forged)) std::abort();
    });
    stream_sealer sealer(seed(6), instant{});
    stream_opener opener(seed(6));
    row("  frame sealed and opened", 100'000, [&] {
      std::vector<byte_buffer> texts;
      if (!opener.feed(sealer.seal(text, instant{}), texts) || texts.size() != 1) std::abort();
    });
  }
}

} // namespace troupe::bench_transport

int main() {
  troupe::bench_transport::run();
}
