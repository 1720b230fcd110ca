#include "tools/sim/disk_image.hpp"

#include "tools/sim/overloaded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace troupe::sim {

using namespace env;

void disk_image::apply(sparse_bytes& to, const change& c) {
  if (c.resize)
    to.resize(c.at);
  else
    to.write(c.at, c.data);
}

void disk_image::sync(contents& c) {
  for (const auto& each : c.unsynced) apply(c.durable, each);
  c.unsynced.clear();
}

// The sector as it was after the first `kept` changes.
void disk_image::settle_sector(contents& c, const sparse_bytes& before, std::size_t sector, std::size_t kept) {
  auto from = sector * sector_size;
  std::array<std::byte, sector_size> bytes{};
  before.read(from, bytes);
  for (std::size_t i = 0; i < kept; ++i) {
    const auto& each = c.unsynced[i];
    if (each.resize) {
      for (auto at = std::max<std::uint64_t>(each.at, from); at < from + sector_size; ++at) bytes[at - from] = {};
      continue;
    }
    auto begin = std::max<std::uint64_t>(each.at, from);
    auto end = std::min<std::uint64_t>(each.at + each.data.size(), from + sector_size);
    for (auto at = begin; at < end; ++at) bytes[at - from] = each.data[at - each.at];
  }
  if (from < c.durable.size())
    c.durable.write(from, byte_view(bytes).first(std::min(sector_size, c.durable.size() - from)));
}

// Decides what of the unsynced changes is on the platter.
disk_loss disk_image::settle(contents& c, random_source& random) {
  disk_loss loss;
  if (c.unsynced.empty()) return loss;
  auto count = c.unsynced.size();
  std::map<std::size_t, std::size_t> kept; // sector -> how many of the changes it has seen
  std::vector<std::uint64_t> sizes{c.durable.size()};
  auto size = c.durable.size();
  for (const auto& each : c.unsynced) {
    size = each.resize ? each.at : std::max<std::uint64_t>(size, each.at + each.data.size());
    sizes.push_back(size);
    auto from = each.resize ? each.at : each.at;
    auto to = each.resize ? each.at + 1 : each.at + std::max<std::size_t>(each.data.size(), 1);
    for (auto s = from / sector_size; s <= (to - 1) / sector_size; ++s) kept[s] = 0;
  }
  for (auto& [sector, changes] : kept) changes = random.below(count + 1);
  auto before = c.durable;
  c.durable.resize(sizes[random.below(count + 1)]);
  for (auto [sector, changes] : kept) settle_sector(c, before, sector, changes);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& each = c.unsynced[i];
    if (each.resize || each.data.empty()) continue;
    std::size_t there = 0, all = 0;
    for (auto s = each.at / sector_size; s <= (each.at + each.data.size() - 1) / sector_size; ++s, ++all)
      if (kept[s] > i && s * sector_size < c.durable.size()) ++there;
    loss.write_lost |= there == 0;
    loss.write_torn |= there != 0 && there != all;
  }
  c.unsynced.clear();
  return loss;
}

void disk_image::name_it(folder& f, const name_change& c) {
  switch (c.what) {
  case name_change::made: f[c.name] = c.which; break;
  case name_change::removed: f.erase(c.name); break;
  case name_change::renamed:
    f[c.to] = c.which;
    f.erase(c.name);
    break;
  }
}

void disk_image::change_name(name_change c) {
  name_it(cached_, c);
  unsynced_names_.push_back(std::move(c));
}

disk_image::file_ptr disk_image::open_or_make(const std::string& name) {
  if (auto found = cached_.find(name); found != cached_.end()) return found->second;
  auto fresh = std::make_shared<contents>();
  change_name({name_change::made, name, {}, fresh});
  return fresh;
}

