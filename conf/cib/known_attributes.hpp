// The attributes of a CIB that mean something to the scheduler, and what belongs into them.
#pragma once

#include "conf/cib/expectation.hpp"

namespace troupe::conf::cib::known_attributes {

inline constexpr auto boolean = notation::boolean;
inline constexpr auto word = notation::word;

inline constexpr const char* roles = "Stopped|Started|Promoted|Unpromoted|Master|Slave";
inline constexpr const char* as_usual = "the usual counts";
inline constexpr const char* as_false = "taken as false";
inline constexpr const char* as_none = "taken as 0";
inline constexpr const char* unsaid = "counts as not given";

inline constexpr expectation of_options[] = {
    {"symmetric-cluster", boolean, as_usual},
    {"stonith-enabled", boolean, as_usual},
    {"startup-fencing", boolean, as_usual},
    {"concurrent-fencing", boolean, as_usual},
    {"have-watchdog", boolean, as_usual},
    {"stop-all-resources", boolean, as_usual},
    {"stop-orphan-resources", boolean, as_usual},
    {"stop-orphan-actions", boolean, as_usual},
    {"maintenance-mode", boolean, as_usual},
    {"enable-startup-probes", boolean, as_usual},
    {"shutdown-lock", boolean, as_usual},
    {"start-failure-is-fatal", boolean, as_usual},
    {"shutdown-lock-limit", notation::duration, as_usual},
    {"stonith-timeout", notation::duration, as_usual},
    {"cluster-delay", notation::duration, as_usual},
    {"cluster-recheck-interval", notation::duration, as_usual},
    {"priority-fencing-delay", notation::duration, as_usual},
    {"batch-limit", notation::number, as_usual},
    {"migration-limit", notation::number, as_usual},
    {"default-resource-stickiness", notation::score, as_usual},
    {"is-managed-default", boolean, as_false},
    {"node-health-base", notation::score, as_usual},
    {"node-health-green", notation::score, as_usual},
    {"node-health-yellow", notation::score, as_usual},
    {"node-health-red", notation::score, as_usual},
    {"no-quorum-policy", word, as_usual, "stop|freeze|ignore|demote|suicide"},
    {"placement-strategy", word, as_usual, "default|utilization|minimal|balanced"},
    {"node-health-strategy", word, as_usual, "none|migrate-on-red|only-green|progressive|custom"},
    {"stonith-action", word, as_usual, "reboot|off|poweroff"},
};

inline constexpr expectation of_resources[] = {
    {"priority", notation::score, as_none},
    {"resource-stickiness", notation::score, as_none},
    {"migration-threshold", notation::threshold, "taken as 0, which is none"},
    {"failure-timeout", notation::duration, "failures do not age"},
    {"is-managed", boolean, as_false},
    {"maintenance", boolean, as_false},
    {"critical", boolean, as_false},
    {"allow-unhealthy-nodes", boolean, as_false},
    {"allow-migrate", boolean, as_false},
    {"remote-allow-migrate", boolean, as_false},
    {"globally-unique", boolean, as_false},
    {"interleave", boolean, as_false},
    {"ordered", boolean, as_false},
    {"notify", boolean, as_false},
    {"promotable", boolean, as_false},
    {"collocated", boolean, as_false},
    {"remote-connect-timeout", notation::duration, "60 s count"},
    {"target-role", word, "ignored", roles},
    {"multiple-active", word, "stop_start counts", "stop_start|stop_only|stop_unexpected|block"},
    {"requires", word, as_usual, "nothing|quorum|fencing|unfencing"},
    {"restart-type", word, "ignore counts", "ignore|restart"},
    {"clone-max", notation::count, as_none},
    {"clone-node-max", notation::count, as_none},
    {"clone-min", notation::count, as_none},
    {"promoted-max", notation::count, as_none},
    {"promoted-node-max", notation::count, as_none},
    {"master-max", notation::count, as_none},
    {"master-node-max", notation::count, as_none},
};

inline constexpr expectation of_operations[] = {
    {"interval", notation::interval, "it does not recur"},
    {"timeout", notation::duration, "20 s count"},
    {"on-fail", word, as_usual, "ignore|block|demote|fence|restart|restart-container|standby|migrate|stop|nothing"},
    {"role", word, unsaid, roles},
    {"enabled", boolean, "taken as true"},
    {"disabled", boolean, as_false},
};

inline constexpr expectation of_remote_connections[] = {
    {"reconnect_interval", notation::duration, "it is connected to again at once"},
};

inline constexpr expectation of_nodes[] = {
    {"standby", boolean, as_false},
    {"maintenance", boolean, as_false},
};

inline constexpr expectation a_score{"score", notation::score, as_none};
inline constexpr expectation a_role{"role", word, unsaid, roles};
inline constexpr expectation an_amount{"", notation::amount, as_none};

} // namespace troupe::conf::cib::known_attributes
