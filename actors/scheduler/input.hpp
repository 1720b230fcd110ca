// What the scheduler is given: a flat value, with no XML, no rule and no string to look up inside.
//
// Whoever fills it (an adapter from the cluster state, or from an imported CIB) has resolved names to ids, evaluated
// the rules for `now`, compared the digests and expanded templates, tags, sets and bundles. Texts are here only to be
// printed and, for nodes, to break ties by name. Arrays are in the order of the configuration, which means something:
// ties fall that way. The rejected alternative, to hand over configuration objects with attribute maps, makes each
// stage look things up by string and hides what a stage depends on.
#pragma once

#include "actors/scheduler/ids.hpp"
#include "messages/types/score.hpp"
#include "messages/types/time.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::scheduler {

// The one value by which the peer's rules and ours differ on purpose.
//   pacemaker  the plan of a whole transition, as an imported CIB's users expect it: a start waits for all fencing,
//   what cannot run
//              is propagated along the orderings before anything is sent.
//   native     assignments count as the present place; a start waits for the fencing of nodes that may hold the
//   resource only.
enum class policy : std::uint8_t { pacemaker, native };

enum class role : std::uint8_t { unknown, stopped, started, unpromoted, promoted };
enum class task : std::uint8_t {
  monitor,
  start,
  stop,
  promote,
  demote,
  migrate_to,
  migrate_from,
  reload,
  notify,
  cancel,
  // completion marks of a collective's start, stop, promote, demote
  started,
  stopped,
  promoted,
  demoted,
  fence,
  unfence,
  shutdown,
  clear_failures,
  forget,
  room_made, // what had to leave a node, so that there is capacity, has left it
  one_or_more,
  all_stopped,
  other,
};
// What undoes it; other: nothing does.
constexpr task inverse_of(task t) {
  switch (t) {
  case task::start: return task::stop;
  case task::stop: return task::start;
  case task::promote: return task::demote;
  case task::demote: return task::promote;
  default: return task::other;
  }
}

// --- nodes ---
enum class node_kind : std::uint8_t { cluster, remote, guest };
enum class join_state : std::uint8_t { none, member, pending, down, banned, other };

struct node {
  std::string name{};
  std::string id{};
  node_kind kind = node_kind::cluster;
  bool ping = false; // an old "ping" node: never runs anything
  score base{};      // added for every resource
  score health{};    // of the health strategy; 0 without one
  // what is known of it
  bool seen = false; // it has an entry in the status
  std::optional<bool> in_membership{};
  bool process_online = false;
  join_state join = join_state::none;
  bool expected_member = false;
  bool standby = false;
  bool standby_on_failure = false;
  bool maintenance = false;
  bool keeps_only = false; // it may come back soon: it keeps what it has and gets nothing new
  bool shutdown_requested = false;
  bool terminate_requested = false;
  bool unfenced = false; // it was never unfenced since it joined, or its devices changed
  bool remote_fenced = false;
  bool discovery = true;                                           // resource-discovery-enabled
  resource_id connection{};                                        // remote, guest: the resource that connects it
  resource_id container{};                                         // guest: what it runs in
  std::vector<std::pair<std::int32_t, std::int32_t>> attributes{}; // (name, value), interned by the adapter; sorted
  std::vector<std::pair<std::int32_t, std::int32_t>> capacity{};   // (kind, amount); sorted
};

// --- resources ---
enum class resource_kind : std::uint8_t { primitive, group, clone, bundle };
enum class multiple_active : std::uint8_t { stop_start, stop_only, stop_unexpected, block };
enum class requirement : std::uint8_t { unset, nothing, quorum, fencing, unfencing };
enum class on_fail : std::uint8_t { // in the order of severity
  unset,
  ignore,
  demote,
  restart,
  reset_remote,
  restart_container,
  migrate,
  block,
  stop,
  standby,
  fence
};

struct operation { // as configured
  task what = task::monitor;
  std::string name{}; // for tasks that are `other`, and for printing
  std::int64_t interval_ms = 0;
  role in_role = role::unknown; // unknown: whenever it runs
  on_fail failure = on_fail::unset;
  bool enabled = true;
  std::int64_t timeout_ms = 20'000;
  bool ambiguous = false;  // another one has its name and its interval: it does not recur
  bool by_default = false; // not configured: what the defaults say of that task, at whichever interval
};

struct utilization {
  std::int32_t kind = 0;
  std::int32_t amount = 0;
};

