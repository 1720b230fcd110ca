#include "conf/timers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

namespace troupe::timers_test {

using namespace std::chrono_literals;
using conf::timer_inputs;
using conf::timers;

timers of(duration tolerate) {
  return conf::derive({.tolerate = tolerate}).value();
}

std::string why(const timer_inputs& in) {
  auto r = conf::derive(in);
  return r ? "accepted" : r.error().text;
}

TEST_CASE("the timers of the default, each by its own number") {
  auto t = of(2s);
  CHECK(t.tick == 100ms);
  CHECK(t.idle_noop == 500ms);
  CHECK(t.own_index_stalled == 1s);
  CHECK(t.contact_lost == 1s);
  CHECK(t.no_contact_stop == 4s);
  CHECK(t.step_down == 1s);
  CHECK(t.leader_suspected == 300ms);
  CHECK(t.takeover_step == 50ms);
  CHECK(t.election_fallback == 1s);
  CHECK(t.election_spread == 250ms);
  CHECK(t.silence_noted == 250ms);
  CHECK(t.resend_first == 100ms);
  CHECK(t.resend_most == 2s);
  CHECK(t.forward_retry == 1s);
  CHECK(t.lost_if_suspected == 2150ms);
  CHECK(t.lost_alone == 6s);
  CHECK(t.brake_window == 20s);
  CHECK(t.contact_look == 200ms);
  CHECK(t.leader_settle == 500ms);
  CHECK(t.probe_interval == 100ms);
  CHECK(t.calm_interval == 1s);
  CHECK(t.probe_timeout == 50ms);
  CHECK(t.nack_after == 40ms);
  CHECK(t.suspicion_min == 400ms);
  CHECK(t.suspicion_max == 1200ms);
  CHECK(t.gossip_interval == 50ms);
  CHECK(t.push_pull_interval == 10s);
  CHECK(t.pause_limit == 50ms);
  CHECK(t.restart_grace == 5s);
  CHECK(t.boot_grace == 120s);
}

TEST_CASE("every timer has a value, a name of its own, a reason, and follows tolerate") {
  auto one = conf::entries(of(1s));
  auto two = conf::entries(of(2s));
  CHECK(one.size() * sizeof(duration) == sizeof(timers)); // none forgotten in the table
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < one.size(); ++i) {
    CAPTURE(one[i].name);
    CHECK(names.insert(one[i].name).second);
    CHECK(one[i].value > 0ns);
    CHECK_FALSE(one[i].reason.empty());
    if (one[i].formula != "cluster.toml, or the default") CHECK(two[i].value == 2 * one[i].value);
  }
}

TEST_CASE("the formula shown is the one computed") {
  auto formula = [](std::string_view name) {
    for (const auto& e : conf::entries(of(2s)))
      if (e.name == name) return e.formula;
    return std::string{"missing"};
  };
  CHECK(formula("tick") == "tolerate / 20");
  CHECK(formula("lost-if-suspected") == "tolerate + 3 x tick / 2");
  CHECK(formula("nack-after") == "4 x probe-timeout / 5");
  CHECK(formula("takeover-step") == "tick / 2");
  CHECK(formula("tolerate") == "cluster.toml, or the default");
}

TEST_CASE("values out of range are refused with key, value and range") {
  CHECK(why({.tolerate = 200ms}) == "accepted");
  CHECK(why({.tolerate = 60s}) == "accepted");
  CHECK(why({.tolerate = 199ms}) == "tolerate is 199ms; it must be between 200ms and 60s");
  CHECK(why({.tolerate = 60001ms}) == "tolerate is 60.001s; it must be between 200ms and 60s");
  CHECK(why({.tolerate = -1s}) == "tolerate is -1s; it must be between 200ms and 60s");
  CHECK(why({.restart_grace = -1ms}) == "restart-grace is -1ms; it must be between 0s and 3600s");
  CHECK(why({.boot_grace = 3601s}) == "boot-grace is 3601s; it must be between 0s and 3600s");
  CHECK(why({.restart_grace = 0s, .boot_grace = 0s, .late_margin = 0s}) == "accepted");
}

