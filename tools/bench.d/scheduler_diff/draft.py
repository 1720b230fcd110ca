"""A cluster that is being drawn: nodes, resources, constraints, and what the nodes report of them.

Features change it in phases: `shape` (what resources there are), `wish` (constraints and options), then `settle()` lets
everything run somewhere, then `trouble` (what has gone wrong). Each is given the draft's own random source, so that a
seed and a profile give one CIB.
"""
import hashlib
import random
from xml.etree import ElementTree as xml

from . import bundles

NOW = 1_700_000_000
AGENTS = ["Dummy", "IPaddr2", "apache", "pgsql", "Filesystem"]
RUNNING, NOT_RUNNING, PROMOTED = 0, 7, 8


class Resource:
    def __init__(self, kind, name, agent=None):
        self.kind, self.name, self.agent = kind, name, agent
        self.meta, self.params, self.uses = {}, {}, {}
        self.operations = []  # (name, interval in seconds, attributes)
        self.children = []
        self.bundle = {}
        self.template = None

    def primitives(self):
        if self.kind == "primitive":
            return [self]
        return [p for c in self.children for p in c.primitives()]

    @property
    def promotable(self):
        return self.meta.get("promotable") == "true"

    @property
    def unique(self):
        return self.meta.get("globally-unique") == "true"


class Node:
    def __init__(self, name, number):
        self.name, self.id = name, str(number)
        self.attributes, self.transient, self.capacity = {}, {}, {}
        self.remote = False
        self.has_status = True
        self.status = {"in_ccm": "true", "crmd": "online", "join": "member", "expected": "member"}

    @property
    def online(self):
        return self.has_status and (self.remote or self.status.get("crmd") == "online")


