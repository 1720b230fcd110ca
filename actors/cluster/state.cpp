#include "actors/cluster/changes.hpp"

#include "actors/cluster/state_codec.hpp"
#include "messages/types/assert.hpp"

#include <algorithm>
#include <set>

namespace troupe::cluster {

namespace {

// The digest of the whole is the sum of its records' digests, lane by lane: order does not matter, and one record
// can be taken out again. (A multiset hash in the manner of Clarke et al., "Incremental Multiset Hash Functions",
// 2003; it guards against our own divergence, not against an adversary.)
template <class Combine>
void lanes(digest& sum, const digest& part, Combine combine) {
  for (std::size_t at = 0; at < sum.size(); at += 8) {
    auto lane = le_bytes(combine(get_le<std::uint64_t>(sum, at), get_le<std::uint64_t>(part, at)));
    std::copy(lane.begin(), lane.end(), sum.begin() + static_cast<std::ptrdiff_t>(at));
  }
}
void add(digest& sum, const digest& part) {
  lanes(sum, part, [](std::uint64_t a, std::uint64_t b) { return a + b; });
}
void subtract(digest& sum, const digest& part) {
  lanes(sum, part, [](std::uint64_t a, std::uint64_t b) { return a - b; });
}

constexpr auto number = le_bytes<std::uint64_t>;

template <class Key>
digest record_hash(const Key& key, const record_of_t<Key>& value, log_index version) {
  return digest_of({encode_record(key, value), number(version.value)});
}

} // namespace

std::size_t state::size() const {
  return std::apply([](auto&... t) { return (t.size() + ...); }, tables_);
}

digest state::content() const {
  return digest_of({sum_, number(index_.value), number(static_cast<std::uint64_t>(now_.time_since_epoch().count()))});
}

const configuration& state::config() const {
  auto* found = find(configuration_key{});
  TROUPE_ASSERT(found, "a state has a configuration from genesis on");
  return found->value;
}

const charter& state::constitution() const {
  auto* found = find(charter_key{});
  TROUPE_ASSERT(found, "a state has a charter from genesis on");
  return found->value;
}

transaction::transaction(state& of, log_index at, stamp now, because origin)
  : state_(of), at_(at), origin_(origin), index_before_(of.index_), now_before_(of.now_), sum_before_(of.sum_) {
  state_.index_ = at;
  state_.now_ = std::max(state_.now_, now);
}

transaction::~transaction() {
  if (committed_) return;
  for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) (*step)();
  state_.index_ = index_before_;
  state_.now_ = now_before_;
  state_.sum_ = sum_before_;
}

std::vector<record_key> transaction::commit() {
  for (auto& one : touched_) std::visit([&](auto& key) { add_hash(key); }, one);
  committed_ = true;
  return std::move(touched_);
}

// Takes a record's value out of its place, which is about to be written or to go.
template <class Key>
void transaction::remember(const Key& key) {
  auto& t = std::get<table<Key, record_of_t<Key>>>(state_.tables_);
  auto found = t.find(key);
  if (found == t.end()) {
    undo_.push_back([&t, key] { t.erase(key); });
  } else {
    undo_.push_back([&t, key, before = std::move(found->second)] { t[key] = before; });
  }
  touched_.push_back(key);
}

template <class Key>
void transaction::put(const Key& key, record_of_t<Key> value) {
  auto& t = std::get<table<Key, record_of_t<Key>>>(state_.tables_);
  auto found = t.find(key);
  if (found != t.end() && found->second.value == value) return;
  remember(key);
  if (found == t.end()) found = t.try_emplace(key).first;
  auto& place = found->second;
  subtract(state_.sum_, place.hash);
  place = {std::move(value), at_, origin_, {}};
}

// Of a record that was written, unless it has its hash already.
template <class Key>
void transaction::add_hash(const Key& key) {
  auto& t = std::get<table<Key, record_of_t<Key>>>(state_.tables_);
  auto found = t.find(key);
  if (found == t.end() || found->second.hash != digest{}) return;
  found->second.hash = record_hash(key, found->second.value, found->second.version);
  add(state_.sum_, found->second.hash);
}

template <class Key>
void transaction::erase(const Key& key) {
  auto& t = std::get<table<Key, record_of_t<Key>>>(state_.tables_);
  auto found = t.find(key);
  if (found == t.end()) return;
  remember(key);
  subtract(state_.sum_, found->second.hash);
  t.erase(found);
}

template <class Key>
void restorer::put(const Key& key, record_of_t<Key> value, log_index version, because origin) {
  auto& t = std::get<table<Key, record_of_t<Key>>>(state_.tables_);
  auto hash = record_hash(key, value, version);
  if (auto [at, fresh] = t.insert_or_assign(key, entry<record_of_t<Key>>{std::move(value), version, origin, hash});
      fresh)
    add(state_.sum_, hash);
}

state restorer::finish(log_index index, stamp now) {
  state_.index_ = index;
  state_.now_ = now;
  return std::move(state_);
}

std::vector<change> changes_of(const state& s, const std::vector<record_key>& touched) {
  std::vector<change> out;
  for (auto& one : std::set<record_key>(touched.begin(), touched.end()))
    std::visit(
        [&]<class Key>(const Key& key) {
          auto* found = s.find(key);
          out.push_back(row_change<Key>{key, found ? std::optional(*found) : std::nullopt});
        },
        one);
  return out;
}

void mirror::follow(const delta& d) {
  state_.index_ = d.at;
  state_.now_ = d.now;
  for (auto& one : d.changes)
    std::visit(
        [&]<class Key>(const row_change<Key>& row) {
          auto& t = std::get<table<Key, record_of_t<Key>>>(state_.tables_);
          if (auto old = t.find(row.key); old != t.end()) {
            subtract(state_.sum_, old->second.hash);
            if (!row.now) t.erase(old);
          }
          if (!row.now) return;
          add(state_.sum_, row.now->hash);
          t[row.key] = *row.now;
        },
        one);
}

#define TROUPE_DOOR(key)                                                                                               \
  template void transaction::put(const key&, record_of_t<key>);                                                        \
  template void transaction::erase(const key&);                                                                        \
  template void restorer::put(const key&, record_of_t<key>, log_index, because);
TROUPE_DOOR(configuration_key)
TROUPE_DOOR(definition_key)
TROUPE_DOOR(member_key)
TROUPE_DOOR(inventory_key)
TROUPE_DOOR(holder_key)
TROUPE_DOOR(assignment_key)
TROUPE_DOOR(attempt_key)
TROUPE_DOOR(failure_key)
TROUPE_DOOR(directive_key)
TROUPE_DOOR(client_key)
TROUPE_DOOR(charter_key)
TROUPE_DOOR(attribute_key)
TROUPE_DOOR(notices_key)
#undef TROUPE_DOOR

} // namespace troupe::cluster
