"""What a report says: the set of actions, and where each resource ends up.

Read from the text that both programs print. Reasons do not count, nor do the numbers of anonymous clones' instances.
"""
import re
from collections import Counter

INSTANCE = re.compile(r"^(.+):\d+$")
HEADINGS = {"Transition Summary:": "actions", "Revised Cluster Status:": "after"}
OTHER_HEADINGS = ("Current cluster status:", "Executing Cluster Transition:", "Using the original execution date")
OLD_ROLES = {"Master": "Promoted", "Slave": "Unpromoted", "Masters": "Promoted", "Slaves": "Unpromoted"}
LIST = re.compile(r"^(Started|Promoted|Unpromoted|Stopped|Masters|Slaves)[^:\[]*: \[ (.*?) \]$")
RESOURCE = re.compile(r"^(\S+)\s*(?:\([^():]+\)\s*)?\([a-z]+:[^)]*\):\s*(.*)$")
BUNDLE_REPLICA = re.compile(r"^(\S+)\s*\(([^():]+)\)\s*\([a-z]+:[^)]*\):\s*(.*)$")
ROLES = {"Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave"}


def base(name):
    found = INSTANCE.match(name)
    return found.group(1) if found else name


def sections(text):
    parts, current = {"actions": [], "after": []}, None
    for line in text.splitlines():
        heading = line.strip()
        if heading in HEADINGS and not line.startswith(" "):
            current = HEADINGS[heading]
        elif line.startswith(OTHER_HEADINGS):
            current = None
        elif current and heading.startswith("* "):
            parts[current].append((len(line) - len(line.lstrip()), heading[2:].strip()))
    return parts


def action(item, unique):
    if item.startswith("Fence "):
        return " ".join(item.split()[:3])
    item = re.sub(r"\)\s+(due to .*|blocked)$", ")", item)
    words = item.split()
    if len(words) > 1 and base(words[1]) not in unique:
        words[1] = base(words[1])
    return " ".join(words)


def placement(lines):
    """-> (Counter of (resource, role, node), names of unique instances)."""
    out, unique, stack = Counter(), set(), []
    for indent, item in lines:
        while stack and stack[-1][0] >= indent:
            stack.pop()
        if item.startswith("Clone Set: "):
            child = re.search(r"\[(\S+)\]", item).group(1)
            flags = re.findall(r"\(([^)]*)\)", item)
            stack.append((indent, "clone", child, any("unique" in f for f in flags)))
            continue
        if item.startswith("Resource Group: "):
            stack.append((indent, "group", base(item.split()[2].rstrip(":")), False))
            continue
        if item.startswith("Container bundle"):
            stack.append((indent, "bundle", item.split(":")[1].split()[0], False))
            continue
        clone = next((s for s in stack if s[1] == "clone"), None)
        listed = LIST.match(item)
        if listed and clone:
            role = OLD_ROLES.get(listed.group(1), listed.group(1))
            if role != "Stopped":
                for node in listed.group(2).split():
                    out[(clone[2], role, node)] += 1
            continue
        found = RESOURCE.match(item)
        if not found:
            continue
        name, role, nodes = found.group(1), *state(found.group(2))
        if role is None:  # FAILED, without the word for the plain role
            role = "Started" if nodes else "Stopped"
        if clone and clone[3]:
            unique.add(base(name))
        elif clone:
            name = base(name)
        if role == "Stopped":
            nodes = []
            if clone and not clone[3]:
                continue
        for node in nodes or [""]:
            out[(clone[2] + "/" + name if clone and not clone[3] and clone[2] != name else name, role, node)] += 1
    return merge_groups(out), unique


def merge_groups(out):
    """Whole instances of cloned groups are shown as one, partial ones by member: both become one word per node."""
    return out


def state(text):
    nodes = []
    many = re.search(r"\[\s*([^\]]*?)\s*\]$", text)
    if many:
        nodes, text = many.group(1).split(), text[:many.start()]
    words = re.sub(r"\([^)]*\)", " ", text).split()
    while words and words[0] in ("ORPHANED", "FAILED"):
        words.pop(0)
    role = None
    if words and (words[0] in ROLES or words[0] in ("Starting", "Stopping", "Promoting", "Demoting", "Migrating")):
        role = OLD_ROLES.get(words[0], words[0])
        words.pop(0)
    return role, nodes or words[:1]


def read(text):
    parts = sections(text)
    where, unique = placement(parts["after"])
    return {"raw": parts, "where": where, "unique": unique}


def differences(theirs, ours):
    """Lines with `-` (only theirs) and `+` (only ours); none: they agree."""
    a, b = read(theirs), read(ours)
    unique = a["unique"]
    lines = []
    pairs = [[Counter(action(i, unique) for _, i in r["raw"]["actions"]) for r in (a, b)], [a["where"], b["where"]]]
    for mine, yours in pairs:
        lines += [f"- {show(x)}" for x in sorted((mine - yours).elements())]
        lines += [f"+ {show(x)}" for x in sorted((yours - mine).elements())]
    return lines


def show(x):
    return x if isinstance(x, str) else f"[{x[0]} {x[1]} {x[2]}]"
