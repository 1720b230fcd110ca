#include "actors/consensus/store.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <variant>

namespace troupe::consensus {

namespace {

// What the journal and the snapshot say, as the records that a replica reads.
std::vector<journal_record> records_of(const recovered_journal& j, const std::optional<snapshot>& s) {
  std::vector<journal_record> out{identity_record(j.state.identity.journal)};
  if (s) out.push_back(snapshot_record(s->slot, s->state));
  if (j.state.promise) out.push_back({record_kind::promise, {}, *j.state.promise});
  for (auto& [slot, payload] : j.accepted) out.push_back({record_kind::accepted, slot, payload});
  if (j.state.chosen.value > 0) out.push_back(chosen_record(j.state.chosen));
  return out;
}

result<recovered> start_from(const recovered_journal& j, const std::map<std::string, byte_buffer>& files,
                             const std::vector<std::string>& names) {
  std::optional<snapshot> state;
  if (auto name = newest_snapshot(names)) {
    auto read = decode_snapshot(files.at(*name));
    if (!read) return failure(*name + ": " + read.error().text);
    state = std::move(*read);
  }
  if (j.state.snapshot > (state ? state->slot : slot_number{}))
    return failure("the snapshot that the journal was cut for is missing");
  return recover(records_of(j, state));
}

std::vector<std::string> snapshots_among(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (auto& name : names)
    if (snapshot_slot_of(name)) out.push_back(name);
  return out;
}

void append_steps(env::disk_request& to, env::disk_request more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

} // namespace

env::disk_request store::list() { return {env::list_files{}}; }

env::disk_request store::read(const std::vector<std::string>& names) {
  env::disk_request request;
  auto newest = newest_snapshot(names);
  for (auto& name : names)
    if (is_journal_file(name) || (newest && name == *newest)) request.push_back(env::read_all{name});
  return request;
}

store::opened store::open(const owner& whose, const std::vector<std::string>& names,
                          const std::map<std::string, byte_buffer>& files, journal_id fresh,
                           std::uint32_t segment_size) {
  std::string told;
  auto found = recover_journal(files, {whose.node, whose.machine});
  if (auto* journal = std::get_if<recovered_journal>(&found)) {
    if (journal->state.identity.lineage != whose.lineage) {
      told = "the journal is of another lineage";
    } else if (auto start = start_from(*journal, files, names)) {
      if (journal->torn) told = "the journal's tail was cut: " + *journal->torn;
      store writing(whose.lineage, journal->state, snapshots_among(names));
      auto request = writing.writer_.open();
      return {std::move(writing), std::move(*start), std::move(request), told};
    } else {
      told = start.error().text;
    }
  } else if (auto* doubtful = std::get_if<doubtful_journal>(&found)) {
    told = doubtful->why;
  }
  // A new memory, which has promised nothing. What lay here is removed first: nothing of it may be used again.
  journal_identity identity{whose.lineage, whose.node, whose.machine, fresh};
  auto request = discard_journal(names);
  for (auto& name : snapshots_among(names)) request.push_back(env::remove_file{name});
  store writing(whose.lineage, new_journal(identity, segment_size), {});
  append_steps(request, writing.writer_.open());
  if (!told.empty()) told = "the journal cannot be trusted (" + told + "): this node begins a new one, as a learner";
  recovered start;
  start.journal = fresh;
  return {std::move(writing), std::move(start), std::move(request), told};
}

store::store(lineage_id lineage, journal_state state, std::vector<std::string> snapshots)
  : lineage_(lineage)
  , writer_(std::move(state))
  , snapshots_(std::move(snapshots)) {}

env::disk_request store::persist(const std::vector<journal_record>& records) {
  env::disk_request request;
  journal_batch batch;
  std::optional<slot_number> cut;
  for (auto& r : records) {
    if (r.kind == record_kind::identity) continue; // the journal writes its own
    if (r.kind == record_kind::snapshot) {
      append_steps(request, save_snapshot(r.slot, encode_snapshot({r.slot, lineage_, r.payload}), snapshots_));
      snapshots_ = {snapshot_name(r.slot)};
      cut = r.slot; // truncate() marks it
    } else {
      batch.push_back(r);
    }
  }
  if (!batch.empty()) append_steps(request, writer_.append(batch));
  if (cut) append_steps(request, writer_.truncate(*cut));
  return request;
}

} // namespace troupe::consensus
