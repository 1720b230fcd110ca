"""What resources and the cluster are set to: stickiness, priority, target role, defaults, templates, tags."""
from xml.etree import ElementTree as xml

from ..draft import Resource
from . import SHAPE, WISH, feature


@feature("stickiness", WISH)
def stickiness(d):
    if d.chance(0.5):
        e = xml.Element("meta_attributes", {"id": "rsc-defaults"})
        d._pairs(e, {"resource-stickiness": d.pick(["1", "100", "INFINITY", "0"])})
        d.resource_defaults.append(e)
    for r in d.some(d.resources()):
        if d.chance(0.5):
            r.meta["resource-stickiness"] = d.pick(["0", "1", "10", "100", "1000", "INFINITY", "-1"])


@feature("priority", WISH)
def priority(d):
    for r in d.some(d.resources()):
        r.meta["priority"] = d.pick(["0", "1", "10", "100", "-5"])


@feature("target-role", WISH)
def target_role(d):
    for r in d.some(d.resources())[:3]:
        r.meta["target-role"] = d.pick(["Stopped", "Stopped", "Started", "Unpromoted", "Promoted"])
    if d.chance(0.05):
        d.options["stop-all-resources"] = "true"


@feature("unmanaged", WISH)
def unmanaged(d):
    for r in d.some(d.resources())[:2]:
        r.meta[d.pick(["is-managed", "maintenance"])] = d.pick(["false", "true"])
    if d.chance(0.1):
        d.options["maintenance-mode"] = "true"


@feature("defaults", WISH)
def defaults(d):
    block = xml.Element("meta_attributes", {"id": "op-default"})
    if d.chance(0.5):
        rule = xml.SubElement(block, "rule", {"id": "op-rule", "score": "INFINITY"})
        xml.SubElement(rule, "op_expression", {"id": "op-expr", "name": d.pick(["monitor", "start", "stop"])})
    d._pairs(block, {"on-fail": d.pick(["restart", "block", "ignore", "stop", "standby"])})
    d.operation_defaults.append(block)
    block = xml.Element("meta_attributes", {"id": "rsc-default"})
    if d.chance(0.5):
        rule = xml.SubElement(block, "rule", {"id": "rsc-rule", "score": "INFINITY"})
        xml.SubElement(rule, "rsc_expression", {"id": "rsc-expr", "class": "ocf", "provider": "heartbeat",
                                                "type": d.pick(["Dummy", "apache", "pgsql"])})
    d._pairs(block, d.pick([{"resource-stickiness": "10"}, {"target-role": "Stopped"}, {"migration-threshold": "1"},
                            {"is-managed": "false"}]))
    d.resource_defaults.append(block)


@feature("template", SHAPE)
def template(d):
    users = [r for r in d.plain()][:3]
    for r in users:
        r.agent, r.template = ("ocf", "heartbeat", "Dummy"), "t0"
    t = Resource("template", "t0", ("ocf", "heartbeat", "Dummy"))
    e = xml.Element("template", {"id": "t0", "class": "ocf", "provider": "heartbeat", "type": "Dummy"})
    d.block(e, "meta_attributes", d.pick([{"resource-stickiness": "10"}, {"migration-threshold": "1"}, {}]))
    operations = xml.SubElement(e, "operations")
    xml.SubElement(operations, "op", {"id": "t0-monitor", "name": "monitor", "interval": "10s",
                                      "on-fail": d.pick(["restart", "block", "stop"])})
    del t
    d.templates.append(e)
    d.constrain("rsc_location", rsc="t0", node=d.pick(d.nodes).name, score=d.score())
    others = [r for r in d.top if r not in users]
    if others and d.chance(0.5):
        d.constrain("rsc_colocation", rsc=d.pick(others).name, with_rsc="t0", score=d.score())
    if others and d.chance(0.5):
        d.constrain("rsc_order", first="t0", then=d.pick(others).name)


@feature("tags", WISH)
def tags(d):
    e = xml.Element("tag", {"id": "tag0"})
    chosen = d.some(d.top)[:3]
    for r in chosen:
        xml.SubElement(e, "obj_ref", {"id": r.name})
    d.tags.append(e)
    others = [r for r in d.top if r not in chosen]
    d.constrain("rsc_location", rsc="tag0", node=d.pick(d.nodes).name, score=d.score())
    if others:
        d.constrain("rsc_order", first=d.pick(others).name, then="tag0")
        if d.chance(0.5):
            d.constrain("rsc_colocation", rsc="tag0", with_rsc=d.pick(others).name, score=d.score())


@feature("utilization", WISH)
def utilization(d):
    d.options["placement-strategy"] = d.pick(["utilization", "minimal", "balanced"])
    kinds = d.pick([["cpu"], ["cpu", "memory"]])
    for n in d.nodes:
        for k in kinds:
            n.capacity[k] = str(d.random.randint(1, 8))
    for r in d.top:
        for p in r.primitives():
            for k in kinds:
                if d.chance(0.7):
                    p.uses[k] = str(d.random.randint(1, 4))


@feature("ticket", WISH)
def ticket(d):
    for name in ("ta", "tb")[:d.random.randint(1, 2)]:
        if d.chance(0.8):
            d.tickets[name] = {"granted": d.pick(["true", "false"]), "standby": d.pick(["false", "false", "true"])}
        for r in d.some(d.top)[:2]:
            e = d.constrain("rsc_ticket", rsc=r.name, ticket=name)
            if d.chance(0.7):
                e.set("loss-policy", d.pick(["stop", "demote", "fence", "freeze"]))
            if r.promotable and d.chance(0.6):
                e.set("rsc-role", d.pick(["Promoted", "Started"]))


@feature("health", WISH)
def health(d):
    d.options["node-health-strategy"] = d.pick(["migrate-on-red", "only-green", "progressive", "custom"])
    for option in ("node-health-red", "node-health-yellow", "node-health-green", "node-health-base"):
        if d.chance(0.4):
            d.options[option] = d.pick(["-INFINITY", "-10", "0", "10", "1000"])
    for n in d.nodes:
        if d.chance(0.6):
            d.pick([n.attributes, n.transient])[d.pick(["#health-disk", "#health"])] = d.pick(["red", "yellow", "green", "-5", "10"])


@feature("quorum", WISH)
def quorum(d):
    d.quorate = d.chance(0.2)
    d.options["no-quorum-policy"] = d.pick(["stop", "freeze", "ignore", "demote", "suicide"])
    for r in d.some(d.plain() or d.top)[:2]:
        if r.kind == "primitive":
            r.meta["requires"] = d.pick(["nothing", "quorum", "fencing"])


@feature("multiple-active", WISH)
def multiple_active(d):
    for r in d.some(d.plain() or d.top)[:3]:
        r.meta["multiple-active"] = d.pick(["stop_start", "stop_only", "block", "stop_unexpected"])


@feature("monitor-stopped", SHAPE)
def monitor_stopped(d):
    for r in d.some(d.plain() or d.top)[:2]:
        for p in r.primitives():
            p.operations.append(("monitor", 20, {"role": "Stopped"}))
