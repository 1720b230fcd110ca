"""Remote nodes and guest nodes, fencing levels, unfencing."""
from xml.etree import ElementTree as xml

from ..draft import NOT_RUNNING, Node, Resource
from . import SHAPE, TROUBLE, feature


@feature("remote", SHAPE)
def remote(d):
    for i in range(d.random.randint(1, 2)):
        name = f"remote{i}"
        r = Resource("primitive", name, ("ocf", "pacemaker", "remote"))
        r.operations.append(("monitor", 60, {}))
        if d.chance(0.3):
            r.meta["reconnect_interval"] = "60"
        d.top.insert(d.random.randint(0, len(d.top)), r)
        n = Node(name, name)
        n.remote, n.id = True, name
        d.nodes.append(n)


@feature("guest", SHAPE)
def guest(d):
    plain = d.plain()
    if not plain:
        return
    vm = d.pick(plain)
    vm.agent, vm.meta["remote-node"] = ("ocf", "heartbeat", "VirtualDomain"), "guest0"
    if d.chance(0.3):
        vm.meta["allow-migrate"] = "true"
    n = Node("guest0", "guest0")
    n.remote, n.id = True, "guest0"
    d.nodes.append(n)
    d.host_of["guest0"] = vm.name


@feature("on-remote", TROUBLE)
def on_remote(d):
    """Something runs on remote and guest nodes, where these are up."""
    for n in [n for n in d.nodes if n.remote and not n.name.startswith("b0-")]:
        vm = d.host_of.get(n.name)
        link = d.active.get(n.name, []) if vm is None else []
        if vm and d.active.get(vm):
            d.operation(d.active[vm][0][0], n.name, ("ocf", "pacemaker", "remote"), "start", 0, 0)
        elif not link:
            n.has_status = d.chance(0.5)
            continue
        for r in d.some(d.plain())[:3]:
            if r.name == vm or not r.agent[0] == "ocf":
                continue
            for other in d.nodes:
                if (other.name, r.name) in d.history and d.chance(0.9):
                    d.forget(other.name, r.name)
                    d.operation(other.name, r.name, r.agent, "monitor", 0, NOT_RUNNING)
            d.operation(n.name, r.name, r.agent, "start", 0, 0)
            d.active[r.name] = [(n.name, None, False)]


@feature("remote-trouble", TROUBLE)
def remote_trouble(d):
    names = [n.name for n in d.nodes if n.remote]
    if not names:
        return
    name = d.pick(names)
    hosts = sorted(w for (w, r) in d.history if r == name and any(e.get("operation") == "start" for e in d.history[(w, r)]))
    if hosts:
        d.operation(hosts[0], name, ("ocf", "pacemaker", "remote"), "monitor", d.pick([60, 0]), d.pick([1, 7]), expected=0)
    elif name in d.host_of and d.active.get(d.host_of[name]):
        vm = d.primitive_named(d.host_of[name])
        d.operation(d.active[vm.name][0][0], vm.name, vm.agent, "monitor", 10, 1, expected=0)


@feature("levels", SHAPE)
def levels(d):
    d.options["stonith-enabled"] = "true"
    for i in range(2):
        d.top.append(d.primitive(f"level{i}", ("stonith", None, "fence_xvm")))
    for n in d.nodes[:2]:
        for index in (1, 2):
            d.levels.append(xml.Element("fencing-level", {"id": d.new_id("level"), "target": n.name, "index": str(index),
                                                          "devices": f"level{index - 1}"}))


@feature("unfencing", SHAPE)
def unfencing(d):
    d.options["stonith-enabled"] = "true"
    shooter = d.primitive("scsi", ("stonith", None, "fence_scsi"))
    shooter.meta["provides"] = "unfencing"
    d.top.insert(0, shooter)
    for n in d.nodes:
        if d.chance(0.7):
            n.transient["#node-unfenced"] = d.pick(["1699999000", "0"])
