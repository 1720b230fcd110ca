// An imported CIB as the scheduler's input: names become ids, rules are evaluated for one time, templates, tags, sets
// and bundles are expanded, digests compared. It lies in tools/ because conf must not know the scheduler, nor the
// scheduler a CIB.
#pragma once

#include "actors/scheduler/input.hpp"
#include "conf/cib/reading.hpp"
#include "conf/cib/rules.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace troupe::simulate {

namespace cib = conf::cib;
namespace sched = scheduler;

inline constexpr std::size_t max_relations = 10'000'000; // of pairs, of either kind: sets and tags multiply

struct imported {
  sched::input input;
  std::vector<std::string> warnings;
};

// `now`: the time to judge rules and ages at; the CIB's own execution date comes before it, `told` before both.
imported from_cib(const cib::contents& cib, stamp now, std::optional<stamp> told = std::nullopt);
// The same of one that is read piece by piece; an error is one of its text.
result<imported> from_cib(cib::reading& cib, stamp now, std::optional<stamp> told = std::nullopt);

// Where the node states come from, one after the other; nullptr: there are no more.
struct state_source {
  std::function<result<const cib::node_state*>()> next;
  std::function<void()> keep_last; // what next() gave last stays valid
};

// The state that the parts of the import share. One part fills one room of the input.
class importer {
public:
  importer(const cib::contents& cib, stamp now, std::optional<stamp> told);
  result<imported> run(const state_source& states);

private:
  using values = std::map<cib::text, cib::text>;
  using lineage = std::vector<const cib::resource*>; // a resource and what it is in, innermost first
  struct primitive {                                 // what is needed again when the status is read
    lineage from{};
    [[nodiscard]] const cib::resource* source() const { return from.empty() ? nullptr : from.front(); }
    std::string standard, provider, agent; // of implied resources, which have no source
    std::map<std::string, std::string> params;
    bool node_dependent = false; // its parameters have rules
    bool params_known = false;   // of an implied resource
  };

  void warn(std::string sentence); // once
  cib::rule_context context() const;
  cib::rule_context context_of(sched::node_id n) const;

  void read_options();
  void read_nodes();
  void read_node_values(sched::node_id n, const cib::node& from);
  void read_node_attributes(sched::node_id n);
  void read_health();

  sched::resource_id add_resource(const cib::resource& from, sched::resource_id parent, const lineage& parents);
  void read_primitive(sched::resource_id id, const lineage& chain, const values& meta);
  void read_meta(sched::resource& r, const values& meta);
  void read_clone_meta(sched::resource& r, const cib::resource& from, const values& meta);
  void read_operations(sched::resource_id id, const cib::resource& from);
  void add_operation_defaults(sched::resource& r, const cib::resource& from);
  void add_guest_connections();
  void add_remote_node(const std::string& name, sched::node_kind kind, sched::resource_id connection,
                       sched::resource_id container);
  void add_bundle(sched::resource_id id, const cib::resource& from, const lineage& parents);
  sched::resource_id add_bundle_part(sched::resource_id bundle, std::string name, const char* provider,
                                     const char* type, std::map<std::string, std::string> params,
                                     std::vector<cib::name_value> monitor = {{"interval", "60s"}});

  void read_constraints();
  void read_location(const cib::location& l);
  void add_location(sched::constraint_id origin, sched::resource_id what, const cib::location& l, cib::text role,
                    cib::text score);
  void read_location_pattern(const cib::location& l, sched::constraint_id origin);
  void add_colocation(const sched::colocation& c);
  void read_colocation(const cib::colocation& c);
  void read_colocation_sets(const cib::colocation& c, sched::constraint_id origin, score weight);
  void read_order(const cib::order& o);
  bool symmetrical_of(const cib::order& o, sched::order_kind kind);
  void add_order(const sched::order& o);
  void read_order_sets(const cib::order& o, sched::constraint_id origin);
  void read_ticket(const cib::ticket_constraint& t);
  struct members { // what a constraint's reference stands for
    std::vector<sched::resource_id> all;
    bool complete = true; // false: some of it does not exist, which was said
  };
  members members_of(cib::text id, cib::text whose, cib::text attribute);
  members members_of(const cib::resource_set& set, cib::text whose);
  bool room_for(std::size_t relations, std::size_t already, cib::text whose);
  sched::resource_id resource_named(cib::text id) const;
  sched::ticket_id ticket_named(cib::text name);

