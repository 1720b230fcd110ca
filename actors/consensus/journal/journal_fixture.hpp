// A disk in memory for the journal's tests: what the cache shows, what would survive, and a power loss that keeps any
// subset of the sectors and names that were not synced.
#pragma once

#include "actors/consensus/journal/recovery.hpp"
#include "messages/types/assert.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::journal_test {

using namespace troupe::consensus;

class memory_disk {
public:
  // Carries out the first `steps` steps.
  void run(const env::disk_request& request, std::size_t steps = SIZE_MAX) {
    for (std::size_t i = 0; i < std::min(steps, request.size()); ++i)
      std::visit([&](const auto& s) { step(s); }, request[i]);
  }

  [[nodiscard]] std::map<std::string, byte_buffer> files() const {
    std::map<std::string, byte_buffer> out;
    for (const auto& [name, f] : names_) out[name] = f->cached;
    return out;
  }

  void lose_power(random_source& random) {
    for (const auto& apply : pending_)
      if (random.chance(500'000)) apply(durable_names_);
    pending_.clear();
    names_ = durable_names_;
    for (auto& [name, f] : names_) tear(*f, random);
  }

private:
  struct file {
    byte_buffer cached, durable;
  };
  using name_map = std::map<std::string, std::shared_ptr<file>>;

  static void tear(file& f, random_source& random) {
    if (f.cached.size() != f.durable.size() && random.chance(500'000)) f.durable.resize(f.cached.size());
    auto kept = std::min(f.cached.size(), f.durable.size());
    for (std::size_t at = 0; at < kept; at += sector_size)
      if (random.chance(500'000))
        std::copy_n(f.cached.begin() + static_cast<std::ptrdiff_t>(at), std::min(sector_size, kept - at),
                    f.durable.begin() + static_cast<std::ptrdiff_t>(at));
    f.cached = f.durable;
  }
  void name(std::function<void(name_map&)> change) {
    change(names_);
    pending_.push_back(std::move(change));
  }
  file& at(const std::string& n) {
    if (!names_.contains(n)) {
      auto made = std::make_shared<file>();
      name([n, made](name_map& m) { m[n] = made; });
    }
    return *names_[n];
  }

  void step(const env::write_at& s) {
    auto& data = at(s.file).cached;
    data.resize(std::max<std::size_t>(data.size(), s.offset + s.data.size()));
    std::copy(s.data.begin(), s.data.end(), data.begin() + static_cast<std::ptrdiff_t>(s.offset));
  }
  void step(const env::set_size& s) { at(s.file).cached.resize(s.size); }
  void step(const env::sync_file& s) { at(s.file).durable = at(s.file).cached; }
  void step(const env::sync_folder&) {
    durable_names_ = names_;
    pending_.clear();
  }
  void step(const env::rename_to& s) {
    name([s, f = names_.at(s.file)](name_map& m) {
      m.erase(s.file);
      m[s.to] = f;
    });
  }
  void step(const env::remove_file& s) {
    name([s](name_map& m) { m.erase(s.file); });
  }
  void step(const env::read_all&) {}
  void step(const env::list_files&) {}

  name_map names_, durable_names_;
  std::vector<std::function<void(name_map&)>> pending_; // changes of names since the last sync of the folder
};

inline byte_buffer bytes(std::string_view text) {
  auto v = view_of(text);
  return {v.begin(), v.end()};
}
inline journal_record promise(std::string_view text) {
  return {record_kind::promise, {}, bytes(text)};
}
inline journal_record accepted(std::uint64_t slot, std::string_view text) {
  return {record_kind::accepted, slot_number{slot}, bytes(text)};
}
inline journal_record chosen(std::uint64_t slot) {
  return {record_kind::chosen, slot_number{slot}, {}};
}

inline machine_id machine(int n) {
  machine_id m;
  m.bytes[0] = static_cast<std::byte>(n);
  return m;
}
inline const journal_identity identity{lineage_id{{std::byte{7}}}, node_name{"n1"}, machine(1), journal_id{4711}};
inline const journal_owner owner{node_name{"n1"}, machine(1)};

// What records mean, kept apart from the journal's own way of collecting it.
struct memory {
  std::optional<byte_buffer> promise;
  std::map<slot_number, byte_buffer> accepted;
  slot_number chosen, snapshot;
  bool operator==(const memory&) const = default;

  void take(const journal_record& r) {
    if (r.kind == record_kind::promise) promise = r.payload;
    if (r.kind == record_kind::accepted && r.slot > snapshot) accepted[r.slot] = r.payload;
    if (r.kind == record_kind::chosen) chosen = std::max(chosen, r.slot);
    if (r.kind == record_kind::snapshot && r.slot > snapshot) snapshot = r.slot;
    std::erase_if(accepted, [&](const auto& a) { return a.first <= snapshot; });
  }
};

inline memory memory_of(const recovered_journal& j) {
  return {j.state.promise, j.accepted, j.state.chosen, j.state.snapshot};
}
inline memory memory_of(const std::vector<journal_batch>& batches, std::size_t count) {
  memory m;
  for (std::size_t i = 0; i < count; ++i)
    for (const auto& r : batches[i]) m.take(r);
  return m;
}

inline recovered_journal recovered(const std::map<std::string, byte_buffer>& files) {
  auto r = recover_journal(files, owner);
  if (auto* d = std::get_if<doubtful_journal>(&r)) FAIL("doubtful: ", d->why);
  REQUIRE(std::holds_alternative<recovered_journal>(r));
  return std::get<recovered_journal>(std::move(r));
}
inline std::string doubt(const std::map<std::string, byte_buffer>& files, const journal_owner& who = owner) {
  auto r = recover_journal(files, who);
  auto* d = std::get_if<doubtful_journal>(&r);
  return d != nullptr ? d->why : "not doubtful";
}

} // namespace troupe::journal_test
