// What the journal keeps, how it rolls and forgets, and what it refuses.
#include "actors/consensus/journal/journal_fixture.hpp"

namespace troupe::journal_test {

struct running {
  memory_disk disk;
  journal_writer writer{new_journal(identity, min_segment_size)};
  running() { disk.run(writer.open()); }
  void append(journal_batch b) { disk.run(writer.append(b)); }
  // Fills segments with one accepted slot a sector, from `slot` on.
  void fill_until_segment(std::uint32_t number, std::uint64_t slot = 1) {
    while (writer.state().end.segment < number) append({accepted(slot++, "v")});
  }
};

TEST_CASE("no files are an empty journal, also with a segment that was only being prepared") {
  CHECK(std::holds_alternative<empty_journal>(recover_journal({}, owner)));
  memory_disk disk;
  auto open = journal_writer(new_journal(identity, min_segment_size)).open();
  disk.run(open, open.size() - 2); // before the rename
  CHECK(disk.files().contains("journal.new"));
  CHECK(std::holds_alternative<empty_journal>(recover_journal(disk.files(), owner)));
}

TEST_CASE("what was appended comes back: newest promise, newest value of a slot, highest watermark") {
  running j;
  j.append({promise("b1"), accepted(1, "x"), accepted(2, "y")});
  j.append({accepted(2, "z"), chosen(1)});
  j.append({promise("b2"), accepted(3, "w")});
  auto r = recovered(j.disk.files());
  CHECK(!r.torn);
  CHECK(r.state.identity == identity);
  CHECK(r.state.promise == bytes("b2"));
  CHECK(r.accepted == std::map<slot_number, byte_buffer>{
                          {slot_number{1}, bytes("x")}, {slot_number{2}, bytes("z")}, {slot_number{3}, bytes("w")}});
  CHECK(r.state.chosen == slot_number{1});
  CHECK(r.state.end == j.writer.state().end);
}

TEST_CASE("a batch is one write and one sync; a promise is written twice, in sectors of their own") {
  running j;
  auto plain = j.writer.append(journal_batch{accepted(1, "x"), chosen(1)});
  REQUIRE(plain.size() == 2);
  CHECK(std::holds_alternative<env::sync_file>(plain[1]));
  CHECK(std::get<env::write_at>(plain[0]).offset % sector_size == 0);
  CHECK(std::get<env::write_at>(plain[0]).data.size() == sector_size);
  auto promised = j.writer.append(journal_batch{promise("b")});
  REQUIRE(promised.size() == 3);
  CHECK(std::get<env::write_at>(promised[1]).offset == std::get<env::write_at>(promised[0]).offset + sector_size);
}

TEST_CASE("what no segment can hold in one goes into several batches, each synced before the next is written") {
  running j;
  journal_batch much{promise("b1")};
  for (std::uint64_t slot = 1; slot <= 40; ++slot) much.push_back(accepted(slot, std::string(200, 'x')));
  REQUIRE(frame_size(much) > max_batch_size(min_segment_size));
  auto request = j.writer.append(much);
  std::size_t unsynced = 0, batches = 0;
  for (auto& step : request) {
    auto* write = std::get_if<env::write_at>(&step);
    if (write != nullptr && write->file != new_segment_name && write->offset < mark_offset(min_segment_size)) {
      bool copy = unsynced == 1 && batches == 1;
      CHECK((unsynced == 0 || copy));
      batches += copy ? 0 : 1;
      ++unsynced;
    }
    if (std::holds_alternative<env::sync_file>(step)) unsynced = 0;
  }
  CHECK(batches > 2);
  j.disk.run(request);
  auto r = recovered(j.disk.files());
  CHECK(r.accepted.size() == 40);
  CHECK(r.state.promise == bytes("b1"));
  CHECK(r.state.end == j.writer.state().end);
}

TEST_CASE("a full segment is followed by one that restates what counts") {
  running j;
  j.append({promise("b1"), chosen(9)});
  j.fill_until_segment(3);
  auto r = recovered(j.disk.files());
  CHECK(r.state.segments == j.writer.state().segments);
  CHECK(r.accepted.size() == r.state.segments.back().highest.value);
  j.disk.run(j.writer.truncate(slot_number{r.state.segments.back().highest}));
  auto files = j.disk.files();
  CHECK(files.size() == 1);
  CHECK(files.contains("journal-0000000003"));
  auto after = recovered(files);
  CHECK(after.accepted.empty());
  CHECK(after.state.promise == bytes("b1"));
  CHECK(after.state.chosen == slot_number{9});
  CHECK(after.state.snapshot == r.state.segments.back().highest);
}

TEST_CASE("truncation keeps a segment with a slot above the snapshot, and those after it") {
  running j;
  j.fill_until_segment(4);
  auto segments = j.writer.state().segments;
  j.disk.run(j.writer.truncate(segments[1].highest.next()));
  auto r = recovered(j.disk.files());
  REQUIRE(r.state.segments.size() == 2);
  CHECK(r.state.segments.front().number == 3);
  CHECK(r.accepted.begin()->first == segments[1].highest.plus(2));
}

TEST_CASE("after a restart it goes on behind its end; a torn tail is left behind in its segment") {
  running j;
  j.append({accepted(1, "x")});
  auto r = recovered(j.disk.files());
  j.writer = journal_writer(r.state);
  j.disk.run(j.writer.open());
  j.append({accepted(2, "y")});
  CHECK(j.writer.state().end.segment == 1);
  auto torn = j.writer.append(journal_batch{accepted(3, std::string(1300, 'z'))});
  std::get<env::write_at>(torn[0]).data.resize(700);
  j.disk.run(torn, 1);
  r = recovered(j.disk.files());
  CHECK(r.torn == "journal-0000000001: a torn write was cut at byte 1536");
  j.writer = journal_writer(r.state);
  j.disk.run(j.writer.open());
  CHECK(j.writer.state().end.segment == 2);
  j.append({accepted(3, "w")});
  r = recovered(j.disk.files());
  CHECK(!r.torn);
  CHECK(r.accepted[slot_number{3}] == bytes("w"));
  CHECK(r.accepted.size() == 3);
}

TEST_CASE("another node's journal, one of another machine, two that were mixed: doubtful") {
  running j;
  j.append({accepted(1, "x")});
  auto files = j.disk.files();
  CHECK(doubt(files, {node_name{"n2"}, machine(1)}) == "it is the journal of node n1, this is n2");
  CHECK(doubt(files, {node_name{"n1"}, machine(2)}).find("written on another machine (0100") != std::string::npos);

  j.fill_until_segment(2);
  running other;
  auto id = identity;
  id.journal = journal_id{4712};
  other.disk = {};
  other.writer = journal_writer(new_journal(id, min_segment_size));
  other.disk.run(other.writer.open());
  other.fill_until_segment(2);
  files = j.disk.files();
  files["journal-0000000002"] = other.disk.files()["journal-0000000002"];
  CHECK(doubt(files) == "journal-0000000002: belongs to another journal");
}

TEST_CASE("each missing segment is noticed: oldest, middle, newest") {
  running j;
  j.fill_until_segment(4);
  for (const auto& [lost, text] : std::map<std::string, std::string>{
           {"journal-0000000001", "journal-0000000001 is missing"},
           {"journal-0000000002", "journal-0000000002 is missing"},
           {"journal-0000000003", "journal-0000000003 is missing"},
           {"journal-0000000004", "journal-0000000004 is missing: journal-0000000003 was closed"}}) {
    auto files = j.disk.files();
    files.erase(lost);
    CHECK(doubt(files) == text);
  }
}

TEST_CASE("a segment with a wrong size, of a newer format or with an unknown record: doubtful") {
  running j;
  j.append({accepted(1, "x")});
  auto files = j.disk.files();
  auto& image = files["journal-0000000001"];
  image.resize(image.size() - sector_size);
  CHECK(doubt(files) == "journal-0000000001: has 3584 bytes, its head says 4096");
  image.clear();
  CHECK(doubt(files) == "journal-0000000001: its head is damaged");

  files = j.disk.files();
  auto head = encode_head({identity, min_segment_size, 0, {}});
  head.payload[0] = std::byte{2};
  auto newer = encode_frame({frame_kind::head, identity.journal, 1, 0, 0, {}}, std::span(&head, 1));
  std::copy(newer.bytes.begin(), newer.bytes.end(), files["journal-0000000001"].begin());
  CHECK(doubt(files) == "journal-0000000001: it has format 2, this program reads 1");

  journal_record unknown{static_cast<record_kind>(9), {}, {}};
  j.append({unknown});
  CHECK(doubt(j.disk.files()) == "journal-0000000001: a record of unknown kind 9");
}

TEST_CASE("two copies of a promise that disagree: doubtful") {
  running j;
  auto request = j.writer.append(journal_batch{promise("b1")});
  auto main = *decode_frame(j.disk.files()["journal-0000000001"], 0);
  j.disk.run(request);
  auto image = j.disk.files()["journal-0000000001"];
  auto first = *decode_frame(image, main.size);
  auto wrong = promise("b2");
  auto at = static_cast<std::uint32_t>(main.size + first.size);
  auto other = encode_frame({frame_kind::copy, identity.journal, 1, at, 1, first.sum}, std::span(&wrong, 1));
  std::copy(other.bytes.begin(), other.bytes.end(), image.begin() + at);
  CHECK(doubt({{"journal-0000000001", image}}) ==
        "journal-0000000001: the two copies of a promise disagree at byte 1024");
}

TEST_CASE("a failed sync leaves a mark that the next start sees; discarding ends it at every step") {
  running j;
  j.fill_until_segment(3);
  j.disk.run(mark_doubtful("sync of journal-0000000003: Input/output error\x01"));
  CHECK(doubt(j.disk.files()) == "it is marked: sync of journal-0000000003: Input/output error?");
  std::vector<std::string> names;
  for (const auto& [name, data] : j.disk.files()) names.push_back(name);
  auto request = discard_journal(names);
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::size_t steps = 0; steps <= request.size(); ++steps) {
      auto disk = j.disk;
      disk.run(request, steps);
      random_source random(seed * 100 + steps);
      disk.lose_power(random);
      auto r = recover_journal(disk.files(), owner);
      CHECK(!std::holds_alternative<recovered_journal>(r));
    }
  j.disk.run(request);
  CHECK(j.disk.files().empty());
}

