// An imported CIB as the scheduler's input: names become ids, rules are evaluated for one time, templates, tags, sets
// and bundles are expanded, digests compared. It lies in tools/ because conf must not know the scheduler, nor the
// scheduler a CIB.
#pragma once

#include "actors/scheduler/input.hpp"
#include "conf/cib/cib.hpp"
#include "conf/cib/rules.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace troupe::simulate {

namespace cib = conf::cib;
namespace sched = scheduler;

struct imported {
  sched::input input;
  std::vector<std::string> warnings;
};

// `now`: the time to judge rules and ages at; the CIB's own execution date comes before it, `told` before both.
imported from_cib(const cib::contents& cib, stamp now, std::optional<stamp> told = std::nullopt);

// The state that the parts of the import share. One part fills one room of the input.
class importer {
public:
  importer(const cib::contents& cib, stamp now, std::optional<stamp> told);
  imported run();

private:
  using values = std::map<cib::text, cib::text>;
  struct primitive { // what is needed again when the status is read
    const cib::resource* source = nullptr;
    std::string standard, provider, agent; // of implied resources, which have no source
    std::map<std::string, std::string> params;
    bool node_dependent = false; // its parameters have rules
    bool params_known = false;   // of an implied resource
  };

  void warn(std::string sentence);
  cib::rule_context context() const;
  cib::rule_context context_of(sched::node_id n) const;

  void read_options();
  void read_nodes();
  void read_node_values(sched::node_id n, const cib::node& from);
  void read_node_attributes(sched::node_id n);
  void read_health();

  sched::resource_id add_resource(const cib::resource& from, sched::resource_id parent,
                                  const std::vector<const cib::nv_sets*>& inherited);
  void read_primitive(sched::resource_id id, const cib::resource& from, const values& meta);
  void read_meta(sched::resource& r, const values& meta);
  void read_clone_meta(sched::resource& r, const cib::resource& from, const values& meta);
  void read_operations(sched::resource_id id, const cib::resource& from);
  void add_operation_defaults(sched::resource& r, const cib::resource& from);
  void add_guest_connections();
  void add_remote_node(const std::string& name, sched::node_kind kind, sched::resource_id connection,
                       sched::resource_id container);
  void add_bundle(sched::resource_id id, const cib::resource& from, const std::vector<const cib::nv_sets*>& inherited);
  sched::resource_id add_bundle_part(sched::resource_id bundle, std::string name, const char* provider,
                                     const char* type, std::map<std::string, std::string> params);

  void read_constraints();
  void read_location(const cib::location& l);
  void add_location(sched::constraint_id origin, sched::resource_id what, const cib::location& l, cib::text role,
                    cib::text score);
  void read_colocation(const cib::colocation& c);
  void read_colocation_sets(const cib::colocation& c, sched::constraint_id origin, score weight);
  void read_order(const cib::order& o);
  void read_order_sets(const cib::order& o, sched::constraint_id origin);
  void read_ticket(const cib::ticket_constraint& t);
  std::vector<sched::resource_id> members_of(cib::text id, bool& is_list, const char* where);
  std::vector<sched::resource_id> members_of(const cib::resource_set& set, const char* where);
  sched::ticket_id ticket_named(cib::text name);

  void read_status();
  void read_history(sched::node_id n, const cib::node_state& state);
  void read_record(const cib::operation_record& from, sched::history& into);
  sched::definition compare_digests(const cib::operation_record& op, const sched::history& h, sched::node_id n);
  std::string digest_text(sched::resource_id r, sched::node_id n, cib::text operation, std::int64_t interval_ms,
                          cib::text only, cib::text without);
  sched::resource_id orphan(const cib::resource_history& h, cib::text name);
  void read_counts(sched::node_id n, const values& attributes);
  std::int32_t intern(cib::text name);

  const cib::contents& cib_;
  imported out_;
  sched::input& in_;
  stamp now_;
  std::vector<values> attributes_; // of nodes, permanent and transient
  std::vector<values> permanent_;
  values options_;
  std::map<std::string, sched::node_id, std::less<>> nodes_; // by uname
  std::map<std::string, sched::node_id, std::less<>> nodes_by_id_;
  std::map<std::string, sched::resource_id, std::less<>> resources_;
  std::map<std::string, sched::ticket_id, std::less<>> tickets_;
  std::map<std::string, std::int32_t, std::less<>> interned_;
  std::map<std::string, std::string, std::less<>> digests_; // cache of digests that depend on no node
  std::vector<primitive> primitives_;                       // by resource_id
  struct guest {
    sched::resource_id container;
    std::string name;
    values meta;
  };
  std::vector<guest> guests_;
};

sched::role role_named(cib::text name);
sched::task task_named(cib::text name);

} // namespace troupe::simulate
