#include "messages/config_codec.hpp"

#include "messages/capnp_guard.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <config.capnp.h>

namespace troupe::config_codec_test {

using namespace troupe::config;

// Random configurations: every field over its whole range, whether or not they make sense.
class generator {
public:
  explicit generator(std::uint64_t seed)
    : random_(seed) {}

  cluster make() {
    cluster c;
    c.name = word();
    c.tolerate = time();
    c.restart_grace = time();
    c.boot_grace = time();
    c.late_margin = time();
    c.no_quorum = one_of(no_quorum_policy::freeze);
    c.mass_loss = one_of(mass_loss_policy::fence);
    c.fencing = one_of(fencing_policy::off);
    c.stickiness = points();
    c.nodes = named(&generator::make_node);
    c.resources = named(&generator::make_resource);
    c.groups = named(&generator::make_group);
    for (auto n = few(); n > 0; --n) c.locations.push_back({word(), node_name(word()), points()});
    for (auto n = few(); n > 0; --n) c.colocations.push_back({word(), maybe_role(), word(), maybe_role(), points()});
    for (auto n = few(); n > 0; --n)
      c.orders.push_back(
          {word(), one_of(action::demote), word(), one_of(action::demote), one_of(order_kind::optional), coin()});
    c.devices = named(&generator::make_device);
    return c;
  }

private:
  bool coin() { return random_.below(2) == 0; }
  std::uint64_t few() { return random_.below(5); }
  std::uint32_t number(std::uint32_t least, std::uint32_t most) {
    return least + static_cast<std::uint32_t>(random_.below(std::uint64_t{most} - least + 1));
  }
  duration time() { return duration{1 + static_cast<std::int64_t>(random_.next() >> 1 >> random_.below(60))}; }
  score points() { return score{static_cast<std::int64_t>(random_.below(2 * score::limit + 1)) - score::limit}; }
  template <class E>
  E one_of(E last) {
    return static_cast<E>(random_.below(static_cast<std::uint64_t>(last) + 1));
  }
  std::optional<role> maybe_role() { return coin() ? std::optional(one_of(role::promoted)) : std::nullopt; }

  std::string word() {
    std::string out;
    for (auto n = 1 + random_.below(random_.below(8) == 0 ? max_name : 6); n > 0; --n)
      out += static_cast<char>('a' + random_.below(26));
    return out;
  }
  std::string value() {
    static constexpr const char* odd[] = {"", "two\nlines", "\xc3\xa4\xe2\x82\xac", "\"'\\"};
    return coin() ? word() : odd[random_.below(4)];
  }
  parameters pairs() {
    parameters out;
    for (auto n = few(); n > 0; --n) out.emplace(word(), value());
    return out;
  }
  std::optional<clone_options> maybe_clone() {
    if (coin()) return std::nullopt;
    auto max = coin() ? std::optional(number(1, max_instances)) : std::nullopt;
    return clone_options{max, number(1, max_instances), coin(), coin(), coin()};
  }

  template <class T>
  std::vector<T> named(T (generator::*make_one)()) {
    std::vector<T> out;
    for (auto n = few(); n > 0; --n) out.push_back((this->*make_one)());
    std::sort(out.begin(), out.end(), [](const T& a, const T& b) { return a.name < b.name; });
    out.erase(std::unique(out.begin(), out.end(), [](const T& a, const T& b) { return a.name == b.name; }), out.end());
    return out;
  }
  node make_node() {
    node n;
    n.name = node_name(word());
    for (auto& b : n.key.bytes) b = static_cast<std::byte>(random_.below(256));
    for (auto i = few(); i > 0; --i)
      n.addresses.push_back({word().substr(0, 45), static_cast<std::uint16_t>(number(1, 65535))});
    if (coin()) n.voter = coin();
    n.attributes = pairs();
    return n;
  }
  resource make_resource() {
    resource r;
    r.name = resource_name(word());
    r.agent = {word(), coin() ? word() : "", word()};
    r.params = pairs();
    r.start_timeout = time();
    r.stop_timeout = time();
    r.promote_timeout = time();
    r.demote_timeout = time();
    for (auto i = few(); i > 0; --i) r.monitors.push_back({time(), time(), maybe_role(), number(0, max_failures)});
    r.clone = maybe_clone();
    if (coin()) r.promotable = promotable_options{number(1, max_instances), number(1, max_instances)};
    r.target = one_of(role::promoted);
    r.managed = coin();
    r.priority = points().value();
    if (coin()) r.stickiness = points();
    r.failure_threshold = number(0, max_failures);
    if (coin()) r.failure_timeout = time();
    for (auto i = few(); i > 0; --i) r.accepts.insert(one_of(proof_kind::assumed));
    return r;
  }
  group make_group() {
    group g;
    g.name = group_name(word());
    for (auto i = few(); i > 0; --i) g.members.emplace_back(word());
    g.clone = maybe_clone();
    return g;
  }
  fence_device make_device() {
    fence_device d;
    d.name = device_name(word());
    d.agent = word();
    for (auto i = few(); i > 0; --i) d.targets.emplace_back(word());
    for (auto i = few(); i > 0; --i) d.plugs.emplace(node_name(word()), value());
    d.params = pairs();
    d.reboot = coin();
    d.level = number(1, max_fence_level);
    d.retries = number(0, max_fence_retries);
    d.timeout = time();
    d.budget = time();
    return d;
  }

