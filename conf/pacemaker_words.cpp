#include "conf/pacemaker_words.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::conf {

namespace {

constexpr auto property = pacemaker_word::kind::property;
constexpr auto node_attribute = pacemaker_word::kind::node_attribute;
constexpr auto key = pacemaker_word::kind::key;
constexpr bool carried_out = true, not_carried_out = false;

constexpr auto majority = "only a majority fences, so that two nodes cannot shoot each other";
constexpr auto health = "the health of nodes is not known; `troupe standby NODE` empties one";
constexpr auto bounded = "each node bounds by itself how much it does at once";
constexpr auto kept = "`troupe history` tells what happened, and `troupe why` how it came about";
constexpr auto derived = "tolerate in [cluster], from which all timers derive; see `troupe timers`";
constexpr auto remote = "remote and guest nodes are not known; a [node.NAME] runs the daemon";
constexpr auto utilization = "the number of resources counts, not what they need";
constexpr auto tickets = "what one of several clusters may run is not decided here";
constexpr auto alerts = "`troupe history` tells what happened, and `troupe status` has an exit status";
constexpr auto orders = "root gives orders, by the daemon's control socket";
constexpr auto agent = "agent = \"ocf:PROVIDER:TYPE\" in [resource.NAME]";
constexpr auto operations = "monitor = { interval = \"10s\", timeout = \"20s\" } and start = { timeout = \"60s\" } in "
                            "[resource.NAME], and so stop, promote, demote";
constexpr auto meta = "target, managed, priority, stickiness and the like stand in [resource.NAME] itself";
constexpr auto promotable = "promotable = { max = 1 } in [resource.NAME], beside clone";
constexpr auto device_timeout = "timeout, of a call, and budget, of an attempt, in [fence.NAME]";

constexpr pacemaker_word words[] = {
    // --- the cluster's options ---
    {property, "cluster-name", carried_out, "name = \"NAME\" in [cluster]"},
    {property, "no-quorum-policy", carried_out, "no-quorum = \"stop\" or \"freeze\" in [cluster]"},
    {property, "stonith-enabled", carried_out,
     "a [fence.NAME] for each fence device, or fencing = \"off\" in [cluster]"},
    {property, "stonith-action", carried_out, "action = \"reboot\" or \"off\" in [fence.NAME]"},
    {property, "stonith-timeout", carried_out, device_timeout},
    {property, "stonith-max-attempts", carried_out, "retries in [fence.NAME]"},
    {property, "maintenance-mode", carried_out, "`troupe maintenance on`, `troupe maintenance off`"},
    {property, "stop-all-resources", carried_out, "`troupe stop NAME`, of each"},
    {property, "default-resource-stickiness", carried_out, "stickiness in [cluster]"},
    {property, "is-managed-default", carried_out,
     "managed = false in each [resource.NAME], or `troupe maintenance on`"},
    {property, "dc-deadtime", carried_out, derived},
    {property, "election-timeout", carried_out, derived},
    {property, "cluster-delay", carried_out, derived},
    {property, "symmetric-cluster", not_carried_out,
     "a node is allowed unless a [[location]] with score = \"-infinity\" forbids it"},
    {property, "start-failure-is-fatal", not_carried_out,
     "after a failed start the next one is tried where fewer have failed"},
    {property, "placement-strategy", not_carried_out, "the number of resources counts, not what they need"},
    {property, "node-health-strategy", not_carried_out, health},
    {property, "node-health-base", not_carried_out, health},
    {property, "node-health-green", not_carried_out, health},
    {property, "node-health-yellow", not_carried_out, health},
    {property, "node-health-red", not_carried_out, health},
    {property, "shutdown-lock", not_carried_out, "services move when their node leaves, unless in maintenance"},
    {property, "shutdown-lock-limit", not_carried_out, "services move when their node leaves, unless in maintenance"},
    {property, "startup-fencing", not_carried_out, "a node that was never seen is not taken for dead"},
    {property, "enable-startup-probes", not_carried_out, "every node looks for what runs on it"},
    {property, "concurrent-fencing", not_carried_out, "nodes are fenced side by side"},
    {property, "priority-fencing-delay", not_carried_out, majority},
    {property, "fence-reaction", not_carried_out,
     "a node that was declared dead and lives stops what it holds, and joins anew"},
    {property, "stonith-watchdog-timeout", not_carried_out,
     "a watchdog is no proof of death; name a fence device as [fence.NAME]"},
    {property, "have-watchdog", not_carried_out,
     "a watchdog is no proof of death; name a fence device as [fence.NAME]"},
    {property, "stop-orphan-resources", not_carried_out, "what is no longer configured is stopped"},
    {property, "stop-orphan-actions", not_carried_out, "a monitor that is no longer configured ends"},
    {property, "cluster-recheck-interval", not_carried_out, "what hangs on time is looked at when its time comes"},
    {property, "batch-limit", not_carried_out, bounded},
    {property, "migration-limit", not_carried_out, bounded},
    {property, "node-action-limit", not_carried_out, bounded},
    {property, "load-threshold", not_carried_out, bounded},
    {property, "enable-acl", not_carried_out, orders},
    {property, "pe-error-series-max", not_carried_out, kept},
    {property, "pe-warn-series-max", not_carried_out, kept},
    {property, "pe-input-series-max", not_carried_out, kept},
    // --- attributes of nodes ---
    {node_attribute, "standby", carried_out, "`troupe standby NODE`, `troupe unstandby NODE`"},
    {node_attribute, "maintenance", carried_out, "`troupe maintenance on NODE`, `troupe maintenance off NODE`"},
    {node_attribute, "terminate", carried_out, "`troupe fence NODE`"},
    // --- keys: of a resource ---
    {key, "target-role", carried_out, "target = \"started\", \"stopped\" or \"promoted\" in [resource.NAME]"},
    {key, "is-managed", carried_out, "managed = true or false in [resource.NAME]"},
    {key, "resource-stickiness", carried_out, "stickiness in [resource.NAME], or for all in [cluster]"},
    {key, "migration-threshold", carried_out, "failure-threshold in [resource.NAME]"},
    {key, "class", carried_out, agent},
    {key, "provider", carried_out, agent},
    {key, "type", carried_out, agent},
    {key, "op", carried_out, operations},
    {key, "operations", carried_out, operations},
    {key, "instance-attributes", carried_out, "params = { NAME = \"VALUE\" } in [resource.NAME]"},
    {key, "meta", carried_out, meta},
    {key, "meta-attributes", carried_out, meta},
    {key, "on-fail", not_carried_out,
     "what fails is stopped and started again, elsewhere after failure-threshold; where a stop fails the node is "
     "fenced"},
    {key, "start-delay", not_carried_out, "a monitor begins when the start has ended"},
    {key, "interval-origin", not_carried_out, "a monitor begins when the start has ended"},
    {key, "record-pending", not_carried_out, "`troupe status` shows what is under way"},
    {key, "OCF-CHECK-LEVEL", not_carried_out, "a monitor is called without a depth"},
    {key, "requires", not_carried_out, "accepts in [resource.NAME] says which proofs of a node's death it waits for"},
    {key, "multiple-active", not_carried_out, "where it does not belong it is stopped"},
    {key, "allow-migrate", not_carried_out, "what moves is stopped, and started elsewhere"},
    {key, "allow-unhealthy-nodes", not_carried_out, health},
    {key, "restart-type", not_carried_out, "what is ordered behind a restart is restarted too"},
    {key, "critical", not_carried_out, "who is together with what moves goes with it"},
    {key, "utilization", not_carried_out, utilization},
    {key, "template", not_carried_out, "write each resource out"},
    {key, "remote-node", not_carried_out, remote},
    {key, "remote-addr", not_carried_out, remote},
    {key, "remote-port", not_carried_out, remote},
    {key, "bundle", not_carried_out, "containers of their own kind are not known; ocf:heartbeat:podman starts one"},
    // --- of a clone ---
    {key, "clone-max", carried_out, "clone = { max = N }"},
    {key, "clone-node-max", carried_out, "clone = { node-max = N }"},
    {key, "interleave", carried_out, "clone = { interleave = true }"},
    {key, "ordered", carried_out, "clone = { ordered = true }"},
    {key, "notify", carried_out, "clone = { notify = true }"},
    {key, "promotable", carried_out, promotable},
    {key, "master", carried_out, promotable},
    {key, "ms", carried_out, promotable},
    {key, "promoted-max", carried_out, "promotable = { max = N }"},
    {key, "master-max", carried_out, "promotable = { max = N }"},
    {key, "promoted-node-max", carried_out, "promotable = { node-max = N }"},
    {key, "master-node-max", carried_out, "promotable = { node-max = N }"},
    {key, "globally-unique", not_carried_out, "the instances of a clone are alike"},
    {key, "clone-min", not_carried_out, "what is ordered behind a clone waits for it"},
    // --- of constraints ---
    {key, "rsc", carried_out, "resource = \"NAME\""},
    {key, "with-rsc", carried_out, "with = \"NAME\" in [[colocation]]"},
    {key, "rsc-role", carried_out, "resource = { promoted = \"NAME\" } in [[colocation]]"},
    {key, "with-rsc-role", carried_out, "with = { promoted = \"NAME\" } in [[colocation]]"},
    {key, "first-action", carried_out, "first = { promote = \"NAME\" } in [[order]]"},
    {key, "then-action", carried_out, "then = { promote = \"NAME\" } in [[order]]"},
    {key, "id", carried_out, "the name in brackets, as in [resource.NAME]; rules have none"},
    {key, "description", carried_out, "a comment behind '#'"},
    {key, "rule", not_carried_out, "a [[location]] for each node"},
    {key, "resource-discovery", not_carried_out, "every node looks for what runs on it"},
    {key, "node-attribute", not_carried_out, "together is on one node"},
    {key, "influence", not_carried_out, "who is together with what moves goes with it"},
    {key, "require-all", not_carried_out, "an [[order]] is of two, and each is waited for"},
    {key, "sequential", not_carried_out, "without a group: an [[order]] or a [[colocation]] of each two"},
    {key, "resource-set", not_carried_out, "an [[order]] or a [[colocation]] of each two"},
    {key, "tag", not_carried_out, "name each resource where it is meant"},
    {key, "tags", not_carried_out, "name each resource where it is meant"},
    {key, "ticket", not_carried_out, tickets},
    {key, "rsc-ticket", not_carried_out, tickets},
    {key, "loss-policy", not_carried_out, tickets},
    // --- tables ---
    {key, "primitive", carried_out, "[resource.NAME]"},
    {key, "property", carried_out, "[cluster]"},
    {key, "crm-config", carried_out, "[cluster]"},
    {key, "rsc-location", carried_out, "[[location]]"},
    {key, "rsc-colocation", carried_out, "[[colocation]]"},
    {key, "rsc-order", carried_out, "[[order]]"},
    {key, "stonith", carried_out, "[fence.NAME]"},
    {key, "fencing-topology", carried_out, "level = N in [fence.NAME]"},
    {key, "fencing-level", carried_out, "level = N in [fence.NAME]"},
    {key, "rsc-defaults", not_carried_out, "say it in each [resource.NAME]; stickiness, for all, in [cluster]"},
    {key, "op-defaults", not_carried_out, "say it in each [resource.NAME]"},
    {key, "acls", not_carried_out, orders},
    {key, "alerts", not_carried_out, alerts},
    {key, "alert", not_carried_out, alerts},
    // --- of a fence device ---
    {key, "pcmk-host-list", carried_out, "targets = [\"NODE\"] in [fence.NAME]"},
    {key, "pcmk-host-map", carried_out, "plugs = { NODE = \"PLUG\" } in [fence.NAME]"},
    {key, "pcmk-reboot-action", carried_out, "action = \"reboot\" or \"off\" in [fence.NAME]"},
    {key, "pcmk-off-action", carried_out, "action = \"reboot\" or \"off\" in [fence.NAME]"},
    {key, "pcmk-reboot-timeout", carried_out, device_timeout},
    {key, "pcmk-off-timeout", carried_out, device_timeout},
    {key, "pcmk-monitor-timeout", carried_out, device_timeout},
    {key, "pcmk-reboot-retries", carried_out, "retries in [fence.NAME]"},
    {key, "pcmk-off-retries", carried_out, "retries in [fence.NAME]"},
    {key, "pcmk-host-check", not_carried_out, "targets in [fence.NAME] names the nodes"},
    {key, "pcmk-delay-max", not_carried_out, majority},
    {key, "pcmk-delay-base", not_carried_out, majority},
};

char plain(char c) {
  return c == '_' ? '-' : c;
}

} // namespace

const pacemaker_word* find_pacemaker_word(std::string_view written) {
  auto same = [](char a, char b) { return plain(a) == b; };
  auto* found = std::find_if(std::begin(words), std::end(words), [&](auto& w) {
    return std::equal(written.begin(), written.end(), w.name.begin(), w.name.end(), same);
  });
  return found == std::end(words) ? nullptr : found;
}

} // namespace troupe::conf