class Draft:
    def __init__(self, seed, nodes, primitives):
        self.random = random.Random(seed)
        self.features = []
        self.options = {"stonith-enabled": "false", "no-quorum-policy": "stop"}
        self.quorate = True
        self.keeps_newest = self.chance(0.7)  # one record of all that does not recur, or each as old versions did
        self.nodes = [Node(f"n{i}", i) for i in range(1, nodes + 1)]
        self.top = [self.primitive(f"r{i}") for i in range(1, primitives + 1)]
        self.constraints, self.levels, self.tags, self.templates, self.tickets = [], [], [], [], {}
        self.resource_defaults, self.operation_defaults = [], []
        self.history = {}  # (node name, resource name in the history) -> list of operation elements
        self.active = {}   # primitive name -> [(node name, instance number or None, promoted)]
        self.host_of = {}  # guest node -> the resource that is its container
        self.agents = {}   # resource name in the history -> agent
        self._ids = 0
        self._calls = {}

    # --- drawing ---
    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, items):
        return self.random.choice(list(items))

    def some(self, items, at_least=1):
        items = list(items)
        return self.random.sample(items, self.random.randint(min(at_least, len(items)), len(items)))

    def score(self):
        return self.pick(["INFINITY", "-INFINITY", "100", "50", "10", "1", "-1", "-10", "-100", "0", "1000"])

    def new_id(self, prefix):
        self._ids += 1
        return f"{prefix}-{self._ids}"

    def primitive(self, name, agent=None):
        r = Resource("primitive", name, agent or ("ocf", "heartbeat", self.pick(AGENTS)))
        if self.chance(0.6):
            r.operations.append(("monitor", 10, {}))
        return r

    def resources(self):
        """Everything that a constraint may name: no members of clones and bundles."""
        found = []
        for r in self.top:
            found.append(r)
            if r.kind == "group":
                found += r.children
        return found

    def plain(self):
        """Top-level primitives that no feature has made something else of."""
        return [r for r in self.top if r.kind == "primitive" and r.agent[0] == "ocf" and r.agent[2] != "remote"]

    def wrap(self, kind, name, members):
        """Members, all at top level, go into a new collective at the place of the first."""
        r = Resource(kind, name)
        r.children = members
        self.top[self.top.index(members[0])] = r
        self.top = [t for t in self.top if t not in members]
        return r

    def constrain(self, tag, **attributes):
        e = xml.Element(tag, {"id": self.new_id(tag[4:])})
        for key, value in attributes.items():
            e.set(key.replace("_", "-"), value)
        self.constraints.append(e)
        return e

    # --- history ---
    def settle(self):
        """Lets resources run: most do, some on the wrong node, some nowhere."""
        for r in self.top:
            self._settle(r)

    def _settle(self, r):
        hosts = [n for n in self.nodes if not n.remote]
        if r.kind in ("primitive", "group"):
            where = self.pick(hosts) if self.chance(0.7) else None
            for p in r.primitives():
                if where and r.kind == "group" and self.chance(0.08):
                    where = None
                self.report(p, where.name if where else None)
        elif r.kind == "clone":
            self._settle_clone(r, hosts)
        elif r.kind == "bundle":
            self._settle_bundle(r, hosts)

    def _settle_clone(self, r, hosts):
        count = int(r.meta.get("clone-max", len(hosts)))
        per_node = int(r.meta.get("clone-node-max", 1)) if r.unique else 1
        room = [n for n in hosts for _ in range(per_node)]
        self.random.shuffle(room)
        room = room[:count] if self.chance(0.8) else []
        room = [n for n in room if self.chance(0.9)]
        promoted = int(r.meta.get("promoted-max", 1)) if r.promotable and self.chance(0.7) else 0
        members = r.primitives()
        for p in members:
            if not r.unique:
                self.active.setdefault(p.name, [])
        for number, n in enumerate(room):
            is_promoted = number < promoted
            for p in members:
                self._run(n.name, p, number if r.unique else None, is_promoted)
        used = {n.name for n in room}
        for n in hosts:
            if n.name not in used and self.chance(0.8):
                for p in members:
                    self.operation(n.name, self.history_name(p, 0 if r.unique else None), p.agent, "monitor", 0, NOT_RUNNING)
        if r.promotable:
            for n in hosts:
                if self.chance(0.6):
                    name = self.history_name(members[0], 0) if r.unique else members[0].name
                    n.transient[f"master-{name}"] = self.pick(["1", "5", "10", "100", "-INFINITY", "1000"])

    def _settle_bundle(self, r, hosts):
        engine, count = r.bundle["engine"], int(r.bundle["replicas"])
        per_host = int(r.bundle.get("replicas-per-host", 1))
        room = [n for n in hosts for _ in range(per_host)]
        self.random.shuffle(room)
        up = room[:count] if self.chance(0.8) else []
        for i, n in enumerate(up):
            container = f"{r.name}-{engine}-{i}"
            self._start(n.name, container, ("ocf", "heartbeat", engine), bundles.container(r, i))
            if r.bundle.get("ip"):
                self._start(n.name, f"{r.name}-ip-{bundles.address(i)}", ("ocf", "heartbeat", "IPaddr2"), bundles.ip(i))
            if r.children:
                guest = f"{r.name}-{i}"
                self._start(n.name, guest, ("ocf", "pacemaker", "remote"), bundles.connection(r, i, n.name))
                state = Node(guest, guest)
                state.remote, state.id = True, guest
                self.nodes.append(state)
                self._run(guest, r.children[0], i if per_host > 1 else None, r.bundle.get("promoted-max") and i == 0)
                if r.bundle.get("promoted-max"):
                    state.attributes[f"master-{r.children[0].name}"] = self.pick(["1", "10", "5"])

    def history_name(self, p, number):
        return p.name if number is None else f"{p.name}:{number}"

    def report(self, p, where, number=None, promoted=False):
        """`p` runs there, and every other node says that it does not."""
        name = self.history_name(p, number)
        for n in self.nodes:
            if n.name == where:
                self._run(where, p, number, promoted)
            elif not n.remote and not (where is None and self.chance(0.3)):
                self.operation(n.name, name, p.agent, "monitor", 0, NOT_RUNNING)

    def _run(self, where, p, number, promoted):
        name = self.history_name(p, number)
        self._start(where, name, p.agent)
        if promoted:
            self.operation(where, name, p.agent, "promote", 0, RUNNING)
        for op, interval, attributes in p.operations:
            role = attributes.get("role")
            if op == "monitor" and role in (None, "Started") or role == ("Promoted" if promoted else "Unpromoted"):
                self.operation(where, name, p.agent, op, interval, PROMOTED if promoted else RUNNING)
        self.active.setdefault(p.name, []).append((where, number, promoted))

    def _start(self, where, name, agent, params=None):
        e = self.operation(where, name, agent, "start", 0, RUNNING)
        e.set("op-digest", digest(params or {}))

    def operation(self, where, name, agent, task, interval, rc, expected=None, status=None, age=600, **more):
        """One record; `expected` None: what came was expected."""
        call = self._calls[where] = self._calls.get(where, 1) + 1
        expected = rc if expected is None else expected
        status = (0 if rc == expected else 4) if status is None else status
        key = f"1:2:{expected}:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
        suffix = f"{task}_{interval * 1000}"
        failed = status not in (0, -1)
        kept_as = f"{name}_last_0" if self.keeps_newest and interval == 0 else f"{name}_{suffix}"
        fields = {"id": f"{name}_last_failure_0" if failed else kept_as, "operation": task,
                  "operation_key": f"{name}_{suffix}", "transition-key": key,
                  "transition-magic": f"{status}:{rc};{key}", "call-id": str(call), "rc-code": str(rc),
                  "op-status": str(status), "interval": str(interval * 1000), "last-rc-change": str(NOW - age),
                  "crm_feature_set": "3.15.0", "exec-time": "0", "queue-time": "0"}
        if task in ("start", "monitor", "promote", "migrate_from"):
            fields["op-digest"] = digest({"CRM_meta_timeout": "20000"} if interval else {})
        fields.update(more)
        if status == -1:
            fields["call-id"] = "-1"
        known = self.history.setdefault((where, name), [])
        known[:] = [e for e in known if e.get("id") != fields["id"]]
        known.append(xml.Element("lrm_rsc_op", fields))
        self.agents[name] = agent
        return known[-1]

    def forget(self, where, name):
        self.history.pop((where, name), None)

    def running(self):
        """(primitive name, node, number, promoted) of all that run."""
        return [(name, *place) for name, places in sorted(self.active.items()) for place in places]

    def primitive_named(self, name):
        return next((p for r in self.top for p in r.primitives() if p.name == name), None)

    # --- the CIB ---
    def cib(self):
        root = xml.Element("cib", {"crm_feature_set": "3.15.0", "validate-with": "pacemaker-3.9", "epoch": "1",
                                   "num_updates": "1", "admin_epoch": "0", "have-quorum": "1" if self.quorate else "0",
                                   "dc-uuid": "1", "execution-date": str(NOW)})
        configuration = xml.SubElement(root, "configuration")
        options = xml.SubElement(xml.SubElement(configuration, "crm_config"), "cluster_property_set", {"id": "options"})
        self._pairs(options, self.options)
        nodes = xml.SubElement(configuration, "nodes")
        for n in self.nodes:
            if not n.remote:
                self._node(nodes, n)
            elif n.attributes or n.capacity:
                self._node(nodes, n).set("type", "remote")
        resources = xml.SubElement(configuration, "resources")
        resources.extend(self.templates)
        resources.extend(self._resource(r) for r in self.top)
        xml.SubElement(configuration, "constraints").extend(self.constraints)
        for tag, content in (("fencing-topology", self.levels), ("rsc_defaults", self.resource_defaults),
                             ("op_defaults", self.operation_defaults), ("tags", self.tags)):
            if content:
                xml.SubElement(configuration, tag).extend(content)
        self._status(xml.SubElement(root, "status"))
        return root

    def _pairs(self, parent, values):
        for key, value in values.items():
            xml.SubElement(parent, "nvpair", {"id": self.new_id("nv"), "name": key, "value": value})

    def block(self, parent, tag, values):
        if values:
            self._pairs(xml.SubElement(parent, tag, {"id": self.new_id(tag)}), values)

    def _node(self, parent, n):
        e = xml.SubElement(parent, "node", {"id": n.id, "uname": n.name})
        self.block(e, "instance_attributes", n.attributes)
        self.block(e, "utilization", n.capacity)
        return e

    def _resource(self, r):
        e = xml.Element(r.kind, {"id": r.name})
        if r.kind == "bundle":
            return self._bundle(e, r)
        if r.template:
            e.set("template", r.template)
        elif r.kind == "primitive":
            for key, value in zip(("class", "provider", "type"), r.agent):
                if value:
                    e.set(key, value)
        self.block(e, "meta_attributes", r.meta)
        self.block(e, "instance_attributes", r.params)
        self.block(e, "utilization", r.uses)
        if r.operations:
            operations = xml.SubElement(e, "operations")
            for name, interval, attributes in r.operations:
                xml.SubElement(operations, "op", {"id": self.new_id(f"{r.name}-{name}"), "name": name,
                                                  "interval": f"{interval}s", **attributes})
        e.extend(self._resource(c) for c in r.children)
        return e

    def _bundle(self, e, r):
        self.block(e, "meta_attributes", r.meta)
        engine = xml.SubElement(e, r.bundle["engine"], {"image": "image:latest"})
        for key in ("replicas", "replicas-per-host", "promoted-max"):
            if r.bundle.get(key):
                engine.set(key, str(r.bundle[key]))
        network = {"ip-range-start": "192.168.122.131"} if r.bundle.get("ip") else {}
        if r.children:
            network["control-port"] = "3121"
        xml.SubElement(e, "network", network)
        e.extend(self._resource(c) for c in r.children)
        return e

    def _status(self, status):
        if self.tickets:
            tickets = xml.SubElement(status, "tickets")
            for name, fields in self.tickets.items():
                xml.SubElement(tickets, "ticket_state", {"id": name, **fields})
        for n in self.nodes:
            if not n.has_status:
                continue
            e = xml.SubElement(status, "node_state", {"id": n.id, "uname": n.name})
            if n.remote:
                e.set("remote_node", "true")
            for key, value in n.status.items() if not n.remote else ():
                e.set(key, value)
            if n.transient:
                inner = xml.SubElement(e, "transient_attributes", {"id": n.id})
                self.block(inner, "instance_attributes", n.transient)
            known = xml.SubElement(xml.SubElement(e, "lrm", {"id": n.id}), "lrm_resources")
            for (where, name), operations in self.history.items():
                if where != n.name:
                    continue
                agent = dict(zip(("class", "provider", "type"), self.agents[name]))
                entry = xml.SubElement(known, "lrm_resource", {"id": name, **{k: v for k, v in agent.items() if v}})
                entry.extend(operations)


def digest(params):
    """As the peer hashes parameters: MD5 of the text of one XML element."""
    inner = "".join(f' {k}="{v}"' for k, v in sorted(params.items()))
    return hashlib.md5(f" <parameters{inner}/>\n".encode()).hexdigest()
