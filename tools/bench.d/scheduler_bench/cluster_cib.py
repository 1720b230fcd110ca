"""A Pacemaker CIB of any size, for measuring: always the same for the same size.

Of the resources three in ten are members of groups of four; of the rest one in ten is a clone of three instances, one in
ten belongs to a pair that must be together and in order, six in a hundred to a pair that must be apart, one in ten would
rather be on a certain node. `running`: each node has looked for each resource and all run, where the rules let them;
nothing is to be done. `fresh`: no node has looked yet.
"""
import hashlib

CLONE_MAX = 3
UUID = "1f0e6a52-5a0c-4b7e-9f3e-2b8d0c4e7a11"


def digest(**parameters):
    inner = "".join(f' {k}="{v}"' for k, v in sorted(parameters.items()))
    return hashlib.md5(f" <parameters{inner}/>\n".encode()).hexdigest()


STARTED, WATCHED = digest(), digest(CRM_meta_timeout="20000")


class Layout:
    """Which resources there are, what binds them, and where each runs."""

    def __init__(self, nodes, resources):
        self.nodes = [f"node{i}" for i in range(1, nodes + 1)]
        names = [f"r{i}" for i in range(resources)]
        grouped = resources * 3 // 10 // 4 * 4
        self.groups = [names[i:i + 4] for i in range(0, grouped, 4)]
        rest = iter(names[grouped:])
        count = resources - grouped
        self.clones = [next(rest) for _ in range(count // 10)]
        self.together = [(next(rest), next(rest)) for _ in range(count // 20)]
        self.apart = [(next(rest), next(rest)) for _ in range(count * 3 // 100)]
        self.drawn = [(next(rest), self.nodes[i * 7 % nodes]) for i in range(count // 10)]
        self.plain = list(rest)
        self.places = {}  # resource -> its nodes
        self.deal_out()

    def deal_out(self):
        load = dict.fromkeys(self.nodes, 0)
        at = {n: i for i, n in enumerate(self.nodes)}

        def emptiest(but=()):
            return min((n for n in self.nodes if n not in but), key=lambda n: (load[n], at[n]))

        def put(names, node):
            for name in names:
                self.places.setdefault(name, []).append(node)
                load[node] += 1

        for name, node in self.drawn:
            put([name], node)
        for members in [*self.groups, *self.together]:
            put(members, emptiest())
        for name in self.clones:
            for _ in range(min(CLONE_MAX, len(self.nodes))):
                put([name], emptiest(self.places.get(name, ())))
        for first, second in self.apart:
            put([first], emptiest())
            put([second], emptiest(self.places[first]))
        for name in self.plain:
            put([name], emptiest())
        self.places["fence"] = [self.nodes[-1]]


def primitive(name):
    ops = "".join(f'<op id="{name}-{op}" name="{op}" interval="{interval}" timeout="{timeout}"/>'
                  for op, interval, timeout in (("monitor", "10s", "20s"), ("start", "0s", "60s"), ("stop", "0s", "60s")))
    return (f'<primitive id="{name}" class="ocf" provider="bench" type="Service"><operations>{ops}</operations>'
            "</primitive>\n")


def configuration(layout, say):
    say('<configuration><crm_config><cluster_property_set id="options">'
        '<nvpair id="o-fencing" name="stonith-enabled" value="true"/>'
        '<nvpair id="o-watchdog" name="have-watchdog" value="false"/></cluster_property_set></crm_config>\n<nodes>')
    for i, name in enumerate(layout.nodes, 1):
        say(f'<node id="{i}" uname="{name}"/>')
    say('</nodes>\n<resources><primitive id="fence" class="stonith" type="fence_bench"/>\n')
    for i, members in enumerate(layout.groups):
        say(f'<group id="g{i}">{"".join(map(primitive, members))}</group>\n')
    for name in layout.clones:
        say(f'<clone id="{name}-clone"><meta_attributes id="{name}-m"><nvpair id="{name}-max" name="clone-max" '
            f'value="{CLONE_MAX}"/></meta_attributes>{primitive(name)}</clone>\n')
    for name in [n for pair in layout.together + layout.apart for n in pair] + [n for n, _ in layout.drawn] + layout.plain:
        say(primitive(name))
    say("</resources>\n<constraints>\n")
    for first, then in layout.together:
        say(f'<rsc_colocation id="with-{then}" rsc="{then}" with-rsc="{first}" score="INFINITY"/>'
            f'<rsc_order id="after-{then}" first="{first}" then="{then}"/>\n')
    for one, other in layout.apart:
        say(f'<rsc_colocation id="apart-{other}" rsc="{other}" with-rsc="{one}" score="-INFINITY"/>\n')
    for name, node in layout.drawn:
        say(f'<rsc_location id="draw-{name}" rsc="{name}" node="{node}" score="100"/>\n')
    say('</constraints>\n<rsc_defaults><meta_attributes id="defaults"><nvpair id="d-stay" name="resource-stickiness" '
        'value="1"/></meta_attributes></rsc_defaults></configuration>\n')


def record(name, suffix, task, interval, rc, node, call, digest_text):
    key = f"{call}:1:{rc}:{UUID}"
    return (f'<lrm_rsc_op id="{name}_{suffix}" operation_key="{name}_{task}_{interval}" operation="{task}" '
            f'crm_feature_set="3.16.1" transition-key="{key}" transition-magic="0:{rc};{key}" exit-reason="" '
            f'on_node="{node}" call-id="{call}" rc-code="{rc}" op-status="0" interval="{interval}" '
            f'last-rc-change="1700000000" exec-time="5" queue-time="0" op-digest="{digest_text}"/>')


def history(layout, node, say):
    call = 0
    for name in ["fence", *(n for members in layout.groups for n in members), *layout.clones,
                 *(n for pair in layout.together + layout.apart for n in pair), *(n for n, _ in layout.drawn),
                 *layout.plain]:
        call += 2
        what = 'class="stonith" type="fence_bench"' if name == "fence" else 'class="ocf" provider="bench" type="Service"'
        say(f'<lrm_resource id="{name}" {what}>')
        if node not in layout.places[name]:
            say(record(name, "last_0", "monitor", 0, 7, node, call, STARTED))
        else:
            say(record(name, "last_0", "start", 0, 0, node, 1_000_000 + call, STARTED))
            if name != "fence":
                say(record(name, "monitor_10000", "monitor", 10000, 0, node, 1_000_001 + call, WATCHED))
        say("</lrm_resource>\n")


def write(path, nodes, resources, state):
    layout = Layout(nodes, resources)
    with open(path, "w", encoding="ascii") as out:
        say = out.write
        say('<cib validate-with="pacemaker-3.7" crm_feature_set="3.16.1" admin_epoch="0" epoch="1" num_updates="0" '
            f'have-quorum="1" dc-uuid="{nodes}">\n')
        configuration(layout, say)
        say("<status>\n")
        for i, node in enumerate(layout.nodes, 1):
            say(f'<node_state id="{i}" uname="{node}" in_ccm="true" crmd="online" join="member" expected="member" '
                f'crm-debug-origin="bench"><lrm id="{i}"><lrm_resources>\n')
            if state == "running":
                history(layout, node, say)
            say("</lrm_resources></lrm></node_state>\n")
        say("</status></cib>\n")
