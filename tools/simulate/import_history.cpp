// One resource's history on one node: its operations' records, as the scheduler reads them.
#include "conf/cib/values.hpp"
#include "tools/simulate/digests.hpp"
#include "tools/simulate/from_cib.hpp"
#include "tools/simulate/transition_key.hpp"

#include <algorithm>

namespace troupe::simulate {

// Whatever it migrated from or to may be a node that is not known yet.
bool importer::names_known_nodes(const cib::resource_history& from) const {
  auto known = [&](cib::text name) { return name.empty() || nodes_.contains(name); };
  return std::all_of(from.operations.begin(), from.operations.end(),
                     [&](auto& op) { return known(op.migrate_source) && known(op.migrate_target); });
}

namespace {

// A record's name is its resource's with the kind of record behind it.
bool is_record(cib::text record, cib::text resource, cib::text kind) {
  return record.size() == resource.size() + kind.size() && record.starts_with(resource) && record.ends_with(kind);
}

} // namespace

void importer::read_history(sched::node_id n, const reported& whose, const cib::resource_history& from,
                            std::vector<sched::history>& into) {
  sched::history h{.where = n,
                   .what = whose.what,
                   .number = whose.number,
                   .other_agent = false,
                   .shutdown_lock = cib::to_seconds(from.shutdown_lock).value_or(0),
                   .operations = {}};
  auto& p = primitives_[h.what.at()];
  if (!in_.resources[h.what].orphan)
    h.other_agent = p.standard != from.standard || p.provider != from.provider || p.agent != from.agent;
  h.operations.reserve(from.operations.size());
  bool under_way = std::any_of(from.operations.begin(), from.operations.end(), [](auto& op) { return op.call_id < 0; });
  for (auto& op : from.operations) {
    read_record(op, h);
    auto& record = h.operations.back();
    if (under_way) { // who came last is not told by the call ids alone
      auto key = read_transition_key(op.transition_key);
      record.plan = key.plan;
      bool nobody = key.coordinator.find_first_not_of("x-") == cib::text::npos; // made unknown, as in a simulation
      record.coordinator = nobody ? sched::simulated_coordinator : 1 + intern(key.coordinator);
    }
    record.newest = is_record(op.id, from.id, "_last_0");
    bool kept = is_record(op.id, from.id, "_last_failure_0") && !op.digest.empty();
    bool looks = record.what == sched::task::start || record.what == sched::task::monitor;
    record.outdated_failure = kept && looks && compare_digests(op, h, n, false) != sched::definition::same;
  }
  into.push_back(std::move(h));
}

void importer::read_record(const cib::operation_record& from, sched::history& into) {
  sched::operation_record op;
  op.original = static_cast<std::int32_t>(into.operations.size());
  op.what = task_named(from.operation);
  op.name = from.operation;
  op.interval_ms = std::max<std::int64_t>(from.interval_ms, 0);
  op.call_id = static_cast<std::int32_t>(std::clamp<std::int64_t>(from.call_id, -1, INT32_MAX));
  op.rc = from.rc;
  auto expected = read_transition_key(from.transition_key).expected;
  op.expected_known = expected.has_value();
  op.expected_rc = expected.value_or(0);
  op.status = static_cast<sched::operation_status>(std::clamp(from.status, -2, 100));
  op.last_change = from.last_change;
  auto node = [&](cib::text name) {
    auto n = nodes_.find(name);
    return n == nodes_.end() ? sched::node_id{} : n->second;
  };
  op.migration_source = node(from.migrate_source);
  op.migration_target = node(from.migrate_target);
  op.params = compare_digests(from, into, into.where);
  into.operations.push_back(std::move(op));
}

} // namespace troupe::simulate
