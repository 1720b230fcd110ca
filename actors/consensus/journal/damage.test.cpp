// Damage to what was synced: every byte of a journal of several segments, one bit and then all bits of it flipped.
#include "actors/consensus/journal/journal_fixture.hpp"

namespace troupe::journal_test {

struct damaged {
  std::size_t equal = 0, doubtful = 0, cut = 0;
};

// `last`: the bytes of the newest segment that the last batch takes.
static damaged flip_everything(const std::map<std::string, byte_buffer>& files, std::uint32_t last_from,
                               std::uint32_t last_to, const memory& before_last) {
  damaged count;
  const auto whole = memory_of(recovered(files));
  const auto newest = files.rbegin()->first;
  auto work = files;
  for (auto& [of_file, data] : work)
    for (std::size_t at = 0; at < data.size(); ++at)
      for (auto mask : {std::byte(1 << (at % 8)), std::byte{0xff}}) {
        data[at] ^= mask;
        auto r = recover_journal(work, owner);
        data[at] ^= mask;
        if (std::holds_alternative<doubtful_journal>(r)) {
          ++count.doubtful;
          continue;
        }
        REQUIRE(std::holds_alternative<recovered_journal>(r));
        const auto& got = std::get<recovered_journal>(r);
        auto m = memory_of(got);
        if (m == whole) {
          ++count.equal;
          continue;
        }
        ++count.cut;                // only as a torn tail, only in the last batch, and never its promise
        const auto& name = of_file; // which clang 14 does not let a lambda capture, and INFO is one
        INFO(name, " byte ", at);
        CHECK(name == newest);
        CHECK((at >= last_from && at < last_to));
        CHECK(got.torn.has_value());
        auto with_promise = before_last;
        with_promise.promise = whole.promise;
        CHECK(m == with_promise);
      }
  return count;
}

struct written_journal {
  memory_disk disk;
  journal_writer writer{new_journal(identity, min_segment_size)};
  memory before_last;
  std::uint32_t last_from = 0, last_to = 0;

  explicit written_journal(const journal_batch& last) {
    disk.run(writer.open());
    put({promise("b1"), accepted(1, "one")});
    for (std::uint64_t slot = 2; writer.state().end.segment < 3; ++slot)
      put({accepted(slot, "value"), chosen(slot - 1)});
    before_last = memory_of(recovered(disk.files()));
    last_from = writer.state().end.offset;
    put(last);
    last_to = writer.state().end.offset;
    REQUIRE(writer.state().end.segment == 3);
  }
  void put(const journal_batch& b) { disk.run(writer.append(b)); }
  damaged flip() { return flip_everything(disk.files(), last_from, last_to, before_last); }
};

TEST_CASE("each byte flipped: equal, doubtful, or the last batch cut as torn but for its promise") {
  written_journal j({promise("b2"), accepted(50, "last"), accepted(51, std::string(500, 'x'))});
  auto count = j.flip();
  CHECK(count.cut > 0);
  CHECK(count.equal + count.doubtful + count.cut == 2u * 3 * min_segment_size);
  CHECK(count.doubtful > 4000);
}

TEST_CASE("each byte flipped after settle(): equal or doubtful, nothing is cut") {
  written_journal j({promise("b2"), accepted(50, "last"), accepted(51, std::string(500, 'x'))});
  j.disk.run(j.writer.settle());
  CHECK(j.flip().cut == 0);
}

TEST_CASE("each byte flipped with a later batch: what was the last one before is not cut") {
  written_journal j({promise("b2"), accepted(50, "last")});
  j.last_from = j.writer.state().end.offset;
  j.before_last = memory_of(recovered(j.disk.files()));
  j.put({chosen(50)});
  j.last_to = j.writer.state().end.offset;
  CHECK(j.flip().cut > 0); // the watermark only: flip() checks what was lost
}

TEST_CASE("a lost sector anywhere but in the last batch: doubtful or equal") {
  written_journal j({accepted(50, "last")});
  auto files = j.disk.files();
  const auto whole = memory_of(recovered(files));
  for (auto& [name, data] : files)
    for (std::size_t at = 0; at < data.size(); at += sector_size) {
      auto kept = data;
      std::fill_n(data.begin() + static_cast<std::ptrdiff_t>(at), sector_size, std::byte{});
      auto r = recover_journal(files, owner);
      data = kept;
      if (std::holds_alternative<doubtful_journal>(r)) continue;
      auto m = memory_of(std::get<recovered_journal>(r));
      bool in_last = name == "journal-0000000003" && at >= j.last_from && at < j.last_to;
      CHECK(m == (in_last ? j.before_last : whole));
    }
}

TEST_CASE("sectors written to a wrong place: never silently wrong") {
  written_journal j({accepted(50, "last")});
  auto files = j.disk.files();
  const auto whole = memory_of(recovered(files));
  for (auto& [to_name, to] : files)
    for (std::size_t at = 0; at < to.size(); at += sector_size)
      for (const auto& [from_name, from] : j.disk.files())
        for (std::size_t source = 0; source < from.size(); source += sector_size) {
          auto kept = to;
          std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(source), sector_size,
                      to.begin() + static_cast<std::ptrdiff_t>(at));
          auto r = recover_journal(files, owner);
          to = kept;
          if (std::holds_alternative<doubtful_journal>(r)) continue;
          auto m = memory_of(std::get<recovered_journal>(r));
          CHECK((m == whole || m == j.before_last));
        }
}

TEST_CASE("noise instead of a segment: doubtful, not a crash") {
  random_source random(5);
  for (int i = 0; i < 300; ++i) {
    byte_buffer noise(random.below(3 * min_segment_size));
    for (auto& b : noise) b = static_cast<std::byte>(random.next());
    CHECK(doubt({{"journal-0000000001", noise}}) == "journal-0000000001: its head is damaged");
  }
}

} // namespace troupe::journal_test
