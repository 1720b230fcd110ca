// What is on a disk, and what is only in the machine's memory: the durable and the cached image of one data folder.
//
// A write changes the cache. A sync makes one file's contents durable, syncing the folder its names. Power loss keeps,
// for every sector of 512 bytes that has unsynced changes, the sector as it was after any of them or before them all;
// each sector by itself, so that a long write tears and a later write may survive an earlier one. The size follows the
// same rule. Of the changes of names, any subset survives. This is harsher than ext4 and what POSIX allows.
// A failed sync (EIO) leaves the same mixture behind, and the cache forgets that it was dirty: a later sync that
// succeeds says nothing about it (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
//
// Pure: no time, no queue. tools/sim/sim_disk puts env.disk on top.
#pragma once

#include "actors/env/disk.hpp"
#include "messages/types/random.hpp"
#include "tools/sim/active_faults.hpp"
#include "tools/sim/sparse_bytes.hpp"

#include <map>
#include <memory>
#include <optional>

namespace troupe::sim {

inline constexpr std::size_t sector_size = 512;

// What became of unsynced changes when power went.
struct disk_loss {
  bool write_lost = false; // a write of which nothing is left
  bool write_torn = false; // one of which a part is left
  bool name_lost = false;  // a file made, renamed or removed that was not
};

class disk_image {
public:
  // Carries out one request, as far as its first failing step. `steps` limits how many: a process that is killed
  // leaves the rest undone.
  env::disk_result carry_out(const env::disk_request& request, const disk_trouble& trouble, random_source& random,
                             std::size_t steps = SIZE_MAX);
  disk_loss lose_power(random_source& random);
  bool flip_bit(random_source& random); // false: nothing there to flip
  void replace() { *this = {}; }

  [[nodiscard]] std::optional<byte_buffer> cached(const std::string& file) const;
  [[nodiscard]] std::optional<byte_buffer> durable(const std::string& file) const;

private:
  struct change { // of contents: bytes at an offset, or (resize) the size
    bool resize = false;
    std::uint64_t at = 0; // offset, or the new size
    byte_buffer data;
  };
  struct contents {
    sparse_bytes durable;
    sparse_bytes cached;
    std::vector<change> unsynced;
  };
  using file_ptr = std::shared_ptr<contents>; // names point to contents, as to inodes
  struct name_change {
    enum kind : std::uint8_t { made, renamed, removed } what = made;
    std::string name;
    std::string to;
    file_ptr which;
  };
  using folder = std::map<std::string, file_ptr>;

  static void apply(sparse_bytes& to, const change& c);
  static void sync(contents& c);
  static disk_loss settle(contents& c, random_source& random);
  static void settle_sector(contents& c, const sparse_bytes& before, std::size_t sector, std::size_t kept);
  static void name_it(folder& f, const name_change& c);
  void change_name(name_change c);
  file_ptr open_or_make(const std::string& name);
  int step(const env::disk_step& s, const disk_trouble& trouble, random_source& random, env::disk_answer& answer);

  folder durable_;
  folder cached_;
  std::vector<name_change> unsynced_names_;
};

} // namespace troupe::sim