struct resource {
  std::string name{};
  std::string agent{}; // "ocf:heartbeat:IPaddr2", printed
  resource_kind kind = resource_kind::primitive;
  resource_id parent{};
  std::vector<resource_id> children{}; // group: members; clone: the one child; bundle: see bundle_replica
  bool orphan = false;                 // in the history only
  bool fence_device = false;
  bool unfences = false; // it provides unfencing or requires it: nodes are unfenced
  bool remote_connection = false;
  node_id connects{};             // the remote or guest node behind the connection
  resource_id container{};        // of a filler resource: what it runs in
  bool container_implied = false; // the connection of a guest node, made from its container
  bool scores_on_host = false;    // inside of a container: the agent sets its promotion score on the container's host
  bool isolated_ok = true;        // fence devices and connections may not run on remote nodes: false

  std::int32_t priority = 0;
  std::optional<std::int32_t> stickiness{};
  role target = role::unknown; // unknown: as high as it goes
  bool managed = true;
  bool maintenance = false;
  bool critical = true;
  bool allow_migrate = false;
  std::optional<std::int32_t> migration_threshold{};
  std::int64_t failure_timeout_ms = 0;
  multiple_active on_multiple = multiple_active::stop_start;
  requirement needs = requirement::unset;
  std::int64_t reconnect_ms = 0;
  bool shutdown_lockable = true;
  bool exclusive_discovery = false; // it runs only where a location says that it is looked for
  bool allows_unhealthy = false;    // a node's bad health does not count for it
  std::vector<utilization> uses{};
  std::vector<operation> operations{};

  bool restarts_with_optional = false; // restart-type: an optional order restarts it too
  bool members_together = true;        // group: colocated
  bool members_in_order = true;        // group: ordered

  // clones
  bool unique = false;
  bool interleave = false;
  bool ordered = false;
  bool notify = false;
  bool promotable = false;
  std::optional<std::uint32_t> clone_max{}; // unset: the number of nodes
  std::uint32_t clone_node_max = 1;
  std::uint32_t clone_min = 0;
  std::uint32_t promoted_max = 1;
  std::uint32_t promoted_node_max = 1;
};

// A replica of a bundle. Its parts are resources whose parent is the bundle; `clone` is the bundle's inner clone.
struct bundle_replica {
  resource_id ip{}, container{}, connection{};
  node_id guest{};
  std::uint32_t number = 0;
};
struct bundle {
  resource_id what{};
  resource_id clone{}; // none: containers only
  std::string image{};
  std::uint32_t replicas = 1;
  std::uint32_t per_host = 1;
  std::vector<bundle_replica> parts{};
};

// --- constraints: sets, templates, tags and rules are resolved ---
enum class discovery : std::uint8_t { always, never, exclusive };

struct location {
  constraint_id origin{};
  resource_id what{};
  node_id where{};
  score weight{};
  role in_role = role::unknown; // promoted, or any
  discovery probes = discovery::always;
};

struct colocation {
  constraint_id origin{};
  resource_id dependent{}, primary{};
  role dependent_role = role::unknown, primary_role = role::unknown;
  score weight{};
  std::int32_t node_attribute = -1; // -1: the node itself
  std::optional<bool> influence{};
};

enum class order_kind : std::uint8_t { optional, mandatory, serialize };

struct order {
  constraint_id origin{};
  resource_id first{}, then{};
  task first_task = task::start, then_task = task::start;
  order_kind kind = order_kind::mandatory;
  bool symmetrical = true;   // with its inverse
  bool directed = false;     // asymmetrical: without, and only when the resource changes
  std::uint32_t minimum = 0; // `then` needs this many of first's instances; 0: all of them
};

// A set whose members count as one: `then` needs any of them. On the way down that is no choice: all of them wait.
struct any_of_order {
  constraint_id origin{};
  std::vector<resource_id> any{};
  task any_task = task::start;
  std::vector<resource_id> then{};
  task then_task = task::start;
  bool mandatory = true;   // the way down; on the way up it always is
  bool symmetrical = true; // with its inverse
  constraint_id set{};     // the name of the set
};

enum class ticket_loss : std::uint8_t { stop, demote, fence, freeze };
struct ticket {
  std::string name{};
  bool granted = false;
  bool standby = false;
};
struct ticket_dependency {
  constraint_id origin{};
  ticket_id needs{};
  resource_id what{};
  role in_role = role::unknown;
  ticket_loss on_loss = ticket_loss::stop;
};

// --- history ---
enum class operation_status : std::int8_t { // what the executor says; the numbers are the peer's
  unknown = -2,
  pending = -1,
  done = 0,
  cancelled = 1,
  timed_out = 2,
  not_supported = 3,
  error = 4,
  hard_error = 5,
  fatal = 6,
  not_installed = 7,
  not_connected = 8,
  invalid = 9,
  no_fence_device = 10,
  no_secrets = 11,
};
// How the parameters it ran with compare to the present ones.
enum class definition : std::uint8_t { same, reloadable, changed };