int disk_image::step(const disk_step& s, const disk_trouble& trouble, random_source& random, disk_answer& answer) {
  auto find = [&](const std::string& name) -> file_ptr {
    auto found = cached_.find(name);
    return found == cached_.end() ? nullptr : found->second;
  };
  auto grow = [&](const std::string& name, std::uint64_t to, change c) {
    if (!is_valid_file_name(name)) return EINVAL;
    auto there = find(name);
    if (trouble.full && to > (there ? there->cached.size() : 0)) return ENOSPC;
    there = open_or_make(name);
    apply(there->cached, c);
    there->unsynced.push_back(std::move(c));
    return 0;
  };
  return std::visit(overloaded{[&](const write_at& w) {
                                 return grow(w.file, w.offset + w.data.size(), {false, w.offset, w.data});
                               },
                               [&](const set_size& z) {
                                 return grow(z.file, z.size, {true, z.size, {}});
                               },
                               [&](const read_all& r) {
                                 auto there = find(r.file);
                                 answer.results.push_back(there ? there->cached.all() : byte_buffer{});
                                 answer.found.push_back(there != nullptr);
                                 return 0;
                               },
                               [&](const list_files&) {
                                 std::string names;
                                 for (const auto& [name, which] : cached_) names += name + '\n';
                                 answer.results.emplace_back(view_of(names).begin(), view_of(names).end());
                                 answer.found.push_back(true);
                                 return 0;
                               },
                               [&](const sync_file& f) {
                                 auto there = find(f.file);
                                 if (!there) return ENOENT;
                                 if (trouble.sync_fails) {
                                   settle(*there, random);
                                   return EIO;
                                 }
                                 sync(*there);
                                 return 0;
                               },
                               [&](const sync_folder&) {
                                 if (trouble.sync_fails) return EIO;
                                 for (const auto& c : unsynced_names_) name_it(durable_, c);
                                 unsynced_names_.clear();
                                 return 0;
                               },
                               [&](const rename_to& r) {
                                 auto there = find(r.file);
                                 if (!there) return ENOENT;
                                 if (!is_valid_file_name(r.to)) return EINVAL;
                                 if (r.file != r.to) change_name({name_change::renamed, r.file, r.to, there});
                                 return 0;
                               },
                               [&](const remove_file& r) {
                                 if (auto there = find(r.file)) change_name({name_change::removed, r.file, {}, there});
                                 return 0;
                               }},
                    s);
}

disk_result disk_image::carry_out(const disk_request& request, const disk_trouble& trouble, random_source& random,
                                  std::size_t steps) {
  disk_answer answer;
  for (std::size_t i = 0; i < std::min(steps, request.size()); ++i)
    if (auto number = step(request[i], trouble, random, answer); number != 0) return failure_of(i, request[i], number);
  return answer;
}

disk_loss disk_image::lose_power(random_source& random) {
  disk_loss loss;
  for (const auto& c : unsynced_names_) {
    if (random.below(2) == 0)
      loss.name_lost = true;
    else
      name_it(durable_, c);
  }
  unsynced_names_.clear();
  folder everything = durable_;
  everything.insert(cached_.begin(), cached_.end());
  for (auto& [name, which] : everything) {
    auto one = settle(*which, random);
    loss.write_lost |= one.write_lost;
    loss.write_torn |= one.write_torn;
  }
  cached_ = durable_;
  for (auto& [name, which] : cached_) which->cached = which->durable;
  return loss;
}

bool disk_image::flip_bit(random_source& random) {
  std::vector<contents*> candidates;
  for (auto& [name, which] : durable_)
    if (!which->durable.empty()) candidates.push_back(which.get());
  if (candidates.empty()) return false;
  auto& chosen = *candidates[random.below(candidates.size())];
  auto at = random.below(chosen.durable.size());
  auto bit = static_cast<std::byte>(1U << random.below(8));
  for (auto* image : {&chosen.durable, &chosen.cached}) {
    if (at >= image->size()) continue;
    std::array<std::byte, 1> one;
    image->read(at, one);
    one[0] ^= bit;
    image->write(at, one);
  }
  return true;
}

std::optional<byte_buffer> disk_image::cached(const std::string& file) const {
  auto found = cached_.find(file);
  return found == cached_.end() ? std::nullopt : std::optional(found->second->cached.all());
}

std::optional<byte_buffer> disk_image::durable(const std::string& file) const {
  auto found = durable_.find(file);
  return found == durable_.end() ? std::nullopt : std::optional(found->second->durable.all());
}

} // namespace troupe::sim
