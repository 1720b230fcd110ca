#include "actors/consensus/testing/cluster.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::consensus_testing {

static std::uint64_t fold(std::uint64_t hash, const batch& value) { // FNV-1a, each part with its length
  auto mix = [&](std::uint64_t b) { hash = (hash ^ b) * 0x100000001b3ULL; };
  mix(value.commands.size() + 1);
  for (const auto& c : value.commands) {
    mix(c.size());
    for (auto b : c) mix(std::to_integer<std::uint64_t>(b));
  }
  return hash;
}

void observer::violated(std::string what) {
  if (violation_.empty()) violation_ = std::move(what);
}

void observer::applied(const node_name& node, slot_number slot, const batch& value, std::uint64_t hash_before) {
  if (slot.value == decided_.size() + 1)
    decided_.push_back({std::make_unique<batch>(value), fold(hash_before, value)});
  else if (slot.value == 0 || slot.value > decided_.size())
    violated(node.text + " applies slot " + std::to_string(slot.value) + " before anyone applied the one before it");
  else if (value != *decided_[slot.value - 1].value)
    violated(node.text + " applies another batch at slot " + std::to_string(slot.value) + " than others did");
}

void observer::installed(const node_name& node, slot_number slot, std::uint64_t hash) {
  if (slot.value == 0 || slot.value > decided_.size() || decided_[slot.value - 1].hash_after != hash)
    violated(node.text + " installs a snapshot that is not the state after slot " + std::to_string(slot.value));
}

cluster::cluster(std::size_t voters, std::uint64_t seed, plants planted, options limits, std::size_t learners)
  : limits_(limits)
  , planted_(planted)
  , random_(seed) {
  std::vector<voter> list;
  for (std::size_t i = 1; i <= voters + learners; ++i) {
    owner n;
    n.name = node_name{"n" + std::to_string(i)};
    n.journal = journal_id{100 + i};
    if (i <= voters) list.push_back({n.name, n.journal});
    nodes.push_back(std::move(n));
  }
  voters_ = make_configuration(std::move(list));
  for (auto& n : nodes) restart(n);
}

owner& cluster::at(std::string_view name) {
  return *std::ranges::find(nodes, name, [](const owner& n) { return std::string_view(n.name.text); });
}

std::string cluster::leader() const {
  std::string best;
  ballot highest;
  for (const auto& n : nodes)
    if (n.core && n.core->may_propose() && n.core->status().promised >= highest) {
      highest = n.core->status().promised;
      best = n.name.text;
    }
  return best;
}

void cluster::carry_out(owner& n, effects& out) {
  for (auto& e : out) {
    if (auto* p = std::get_if<persist>(&e)) {
      n.unsynced.push_back(std::move(*p));
    } else if (auto* s = std::get_if<send>(&e)) {
      if (std::holds_alternative<tick>(s->what.body)) ++n.ticks;
      wire.push_back({n.name, s->to, std::move(s->what)});
    } else if (auto* a = std::get_if<apply>(&e)) {
      if (a->slot != n.applied.next()) seen.violated(n.name.text + " applies slots out of order");
      seen.applied(n.name, a->slot, *a->value, n.hash);
      n.hash = fold(n.hash, *a->value);
      n.applied = a->slot;
    } else if (auto* i = std::get_if<install_snapshot>(&e)) {
      n.applied = i->slot;
      n.hash = get_le<std::uint64_t>(*i->state, 8);
      seen.installed(n.name, i->slot, n.hash);
      if (i->state->size() != state_bytes) seen.violated(n.name.text + " installs a snapshot of another size");
    } else if (std::holds_alternative<want_snapshot>(e)) {
      n.wants_snapshot = true;
    } else if (std::holds_alternative<leading>(e)) {
      n.leads = true;
      ++leaders;
    } else if (std::holds_alternative<stepped_down>(e)) {
      n.leads = false;
    } else if (auto* v = std::get_if<vouched_for>(&e)) {
      if (v->members == n.vouched) seen.violated(n.name.text + " says twice whom it vouches for");
      n.vouched = v->members;
    }
  }
  n.core->applied(n.applied);
}

void cluster::hand_over(const in_flight& f) {
  auto& n = at(f.to.text);
  if (!n.core || is_cut(f.from, f.to)) return;
  effects out;
  n.core->receive(f.from, f.what, now, out);
  carry_out(n, out);
}

void cluster::settle() {
  for (bool busy = true; busy;) {
    busy = false;
    if (sync_at_once)
      for (auto& n : nodes)
        while (sync(n)) busy = true;
    if (wire.empty()) continue;
    auto f = std::move(wire.front());
    wire.pop_front();
    hand_over(f);
    busy = true;
  }
}

void cluster::cut(std::string_view a, std::string_view b, bool one_way) {
  cut_.insert({std::string(a), std::string(b)});
  if (!one_way) cut_.insert({std::string(b), std::string(a)});
}

void cluster::isolate(std::string_view a) {
  for (const auto& n : nodes)
    if (n.name.text != a) cut(a, n.name.text);
}

