// Writes that were not synced, torn in every way: what was synced is kept, what is kept is a prefix, and no tear is
// taken for damage.
#include "actors/consensus/journal/journal_fixture.hpp"

namespace troupe::journal_test {

static const std::vector<journal_batch> tear_batches{
    {promise("b1"), accepted(1, "one")},
    {accepted(2, std::string(900, 't'))},
    {accepted(3, "three"), chosen(2)},
    {promise("b2")},
    {accepted(4, std::string(300, 'f')), promise("b3"), accepted(5, std::string(600, 'F'))},
    {chosen(5)},
};

// The memory is what `count` batches say, maybe with the promise of the next one.
static bool is_prefix(const memory& m, std::size_t count) {
  auto want = memory_of(tear_batches, count);
  if (m == want) return true;
  if (count == tear_batches.size()) return false;
  want.promise = memory_of(tear_batches, count + 1).promise;
  return m == want;
}

// After a tear the journal must also live on: append, stop, and still be whole.
static void check_goes_on(std::map<std::string, byte_buffer> files) {
  auto r = recovered(files);
  auto want = memory_of(r);
  memory_disk disk;
  for (const auto& [name, data] : files) disk.run({env::write_at{name, 0, data}});
  journal_writer writer(r.state);
  disk.run(writer.open());
  for (int i = 0; i < 12; ++i) {
    journal_batch b{accepted(10, "after"), promise("b9")};
    disk.run(writer.append(b));
    for (const auto& record : b) want.take(record);
    auto again = recovered(disk.files());
    CHECK(memory_of(again) == want);
    CHECK(!again.torn);
  }
}

TEST_CASE("torn at every byte of every batch") {
  memory_disk disk;
  journal_writer writer(new_journal(identity, 4 * min_segment_size));
  disk.run(writer.open());
  std::size_t tears = 0;
  for (std::size_t n = 0; n < tear_batches.size(); ++n) {
    auto request = writer.append(tear_batches[n]);
    byte_buffer written; // of the whole batch: a frame and maybe a copy, side by side
    for (const auto& step : request)
      if (const auto* w = std::get_if<env::write_at>(&step))
        written.insert(written.end(), w->data.begin(), w->data.end());
    auto start = std::get<env::write_at>(request[0]).offset;
    for (std::size_t cut = 0; cut < written.size(); ++cut) {
      auto torn = disk;
      torn.run({env::write_at{"journal-0000000001", start,
                              byte_buffer(written.begin(), written.begin() + static_cast<std::ptrdiff_t>(cut))}});
      auto m = memory_of(recovered(torn.files()));
      CHECK((is_prefix(m, n) || is_prefix(m, n + 1))); // a cut in the padding or in the copy leaves a whole frame
      if (cut % 97 == 0) check_goes_on(torn.files());
      ++tears;
    }
    disk.run(request);
  }
  CHECK(memory_of(recovered(disk.files())) == memory_of(tear_batches, tear_batches.size()));
  CHECK(tears == 11 * sector_size);
}

TEST_CASE("every subset of the sectors of the last batch lost") {
  memory_disk disk;
  journal_writer writer(new_journal(identity, 4 * min_segment_size));
  disk.run(writer.open());
  std::size_t promises_saved = 0;
  for (std::size_t n = 0; n < tear_batches.size(); ++n) {
    auto before = disk.files()["journal-0000000001"];
    auto start = writer.state().end.offset;
    disk.run(writer.append(tear_batches[n]));
    auto after = disk.files()["journal-0000000001"];
    auto sectors = (writer.state().end.offset - start) / sector_size;
    for (std::uint32_t kept = 0; kept < (1u << sectors); ++kept) {
      auto image = before;
      for (std::size_t s = 0; s < sectors; ++s)
        if ((kept >> s & 1) != 0)
          std::copy_n(after.begin() + static_cast<std::ptrdiff_t>(start + s * sector_size), sector_size,
                      image.begin() + static_cast<std::ptrdiff_t>(start + s * sector_size));
      auto r = recovered({{"journal-0000000001", image}});
      auto whole = kept + 1 == (1u << sectors);
      auto m = memory_of(r);
      CHECK((whole ? m == memory_of(tear_batches, n + 1) : is_prefix(m, n) || is_prefix(m, n + 1)));
      if (m.promise != memory_of(tear_batches, n).promise && m.accepted == memory_of(tear_batches, n).accepted)
        ++promises_saved;
      check_goes_on({{"journal-0000000001", image}});
    }
  }
  CHECK(promises_saved > 0);
}

TEST_CASE("power lost at every step of opening, rolling and truncating") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    random_source random(seed);
    memory_disk disk;
    journal_writer writer(new_journal(identity, min_segment_size));
    memory synced;
    auto check_each_step = [&](const env::disk_request& request, const memory& after) {
      for (std::size_t steps = 0; steps < request.size(); ++steps) {
        auto crashed = disk;
        crashed.run(request, steps);
        crashed.lose_power(random);
        auto r = recover_journal(crashed.files(), owner);
        if (std::holds_alternative<empty_journal>(r)) {
          CHECK(synced == memory{});
          continue;
        }
        auto m = memory_of(recovered(crashed.files()));
        CHECK((m == synced || m == after));
      }
      disk.run(request);
      synced = after;
      CHECK(memory_of(recovered(disk.files())) == synced);
    };
    check_each_step(writer.open(), {});
    for (std::uint64_t slot = 1; slot <= 24; ++slot) {
      auto after = synced;
      auto r = accepted(slot, "v");
      after.take(r);
      check_each_step(writer.append(std::span(&r, 1)), after);
      if (slot % 7 != 0) continue;
      journal_record covered{record_kind::snapshot, slot_number{slot - 2}, {}};
      after.take(covered);
      check_each_step(writer.truncate(covered.slot), after);
    }
    CHECK(writer.state().segments.front().number > 1);
  }
}

} // namespace troupe::journal_test
