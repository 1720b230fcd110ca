// A Pacemaker CIB (schema 1.x to 3.x, file or `cibadmin -Q` output) as typed values.
//
// Only shape is read here: what an element is, what refers to what, what a rule says. What it means for a cluster is
// the scheduler's, what the time or a node's attributes make of a rule is `rules.hpp`'s. Every text is a view into the
// parsed document, which the value owns; a CIB of 10 MB is thus read without copying its strings.
//
// An item that cannot be used costs a warning, as with Pacemaker, and is left out; only a text that is no XML, no CIB
// or beyond the limits is an error. Source: "Pacemaker Explained" (2.1) and pacemaker-3.x.rng.
#pragma once

#include "messages/types/result.hpp"
#include "messages/types/score.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::conf::cib {

inline constexpr std::size_t max_bytes = 256u << 20;          // of the text in memory
inline constexpr std::size_t max_read = std::size_t{4} << 30; // of one that is read piece by piece
inline constexpr unsigned max_depth = 64;                     // of nested elements
inline constexpr std::size_t max_conditions = 100'000;        // of all rules; by id-ref a few can be any number
inline constexpr std::size_t max_instances = 4096;            // of one clone
inline constexpr std::size_t max_replicas = 512;              // of one bundle: each is a node of its own

using text = std::string_view;
using name_value = std::pair<text, text>;

enum class condition_kind : std::uint8_t { rule, attribute, date, resource_type, operation };

// A rule or one of its expressions; only the fields of its kind are set.
struct condition {
  condition_kind kind = condition_kind::rule;
  bool all = true;                 // rule: boolean-op "and"
  std::vector<condition> parts;    // rule
  text attribute, operation, type; // attribute expression; `operation` also of a date
  text value;
  bool has_value = false;
  text start, end;                   // date
  std::vector<name_value> date_spec; // date
  std::vector<name_value> duration;  // date
  text standard, provider, agent;    // resource_type
  text op_name, op_interval;         // operation
};

struct scored_rule { // a rule of a location constraint
  condition when;
  text score_text; // empty: none given
  text score_attribute;
  text role;
};

struct nv_set {
  text id;
  score weight;
  std::optional<condition> when;
  std::vector<name_value> values; // in document order
};
using nv_sets = std::vector<nv_set>; // best score first, otherwise document order

struct operation {
  text id, name;
  std::vector<name_value> attributes; // interval, timeout, on-fail, role, enabled ...
  nv_sets meta;
  nv_sets params;
};

enum class resource_kind : std::uint8_t { primitive, group, clone, bundle };

struct bundle_settings {
  text engine; // docker, podman, rkt
  text image, network, options, run_command;
  unsigned replicas = 1;
  unsigned replicas_per_host = 1;
  unsigned promoted_max = 0;
  text ip_range_start, host_interface, host_netmask, control_port;
  bool add_host = true;
  struct storage {
    text source, source_root, target, options;
  };
  std::vector<storage> storages;
  struct port {
    text port, internal, range;
  };
  std::vector<port> ports;
};

struct resource {
  resource_kind kind = resource_kind::primitive;
  bool promotable_element = false; // the legacy <master>
  text id;
  text standard, provider, agent; // primitive
  text from_template;
  nv_sets meta, params, utilization;
  std::vector<operation> operations;
  std::vector<resource> children;
  std::optional<bundle_settings> bundle;
};

struct node {
  text id, uname, type;
  text score_text;
  nv_sets attributes, utilization;
};

struct resource_set {
  text id;
  std::vector<text> members;
  bool sequential = true;
  bool sequential_said = false; // that is written there, and not only so by default
  bool require_all = true;
  text role, action, score_text, kind;
};

// A constraint with a lifetime is there only while that holds.
struct location {
  text id, what, pattern, node, score_text, role, discovery;
  std::vector<scored_rule> rules;
  std::vector<resource_set> sets;
  std::optional<condition> lifetime;
};

struct colocation {
  text id, dependent, primary, dependent_role, primary_role, score_text, node_attribute, influence;
  text dependent_instance, primary_instance;
  std::vector<resource_set> sets;
  std::optional<condition> lifetime;
};

struct order {
  text id, first, first_action, then, then_action, kind, score_text, symmetrical, require_all;
  std::vector<resource_set> sets;
  std::optional<condition> lifetime;
};

struct ticket_constraint {
  text id, ticket, what, role, loss_policy;
  std::vector<resource_set> sets;
  std::optional<condition> lifetime;
};

struct tag {
  text id;
  std::vector<text> members;
};

struct fencing_level {
  text target, target_pattern, target_attribute, target_value;
  int index = 0;
  std::vector<text> devices;
};

// --- status ---
struct operation_record {
  text id, operation, key; // key: operation_key, empty in old CIBs
  text transition_key, exit_reason;
  text digest, restart_digest, restart_params, secure_digest, secure_params;
  text migrate_source, migrate_target, feature_set;
  std::int64_t call_id = -1, last_change = 0, last_run = 0, interval_ms = 0;
  int rc = 193, status = -1; // 193: unknown
  bool comparable = true;    // false: made under another configuration, its digests say nothing of this one
};

struct resource_history {
  text id, standard, provider, agent, container;
  text shutdown_lock;
  std::vector<operation_record> operations;
};

struct node_state {
  text id, uname;
  text in_membership, process, join, expected, shutdown_flag;
  bool remote = false;
  bool remote_fenced = false;
  bool remote_in_maintenance = false;
  nv_sets transient;
  std::vector<resource_history> resources;
};

struct ticket_state {
  text id;
  text granted, standby, last_granted;
};

struct document; // the parsed XML

struct contents {
  std::shared_ptr<const document> owner;
  std::vector<std::string> warnings;

  text have_quorum, dc_uuid, execution_date, feature_set, no_quorum_panic, validate_with;
  nv_sets options;
  std::vector<node> nodes;
  std::vector<resource> resources;
  std::vector<tag> tags;
  std::vector<std::pair<text, text>> template_users; // template -> primitive
  nv_sets resource_defaults, operation_defaults;
  std::vector<location> locations;
  std::vector<colocation> colocations;
  std::vector<order> orders;
  std::vector<ticket_constraint> ticket_constraints;
  std::vector<fencing_level> fencing_levels;
  std::vector<node_state> states;
  std::vector<ticket_state> tickets;
};

result<contents> parse(std::string xml);

} // namespace troupe::conf::cib
