#include "conf/timers.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace troupe::conf {

namespace timer_table {

using field = duration timers::*;

struct term { // times * of / over
  unsigned times = 0;
  field of = nullptr;
  unsigned over = 1;
};
struct row { // value = first + second; no first: an operator's choice
  std::string_view name;
  field value;
  term first, second;
  std::string_view reason;
};

using t = timers;
// In the order of computation: a row refers only to rows above it.
constexpr row rows[] = {
    {"tolerate", &t::tolerate, {}, {}, "the longest silence that must not cost a node its membership"},
    {"restart-grace", &t::restart_grace, {}, {}, "a host that answers while its daemon is away is given so much more"},
    {"boot-grace",
     &t::boot_grace,
     {},
     {},
     "a member not yet seen since the cluster was formed or came back as a whole"},
    {"late-margin",
     &t::late_margin,
     {},
     {},
     "after a fence attempt closed, before its target gets acts: it may land late"},
    // consensus
    {"tick",
     &t::tick,
     {1, &t::tolerate, 20},
     {},
     "leader to all, answered: several lost in a row are still no silence"},
    {"idle-noop",
     &t::idle_noop,
     {1, &t::tolerate, 4},
     {},
     "an idle leader proves that its disk and a majority still write"},
    {"own-index-stalled",
     &t::own_index_stalled,
     {1, &t::tolerate, 2},
     {},
     "a leader whose index stands still so long stops ticking: two no-ops were due, its disk hangs"},
    {"contact-lost", &t::contact_lost, {1, &t::tolerate, 2}, {}, "without a tick for so long a node starts nothing"},
    {"leader-suspected",
     &t::leader_suspected,
     {3, &t::tick, 1},
     {},
     "without a tick for so long, when the detector finds the leader faulty: a voter takes over"},
    {"takeover-step",
     &t::takeover_step,
     {1, &t::tick, 2},
     {},
     "per rank: the voter with most contacts tries first, the next one only if it did not"},
    {"election-fallback",
     &t::election_fallback,
     {1, &t::tolerate, 2},
     {},
     "without a tick for so long a voter asks for votes, whatever the detector says"},
    {"election-spread",
     &t::election_spread,
     {1, &t::tolerate, 8},
     {},
     "random addition to election-fallback, so that two voters seldom collide"},
    {"silence-noted",
     &t::silence_noted,
     {5, &t::tick, 2},
     {},
     "a member silent for so long is named in ticks: the detectors probe it, the next leader knows since when"},
    {"resend-first",
     &t::resend_first,
     {1, &t::tick, 1},
     {},
     "an unanswered accept, prepare or question is sent again; then after twice the time, for it may only be slow"},
    {"resend-most", &t::resend_most, {1, &t::tolerate, 1}, {}, "the end of that doubling"},
    {"forward-retry",
     &t::forward_retry,
     {1, &t::tolerate, 2},
     {},
     "a command without an outcome is brought to the leader again; then after twice the time, up to 8 times this"},
    {"step-down",
     &t::step_down,
     {1, &t::tolerate, 2},
     {},
     "a leader without acknowledgements of a majority: nothing it proposes can be committed"},
    {"no-contact-stop",
     &t::no_contact_stop,
     {2, &t::tolerate, 1},
     {},
     "policy stop: a node alone stops what it holds; later than any change of leader takes"},
    // membership
    {"lost-if-suspected",
     &t::lost_if_suspected,
     {1, &t::tolerate, 1},
     {3, &t::tick, 2},
     "acknowledgements missing, and the detector says faulty; silence shows in whole ticks, less than two more than it "
     "was"},
    {"lost-alone", &t::lost_alone, {3, &t::tolerate, 1}, {}, "acknowledgements missing, whatever the detector says"},
    {"brake-window", &t::brake_window, {10, &t::tolerate, 1}, {}, "losses within it count together for the loss brake"},
    {"contact-look",
     &t::contact_look,
     {2, &t::tick, 1},
     {},
     "the leader looks who has answered; a look that is a tick late shows that it stood still itself"},
    {"leader-settle",
     &t::leader_settle,
     {1, &t::tolerate, 4},
     {},
     "a new leader finds nobody lost before its own ticks had so long to be answered"},
    // detector
    {"probe-interval",
     &t::probe_interval,
     {1, &t::tolerate, 20},
     {},
     "one member that no leader vouches for is probed in each: 16 fit into detection"},
    {"calm-interval",
     &t::calm_interval,
     {1, &t::tolerate, 2},
     {},
     "one of those that the leader vouches for is probed in each: is the path to it good?"},
    {"probe-timeout", &t::probe_timeout, {1, &t::probe_interval, 2}, {}, "without an answer others are asked to probe"},
    {"nack-after",
     &t::nack_after,
     {4, &t::probe_timeout, 5},
     {},
     "whoever probes for another says so before that one gives up"},
    {"suspicion-min",
     &t::suspicion_min,
     {4, &t::probe_interval, 1},
     {},
     "a confirmed suspicion: time to hear of it and to refute it twice over; more with log10 of the nodes beyond ten"},
    {"suspicion-max",
     &t::suspicion_max,
     {3, &t::suspicion_min, 1},
     {},
     "an unconfirmed suspicion: the accuser may be the one at fault"},
    {"gossip-interval",
     &t::gossip_interval,
     {1, &t::probe_interval, 2},
     {},
     "while there is news; an idle cluster is quiet"},
    {"push-pull-interval",
     &t::push_pull_interval,
     {5, &t::tolerate, 1},
     {},
     "whole state to one member: what gossip lost"},
    {"join-retry", &t::join_retry, {1, &t::tolerate, 4}, {}, "until the first seed has answered"},
    {"pause-limit",
     &t::pause_limit,
     {1, &t::probe_interval, 2},
     {},
     "a timer so late means that this node stood still: what it missed is not held against others"},
    {"leave-limit", &t::leave_limit, {1, &t::tolerate, 2}, {}, "a leaving node waits no longer for its word to spread"},
    // transport
    {"link-keep-alive",
     &t::link_keep_alive,
     {2, &t::tolerate, 5},
     {},
     "to a peer to whom nothing else was said so long"},
    {"link-silent",
     &t::link_silent,
     {1, &t::tolerate, 2},
     {},
     "a peer that answers nothing for so long gets a new handshake, at its next address"},
    {"handshake-retry",
     &t::handshake_retry,
     {1, &t::tolerate, 20},
     {},
     "an unanswered handshake datagram is sent again, then after twice the time, three times to one address"},
    {"reconnect-min",
     &t::reconnect_min,
     {1, &t::tolerate, 40},
     {},
     "after a stream broke or no address answered; doubled each time"},
    {"reconnect-max",
     &t::reconnect_max,
     {1, &t::tolerate, 2},
     {},
     "the end of that doubling: that a lost node's host refuses a connection must be known within tolerate"},
    {"connect-limit",
     &t::connect_limit,
     {3, &t::tolerate, 2},
     {},
     "a connection, or the handshake on it, that is neither made nor refused is begun anew"},
};

std::string_view name_of(field f) {
  auto found = std::ranges::find(rows, f, &row::value);
  TROUPE_ASSERT(found != std::end(rows), "a timer is missing from the table");
  return found->name;
}

duration value_of(const term& x, const timers& from) {
  return x.of ? from.*x.of * x.times / x.over : duration::zero();
}

std::string text_of(const term& x) {
  auto text = x.times == 1 ? std::string{} : std::to_string(x.times) + " x ";
  text += name_of(x.of);
  return x.over == 1 ? text : text + " / " + std::to_string(x.over);
}

std::string formula_of(const row& r) {
  if (!r.first.of) return "cluster.toml, or the default";
  return text_of(r.first) + (r.second.of ? " + " + text_of(r.second) : "");
}

std::string out_of_range(std::string_view key, duration value, duration least, duration most) {
  return std::string(key) + " is " + to_text(value) + "; it must be between " + to_text(least) + " and " +
         to_text(most);
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

} // namespace timer_table

result<timers> derive(const timer_inputs& in) {
  using namespace timer_table;
  if (in.tolerate < min_tolerate || in.tolerate > max_tolerate)
    return failure(out_of_range("tolerate", in.tolerate, min_tolerate, max_tolerate));
  const std::pair<std::string_view, duration> graces[] = {
      {"restart-grace", in.restart_grace}, {"boot-grace", in.boot_grace}, {"late-margin", in.late_margin}};
  for (auto [key, value] : graces)
    if (value < duration::zero() || value > max_grace)
      return failure(out_of_range(key, value, duration::zero(), max_grace));
  timers out{};
  out.tolerate = in.tolerate;
  out.restart_grace = in.restart_grace;
  out.boot_grace = in.boot_grace;
  out.late_margin = in.late_margin;
  for (const auto& r : rows)
    if (r.first.of) out.*r.value = value_of(r.first, out) + value_of(r.second, out);
  for (const auto& c : checks(out)) TROUPE_ASSERT(c.holds(), "the table of timers contradicts itself");
  return out;
}

timers timers_of(const config::cluster& c) {
  auto grace = [](duration value) { return std::clamp(value, duration::zero(), max_grace); };
  return derive({std::clamp(c.tolerate, min_tolerate, max_tolerate), grace(c.restart_grace), grace(c.boot_grace),
                 grace(c.late_margin)})
      .value();
}

unsigned confirmations_wanted(unsigned nodes) {
  return nodes < 3 ? 0 : std::min({3u, nodes / 2, nodes - 2});
}

duration scaled_by_log10(duration value, unsigned nodes) {
  // Rounded to a thousandth, so that no C library's last bit gets into a deadline.
  auto thousandths = std::max(1000L, std::lround(1000 * std::log10(std::max(1u, nodes))));
  return value * thousandths / 1000;
}

duration detection_bound(const timers& t, unsigned nodes) {
  TROUPE_ASSERT(nodes >= 2, "a node alone has nobody to detect");
  auto without_leader = 2 * (nodes - 1) * t.probe_interval;
  auto once_in_doubt = 3 * t.tick + nodes * t.probe_interval;
  return std::max(without_leader, once_in_doubt) + scaled_by_log10(t.suspicion_min, nodes) + 2 * t.gossip_interval;
}

std::vector<timer_entry> entries(const timers& t) {
  std::vector<timer_entry> out;
  for (const auto& r : timer_table::rows) out.push_back({r.name, t.*r.value, timer_table::formula_of(r), r.reason});
  return out;
}

std::vector<timer_check> checks(const timers& t) {
  auto lone = 3 * t.tick + 2 * t.probe_interval + t.suspicion_max + 2 * t.gossip_interval;
  auto election = t.election_fallback + t.election_spread + 3 * t.resend_first;
  return {
      {"three nodes detect within tolerate", detection_bound(t, 3), 2 * t.tolerate / 5, t.tolerate,
       "the detector must never delay a loss: two fifths of tolerate are left over"},
      {"seven nodes detect within tolerate", detection_bound(t, small_cluster), t.tolerate / 10, t.tolerate,
       "the detector must never delay a loss: a tenth of tolerate is left over"},
      {"a lone accuser of three is heard within tolerate", lone, t.tolerate / 10, t.tolerate,
       "the third node may be too slow to confirm"},
      {"a tolerated silence costs no membership", t.tolerate + t.tick, t.tick / 2, t.lost_if_suspected,
       "one of whole ticks shows on the leader as one tick more; half of one is for ticks that are late"},
      {"a lost leader costs no more than a lost member", t.contact_lost + 2 * t.takeover_step + t.leader_settle,
       t.tolerate / 10, t.lost_if_suspected, "its successor has settled by the time it is due"},
      {"acknowledgements alone decide later", t.lost_if_suspected, t.tolerate, t.lost_alone,
       "the detector is given its chance first"},
      {"others can answer for a member", t.probe_timeout + t.nack_after, t.probe_timeout / 5, t.probe_interval,
       "their word must be back before the probe ends"},
      {"a suspicion can be refuted", 4 * t.gossip_interval, t.probe_interval, t.suspicion_min,
       "the accusation and the answer each spread in two rounds of gossip"},
      {"a stalled leader does not lose its followers' membership", t.own_index_stalled + t.contact_lost,
       duration::zero(), t.lost_if_suspected, "they find another leader first"},
      {"idle no-ops keep the index moving", t.idle_noop, t.idle_noop, t.own_index_stalled, "one may be lost"},
      {"a lost leader is replaced within tolerate", election, t.tolerate / 10, t.tolerate,
       "losing it costs no more than losing a member, also if the detector says nothing"},
      {"a leader alone has stepped down when another is there", t.step_down, duration::zero(), t.election_fallback,
       "not for safety, which rests on ballots: so that nobody waits for two"},
      {"a change of leader stops no service", election, t.tolerate / 4, t.no_contact_stop,
       "a node that waits for a new leader must not stop what it holds"},
      {"a second address is found within tolerate", t.link_silent + 7 * t.handshake_retry, t.tolerate / 10, t.tolerate,
       "the loss of one of two networks costs nobody its membership"},
  };
}

std::string to_text(duration value) {
  struct unit {
    std::int64_t nanoseconds;
    const char* name;
  };
  constexpr unit units[] = {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  auto n = value.count();
  std::string sign = n < 0 ? "-" : "";
  auto left = n < 0 ? -n : n;
  if (left == 0) return "0s";
  for (auto u : units) {
    if (left < u.nanoseconds || left % (u.nanoseconds / 1000) != 0) continue;
    auto text = sign + std::to_string(left / u.nanoseconds);
    auto rest = left % u.nanoseconds / (u.nanoseconds / 1000);
    if (rest == 0) return text + u.name;
    auto decimals = std::to_string(1000 + rest).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    return text + "." + decimals + u.name;
  }
  return sign + std::to_string(left) + "ns";
}

std::string timers_text(const timers& t) {
  using timer_table::padded;
  std::string out;
  for (const auto& e : entries(t))
    out += padded(e.name, 21) + padded(to_text(e.value), 9) + padded(e.formula, 30) + std::string(e.reason) + "\n";
  out += "\n";
  for (const auto& c : checks(t))
    out += std::string(c.holds() ? "holds  " : "BROKEN ") + padded(c.name, 58) + to_text(c.earlier) + " + " +
           to_text(c.margin) + " <= " + to_text(c.later) + "  " + std::string(c.reason) + "\n";
  return out;
}

} // namespace troupe::conf
