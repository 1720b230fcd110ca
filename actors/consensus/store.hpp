// Where a replica's records live: the journal for promises and values, a file for the snapshot. The store turns what
// a replica wants persisted into one disk request, and what lies in the data folder into what a replica starts from.
//
// Opening takes three steps, each a disk request, so that nothing waits: list the folder, read what counts, judge it.
// A journal that is damaged, copied or in doubt is given up: the node comes back under a new journal id, as a learner,
// since what it promised is not known any more. So is an empty one where there must have been one.
#pragma once

#include "actors/consensus/journal/recovery.hpp"
#include "actors/consensus/journal/snapshot_file.hpp"
#include "actors/consensus/records.hpp"

#include <map>
#include <string>
#include <vector>

namespace troupe::consensus {

class store {
public:
  struct owner {
    lineage_id lineage;
    node_name node;
    machine_id machine;
  };

  // Steps 1 and 2. `names` is the answer to the first.
  static env::disk_request list();
  static env::disk_request read(const std::vector<std::string>& names);

  struct opened;
  // Step 3. `files` are the answers to step 2, by name. `fresh` becomes the journal's id where a new one begins.
  static opened open(const owner& whose, const std::vector<std::string>& names,
                     const std::map<std::string, byte_buffer>& files, journal_id fresh,
                     std::uint32_t segment_size = default_segment_size);

  // Submit in the order in which they are made; see journal/writer.hpp for what to do when one fails.
  env::disk_request persist(const std::vector<journal_record>& records);
  env::disk_request settle() { return writer_.settle(); }

private:
  store(lineage_id lineage, journal_state state, std::vector<std::string> snapshots);

  lineage_id lineage_;
  journal_writer writer_;
  std::vector<std::string> snapshots_; // files that lie in the folder
};

struct store::opened {
  store writing;
  recovered start;           // for the replica; start.journal is its id
  env::disk_request request; // to be submitted first
  std::string told;          // for the log; empty: nothing but good
};

} // namespace troupe::consensus
