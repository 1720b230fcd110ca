"""Order: kinds, actions, symmetry, sets, require-all, clone-min."""
from xml.etree import ElementTree as xml

from . import WISH, feature


@feature("order", WISH)
def order(d):
    for _ in range(d.random.randint(1, 3)):
        if len(d.resources()) < 2:
            return
        a, b = d.random.sample(d.resources(), 2)
        if a in b.children or b in a.children:
            continue
        e = d.constrain("rsc_order", first=a.name, then=b.name)
        if d.chance(0.6):
            e.set("kind", d.pick(["Mandatory", "Optional", "Serialize"]))
        if d.chance(0.25):
            e.set("symmetrical", d.pick(["true", "false"]))
        if d.chance(0.5 if a.promotable else 0.1):
            e.set("first-action", d.pick(["promote", "start"] if a.promotable else ["start", "stop"]))
            e.set("then-action", "start")
        if d.chance(0.4) and b.promotable:
            e.set("then-action", d.pick(["promote", "start"]))


@feature("order-set", WISH)
def order_set(d):
    e = d.constrain("rsc_order")
    if d.chance(0.4):
        e.set("kind", d.pick(["Mandatory", "Optional"]))
    rest = d.some(d.top, 2)
    for _ in range(d.random.randint(1, 3)):
        if not rest:
            break
        chosen, rest = rest[:3], rest[3:]
        inner = xml.SubElement(e, "resource_set", {"id": d.new_id("set")})
        if d.chance(0.5):
            inner.set("sequential", d.pick(["true", "false"]))
        if d.chance(0.25):
            inner.set("require-all", "false")
            inner.set("sequential", "false")
        for r in chosen:
            xml.SubElement(inner, "resource_ref", {"id": r.name})


@feature("clone-min", WISH)
def clone_min(d):
    clones = [r for r in d.top if r.kind == "clone"]
    others = [r for r in d.top if r.kind != "clone"]
    if clones and others:
        c = d.pick(clones)
        c.meta["clone-min"] = str(d.random.randint(1, 2))
        d.constrain("rsc_order", first=c.name, then=d.pick(others).name)
