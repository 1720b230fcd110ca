"""Colocation: finite, mandatory and anti-; roles; sets; node attributes; influence."""
from xml.etree import ElementTree as xml

from . import WISH, feature


def two(d):
    return d.random.sample(d.resources(), 2) if len(d.resources()) > 1 else None


def outside(d, a, b):
    """No member of a group with its own group."""
    return not any(a in g.children or b in g.children for g in (a, b))


@feature("colocation", WISH)
def colocation(d):
    for _ in range(d.random.randint(1, 3)):
        pair = two(d)
        if pair and outside(d, *pair):
            e = d.constrain("rsc_colocation", rsc=pair[0].name, with_rsc=pair[1].name, score=d.score())
            for side, r in (("rsc-role", pair[0]), ("with-rsc-role", pair[1])):
                if d.chance(0.6 if r.promotable else 0.05):
                    e.set(side, d.pick(["Promoted", "Unpromoted", "Started"] if r.promotable else ["Started"]))


@feature("colocation-attribute", WISH)
def colocation_attribute(d):
    for n in d.nodes:
        n.attributes["rack"] = d.pick(["a", "b"])
    for _ in range(d.random.randint(1, 2)):
        if pair := two(d):
            d.constrain("rsc_colocation", rsc=pair[0].name, with_rsc=pair[1].name, score=d.score(), node_attribute="rack")


@feature("colocation-influence", WISH)
def colocation_influence(d):
    if pair := two(d):
        d.constrain("rsc_colocation", rsc=pair[0].name, with_rsc=pair[1].name, score=d.pick(["INFINITY", "100"]),
                    influence=d.pick(["true", "false"]))
    if d.chance(0.4):
        d.pick(d.resources()).meta["critical"] = "false"


@feature("colocation-set", WISH)
def colocation_set(d):
    e = d.constrain("rsc_colocation", score=d.pick(["INFINITY", "-INFINITY", "100", "-10"]))
    rest = d.some(d.top, 2)
    for _ in range(d.random.randint(1, 2)):
        if not rest:
            break
        chosen, rest = rest[:3], rest[3:]
        inner = xml.SubElement(e, "resource_set", {"id": d.new_id("set")})
        if d.chance(0.4):
            inner.set("sequential", "false")
        if d.chance(0.2):
            inner.set("role", d.pick(["Started", "Promoted"]))
        for r in chosen:
            xml.SubElement(inner, "resource_ref", {"id": r.name})
