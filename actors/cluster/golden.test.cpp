// The golden log: commands of every kind, as bytes, and the digest of the state after each. A change in what a command
// means, or in how it is written, shows here; it needs a new level, not a new line. Lines are only ever added.
#include "actors/cluster/script.hpp"
#include "messages/command_codec.hpp"
#include "messages/types/digest.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::golden_test {

using namespace test;

std::vector<command::body> story(const script& c, std::size_t step) {
  using command::directive_kind;
  auto n = [](const char* name) { return node_name{name}; };
  auto db = resource_name{"db"}, redis = resource_name{"redis"};
  auto join = [&](const char* name) {
    return command::node_joined{n(name), machine_id{mark(unsigned(name[1]))}, boot_id{mark(1)}, {}, 1};
  };
  auto looked = [&](const char* name, std::uint64_t number) {
    return command::report{n(name), c.session(name), number,
                           {command::probed{db, 0, command::finding::not_held, 7},
                            command::probed{redis, 0, command::finding::not_held, 7}}};
  };
  switch (step) {
  case 0: return {join("n1"), join("n2"), join("n3")};
  case 1: return {looked("n1", 1), looked("n2", 1), looked("n3", 1)};
  case 2:
    return {command::assigned{{{db, {{n("n1")}}}, {redis, {{n("n1")}, {n("n2"), 0, config::role::promoted}}}}},
            command::act{script::cell("db", "n1"), config::action::start, c.session("n1"), {}},
            command::act{script::cell("redis", "n2"),
                         config::action::start,
                         c.session("n2"),
                         {{command::relies_on::what::standby, {}, 0, n("n2"), log_index{}}}}};
  case 3:
    return {command::report{n("n1"), c.session("n1"), 2, {command::act_done{db, 0, c.open_act("db", "n1")}}},
            command::withdraw{script::cell("redis", "n2"), c.open_act("redis", "n2")},
            command::directive{.kind = directive_kind::standby, .subject = "n3", .note = "disk", .expires = c.clock + 1min},
            command::suspected{n("n3"), c.session("n3"), false, "no acknowledgement"},
            command::node_lost{n("n1"), c.session("n1"), "no acknowledgement, suspected by n2"},
            command::fence_attempt{n("n1"), c.node("n1").boot, n("n2"), c.session("n2"), 1}};
  case 4:
    return {command::fence_failed{n("n1"), c.attempt_id("n1"), "no route"}, command::tick{},
            command::cleanup{db, n("n1")},
            command::fence_proof{n("n1"), c.node("n1").boot, config::proof_kind::operator_word, {}, "pulled the plug"},
            command::config_set{c.s.version_of(configuration_key{}), three_nodes()},
            command::detach{n("n2"), c.session("n2"), c.clock + 5min}, command::level_set{2}};
  case 5:
    return {command::attributes{{{n("n3"), command::lifetime::reboot, "master-redis", "10"},
                                 {{}, command::lifetime::forever, "primary", "n3"},
                                 {n("n2"), command::lifetime::forever, "site", std::nullopt}}},
            command::notice_begun{
                redis, config::action::promote, {{{n("n1")}}, {{n("n2")}}, {{n("n2"), 1}}, {{n("n3"), 0, config::role::promoted}}}}};
  case 6:
    return {command::report{n("n2"), c.session("n2"), 2,
                            {command::notified{redis, 0, c.s.index(), command::notice_stage::before}}},
            command::notice_turned{redis, c.s.index(), command::notice_stage::acting}};
  default: return {};
  }
}

TEST_CASE("the golden log") {
  script c(three_nodes(), 1);
  std::string said = "\n"; // digest of the command, of the state after it, outcome
  for (std::size_t step = 0; step < 7; ++step) {
    for (auto& body : story(c, step)) {
      command::command written;
      written.from.at = c.clock;
      written.from.level = 1;
      written.from.by.node = node_name{"n1"};
      if (auto* j = std::get_if<command::node_joined>(&body)) written.from.by.node = j->node;
      if (auto* r = std::get_if<command::report>(&body)) written.from.by.node = r->node;
      if (std::holds_alternative<command::fence_proof>(body)) written.from.by.user = "alice (1000)";
      written.from.why = reason::operator_request;
      written.what = body;
      auto bytes = command::encode(written);
      auto read = command::decode(bytes);
      REQUIRE(read);
      CHECK(*read == written);
      auto done = apply(c.s, c.s.index().next(), *read);
      said += to_hex(byte_view(digest_of({bytes})).first(4)) + " " + to_hex(byte_view(c.s.content()).first(4)) + " " +
              std::string(name_of(done.answer.refused)) + "\n";
    }
    c.clock += 1s;
  }
  CHECK(said == R"(
b0fe01c6 139c9b08 applied
02b806d5 47564b78 applied
cb3c20dd da83e014 applied
1da7c986 3336d248 applied
769c04a5 1120b84f applied
1822a061 6ba2d9d4 applied
5f4f03f6 a8522c50 applied
f80ce1fa 301d4410 applied
dac1d64c e4c959e9 applied
4485b3f2 653ae420 applied
2c5d6885 1700348e applied
df841ae2 d5576d82 applied
e448af6c d5f19e5c applied
e090c02e 76182dea applied
8d3cc2cc 6d2a760e applied
df921a5c d10e3111 applied
7a9c3396 15e23ba9 applied
e107627b 2c7e9fcd applied
9ac5ece2 13ad5f64 applied
ecf86113 c9c6b2b4 applied
cc4fc6af deafb826 only the node itself may say that
9b00c2ba 3bcdf09a not every member knows that level
f3e97900 49807821 applied
cb3a056a b8fafb6b applied
d0b7b764 e496c6b1 applied
8284031d 2f72e0dc applied
)");
}

TEST_CASE("what is no command is refused, whatever was changed in one that is") {
  script c;
  c.assemble();
  command::command good{{.at = c.clock, .by = {node_name{"n1"}, "alice"}, .client = client_id{5}, .sequence = 1},
                        command::config_set{c.s.version_of(configuration_key{}), three_nodes()}};
  auto bytes = command::encode(good);
  random_source random{7};
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    auto bad = bytes;
    for (auto flips = 1 + random.below(4); flips > 0; --flips)
      bad[random.below(bad.size())] = static_cast<std::byte>(random.below(256));
    auto read = command::decode(bad);
    if (!read) {
      CHECK(read.error().text.starts_with("malformed message: "));
      ++refused;
      continue;
    }
    auto copy = c.s;
    apply(copy, copy.index().next(), *read); // whatever it says, it is total
  }
  CHECK(refused > 500);
}

} // namespace troupe::cluster::golden_test
