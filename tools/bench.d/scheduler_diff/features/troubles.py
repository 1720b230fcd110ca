"""What has gone wrong: failed operations, failure counts, lost nodes, standby, what is under way, what nobody configured."""
from ..draft import NOW, NOT_RUNNING, RUNNING, digest
from . import SHAPE, TROUBLE, WISH, feature

POLICIES = ["restart", "block", "stop", "fence", "standby", "ignore", "demote"]


@feature("failure-policy", SHAPE)
def failure_policy(d):
    """Before anything runs: what is to be done about failures."""
    for r in d.top:
        for p in r.primitives():
            if d.chance(0.6):
                p.operations = [(n, i, {**a, "on-fail": d.pick(POLICIES)}) for n, i, a in p.operations]
            for task in ("start", "stop", "promote", "demote"):
                if d.chance(0.12):
                    p.operations.append((task, 0, {"on-fail": d.pick(POLICIES)}))
            if d.chance(0.3):
                p.meta["migration-threshold"] = d.pick(["1", "2", "3", "0"])
            if d.chance(0.2):
                p.meta["failure-timeout"] = d.pick(["60", "1h", "300s"])


@feature("failed-operation", TROUBLE)
def failed_operation(d):
    running = d.running()
    for name, node, number, promoted in d.random.sample(running, min(len(running), d.random.randint(1, 3))):
        p = d.primitive_named(name)
        if p is None:
            continue
        fail(d, p, node, number, promoted)


def fail(d, p, node, number, promoted):
    name = d.history_name(p, number)
    monitors = [i for n, i, a in p.operations if n == "monitor" and a.get("role") in (None, "Started", "Promoted" if promoted else "Unpromoted")]
    task = d.pick(["monitor", "monitor", "start", "stop"] + (["promote", "demote"] if p.agent[2] == "Stateful" else []))
    interval = d.pick(monitors) if task == "monitor" and monitors else 0
    if task == "monitor" and not monitors:
        task = "start"
    rc = d.pick([1, 1, 1, NOT_RUNNING if task == "monitor" else 1, 2, 5, 6])
    age = d.pick([30, 200, 600, 7200])
    expected = 8 if promoted and task == "monitor" else RUNNING
    d.operation(node, name, p.agent, task, interval, rc, expected=expected, age=age,
                **({"status": 2} if d.chance(0.1) else {}))
    if d.chance(0.7):
        count_failure(d, node, p.name if number is None else name, task, interval, age)


def count_failure(d, node, name, task, interval, age):
    transient = next(n for n in d.nodes if n.name == node).transient
    transient[f"fail-count-{name}#{task}_{interval * 1000}"] = d.pick(["1", "2", "3", "INFINITY"])
    if d.chance(0.8):
        transient[f"last-failure-{name}#{task}_{interval * 1000}"] = str(NOW - age)


@feature("failcount", TROUBLE)
def failcount(d):
    for r in d.some(d.top)[:3]:
        for p in r.primitives()[:2]:
            count_failure(d, d.pick([n for n in d.nodes if not n.remote]).name, p.name, "monitor", 10, d.pick([30, 600]))


@feature("failed-probe", TROUBLE)
def failed_probe(d):
    for r in d.some(d.top)[:2]:
        for p in r.primitives()[:1]:
            n = d.pick([n for n in d.nodes if not n.remote])
            d.operation(n.name, p.name, p.agent, "monitor", 0, d.pick([5, 1, 2, 0, 6, 4]), expected=NOT_RUNNING)


def cluster_nodes(d):
    return [n for n in d.nodes if not n.remote]


@feature("standby", TROUBLE)
def standby(d):
    for n in d.some(cluster_nodes(d))[:2]:
        d.pick([n.attributes, n.transient])["standby"] = d.pick(["on", "true", "off"])


@feature("maintenance", TROUBLE)
def maintenance(d):
    n = d.pick(cluster_nodes(d))
    n.attributes["maintenance"] = d.pick(["true", "true", "false"])


@feature("shutdown", TROUBLE)
def shutdown(d):
    d.pick(cluster_nodes(d)).transient["shutdown"] = str(NOW - 5)


OFFLINE = {"in_ccm": "false", "crmd": "offline", "join": "down", "expected": "down"}


@feature("offline", TROUBLE)
def offline(d):
    for n in d.some(cluster_nodes(d)[1:] or cluster_nodes(d))[:2]:
        n.status = dict(OFFLINE)


@feature("unclean", TROUBLE)
def unclean(d):
    for n in d.some(cluster_nodes(d))[:2]:
        kind = d.pick(["lost", "process", "unseen", "pending", "in-not-joined"])
        if kind == "lost":
            n.status = {**OFFLINE, "expected": "member", "join": d.pick(["member", "down"])}
        elif kind == "process":
            n.status["crmd"] = "offline"
        elif kind == "unseen":
            n.has_status = False
        elif kind == "pending":
            n.status["join"] = "pending"
        else:
            n.status["join"] = "down"


@feature("terminate", TROUBLE)
def terminate(d):
    d.pick(cluster_nodes(d)).transient["terminate"] = "true"


