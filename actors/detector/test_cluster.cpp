#include "actors/detector/test_cluster.hpp"

#include "messages/gossip_codec.hpp"
#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::detector_test {

using detector::swim;
constexpr std::size_t budget = 1140;

node_name test_cluster::name(unsigned node) {
  return node_name{"node-" + std::to_string(node)};
}

unsigned test_cluster::index(const node_name& name) {
  return static_cast<unsigned>(std::stoul(name.text.substr(5)));
}

test_cluster::test_cluster(const cluster_options& o)
  : options_(o)
  , timers_(conf::derive({.tolerate = o.tolerate}).value())
  , random_(o.seed)
  , nodes_(o.nodes) {
  for (unsigned i = 0; i < size(); ++i) {
    auto& h = nodes_[i];
    h.random = random_.fork();
    h.core = std::make_unique<swim>(detector::options{name(i), session_id{100 + i}, {name(0)}, timers_, budget},
                                    options_.planted);
    perform(i, h.core->start(now_, h.random));
    for (unsigned other = 0; options_.acquainted && other < size(); ++other)
      perform(i, h.core->admit(name(other), session_id{100 + other}, now_, h.random));
  }
}

duration test_cluster::latency() {
  auto spread = static_cast<std::uint64_t>((options_.latency_max - options_.latency_min).count());
  return options_.latency_min + duration{random_.below(spread + 1)};
}

void test_cluster::plan_wake(host& h) {
  h.wakes = h.core->next_deadline();
  if (h.wakes == instant::max()) return;
  h.wakes =
      std::max(h.wakes, now_) + duration{random_.below(static_cast<std::uint64_t>(options_.timer_late.count()) + 1)};
}

void test_cluster::perform(unsigned node, detector::outputs outs) {
  for (auto& out : outs) {
    if (auto* d = std::get_if<detector::send_datagram>(&out)) put(node, *d);
    if (auto* s = std::get_if<detector::send_state>(&out)) put(node, *s);
    if (auto* o = std::get_if<detector::opinion_changed>(&out)) sightings_.push_back({now_, node, o->now});
    if (std::holds_alternative<detector::departed>(out)) nodes_[node].departed = true;
  }
  plan_wake(nodes_[node]);
}

void test_cluster::put(unsigned from, const detector::send_datagram& s) {
  auto bytes = gossip::encode(s.what);
  TROUPE_ASSERT(bytes.size() <= budget, "a datagram beyond its budget");
  auto& load = nodes_[from].load;
  ++load.sent;
  load.bytes += bytes.size();
  load.largest = std::max<std::uint64_t>(load.largest, bytes.size());
  auto to = index(s.to);
  if (cut_.contains({from, to}) || random_.chance(options_.loss)) return;
  mail_.push({now_ + latency(), ++order_, from, to, gossip::decode_datagram(bytes).value()});
}

// A stream needs both directions.
void test_cluster::put(unsigned from, const detector::send_state& s) {
  auto to = index(s.to);
  ++nodes_[from].load.states;
  if (cut_.contains({from, to}) || cut_.contains({to, from})) return;
  mail_.push({now_ + 3 * latency(), ++order_, from, to, gossip::decode_push_pull(gossip::encode(s.what)).value()});
}

void test_cluster::deliver(const delivery& d) {
  auto& h = nodes_[d.to];
  if (h.dead) return;
  ++h.load.received;
  if (const auto* datagram = std::get_if<gossip::datagram>(&d.what))
    perform(d.to, h.core->on_datagram(name(d.from), *datagram, now_, h.random));
  else
    perform(d.to, h.core->on_push_pull(name(d.from), std::get<gossip::push_pull>(d.what), now_, h.random));
}

void test_cluster::run_for(duration d) {
  auto end = now_ + d;
  for (;;) {
    unsigned next = 0;
    auto wakes = [&](const host& h) { return h.dead ? instant::max() : std::max(h.wakes, h.paused_until); };
    for (unsigned i = 1; i < size(); ++i)
      if (wakes(nodes_[i]) < wakes(nodes_[next])) next = i;
    auto timer = wakes(nodes_[next]);
    auto mail = mail_.empty() ? instant::max() : mail_.top().at;
    if (std::min(timer, mail) > end) break;
    // A node that wakes finds its timer due and its mail unread: either may come first.
    if (mail < timer || (mail == timer && random_.below(2) == 0)) {
      auto m = mail_.top();
      mail_.pop();
      now_ = std::max(now_, m.at);
      if (nodes_[m.to].paused_until > now_) {
        m.at = nodes_[m.to].paused_until;
        mail_.push(std::move(m));
      } else {
        deliver(m);
      }
    } else {
      now_ = std::max(now_, timer);
      auto& h = nodes_[next];
      perform(next, h.core->on_deadline(now_, h.random));
    }
  }
  now_ = end;
}

void test_cluster::leave(unsigned node) {
  auto& h = nodes_[node];
  perform(node, h.core->leave(now_, h.random));
}

gossip::standing test_cluster::view(unsigned observer, unsigned of) const {
  auto o = core(observer).opinion_of(name(of));
  return o ? o->is : gossip::standing::left;
}

bool test_cluster::all_well() const {
  for (unsigned i = 0; i < size(); ++i)
    for (unsigned j = 0; j < size(); ++j)
      if (i != j && !nodes_[i].dead && !nodes_[j].dead && view(i, j) != gossip::standing::alive) return false;
  return true;
}

void test_cluster::forget_past() {
  sightings_.clear();
  for (auto& h : nodes_) h.load = {};
}

} // namespace troupe::detector_test
