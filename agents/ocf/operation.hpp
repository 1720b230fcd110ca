// One call of an OCF agent: where the agent is, and the environment that it expects (OCF API 1.1; the CRM_meta
// variables as existing agents read them from Pacemaker 2.1).
#pragma once

#include "agents/processes.hpp"
#include "messages/config.hpp"
#include "messages/types/result.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::agents::ocf {

// Where agents keep small files until the next boot, unless told otherwise (HA_RSCTMP of resource-agents' own
// ocf-directories). They expect the cluster to have made it; systemd-tmpfiles does so only where it runs.
inline constexpr const char* scratch_folder = "/run/resource-agents";

inline constexpr std::string_view exit_reason_prefix = "ocf-exit-reason:";

struct installation {                                          // of agents on this node
  std::vector<std::string> folders{"/usr/lib/ocf/resource.d"}; // PROVIDER/TYPE below; the first that has it
  std::string root = "/usr/lib/ocf";                           // OCF_ROOT: agents find their shell functions there
  std::string path = "/usr/sbin:/usr/bin:/sbin:/bin";          // PATH
  std::string commands{}; // folder of the commands by which agents speak to us (crm_master ...); empty: there are none
  std::string control{};  // the socket that these commands find us at
};

// Where the agent's program may lie, in the order in which to try: for who starts it through `processes`, which alone
// knows this machine's files. The first that exists is the agent. An error: no such agent can be named.
result<std::vector<std::string>> candidates(const installation& where, const config::agent_ref& agent);

// The path of the agent's program; or where it was looked for.
result<std::string> find(const installation& where, const config::agent_ref& agent);

// A clone and what is known of its instances; names of nodes, and of instances as OCF_RESOURCE_INSTANCE would say.
struct instance {
  std::string resource;
  std::string node;
};
struct notices { // for an agent with notify = true
  std::vector<instance> active, starting, stopping, promoting, demoting, promoted, unpromoted;
  std::vector<std::string> inactive; // instances without a node
  std::vector<std::string> all_nodes, available_nodes;
};
struct notice {          // in a notify operation itself
  std::string type;      // "pre", "post"
  std::string operation; // "start", "stop", "promote", "demote"
};
struct cloned {
  std::uint32_t max = 1, node_max = 1;
  bool globally_unique = false;
  std::uint32_t ordinal = 0;
  std::optional<config::promotable_options> promotable;
  std::optional<notices> notify; // set: the clone wants notices
};

struct operation {
  config::agent_ref agent;
  std::string resource; // "db", of a globally unique clone "db:0"
  std::string action;   // "start", "monitor", "meta-data"
  config::parameters params;
  std::string node; // where it runs
  duration timeout{};
  std::optional<duration> interval; // monitors only; 0: a probe
  std::optional<config::role> monitored_role;
  std::optional<std::uint32_t> check_level; // OCF_CHECK_LEVEL
  std::optional<cloned> clone;
  std::optional<notice> notify; // action "notify"
};

// All of it; nothing is inherited. Parameters cannot overwrite what is ours.
std::map<std::string, std::string> environment(const installation& where, const operation& op);

// TERM after op.timeout, KILL after `grace`.
result<command> call(const installation& where, const operation& op, duration grace);

} // namespace troupe::agents::ocf