TEST_CASE("bad use is an assertion: empty batch, a promise too long, a batch that fits nowhere, not opened") {
  running j;
  CHECK_THROWS_AS(j.append({}), broken_assertion);
  CHECK_THROWS_AS(j.append({promise(std::string(max_promise + 1, 'p'))}), broken_assertion);
  CHECK_THROWS_AS(j.append({accepted(1, std::string(min_segment_size, 'x'))}), broken_assertion);
  CHECK_THROWS_AS(j.append({encode_head({identity, min_segment_size, 0, {}})}), broken_assertion);
  CHECK_THROWS_AS(new_journal(identity, 1000), broken_assertion);
  journal_writer closed(new_journal(identity));
  CHECK_THROWS_AS(closed.append(journal_batch{chosen(1)}), broken_assertion);
}

TEST_CASE("a frame: bytes on disk, in full") {
  auto r = accepted(3, "ab");
  auto f = encode_frame({frame_kind::batch, journal_id{0x1122}, 5, 512, 6, {}}, std::span(&r, 1));
  CHECK(f.bytes.size() == sector_size);
  CHECK(to_hex(byte_view(f.bytes).subspan(16, 74)) ==
        "5452"
        "4a31020000002211000000000000050000000002000006000000000000000000000000000000000000000000000012000000010000"
        "00030000000200000003000000000000006162");
}

} // namespace troupe::journal_test
