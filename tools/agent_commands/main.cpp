// Which command it is, and what surrounds it.
#include "tools/agent_commands/commands.hpp"

#include <cstdlib>
#include <exception>
#include <unistd.h>

namespace troupe::agent_commands {

static std::string variable(const char* name) {
  auto* value = std::getenv(name);
  return value ? value : "";
}

// The node's name in the cluster, which the executor says; called by hand, the host's.
static surroundings read_surroundings() {
  surroundings from{variable("OCF_RESKEY_CRM_meta_on_node"), variable("OCF_RESOURCE_INSTANCE")};
  char host[256] = {};
  if (from.node.empty() && ::gethostname(host, sizeof host - 1) == 0) from.node = host;
  return from;
}

static int run(const std::string& command, const std::vector<std::string>& words) {
  auto from = read_surroundings();
  if (command == "crm_attribute") return attribute(read_crm_attribute(words, from));
  if (command == "crm_master") return attribute(read_crm_master(words, from));
  if (command == "attrd_updater") return attribute(read_attrd_updater(words, from));
  if (command == "crm_node") return crm_node(words, from);
  if (command == "crm_resource") return crm_resource(words, from);
  if (command == "crm_mon") return crm_mon(words);
  if (command == "cibadmin") return cibadmin(words);
  return say_why("this program is called by the name of a command of Pacemaker: crm_attribute, crm_master, "
                 "attrd_updater, crm_node, crm_resource, crm_mon, cibadmin; agents find them in their PATH",
                 usage);
}

} // namespace troupe::agent_commands

int main(int argc, char** argv) {
  std::string called = argc > 0 ? argv[0] : "";
  try {
    return troupe::agent_commands::run(called.substr(called.rfind('/') + 1), {argv + 1, argv + argc});
  } catch (const std::exception& e) {
    return troupe::agent_commands::say_why(std::string("a bug: ") + e.what(), troupe::agent_commands::error);
  }
}
