"""Which features a cluster of a profile has: those that the profile is about, and perhaps one or two others."""
from .draft import Draft
from .features import ALL, SHAPE, TROUBLE, WISH

# profile -> (always, some of these)
PROFILES = {
    "location": (["location"], ["location-rule", "date-rule", "location-set", "asymmetric"]),
    "rules": (["location-rule"], ["date-rule", "defaults", "location-set"]),
    "colocation": (["colocation"], ["colocation-set", "colocation-attribute", "colocation-influence"]),
    "colocation-set": (["colocation-set"], ["colocation", "priority"]),
    "order": (["order"], ["order-set"]),
    "order-set": (["order-set"], ["order"]),
    "group": (["group"], ["location", "colocation", "order", "stickiness"]),
    "clone": (["clone"], ["location", "colocation", "order", "clone-min", "stickiness"]),
    "clone-unique": (["clone-unique"], ["location", "colocation", "order"]),
    "promotable": (["promotable"], ["location", "location-rule", "colocation", "order", "ticket"]),
    "bundle": (["bundle"], ["location", "colocation", "order", "fencing"]),
    "remote": (["remote", "on-remote"], ["fencing", "remote-trouble", "location", "unclean"]),
    "guest": (["guest", "on-remote"], ["fencing", "remote-trouble", "location", "unclean"]),
    "utilization": (["utilization"], ["colocation", "group", "priority", "location", "stickiness"]),
    "ticket": (["ticket"], ["group", "clone", "promotable", "order"]),
    "stickiness": (["stickiness"], ["location", "priority", "group", "clone"]),
    "priority": (["priority"], ["location", "colocation", "group"]),
    "failure": (["failure-policy", "failed-operation"], ["fencing", "failcount", "group", "clone", "promotable"]),
    "failed-probe": (["failed-probe"], ["failcount", "clone", "fencing"]),
    "node-state": (["standby"], ["maintenance", "shutdown", "offline"]),
    "unmanaged": (["unmanaged"], ["failed-operation", "target-role", "group", "clone"]),
    "target-role": (["target-role"], ["group", "clone", "promotable", "order", "colocation"]),
    "orphan": (["orphan"], ["standby", "fencing", "group"]),
    "fencing": (["fencing", "unclean"], ["levels", "terminate", "order", "colocation", "clone", "failure-policy"]),
    "unfencing": (["unfencing"], ["unclean", "clone"]),
    "migration": (["migratable", "moves"], ["migration-history", "order", "colocation", "standby"]),
    "migration-history": (["migratable", "migration-history"], ["fencing", "unclean", "order"]),
    "multiple-active": (["multiple-active", "active-twice"], ["fencing", "group", "location"]),
    "quorum": (["quorum"], ["fencing", "clone", "promotable", "group", "unclean"]),
    "health": (["health"], ["stickiness", "clone", "location"]),
    "pending": (["pending"], ["clone", "promotable", "fencing"]),
    "probe": (["unprobed"], ["location", "clone", "group", "standby"]),
    "definition": (["definition"], ["group", "order", "clone", "migratable"]),
    "template": (["template"], ["tags", "location"]),
    "tags": (["tags"], ["group", "clone"]),
    "defaults": (["defaults"], ["failed-operation", "group"]),
    "shutdown-lock": (["shutdown-lock", "shutdown"], ["group", "location"]),
    "monitor-stopped": (["monitor-stopped"], ["location", "clone", "standby"]),
    "cloned-group": (["group", "clone"], ["location", "colocation", "order", "failed-operation"]),
}
MIX = "mix"


def names():
    return [*PROFILES, MIX]


def draw(profile, seed):
    """The draft of one cluster."""
    key = f"{profile}/{seed}"
    d = Draft(key, 2, 2)  # its random source decides the sizes as well
    if profile == MIX:
        d.__init__(key + "+", d.random.randint(3, 16), d.random.randint(5, 60))
        chosen = d.random.sample(sorted(ALL), d.random.randint(3, 10))
    else:
        d.__init__(key + "+", d.random.randint(2, 5), d.random.randint(2, 6))
        always, others = PROFILES[profile]
        room = max(0, 3 - len(always))
        chosen = always + d.random.sample(others, d.random.randint(0, min(room, len(others))))
    if "fencing" not in chosen and not {"levels", "unfencing"} & set(chosen) and d.chance(0.3):
        chosen.append("fencing")
    d.features = list(dict.fromkeys(chosen))
    for phase in (SHAPE, WISH, None, TROUBLE):
        if phase is None:
            d.settle()
            continue
        for name in sorted(d.features, key=lambda f: order_in_phase(f)):
            if ALL[name][0] == phase:
                ALL[name][1](d)
    return d


def order_in_phase(name):
    """Groups before clones, which may clone them; policies last, when all operations are there."""
    first = {"template": 0, "group": 1, "clone": 2, "clone-unique": 2, "promotable": 2, "fencing": 4, "failure-policy": 5}
    return first.get(name, 3), name