  result<void> read_status(const state_source& states);
  void forget_attributes_unread();
  void read_state(const cib::node_state& state, std::size_t position, const state_source& source);
  void read_node_state(sched::node_id n, const cib::node_state& state);
  void read_left_over();
  [[nodiscard]] sched::node_id node_of(const cib::node_state& state) const;
  struct reported { // whose history it is
    sched::resource_id what;
    std::int32_t number = -1;
    bool unusable = false; // it is no longer a primitive
  };
  [[nodiscard]] reported reported_by(cib::text name) const;
  const reported& reported_like_before(std::size_t entry, cib::text name);
  [[nodiscard]] bool at_home(sched::resource_id what, sched::node_id n) const;
  [[nodiscard]] bool names_known_nodes(const cib::resource_history& from) const;
  void read_history(sched::node_id n, const reported& whose, const cib::resource_history& from,
                    std::vector<sched::history>& into);
  void read_record(const cib::operation_record& from, sched::history& into);
  sched::definition compare_digests(const cib::operation_record& op, const sched::history& h, sched::node_id n,
                                    bool but_secrets = true);
  sched::definition compare_recurring(const cib::operation_record& op, sched::resource_id r, sched::node_id n,
                                      bool but_secrets);
  [[nodiscard]] std::int64_t timeout_of(sched::resource_id r, cib::text operation, std::int64_t interval_ms) const;
  static std::map<std::string, std::string> parameters(const primitive& p, const cib::rule_context& c);
  bool has_digest(cib::text wanted, sched::resource_id r, sched::node_id n, cib::text operation,
                  std::int64_t interval_ms, cib::text only, cib::text without);
  std::string digest_text(sched::resource_id r, sched::node_id n, cib::text operation, std::int64_t interval_ms,
                          cib::text only, cib::text without) const;
  sched::resource_id orphan(const cib::resource_history& h, cib::text name);
  void read_counts(sched::node_id n, const values& attributes);
  std::int32_t intern(cib::text name);

  const cib::contents& cib_;
  imported out_;
  std::set<std::string> said_;
  sched::input& in_;
  stamp now_;
  std::vector<values> attributes_; // of nodes, permanent and transient
  std::vector<values> permanent_;
  values options_;
  std::map<std::string, sched::node_id, std::less<>> nodes_; // by uname
  std::map<std::string, sched::node_id, std::less<>> nodes_by_id_;
  std::map<std::string, sched::resource_id, std::less<>> resources_;
  std::map<std::string, sched::resource_id, std::less<>> orphans_; // which are in resources_, too, if the name is free
  std::map<std::string, sched::ticket_id, std::less<>> tickets_;
  std::map<std::string, std::int32_t, std::less<>> interned_;
  // Of the status, what has to wait until all states were seen: entries of resources that are not configured, which may
  // be connections of remote nodes, and states of nodes that are not known without them.
  struct left_over {
    std::size_t state = 0; // position of its node's state
    std::string uname;
    std::size_t before = 0; // position in `histories` where it belongs
    sched::node_id where;
    cib::resource_history history;
  };
  std::vector<left_over> left_over_;
  std::vector<std::pair<std::string, reported>> listed_; // by the last node state, in its order
  std::vector<std::pair<std::size_t, cib::node_state>> unknown_states_;
  std::vector<std::pair<std::size_t, sched::node_id>> reporting_; // position of the state, node
  std::deque<std::string> texts_;                                 // of transient attributes
  struct known_digest {
    std::string operation;
    std::int64_t interval_ms = 0;
    std::string only, without, digest;
  };
  static constexpr std::size_t max_known_digests = 16; // of one resource; what is asked beyond is worked out anew
  std::vector<std::vector<known_digest>> digests_;     // by resource_id; of those that depend on no node
  cib::text managed_by_default_;                       // as an option of an old schema says; empty: it does not
  std::vector<primitive> primitives_;                  // by resource_id
  struct guest {
    sched::resource_id container;
    std::string name;
    values meta;
  };
  std::vector<guest> guests_;
};

// Values that are none count as `conf/cib/unreadable.hpp` says.
score score_in(cib::text text);
sched::role role_named(cib::text name);
sched::task task_named(cib::text name);

} // namespace troupe::simulate