bool cluster::reach_deadline(owner& n) {
  now = std::max(now, n.core->next_deadline());
  effects out;
  n.core->time_reached(now, out);
  bool only_word = out.size() == 1 && std::holds_alternative<vouched_for>(out.front());
  carry_out(n, out);
  return !only_word;
}

void cluster::wake(std::string_view name) {
  while (!reach_deadline(at(name))) { // that a leader's word has lapsed is not what a test waits for
  }
}

void cluster::pass(duration time) {
  auto end = now + time;
  for (;;) {
    settle();
    owner* first = nullptr;
    for (auto& n : nodes)
      if (n.core && (first == nullptr || n.core->next_deadline() < first->core->next_deadline())) first = &n;
    if (first == nullptr || first->core->next_deadline() > end) break;
    reach_deadline(*first);
  }
  now = end;
}

bool cluster::pass_until_leader() {
  for (int i = 0; i < 100 && leader().empty(); ++i) pass(std::chrono::milliseconds{100});
  return !leader().empty();
}

// Forgets all that a journal may forget once a snapshot covers it (journal/writer.hpp, truncate).
static void compact(std::vector<journal_record>& disk, slot_number snapshot) {
  std::vector<journal_record> kept;
  for (std::size_t i = 0; i < disk.size(); ++i) {
    auto& r = disk[i];
    bool newest = std::none_of(disk.begin() + static_cast<std::ptrdiff_t>(i) + 1, disk.end(),
                               [&](const journal_record& later) { return later.kind == r.kind; });
    bool of_slot = r.kind == record_kind::accepted || r.kind == record_kind::chosen;
    if (of_slot ? r.slot > snapshot : newest) kept.push_back(std::move(r));
  }
  disk = std::move(kept);
}

bool cluster::sync(owner& n) {
  if (n.unsynced.empty()) return false;
  auto p = std::move(n.unsynced.front());
  n.unsynced.pop_front();
  for (auto& r : p.records) {
    ++n.written;
    bool cuts = r.kind == record_kind::snapshot;
    auto slot = r.slot;
    n.disk.push_back(std::move(r));
    if (cuts) compact(n.disk, slot);
  }
  effects out;
  n.core->durable(p.token, now, out);
  carry_out(n, out);
  return true;
}

void cluster::crash(owner& n, std::size_t surviving_records) {
  n.core.reset();
  n.leads = false;
  n.vouched.clear();
  for (auto& p : n.unsynced)
    for (auto& r : p.records)
      if (surviving_records > 0) {
        --surviving_records;
        n.disk.push_back(std::move(r));
      }
  n.unsynced.clear();
}

void cluster::restart(owner& n) {
  n.core.reset();
  n.unsynced.clear();
  n.applied = {};
  n.hash = 0;
  n.leads = n.wants_snapshot = false;
  auto memory = recover(n.disk);
  TROUPE_ASSERT(memory.has_value(), "a disk holds what the replica wrote");
  n.core =
      std::make_unique<replica>(n.name, n.journal, voters_, limits_, std::move(*memory), random_.fork(), now, planted_);
  std::vector<node_name> all;
  for (const auto& o : nodes) all.push_back(o.name);
  n.core->set_members(all);
  effects out;
  n.core->start(now, out);
  carry_out(n, out);
}

void cluster::lose_journal(std::string_view name) {
  auto& n = at(name);
  n.unsynced.clear();
  effects out;
  n.core->lose_journal(journal_id{900}, now, out);
  carry_out(n, out);
}

void cluster::wipe(owner& n) {
  n.disk.clear();
  n.journal = journal_id{n.journal.value + 1000};
  restart(n);
}

proposal_result cluster::propose(std::string_view name, std::string_view command) {
  auto bytes = view_of(command);
  effects out;
  auto answer =
      core(name).propose(std::make_shared<const batch>(batch{{byte_buffer(bytes.begin(), bytes.end())}}), now, out);
  carry_out(at(name), out);
  return answer;
}

void cluster::make_snapshot(owner& n) {
  n.wants_snapshot = false;
  byte_buffer state;
  put_le(state, n.applied.value);
  put_le(state, n.hash);
  state.resize(state_bytes);
  effects out;
  n.core->snapshot_made(n.applied, std::make_shared<const byte_buffer>(std::move(state)), now, out);
  carry_out(n, out);
}

void cluster::suspect(std::string_view who, std::string_view whom, bool suspected) {
  effects out;
  core(who).opinion(node_name{whom}, suspected, now, out);
  carry_out(at(who), out);
}

void cluster::stream_lost(std::string_view who, std::string_view to) {
  effects out;
  core(who).stream_lost(node_name{to}, now, out);
  carry_out(at(who), out);
}

std::vector<std::string> cluster::log_of(std::string_view name) {
  std::vector<std::string> commands;
  for (slot_number s{1}; s <= at(name).applied; s = s.next())
    for (const auto& c : seen.decided(s).commands)
      commands.emplace_back(reinterpret_cast<const char*>(c.data()), c.size());
  return commands;
}

} // namespace troupe::consensus_testing
