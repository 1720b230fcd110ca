"""Groups, clones, promotable clones, bundles."""
from ..draft import AGENTS, Resource
from . import SHAPE, feature


@feature("group", SHAPE)
def group(d):
    for i in range(d.random.randint(1, 2)):
        plain = d.plain()
        if len(plain) < 2:
            return
        members = plain[:d.random.randint(2, min(4, len(plain)))] if d.chance(0.5) else d.some(plain, 2)[:4]
        g = d.wrap("group", f"g{i}", sorted(members, key=lambda r: r.name))
        if d.chance(0.2):
            g.meta["ordered"] = "false"
        if d.chance(0.15):
            g.meta["collocated"] = "false"
        if d.chance(0.3):
            g.meta["resource-stickiness"] = d.pick(["1", "10", "100"])
        if d.chance(0.1):
            d.pick(g.children).meta["critical"] = "false"


def cloned(d, name):
    """A clone of a primitive or of a group."""
    plain, groups = d.plain(), [r for r in d.top if r.kind == "group"]
    if groups and d.chance(0.4):
        return d.wrap("clone", name, [d.pick(groups)])
    return d.wrap("clone", name, [d.pick(plain)]) if plain else None


@feature("clone", SHAPE)
def clone(d):
    for i in range(d.random.randint(1, 2)):
        c = cloned(d, f"c{i}")
        if c is None:
            return
        if d.chance(0.4):
            c.meta["clone-max"] = str(d.random.randint(1, len(d.nodes)))
        if d.chance(0.4):
            c.meta["interleave"] = "true"
        if d.chance(0.25):
            c.meta["ordered"] = "true"
        if d.chance(0.2):
            c.meta["notify"] = "true"


@feature("clone-unique", SHAPE)
def clone_unique(d):
    c = cloned(d, "u0")
    if c is not None:
        c.meta.update({"globally-unique": "true", "clone-max": str(d.random.randint(1, len(d.nodes) + 2)),
                       "clone-node-max": str(d.random.randint(1, 3))})


@feature("promotable", SHAPE)
def promotable(d):
    c = cloned(d, "p0")
    if c is None:
        return
    c.meta["promotable"] = "true"
    for p in c.primitives():
        p.agent = ("ocf", "pacemaker", "Stateful")
        p.operations = [("monitor", 10, {"role": "Promoted"}), ("monitor", 11, {"role": "Unpromoted"})] if d.chance(0.7) else []
    if d.chance(0.3):
        c.meta["clone-max"] = str(d.random.randint(1, len(d.nodes)))
    if d.chance(0.3):
        c.meta["promoted-max"] = str(d.random.randint(1, 2))
    if d.chance(0.2):
        c.meta["notify"] = "true"
    if d.chance(0.3):
        c.meta["interleave"] = "true"
    if d.chance(0.15):
        c.meta["target-role"] = d.pick(["Promoted", "Unpromoted", "Stopped", "Started"])


@feature("bundle", SHAPE)
def bundle(d):
    r = Resource("bundle", "b0")
    r.bundle = {"engine": d.pick(["docker", "podman"]), "replicas": str(d.random.randint(1, 3))}
    if d.chance(0.3):
        r.bundle["replicas-per-host"] = "2"
    if d.chance(0.8):
        child = d.primitive("inner", ("ocf", "heartbeat", d.pick(AGENTS)))
        r.children = [child]
        if d.chance(0.4):
            r.bundle["promoted-max"] = "1"
            child.agent = ("ocf", "pacemaker", "Stateful")
            child.operations = []
    if d.chance(0.5) or not r.children:
        r.bundle["ip"] = True
    d.top.insert(d.random.randint(0, len(d.top)), r)
