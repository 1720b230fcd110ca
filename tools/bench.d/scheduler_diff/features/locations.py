"""Location: scores, rules, roles, resource discovery; node attributes."""
from xml.etree import ElementTree as xml

from . import WISH, feature


@feature("location", WISH)
def location(d):
    for _ in range(d.random.randint(1, 4)):
        e = d.constrain("rsc_location", rsc=d.pick(d.resources()).name, node=d.pick(d.nodes).name, score=d.score())
        if d.chance(0.1):
            e.set("role", d.pick(["Promoted", "Started", "Unpromoted"]))
        if d.chance(0.1):
            e.set("resource-discovery", d.pick(["never", "exclusive", "always"]))


@feature("location-rule", WISH)
def location_rule(d):
    for n in d.nodes:
        for name in ("disk", "rack", "ping"):
            if d.chance(0.7):
                n.attributes[name] = d.pick(["ssd", "hdd", "1", "2", "10", "0", "100"])
    for _ in range(d.random.randint(1, 3)):
        e = d.constrain("rsc_location", rsc=d.pick(d.resources()).name)
        for _ in range(d.random.randint(1, 2)):
            add_rule(d, e)


def add_rule(d, e):
    rule = xml.SubElement(e, "rule", {"id": d.new_id("rule")})
    if d.chance(0.2):
        rule.set("score-attribute", d.pick(["ping", "disk", "absent"]))
    else:
        rule.set("score", d.score())
    if d.chance(0.2):
        rule.set("role", d.pick(["Promoted", "Started"]))
    if d.chance(0.4):
        rule.set("boolean-op", d.pick(["or", "and"]))
    for _ in range(d.random.randint(1, 2)):
        expression(d, rule)


def expression(d, rule):
    fields = {"id": d.new_id("expr"), "attribute": d.pick(["disk", "rack", "ping", "#uname", "#kind", "absent"]),
              "operation": d.pick(["eq", "ne", "lt", "gt", "lte", "gte", "defined", "not_defined"])}
    if not fields["operation"].endswith("defined"):
        fields["value"] = d.pick(["ssd", "1", "2", "10", "cluster", d.pick(d.nodes).name])
    if d.chance(0.3):
        fields["type"] = d.pick(["string", "number", "version", "integer"])
    xml.SubElement(rule, "expression", fields)


@feature("date-rule", WISH)
def date_rule(d):
    for _ in range(d.random.randint(1, 2)):
        e = d.constrain("rsc_location", rsc=d.pick(d.resources()).name)
        rule = xml.SubElement(e, "rule", {"id": d.new_id("rule"), "score": d.score()})
        kind = d.pick(["lt", "gt", "in_range", "date_spec"])
        date = xml.SubElement(rule, "date_expression", {"id": d.new_id("date"), "operation": kind})
        early, late = "2023-01-05", "2024-06-01T12:00:00Z"  # now is 2023-11-14T22:13:20Z, a Tuesday
        if kind == "lt":
            date.set("end", d.pick([early, late]))
        elif kind == "gt":
            date.set("start", d.pick([early, late]))
        elif kind == "in_range":
            date.set("start", early)
            if d.chance(0.5):
                date.set("end", d.pick([late, "2023-11-01"]))
            else:
                xml.SubElement(date, "duration", {"id": d.new_id("span"), "months": d.pick(["1", "11"])})
        else:
            fields = d.pick([{"hours": "9-16"}, {"hours": "20-23"}, {"weekdays": "1-5"}, {"weekdays": "6-7"},
                             {"months": "11"}, {"years": "2022-2023"}, {"monthdays": "14-31", "hours": "22"}, {"years": "2024-"}])
            xml.SubElement(date, "date_spec", {"id": d.new_id("spec"), **fields})


@feature("location-set", WISH)
def location_set(d):
    e = d.constrain("rsc_location", node=d.pick(d.nodes).name, score=d.score())
    if d.chance(0.4):
        e.set("rsc-pattern", d.pick(["r.*", "r1", "c.|g.", "!r[23]"]).replace("!", ""))
        return
    inner = xml.SubElement(e, "resource_set", {"id": d.new_id("set")})
    for r in d.some(d.resources())[:4]:
        xml.SubElement(inner, "resource_ref", {"id": r.name})


@feature("asymmetric", WISH)
def asymmetric(d):
    d.options["symmetric-cluster"] = "false"
    for r in d.top:
        for n in d.nodes:
            if d.chance(0.6):
                d.constrain("rsc_location", rsc=r.name, node=n.name, score=d.pick(["0", "10", "100", "INFINITY"]))
