// The slots that a replica keeps: what it accepted in each, and how far the chosen prefix reaches.
//
// Invariants: every slot up to chosen() is decided; those above the snapshot and up to chosen() are all here, with the
// decided value. Above chosen() lies what was accepted and may or may not be chosen, with gaps. A slot decided by
// learning keeps no ballot: nobody is told of ballots below chosen().
#pragma once

#include "actors/consensus/effects.hpp"

#include <map>

namespace troupe::consensus {

class replica_log {
public:
  struct entry {
    ballot number;
    shared_batch value;
  };
  using entries = std::map<slot_number, entry>;

  [[nodiscard]] const entry* find(slot_number slot) const;
  [[nodiscard]] entries::const_iterator from(slot_number slot) const { return entries_.lower_bound(slot); }
  [[nodiscard]] entries::const_iterator end() const { return entries_.end(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  void put(slot_number slot, ballot number, shared_batch value); // above chosen() only

  [[nodiscard]] slot_number chosen() const { return chosen_; }
  const entry& choose_next(); // the slot after chosen() is here and decided

  [[nodiscard]] slot_number snapshot_slot() const { return snapshot_slot_; }
  [[nodiscard]] const shared_bytes& snapshot() const { return snapshot_; } // null: none yet
  [[nodiscard]] std::size_t beyond_snapshot_bytes() const { return bytes_; }

  // Our own state after `slot`, which lies within the chosen prefix: entries more than `keep` below it go.
  void cut(slot_number slot, shared_bytes state, std::size_t keep);
  // Another's: all entries up to it go, and it becomes the chosen prefix if that was shorter.
  void install(slot_number slot, shared_bytes state);

private:
  void set_snapshot(slot_number slot, shared_bytes state);

  entries entries_;
  slot_number chosen_;
  slot_number snapshot_slot_;
  shared_bytes snapshot_;
  std::size_t bytes_ = 0; // of chosen values above the snapshot
};

} // namespace troupe::consensus
