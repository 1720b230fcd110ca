#include "messages/consensus_codec.hpp"

#include "messages/config.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

namespace troupe::consensus_codec_test {

using namespace troupe::consensus;

const ballot b1{7, journal_id{11}};

byte_buffer bytes(std::string_view text) {
  auto v = view_of(text);
  return {v.begin(), v.end()};
}

shared_batch value(std::vector<std::string_view> commands) {
  batch b;
  for (auto c : commands) b.commands.push_back(bytes(c));
  return std::make_shared<const batch>(std::move(b));
}

std::vector<message_body> one_of_each() {
  contact n2{node_name{"n2"}, std::chrono::milliseconds{150}};
  return {pre_vote{5},
          pre_vote_answer{5, true, b1, slot_number{9}, node_name{"n1"}, {n2}},
          pre_vote_answer{5, false, ballot{}, slot_number{}, node_name{}, {}},
          prepare{b1, slot_number{1}},
          promise{b1, slot_number{3}, slot_number{4}, true, {{slot_number{5}, b1, value({"a", ""})}}},
          accept{b1, slot_number{5}, slot_number{4}, value({"x", "yz"})},
          accept{b1, slot_number{6}, slot_number{0}, value({})},
          accepted{b1, slot_number{5}},
          refusal{b1},
          tick{b1, slot_number{4}, {n2}},
          tick{b1, slot_number{0}, {}},
          tick{b1, slot_number{4}, {}, {node_name{"n2"}, node_name{"n3"}}},
          ack{b1, slot_number{4}, {n2}},
          learn{slot_number{5}},
          learned{slot_number{5}, {value({"a"}), value({})}, slot_number{6}},
          snapshot_ask{slot_number{6}, 100},
          snapshot_chunk{slot_number{6}, 8, 4, bytes("data")}};
}

std::string why(const message_body& body, journal_id sender = journal_id{1}) {
  auto r = decode(encode({sender, body}));
  return r ? "accepted" : r.error().text;
}

TEST_CASE("every message comes back as it was") {
  for (const auto& body : one_of_each()) {
    message m{journal_id{42}, body};
    auto back = decode(encode(m));
    INFO("kind " << body.index());
    REQUIRE(back.has_value());
    CHECK(*back == m);
  }
}

TEST_CASE("what cannot be meant is refused with its reason") {
  CHECK(why(learn{slot_number{1}}) == "accepted");
  CHECK(why(learn{slot_number{1}}, journal_id{}).find("without a journal") != std::string::npos);
  CHECK(why(learn{slot_number{}}).find("slot out of range") != std::string::npos);
  CHECK(why(learn{slot_number{~0ull}}).find("slot out of range") != std::string::npos);
  CHECK(why(prepare{ballot{}, slot_number{1}}).find("no ballot") != std::string::npos);
  CHECK(why(prepare{{3, journal_id{}}, slot_number{1}}).find("half of its parts") != std::string::npos);
  CHECK(why(refusal{{~0ull, journal_id{1}}}).find("ballot out of range") != std::string::npos);
  CHECK(why(promise{b1, slot_number{3}, slot_number{4}, false, {{slot_number{4}, b1, value({})}}}).find("order") !=
        std::string::npos);
  CHECK(why(promise{b1, slot_number{3}, slot_number{4}, true, {}}).find("empty chunk") != std::string::npos);
  CHECK(why(learned{slot_number{5}, {value({}), value({})}, slot_number{5}}).find("beyond") != std::string::npos);
  CHECK(why(learned{slot_number{9}, {value({})}, slot_number{5}}).find("beyond") != std::string::npos);
  CHECK(why(snapshot_chunk{slot_number{6}, 8, 6, bytes("data")}).find("outside") != std::string::npos);
  CHECK(why(tick{b1, {}, {{node_name{}, duration{}}}}).find("without a name") != std::string::npos);
  CHECK(why(tick{b1, {}, {}, {node_name{}}}).find("a voter without a name") != std::string::npos);
  std::vector<node_name> crowd(config::max_voters + 1, node_name{"n"});
  CHECK(why(tick{b1, {}, {}, crowd}).find("too many voters") != std::string::npos);
  CHECK(why(tick{b1, {}, {{node_name{"n"}, duration{-1}}}}).find("age") != std::string::npos);
  CHECK(why(tick{b1, {}, {{node_name{"n"}, never_heard}}}) == why(tick{b1, {}, {}}));
  CHECK(why(tick{b1, {}, {{node_name{"n"}, never_heard + duration{1}}}}) ==
        "malformed message: an age of more than a year");
  std::vector<contact> many(max_contacts + 1, {node_name{"n"}, duration{}});
  CHECK(why(tick{b1, {}, many}).find("too many contacts") != std::string::npos);
  batch big;
  big.commands.resize(max_batch_commands + 1);
  CHECK(why(accept{b1, slot_number{1}, {}, std::make_shared<const batch>(big)}).find("too many commands") !=
        std::string::npos);
  CHECK(!decode({}).has_value());
  CHECK(!decode(byte_buffer(max_encoded_bytes + 8)).has_value());
}

TEST_CASE("mutated bytes are refused or read, and what is read can be written again") {
  random_source random{2026};
  std::size_t read = 0, refused = 0;
  for (const auto& body : one_of_each()) {
    const auto good = encode({journal_id{42}, body});
    for (int i = 0; i < 3000; ++i) {
      auto bad = good;
      for (auto n = 1 + random.below(4); n > 0; --n)
        bad[random.below(bad.size())] = static_cast<std::byte>(random.below(256));
      if (random.below(8) == 0) bad.resize(random.below(bad.size() + 1));
      if (auto m = decode(bad)) {
        ++read;
        auto again = decode(encode(*m));
        REQUIRE(again.has_value());
        CHECK(*again == *m);
      } else {
        ++refused;
      }
    }
  }
  CHECK(read > 1000);
  CHECK(refused > 10000);
}

} // namespace troupe::consensus_codec_test
