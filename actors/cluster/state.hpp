// The cluster's state, and the one door through which it changes.
//
// A transaction puts and erases records in place and keeps what was there before: it is committed when apply() returns,
// and undone when an assertion breaks, so that a bug halts a replica in the state before the command. (A copy-on-write
// overlay would do the same; undoing leaves the reading side with plain maps.) The door gives every record its version
// and cause, keeps the digest of the whole, and tells what was touched: dirty sets for the scheduler, deltas for
// watchers. Nothing else writes.
#pragma once

#include "actors/cluster/records.hpp"
#include "messages/types/digest.hpp"

#include <functional>
#include <map>
#include <tuple>

namespace troupe::cluster {

// Why a record is as it is; outlives the truncation of the log.
struct because {
  reason why = reason::none;
  log_index cause; // the first cause of the command that wrote it
  bool operator==(const because&) const = default;
};

template <class Record>
struct entry {
  Record value;
  log_index version; // the command that wrote it
  because origin;
  digest hash{}; // all zeros while the transaction that wrote it is open
};

template <class Key, class Record>
using table = std::map<Key, entry<Record>>;

using tables = std::tuple<
    table<configuration_key, configuration>, table<definition_key, definition>, table<member_key, member>,
    table<inventory_key, inventory>, table<holder_key, holder>, table<assignment_key, assignment>,
    table<attempt_key, attempt>, table<failure_key, failures>, table<directive_key, directive>,
    table<client_key, last_answer>, table<charter_key, charter>, table<attribute_key, attribute>,
    table<notices_key, notices>>;

// Which table a key belongs to.
template <class Key>
struct record_of;
template <>
struct record_of<configuration_key> { using type = configuration; };
template <>
struct record_of<definition_key> { using type = definition; };
template <>
struct record_of<member_key> { using type = member; };
template <>
struct record_of<inventory_key> { using type = inventory; };
template <>
struct record_of<holder_key> { using type = holder; };
template <>
struct record_of<assignment_key> { using type = assignment; };
template <>
struct record_of<attempt_key> { using type = attempt; };
template <>
struct record_of<failure_key> { using type = failures; };
template <>
struct record_of<directive_key> { using type = directive; };
template <>
struct record_of<client_key> { using type = last_answer; };
template <>
struct record_of<charter_key> { using type = charter; };
template <>
struct record_of<attribute_key> { using type = attribute; };
template <>
struct record_of<notices_key> { using type = notices; };
template <class Key>
using record_of_t = typename record_of<Key>::type;

class transaction;

class state {
public:
  template <class Key>
  [[nodiscard]] const table<Key, record_of_t<Key>>& all() const {
    return std::get<table<Key, record_of_t<Key>>>(tables_);
  }
  // nullptr: there is none.
  template <class Key>
  [[nodiscard]] const entry<record_of_t<Key>>* find(const Key& key) const {
    auto& t = all<Key>();
    auto at = t.find(key);
    return at == t.end() ? nullptr : &at->second;
  }
  // 0: there is none.
  template <class Key>
  [[nodiscard]] log_index version_of(const Key& key) const {
    auto* found = find(key);
    return found ? found->version : log_index{};
  }

  // The newest command applied, and the newest stamp seen: time inside of apply().
  [[nodiscard]] log_index index() const { return index_; }
  [[nodiscard]] stamp now() const { return now_; }

  // Of all records with their versions, of the index and of the time: equal states have equal digests.
  [[nodiscard]] digest content() const;

  // These two exist from genesis on.
  [[nodiscard]] const configuration& config() const;
  [[nodiscard]] const charter& constitution() const;

  [[nodiscard]] std::size_t size() const;
  // Calls `visit(key, entry)` for every record, table by table, in the order of the keys.
  template <class Visit>
  void for_each(Visit visit) const {
    std::apply([&](auto&... t) { (visit_table(t, visit), ...); }, tables_);
  }

private:
  friend class transaction;
  friend class restorer;
  friend class mirror;
  template <class Table, class Visit>
  static void visit_table(const Table& t, Visit& visit) {
    for (auto& [key, found] : t) visit(key, found);
  }

  tables tables_;
  log_index index_;
  stamp now_{};
  digest sum_{}; // of the records' hashes, as four 64-bit lanes
};

// Writes to a state while one command is applied. Undone unless commit() is called.
class transaction {
public:
  transaction(state& of, log_index at, stamp now, because origin);
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  [[nodiscard]] const state& now() const { return state_; }
  [[nodiscard]] log_index at() const { return at_; }

  // An equal value is no change: the record keeps its version.
  template <class Key>
  void put(const Key& key, record_of_t<Key> value);
  template <class Key>
  void erase(const Key& key);
  // Reads a record that must be there, lets `change` alter a copy and puts it.
  template <class Key, class Change>
  void update(const Key& key, Change change) {
    auto value = state_.find(key)->value;
    change(value);
    put(key, std::move(value));
  }

  // Keeps the changes and brings the digest of the whole up to them: a report writes some records once for each of its
  // items, and only the last of these is hashed. Returns what was touched, in order of writing.
  std::vector<record_key> commit();

private:
  template <class Key>
  void remember(const Key& key);
  template <class Key>
  void add_hash(const Key& key);

  state& state_;
  log_index at_;
  because origin_;
  log_index index_before_;
  stamp now_before_;
  digest sum_before_;
  std::vector<std::function<void()>> undo_;
  std::vector<record_key> touched_;
  bool committed_ = false;
};

// Builds a state from the records of a snapshot.
class restorer {
public:
  template <class Key>
  void put(const Key& key, record_of_t<Key> value, log_index version, because origin);
  state finish(log_index index, stamp now);

private:
  state state_;
};

} // namespace troupe::cluster