TEST_CASE("all checks hold for every tolerate, and each fails when what it guards is broken") {
  for (duration d : {duration{200ms}, duration{333333333ns}, duration{1s}, duration{2s}, duration{7s}, duration{60s}})
    for (const auto& c : conf::checks(of(d))) {
      CAPTURE(c.name);
      CHECK(c.holds());
    }
  auto broken = [](auto change) {
    auto t = of(2s);
    change(t);
    std::string names;
    for (const auto& c : conf::checks(t))
      if (!c.holds()) names += std::string(c.name) + ";";
    return names;
  };
  CHECK(broken([](timers& t) { t.suspicion_min = 510ms; }) ==
        "three nodes detect within tolerate;seven nodes detect within tolerate;");
  CHECK(broken([](timers& t) { t.suspicion_min = 650ms, t.probe_interval = 200ms; }).find("three nodes detect") !=
        std::string::npos);
  CHECK(broken([](timers& t) { t.suspicion_max = 1300ms; }) == "a lone accuser of three is heard within tolerate;");
  CHECK(broken([](timers& t) { t.lost_if_suspected = 2s; }) == "a tolerated silence costs no membership;");
  CHECK(broken([](timers& t) { t.leader_settle = 1s; }) == "a lost leader costs no more than a lost member;");
  CHECK(broken([](timers& t) { t.lost_alone = 4s; }) == "acknowledgements alone decide later;");
  CHECK(broken([](timers& t) { t.nack_after = 50ms; }) == "others can answer for a member;");
  CHECK(broken([](timers& t) { t.suspicion_min = 250ms; }) == "a suspicion can be refuted;");
  CHECK(broken([](timers& t) { t.contact_lost = 1250ms; }) ==
        "a stalled leader does not lose its followers' membership;");
  CHECK(broken([](timers& t) { t.idle_noop = 600ms; }) == "idle no-ops keep the index moving;");
  CHECK(broken([](timers& t) { t.no_contact_stop = 2s; }) == "a change of leader stops no service;");
  CHECK(broken([](timers& t) { t.election_spread = 600ms; }) == "a lost leader is replaced within tolerate;");
  CHECK(broken([](timers& t) { t.step_down = 1100ms; }) == "a leader alone has stepped down when another is there;");
  CHECK(broken([](timers& t) { t.link_silent = 1300ms; }) == "a second address is found within tolerate;");
}

TEST_CASE("of a configuration: its own values; what no file may say is taken as the nearest that one may") {
  config::cluster c;
  CHECK(conf::timers_of(c) == of(2s));
  c.tolerate = 3s, c.restart_grace = 4s, c.boot_grace = 60s, c.late_margin = 7s;
  CHECK(conf::timers_of(c) == conf::derive({3s, 4s, 60s, 7s}).value());
  c.tolerate = 1ms, c.restart_grace = -1s, c.boot_grace = 2h;
  CHECK(conf::timers_of(c) == conf::derive({200ms, 0s, 1h, 7s}).value());
}

TEST_CASE("detection: the bound of each small cluster") {
  auto t = of(2s);
  CHECK(conf::detection_bound(t, 2) == 1s);
  CHECK(conf::detection_bound(t, 3) == 1100ms);
  CHECK(conf::detection_bound(t, 5) == 1300ms);
  CHECK(conf::detection_bound(t, 7) == 1700ms);
}

TEST_CASE("confirmations: as many as a bare majority can give, three at most") {
  const std::pair<unsigned, unsigned> wanted[] = {{1, 0}, {2, 0}, {3, 1}, {4, 2}, {5, 2}, {6, 3}, {7, 3}, {128, 3}};
  for (const auto& w : wanted) {
    CAPTURE(w.first);
    CHECK(conf::confirmations_wanted(w.first) == w.second);
  }
}

TEST_CASE("suspicion grows with the logarithm of the nodes, from ten on") {
  CHECK(conf::scaled_by_log10(400ms, 1) == 400ms);
  CHECK(conf::scaled_by_log10(400ms, 10) == 400ms);
  CHECK(conf::scaled_by_log10(400ms, 100) == 800ms);
  CHECK(conf::scaled_by_log10(400ms, 32) == 400ms * 1505 / 1000);
}

TEST_CASE("durations as text are exact") {
  CHECK(conf::to_text(2s) == "2s");
  CHECK(conf::to_text(2100ms) == "2.1s");
  CHECK(conf::to_text(50ms) == "50ms");
  CHECK(conf::to_text(12500us) == "12.5ms");
  CHECK(conf::to_text(1001ns) == "1.001us");
  CHECK(conf::to_text(7ns) == "7ns");
  CHECK(conf::to_text(0s) == "0s");
}

TEST_CASE("the table has a line for every timer and every check") {
  auto text = conf::timers_text(of(2s));
  CHECK(text.find("probe-interval       100ms    tolerate / 20                 one member that no leader vouches for") !=
        std::string::npos);
  CHECK(text.find("cluster.toml, or the default  the longest silence") != std::string::npos);
  CHECK(text.find("holds  seven nodes detect within tolerate") != std::string::npos);
  CHECK(text.find("1.7s + 200ms <= 2s") != std::string::npos);
  CHECK(text.find("BROKEN") == std::string::npos);
  MESSAGE("\n" << text);
}

} // namespace troupe::timers_test