@feature("fencing", SHAPE)
def fencing(d):
    d.options["stonith-enabled"] = "true"
    if d.chance(0.2):
        d.options["stonith-action"] = d.pick(["off", "reboot"])
    if d.chance(0.2):
        d.options["startup-fencing"] = "false"
    if d.chance(0.93):
        d.top.insert(d.pick([0, len(d.top)]), d.primitive("shooter", ("stonith", None, "fence_xvm")))
    for r in d.plain():
        if d.chance(0.15):
            r.meta["requires"] = d.pick(["nothing", "quorum", "fencing"])


@feature("orphan", TROUBLE)
def orphan(d):
    n = d.pick(cluster_nodes(d))
    d.operation(n.name, "gone", ("ocf", "heartbeat", "Dummy"), "start", 0, RUNNING)
    if d.chance(0.3):
        d.options["stop-orphan-resources"] = "false"
    running = [x for x in d.running() if x[2] is None]
    if running and d.chance(0.5):
        name, node, _, _ = d.pick(running)
        d.operation(node, name, d.agents[name], "monitor", 77, RUNNING)


@feature("pending", TROUBLE)
def pending(d):
    for r in d.some(d.top)[:2]:
        for p in r.primitives()[:1]:
            n = d.pick(cluster_nodes(d))
            task = d.pick(["start", "stop", "monitor"] + (["promote", "demote"] if p.agent[2] == "Stateful" else []))
            d.operation(n.name, d.history_name(p, 0 if r.unique else None), p.agent, task, 0, 193, expected=0, status=-1)


@feature("unprobed", TROUBLE)
def unprobed(d):
    for key in d.some(sorted(d.history))[:4]:
        if all(op.get("operation") == "monitor" and op.get("rc-code") == "7" for op in d.history[key]):
            d.forget(*key)
    if d.chance(0.2):
        d.options["enable-startup-probes"] = "false"


@feature("active-twice", TROUBLE)
def active_twice(d):
    for r in d.some(d.plain() or d.top)[:2]:
        for p in r.primitives()[:1]:
            for n in d.some(cluster_nodes(d))[:2]:
                d.operation(n.name, p.name, p.agent, "start", 0, RUNNING)


@feature("definition", TROUBLE)
def definition(d):
    """Resources that ran with these parameters, or with others."""
    for name, node, number, _ in d.running():
        p = d.primitive_named(name)
        if p is None or d.chance(0.4):
            continue
        p.params = p.params or {"fake": "a", "ip": "10.0.0.1"}
        for e in d.history[(node, d.history_name(p, number))]:
            if e.get("operation") not in ("start", "monitor", "promote"):
                continue
            then = dict(p.params)
            if d.chance(0.3):
                then["fake"] = "b"
            if e.get("interval") != "0":
                then["CRM_meta_timeout"] = "20000"
            e.set("op-digest", digest(then))
            if e.get("operation") == "start" and d.chance(0.4):
                e.set("op-force-restart", " ip ")
                e.set("op-restart-digest", digest({"ip": p.params["ip"]} if d.chance(0.7) else {"ip": "10.0.0.9"}))


@feature("migratable", SHAPE)
def migratable(d):
    for r in d.top:
        for p in r.primitives():
            if d.chance(0.6):
                p.meta["allow-migrate"] = "true"


@feature("migration-history", TROUBLE)
def migration_history(d):
    running = [x for x in d.running() if x[2] is None and not x[3]]
    if len(cluster_nodes(d)) < 2 or not running:
        return
    name, source, _, _ = d.pick(running)
    p = d.primitive_named(name)
    target = d.pick([n.name for n in cluster_nodes(d) if n.name != source] or [source])
    if p is None:
        return
    d.forget(target, name)
    between = {"migrate_source": source, "migrate_target": target}
    stage = d.pick(["to-pending", "to-failed", "partial", "from-pending", "from-failed", "dangling", "stopped"])
    if stage == "to-pending":
        d.operation(source, name, p.agent, "migrate_to", 0, 193, expected=0, status=-1, **between)
        return
    d.operation(source, name, p.agent, "migrate_to", 0, 1 if stage == "to-failed" else 0, expected=0, **between)
    if stage == "from-pending":
        d.operation(target, name, p.agent, "migrate_from", 0, 193, expected=0, status=-1, **between)
    elif stage in ("from-failed", "dangling", "stopped"):
        d.operation(target, name, p.agent, "migrate_from", 0, 1 if stage == "from-failed" else 0, expected=0, **between)
    if stage == "stopped":
        d.operation(source, name, p.agent, "stop", 0, 0)
    if stage == "to-failed" and d.chance(0.5):
        d.operation(target, name, p.agent, "monitor", 0, NOT_RUNNING)


@feature("moves", WISH)
def moves(d):
    """Reasons to leave where something is: for migrations."""
    for r in d.some(d.top)[:3]:
        d.constrain("rsc_location", rsc=r.name, node=d.pick(cluster_nodes(d)).name, score=d.pick(["INFINITY", "-INFINITY", "100"]))


@feature("shutdown-lock", WISH)
def shutdown_lock(d):
    d.options["shutdown-lock"] = "true"
    if d.chance(0.3):
        d.options["shutdown-lock-limit"] = d.pick(["1h", "60s"])
