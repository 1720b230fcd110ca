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
    {property, "enable-acl", not_carried_out, "root gives orders, by the daemon's control socket"},
    {property, "pe-error-series-max", not_carried_out, kept},
    {property, "pe-warn-series-max", not_carried_out, kept},
    {property, "pe-input-series-max", not_carried_out, kept},
    // --- attributes of nodes ---
    {node_attribute, "standby", carried_out, "`troupe standby NODE`, `troupe unstandby NODE`"},
    {node_attribute, "maintenance", carried_out, "`troupe maintenance on NODE`, `troupe maintenance off NODE`"},
    {node_attribute, "terminate", carried_out, "`troupe fence NODE`"},
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