  random_source random_;
};

std::string why(const result<cluster>& r) {
  return r ? "accepted" : r.error().text;
}

TEST_CASE("every configuration comes back, and equal ones give equal bytes") {
  CHECK(generator(1).make() != generator(2).make());
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    auto c = generator(seed).make();
    auto bytes = encode(c);
    auto back = decode_cluster(bytes);
    REQUIRE_MESSAGE(back.has_value(), why(back));
    CHECK(*back == c);
    CHECK(encode(*back) == bytes);
  }
}

TEST_CASE("any bytes end in a configuration or an error; what is accepted can be encoded again") {
  random_source random{11};
  unsigned accepted = 0, refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = encode(generator(random.below(50)).make());
    for (auto n = 1 + random.below(4); n > 0; --n)
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    if (random.below(8) == 0) bytes.resize(random.below(bytes.size()));
    auto r = decode_cluster(bytes);
    ++(r ? accepted : refused);
    if (r)
      CHECK(decode_cluster(encode(*r)).value() == *r);
    else
      CHECK(r.error().text.starts_with("malformed message: "));
  }
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("what the schema allows and config.hpp does not is refused") {
  cluster c;
  c.name = "c";
  CHECK(why(decode_cluster(encode(c))) == "accepted");
  auto with = [&](auto change) {
    auto other = c;
    change(other);
    return why(decode_cluster(encode(other)));
  };
  auto device = [](const char* name) {
    fence_device d;
    d.name = device_name(name);
    d.agent = "fence_x";
    d.timeout = d.budget = duration{1};
    return d;
  };
  CHECK(with([&](cluster& o) { o.devices = {device("a"), device("b")}; }) == "accepted");
  CHECK(with([&](cluster& o) {
          o.devices = {device("b"), device("a")};
        }) == "malformed message: devices out of order: 'b'");
  CHECK(with([&](cluster& o) {
          o.devices = {device("a"), device("a")};
        }) == "malformed message: devices out of order: 'a'");
  CHECK(with([](cluster& o) { o.name = ""; }) == "malformed message: a name is empty");
  CHECK(with([](cluster& o) { o.name = std::string(64, 'x'); }) == "malformed message: name of 64 bytes, at most 63");
  CHECK(with([](cluster& o) { o.name = "\xff"; }) == "malformed message: name is not UTF-8");
  CHECK(with([](cluster& o) { o.tolerate = duration{0}; }) == "malformed message: tolerate is not positive");
  CHECK(with([](cluster& o) { o.fencing = static_cast<fencing_policy>(3); }) ==
        "malformed message: unknown fencing policy 3");
  CHECK(with([](cluster& o) { o.nodes.resize(max_nodes + 1); }) == "malformed message: nodes 129, at most 128");
  CHECK(with([](cluster& o) {
          o.orders = {{"a", static_cast<action>(4), "b"}};
        }) == "malformed message: unknown action 4");
  CHECK(with([&](cluster& o) {
          o.devices = {device("a")};
          o.devices[0].level = 10;
        }) == "malformed message: level 10, at most 9");
}

TEST_CASE("the least message, and a key of another size") {
  auto empty = encode_message<wire::config::Cluster>([](auto) {});
  CHECK(why(decode_cluster(empty)) == "malformed message: a name is empty");
  auto short_key = encode_message<wire::config::Cluster>([](wire::config::Cluster::Builder b) {
    b.setName("c");
    b.setTolerate(1);
    b.setRestartGrace(1);
    b.setBootGrace(1);
    b.setLateMargin(1);
    auto n = b.initNodes(1)[0];
    n.setName("n1");
    n.initKey(31);
  });
  CHECK(why(decode_cluster(short_key)) == "malformed message: key of 31 bytes");
}

} // namespace troupe::config_codec_test
