// The journal and the snapshot file on the real disk: the same core, files instead of images.
#include "actors/consensus/journal/journal_fixture.hpp"
#include "actors/consensus/journal/snapshot_file.hpp"
#include "actors/env/posix_fixture.hpp"

#include <sstream>

namespace troupe::real_disk_test {

using namespace troupe::consensus;
using journal_test::accepted;
using journal_test::chosen;
using journal_test::identity;
using journal_test::promise;
using posix_test::answer;

static std::vector<std::string> names(env::disk& d) {
  auto listed = answer(d, {env::list_files{}}).results[0];
  std::string text;
  for (auto b : listed) text += static_cast<char>(b);
  std::istringstream lines(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(lines, line);) out.push_back(line);
  return out;
}

static std::map<std::string, byte_buffer> journal_files(env::disk& d) {
  std::map<std::string, byte_buffer> out;
  for (const auto& name : names(d))
    if (is_journal_file(name)) out[name] = answer(d, {env::read_all{name}}).results[0];
  return out;
}

TEST_CASE("written, closed, opened again, torn, gone on, truncated") {
  posix_test::temp_folder temp;
  journal_test::memory want;
  auto put = [&](env::disk& d, journal_writer& w, const journal_batch& b) {
    answer(d, w.append(b));
    for (const auto& r : b) want.take(r);
  };
  for (std::uint64_t life = 0; life < 4; ++life) {
    auto d = posix_test::open_disk(temp.path());
    auto found = recover_journal(journal_files(*d), journal_test::owner);
    journal_writer w(new_journal(identity, min_segment_size));
    if (life == 0) {
      CHECK(std::holds_alternative<empty_journal>(found));
    } else {
      auto r = journal_test::recovered(journal_files(*d));
      CHECK(journal_test::memory_of(r) == want);
      CHECK(r.torn.has_value());
      w = journal_writer(r.state);
    }
    answer(*d, w.open());
    put(*d, w, {promise("b" + std::to_string(life))});
    for (std::uint64_t slot = 1; slot < 10; ++slot) put(*d, w, {accepted(10 * life + slot, "v"), chosen(10 * life)});
    answer(*d, w.settle());
    auto cut = w.append(journal_batch{accepted(99, "never synced")});
    for (auto& step : cut) // the batch itself, half of it; a new segment before it is whole
      if (auto* write = std::get_if<env::write_at>(&step); write != nullptr && &step == &cut[cut.size() - 2])
        write->data.resize(90);
    answer(*d, cut);
  }
  auto d = posix_test::open_disk(temp.path());
  auto r = journal_test::recovered(journal_files(*d));
  journal_writer w(r.state);
  snapshot state{slot_number{30}, identity.lineage, posix_test::bytes("state")};
  answer(*d, w.open());
  answer(*d, save_snapshot(state.slot, encode_snapshot(state), names(*d)));
  answer(*d, w.truncate(state.slot));
  want.take({record_kind::snapshot, state.slot, {}});
  CHECK(journal_test::memory_of(journal_test::recovered(journal_files(*d))) == want);
  CHECK(!journal_files(*d).contains(segment_name(1)));
  auto newest = newest_snapshot(names(*d));
  REQUIRE(newest);
  CHECK(decode_snapshot(answer(*d, {env::read_all{*newest}}).results[0]) == state);
}

} // namespace troupe::real_disk_test
