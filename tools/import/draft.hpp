// A Pacemaker configuration as ours: what cluster.toml can say, and a note for all that it cannot.
//
// The import goes through the scheduler's input (tools/simulate/from_cib), where templates, tags, sets and rules are
// resolved already; what the scheduler does not need (parameters, timeouts, devices) comes from the CIB itself. What
// an operator has said of the moment (standby, maintenance) is no configuration of ours: notes tell the command.
//
// A note that `differs` says that the same state would be handled otherwise than by the CIB; the others do not matter
// to where things run now.
#pragma once

#include "conf/cib/cib.hpp"
#include "conf/validate.hpp"
#include "tools/simulate/from_cib.hpp"

#include <set>
#include <string>
#include <vector>

namespace troupe::import_cib {

namespace cib = conf::cib;
namespace sched = scheduler;

struct note {
  bool differs = false;
  std::string feature; // what has no counterpart: "utilization"
  std::string text;    // with the name of whose it is
};

enum class section_kind : std::uint8_t { node, resource, group, device };
struct section {
  section_kind kind{};
  std::string name;
};

struct draft {
  config::cluster cluster;       // lists in the CIB's order
  std::vector<section> sections; // all of them, in the CIB's order
  std::vector<note> notes;
};

// `can`: what is written. What it excludes is left out and noted; a configuration that is whole in the end passes
// validate() under it.
draft draft_of(const cib::contents& from, const sched::input& in, const conf::abilities& can);

// Everything that cluster.toml can say, whether this version carries it out or not.
conf::abilities all_abilities(const cib::contents& from);

// --- the work, in parts ---
class drafter {
public:
  drafter(const cib::contents& from, const sched::input& in, const conf::abilities& can);
  draft run();

private:
  void differs(const std::string& feature, std::string text) { out_.notes.push_back({true, feature, std::move(text)}); }
  void remark(const std::string& feature, std::string text) { out_.notes.push_back({false, feature, std::move(text)}); }

  // draft.cpp
  void options();
  void stickiness();
  void nodes();
  void mend();
  bool mend_one(const conf::finding& f);

  // draft_resources.cpp
  void resources();
  void top(const cib::resource& from);
  bool primitive(const cib::resource& from);
  void device(const cib::resource& from);
  void group(const cib::resource& from, std::optional<config::clone_options> clone);
  void clone(const cib::resource& from);
  void leave_out(const cib::resource& from, const std::string& feature, const std::string& why);
  void operations(const cib::resource& from, config::resource& into);
  void meta(const sched::resource& from, config::resource& into);
  void unsaid_meta(const sched::resource& r);
  [[nodiscard]] const sched::resource& known(cib::text id) const;
  std::optional<std::string> name_for(const cib::resource& from, std::set<std::string>& taken);

  // draft_constraints.cpp
  void constraints();
  void locations();
  std::set<cib::text> rules_of_the_moment(); // constraints that are left out for what their rules look at
  void colocations();
  void orders();
  void tickets();
  std::string named(sched::resource_id r, const std::string& constraint);

  const cib::contents& from_;
  const sched::input& in_;
  const conf::abilities& can_;
  draft out_;
  std::map<std::string, sched::resource_id, std::less<>> ids_;
  std::map<std::string, std::string, std::less<>> name_of_; // id of what constraints may name -> our name
  std::set<std::string, std::less<>> left_out_, met_; // ids
  std::set<std::string> names_, device_names_;        // ours; resources and groups share theirs
};

// A name that ours may have: what is no letter, digit, '.', '_' or '-' becomes '-'.
std::string usable_name(std::string_view name);

} // namespace troupe::import_cib