inline constexpr std::int32_t simulated_coordinator = 0; // of what execute() reports

struct operation_record {
  std::int32_t original = 0; // position among the records of its resource and node
  task what = task::monitor;
  std::string name{};
  std::int64_t interval_ms = 0;
  std::int32_t call_id = -1;
  std::int32_t rc = 193;
  std::int32_t expected_rc = 0;
  bool expected_known = false;
  operation_status status = operation_status::unknown;
  std::int64_t last_change = 0; // seconds
  definition params = definition::same;
  node_id migration_source{}, migration_target{};
  std::int32_t coordinator = -1; // whose plan asked for it, and which of its plans; -1: not known
  std::int32_t plan = -1;
  bool outdated_failure = false; // the last failure, with parameters that have changed since
  bool newest = false;           // the node keeps one record of all that does not recur, and this is it
};

// What a node knows of a resource (or of an instance with that number).
struct history {
  node_id where{};
  resource_id what{};             // a primitive
  std::int32_t number = -1;       // -1: the name carries none
  bool other_agent = false;       // it ran with another class, provider or type
  std::int64_t shutdown_lock = 0; // seconds; 0: none
  std::vector<operation_record> operations{};
};

struct failure_count {
  node_id where{};
  resource_id what{};
  std::int32_t number = -1;
  task what_failed = task::other; // other: all operations in one count (old feature sets)
  std::int64_t interval_ms = 0;
  std::int32_t count = 0;
  std::int64_t last = 0; // seconds
};

// How often in a row a start failed there, or a promotion. Not a count of failures, which forbids a node: see
// avoidance.cpp, promotion.cpp.
struct failed_in_a_row {
  node_id where{};
  resource_id what{}; // a primitive
  std::uint32_t count = 0;
};

struct promotion_score {
  node_id where{};
  resource_id what{};
  std::int32_t number = -1;
  std::int32_t value = 0;
};

// Resources that are placed already and are not in this input: they count where equals are told apart by number.
struct placed_elsewhere {
  std::size_t before = 0; // position in `top`: placed before that one
  node_id where{};
  std::int32_t count = 0;
};

// --- the whole ---
enum class no_quorum : std::uint8_t { stop, freeze, ignore, demote, suicide };
enum class placement : std::uint8_t { standard, utilization, minimal, balanced };

struct options {
  bool symmetric = true;
  bool quorate = false;
  no_quorum without_quorum = no_quorum::stop;
  bool no_quorum_panic = false;
  bool fencing = true;
  bool fence_off = false; // stonith-action: off instead of reboot
  std::int64_t fencing_timeout_ms = 60'000;
  bool startup_fencing = true;
  bool concurrent_fencing = true;
  bool watchdog = false;
  bool stop_all = false;
  bool stop_orphans = true;
  bool cancel_orphan_operations = true;
  bool maintenance = false;
  bool startup_probes = true;
  bool shutdown_lock = false;
  std::int64_t shutdown_lock_limit = 0; // seconds; 0: none
  std::int32_t stickiness = 0;
  placement strategy = placement::standard;
  bool failures_per_operation = true; // false: one count per resource (feature sets before 3.0.13)
};

struct input {
  policy rules = policy::pacemaker;
  stamp now{};
  options settings;
  node_id coordinator{}; // the peer's DC
  table<node_id, node> nodes;
  table<resource_id, resource> resources;
  std::vector<resource_id> top{}; // resources without a parent, in order
  std::vector<bundle> bundles{};
  std::vector<std::string> constraint_names{}; // by constraint_id
  std::vector<location> locations{};
  std::vector<colocation> colocations{};
  std::vector<order> orders{};
  std::vector<any_of_order> any_of_orders{};
  table<ticket_id, ticket> tickets;
  std::vector<ticket_dependency> ticket_dependencies{};
  std::vector<node_id>
      reporting_order{}; // nodes as the status lists them: instances of anonymous clones are numbered that way
  std::vector<history> histories{};      // sorted by node, otherwise as reported
  std::vector<failure_count> failures{}; // sorted by resource
  std::vector<failed_in_a_row> failed_starts{};
  std::vector<failed_in_a_row> failed_promotes{};
  std::vector<promotion_score> promotion_scores{};
  std::vector<placed_elsewhere> elsewhere{}; // sorted by `before`
};

} // namespace troupe::scheduler
