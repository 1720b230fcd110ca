"""The smallest disagreeing case: elements are removed, large ones first, while the two programs still disagree.

What the peer refuses is no case, so that the result stays a valid CIB. Rejected: to keep the very same difference. It
would be a better witness of one fault, but keeps much that the fault does not need.
"""
from xml.etree import ElementTree as xml

KEEP = {"configuration", "status", "crm_config", "nodes", "resources", "constraints"}


def size(root):
    return sum(1 for _ in root.iter())


def candidates(root):
    """(parent, child) pairs, those with the most below them first."""
    pairs = [(parent, child) for parent in root.iter() for child in parent if child.tag not in KEEP]
    return sorted(pairs, key=lambda pair: -size(pair[1]))


def shrink(text, disagrees, budget):
    """`disagrees(text)` -> bool. Tries at most `budget` times."""
    root = xml.fromstring(text)
    again = True
    while again and budget > 0:
        again = False
        for parent, child in candidates(root):
            at = next((i for i, c in enumerate(parent) if c is child), None)
            if at is None or not _inside(root, parent):
                continue
            if budget <= 0:
                break
            budget -= 1
            parent.remove(child)
            if disagrees(xml.tostring(root, encoding="unicode")):
                again = True
            else:
                parent.insert(at, child)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode")


def _inside(root, element):
    return any(e is element for e in root.iter())
