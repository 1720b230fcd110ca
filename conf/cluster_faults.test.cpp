// What is wrong with a cluster.toml: place, key, fault and way out, to the letter. The tables of a case stand before a
// small good cluster (cluster_text.hpp), so that their lines count from 1.
#include "conf/cluster_file.hpp"
#include "conf/cluster_text.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::cluster_faults_test {

using namespace cluster_text;

std::string faults(const std::string& text, const abilities& can = {}) {
  diagnostics d;
  auto read = parse_cluster_file(text, d, can);
  CHECK(read.has_value() == d.good());
  return d.text("f");
}

struct bad_file {
  const char* what;
  std::string text;
  std::string told;
};

template <std::size_t N>
void check(const bad_file (&table)[N], const abilities& can = {}) {
  for (const auto& row : table) {
    INFO(std::string(row.what));
    CHECK(faults(row.text, can) == row.told);
  }
}

const abilities promoting{.standards = {"ocf"}, .promotable = true};
const std::string g_of_a_b = "[group.g]\nmembers = [\"a\", \"b\"]\n";

TEST_CASE("keys: unknown, missing, of a wrong kind; tables that are none") {
  const bad_file table[] = {
      {"nothing wrong", with_rest(dummy("a")), ""},
      {"an empty file", "",
       "f:1:1: error: cluster: missing; begin with [cluster] and a name\n"
       "f:1:1: error: node: no node; add [node.NAME] with its key and addresses\n"
       "f:1:1: warning: fence: NO FENCING: after the loss of a node, what ran there stays down until an operator says "
       "that the node "
       "is dead; add [fence.NAME], or accept the price of [cluster] fencing = \"off\"\n"},
      {"a node.toml: told once, not key by key",
       "name = \"n1\"\nlisten = [\"10.0.0.1:5410\"]\ncgroup = \"/g\"\n[seed.n2]\naddresses = [\"10.0.0.2:5410\"]\n",
       "f:1:1: error: this looks like a node.toml (it has 'name', 'listen', 'seed'), where a cluster.toml is expected; "
       "name "
       "the file with [cluster], [node.NAME], [resource.NAME]; conf/examples has one\n"},
      {"a few keys of a node.toml: they were misplaced", with_rest("[seed.n2]\n[data]\n"),
       "f:1:2: error: seed: unknown key; known here: cluster, node, resource, group, location, colocation, order, "
       "fence\n"
       "f:2:2: error: data: unknown key; known here: cluster, node, resource, group, location, colocation, order, "
       "fence\n"},
      {"unknown keys at every depth",
       with_rest("[resource.a]\nagnet = \"ocf:heartbeat:Dummy\"\nmonitor = { intervall = \"1s\" }\n[resorce.b]\n"),
       "f:1:1: error: resource.a.agent: missing; name it: agent = \"ocf:heartbeat:IPaddr2\"\n"
       "f:2:1: error: resource.a.agnet: unknown key; did you mean 'agent'?\n"
       "f:3:11: error: resource.a.monitor.interval: missing; how often: interval = \"10s\"\n"
       "f:3:13: error: resource.a.monitor.intervall: unknown key; did you mean 'interval'?\n"
       "f:4:2: error: resorce: unknown key; did you mean 'resource'?\n"},
      {"wrong kinds",
       with_rest(dummy("a", "managed = \"yes\"\nstart = \"60s\"\npriority = 1.5\nclone = true\nparams = "
                            "[1]\nstickiness = 1979-05-27\n")),
       "f:4:11: error: resource.a.managed: must be true or false, is a string; write true or false, without quotes\n"
       "f:5:9: error: resource.a.start: must be a table, is a string; write { key = value } or a [table] of its own\n"
       "f:6:12: error: resource.a.priority: must be an integer, is a number; a whole number from -1000000 to 1000000\n"
       "f:7:9: error: resource.a.clone: must be a table, is true or false; write { key = value } or a [table] of its "
       "own\n"
       "f:8:10: error: resource.a.params: must be a table, is a list; write { name = value, ... }\n"
       "f:9:14: error: resource.a.stickiness: must be an integer, is a date or time; a whole number from -1000000 to "
       "1000000\n"},
      {"tables in the wrong brackets",
       "group = 5\norder = { first = \"a\" }\n[[resource]]\nagent = \"x\"\n" + head + nodes + device,
       "f:1:9: error: group: must be tables by name, is an integer; write [group.NAME]\n"
       "f:2:9: error: order: must be a list of tables, is a table; write [[order]]\n"
       "f:3:1: error: resource: must be tables by name, is a list; write [resource.NAME]\n"},
      {"names", with_rest(dummy("\"a b\"") + dummy(std::string(64, 'x'))),
       "f:1:11: error: resource.\"a b\": not a name: letters, digits, '.', '_' and '-', the first a letter or digit; "
       "rename it\n"
       "f:4:11: error: resource." +
           std::string(64, 'x') + ": a name of 64 bytes, at most 63; rename it\n"},
  };
  check(table);
}

TEST_CASE("words of Pacemaker's: ours instead, or that it is not carried out") {
  const bad_file table[] = {
      {"of the cluster",
       "[cluster]\nname = \"c\"\nno-quorum-policy = \"freeze\"\nstonith_enabled = false\nsymmetric-cluster = false\n" +
           nodes + device,
       "f:3:1: error: cluster.no-quorum-policy: a word of Pacemaker's; here: no-quorum = \"stop\" or \"freeze\" in "
       "[cluster]\n"
       "f:4:1: error: cluster.stonith_enabled: a word of Pacemaker's; here: a [fence.NAME] for each fence device, or "
       "fencing = \"off\" in [cluster]\n"
       "f:5:1: error: cluster.symmetric-cluster: not carried out by this version; remove it: a node is allowed unless "
       "a "
       "[[location]] with score = \"-infinity\" forbids it\n"},
      {"of a resource",
       with_rest(dummy("a", "target-role = \"Stopped\"\nresource-stickiness = 1\nstart = { on-fail = \"block\" "
                            "}\nclone = { promoted-max = 1, interleave = true }\n"
                            "interleave = true\n")),
       "f:4:1: error: resource.a.target-role: a word of Pacemaker's; here: target = \"started\", \"stopped\" or "
       "\"promoted\" in [resource.NAME]\n"
       "f:5:1: error: resource.a.resource-stickiness: a word of Pacemaker's; here: stickiness in [resource.NAME], or "
       "for "
       "all in [cluster]\n"
       "f:6:11: error: resource.a.start.on-fail: not carried out by this version; remove it: what fails is stopped "
       "and started again, elsewhere after failure-threshold; where a stop fails the node is fenced\n"
       "f:7:11: error: resource.a.clone.promoted-max: a word of Pacemaker's; here: promotable = { max = N }\n"
       "f:8:1: error: resource.a.interleave: a word of Pacemaker's; here: clone = { interleave = true }\n"},
      {"of rules, and whole tables",
       with_rest("[[colocation]]\nresource = \"a\"\nwith-rsc = \"b\"\n[[ticket]]\nid = 1\n[template.t]\n[tag]\n") +
           dummy("a") + dummy("b") + "[resource.b.meta]\n",
       "f:1:1: error: colocation[0].with: missing; with which one: with = \"db\" or { promoted = \"db\" }\n"
       "f:3:1: error: colocation[0].with-rsc: a word of Pacemaker's; here: with = \"NAME\" in [[colocation]]\n"
       "f:4:3: error: ticket: not carried out by this version; remove it: what one of several clusters may run is not "
       "decided here\n"
       "f:6:2: error: template: not carried out by this version; remove it: write each resource out\n"
       "f:7:2: error: tag: not carried out by this version; remove it: name each resource where it is meant\n"
       "f:28:13: error: resource.b.meta: a word of Pacemaker's; here: target, managed, priority, stickiness and the "
       "like stand in [resource.NAME] itself\n"},
  };
  check(table);
}

TEST_CASE("values: ranges, units, choices") {
  const bad_file table[] = {
      {"the cluster's own",
       "[cluster]\nname = \"\"\ntolerate = \"10ms\"\nrestart-grace = 5\nno-quorum = \"stpo\"\nfencing = "
       "\"on\"\nstickiness = \"inf\"\n" +
           nodes + device,
       "f:2:8: error: cluster.name: a name is empty; rename it\n"
       "f:3:12: error: cluster.tolerate: 10ms is out of range; from 200ms to 1m\n"
       "f:4:17: error: cluster.restart-grace: must be a string, is an integer; write a time with its unit, such as "
       "\"10s\"\n"
       "f:5:13: error: cluster.no-quorum: 'stpo' is none of its values; did you mean 'stop'?\n"
       "f:6:11: error: cluster.fencing: 'on' is none of its values; one of: off\n"
       "f:7:14: error: cluster.stickiness: 'inf' is no score; write a number from -1000000 to 1000000, \"infinity\" or "
       "\"-infinity\"\n"},
      {"times and numbers",
       with_rest("[resource.a]\nagent = \"ocf:heartbeat:Dummy\"\nmonitor = { interval = \"20x\", timeout = \"0s\", "
                 "tolerate-failures = -1 }\npriority = 99999999999\nfailure-timeout = \"0s\"\n"),
       "f:3:24: error: resource.a.monitor.interval: not a time; write a whole number and ms, s, m or h, such as "
       "\"500ms\", \"10s\" or \"2m\"\n"
       "f:3:41: error: resource.a.monitor.timeout: 0s is out of range; from 100ms to 24h\n"
       "f:3:67: error: resource.a.monitor.tolerate-failures: -1 is out of range; a whole number from 0 to 1000\n"
       "f:4:12: error: resource.a.priority: 99999999999 is out of range; a whole number from -1000000 to 1000000\n"
       "f:5:19: error: resource.a.failure-timeout: 0s is out of range; from 1s to 168h\n"},
      {"parameters",
       with_rest(
           dummy("a", "params = { a = 1.5, b = [1], c = { secret = \"x\" }, \"d e\" = \"f\", g = \"\\u0000\" }\n")),
       "f:4:16: error: resource.a.params.a: must be a string, an integer, true or false, is a number; write the text "
       "that the agent expects, in quotes\n"
       "f:4:25: error: resource.a.params.b: must be a string, an integer, true or false, is a list; write the text "
       "that the agent expects, in quotes\n"
       "f:4:34: error: resource.a.params.c: secrets are not carried by this version; name a file or script that the "
       "agent reads itself\n"
       "f:4:52: error: resource.a.params.\"d e\": not a name: letters, digits, '.', '_' and '-', the first a letter or "
       "digit; rename it\n"
       "f:4:69: error: resource.a.params.g: contains a NUL character; remove \\u0000\n"},
      {"a huge parameter", with_rest(dummy("a", "params = { a = \"" + std::string(65537, 'x') + "\" }\n")),
       "f:4:16: error: resource.a.params.a: 65537 bytes; at most 65536 are possible\n"},
      {"agents", with_rest("[resource.a]\nagent = \"ocf:../../bin/sh\"\nmonitor = []\naccepts = [\"watchdog\"]\n"),
       "f:2:9: error: resource.a.agent: not an agent; write STANDARD:PROVIDER:TYPE, such as \"ocf:heartbeat:IPaddr2\"\n"
       "f:3:11: error: resource.a.monitor: is empty; from 1 to 16 are possible\n"
       "f:4:12: error: resource.a.accepts[0]: 'watchdog' is none of its values; one of: power, reboot, operator, "
       "assumed\n"},
  };
  check(table);
}

TEST_CASE("what this version does not carry out is refused by name") {
  const bad_file table[] = {
      {"many on a node, promoted or not; another standard",
       with_rest("[resource.a]\nagent = \"systemd:keystone\"\nmonitor = { interval = \"10s\" }\nclone = { "
                 "node-max = 2 }\npromotable = { node-max = 2 }\n"),
       "f:2:1: error: resource.a.agent: agents of the standard 'systemd' are not run by this version; it runs: ocf\n"
       "f:4:11: error: resource.a.clone.node-max: more than one instance on a node; this version does not carry it "
       "out; remove it\n"
       "f:5:16: error: resource.a.promotable.node-max: more than one promoted instance on a node; this version does not "
       "carry it out; remove it\n"},
  };
  check(table);
}

TEST_CASE("nodes and voters") {
  auto node = [](const std::string& name, int n, const std::string& more = {}) {
    auto key = key1;
    key[20] = static_cast<char>('A' + n);
    return "[node." + name + "]\nkey = \"" + key + "\"\naddresses = [\"10.0.1." + std::to_string(n) + ":1\"]\n" + more;
  };
  auto fenced = [](const std::string& targets) {
    return head + "[fence.f]\nagent = \"fence_x\"\ntargets = [" + targets + "]\n";
  };
  std::string eight;
  for (int i = 0; i < 8; ++i) eight += node("v" + std::to_string(i), i, "voter = true\n");
  const bad_file table[] = {
      {"one key, one address, for two; a wildcard",
       "[node.n4]\nkey = \"" + key1 + "\"\naddresses = [\"10.0.0.1:5410\", \"[::]:5410\"]\nvoter = false\n" + head +
           nodes + "[fence.f]\nagent = \"fence_x\"\ntargets = [\"n1\", \"n2\", \"n3\", \"n4\"]\n",
       "f:2:1: error: node.n4.key: the key of node 'n1' again; each node has a key of its own: `troupe keygen`\n"
       "f:3:14: error: node.n4.addresses[0]: 10.0.0.1:5410 is an address of node 'n1' already; each address is named "
       "once\n"
       "f:3:31: error: node.n4.addresses[1]: nobody can be reached at a wildcard address; write the address that the "
       "others see\n"},
      {"two nodes: one vote", node("a", 1) + node("b", 2) + fenced("\"a\", \"b\""),
       "f:1:2: warning: node: one voter (a): its loss stops the cluster; let three nodes vote; a small third node is "
       "enough\n"},
      {"two votes", node("a", 1, "voter = true\n") + node("b", 2, "voter = true\n") + fenced("\"a\", \"b\""),
       "f:1:2: warning: node: two voters (a, b): the loss of either stops the cluster, as one voter's would; give a "
       "third node a vote\n"},
      {"an even number",
       node("a", 1, "voter = true\n") + node("b", 2, "voter = true\n") + node("c", 3, "voter = true\n") +
           node("d", 4, "voter = true\n") + fenced("\"a\", \"b\", \"c\", \"d\""),
       "f:1:2: warning: node: 4 voters (a, b, c, d) bear the loss of 1, as 3 would; make their number odd\n"},
      {"too many", eight + fenced("\"v0\", \"v1\", \"v2\", \"v3\", \"v4\", \"v5\", \"v6\", \"v7\""),
       "f:1:2: error: node: 8 voters: v0, v1, v2, v3, v4, v5, v6, v7; at most 7; the others follow the log without a "
       "vote\n"},
      {"none", node("a", 1, "voter = false\n") + fenced("\"a\""),
       "f:1:2: error: node: no node may vote; remove voter = false from an odd number of nodes, three for example\n"},
  };
  check(table);
}

TEST_CASE("resources and groups") {
  const bad_file table[] = {
      {"no monitor; two at one interval; a role that it cannot have; no promotion",
       with_rest(
           "[resource.a]\nagent = \"ocf:heartbeat:Dummy\"\n[resource.b]\nagent = \"ocf:heartbeat:Dummy\"\nmonitor = [{ "
           "interval = \"1s\" }, { interval = \"1000ms\" }]\ntarget = \"promoted\"\n"),
       "f:1:11: warning: resource.a.monitor: no monitor: nobody would notice that it fails; add monitor = { interval = "
       "\"10s\" }\n"
       "f:5:33: error: resource.b.monitor[1]: another monitor has the interval 1s too; agents tell monitors by their "
       "interval: choose another one\n"
       "f:6:1: error: resource.b.target: only a promotable resource can be promoted; write \"started\", or add "
       "promotable = {}\n"},
      {"members",
       with_rest(dummy("a") + dummy("c", "clone = {}\n") +
                 "[group.g]\nmembers = [\"a\", \"c\", \"aa\", \"a\"]\n[group.h]\nmembers = [\"a\", "
                 "\"g\"]\n[group.i]\nmembers = []\n"),
       "f:9:17: error: group.g.members[1]: 'c' is a clone; members run once; remove its clone, or clone the group: "
       "[group.g] clone = {}\n"
       "f:9:22: error: group.g.members[2]: no resource or group 'aa'; did you mean 'a'?\n"
       "f:9:28: error: group.g.members[3]: 'a' is a member of group 'g' already; a resource is in one group, once\n"
       "f:11:12: error: group.h.members[0]: 'a' is a member of group 'g' already; a resource is in one group, once\n"
       "f:11:17: error: group.h.members[1]: 'g' is a group; list its members instead: groups do not nest\n"
       "f:13:11: error: group.i.members: is empty; from 1 to 20000 are possible\n"},
      {"one name for two", with_rest(dummy("a") + dummy("b") + "[group.a]\nmembers = [\"b\"]\n"),
       "f:7:8: error: group.a: a resource has this name too; rename one: constraints name both kinds\n"},
      {"a node's name", with_rest(dummy("n1") + "[group.n2]\nmembers = [\"n1\"]\n"),
       "f:1:11: warning: resource.n1: a node has this name too: `troupe maintenance` and `troupe why` will mean this "
       "one; rename it\n"
       "f:4:8: warning: group.n2: a node has this name too: `troupe maintenance` and `troupe why` will mean this one; "
       "rename it\n"},
  };
  check(table);
}

TEST_CASE("references and doubles in constraints") {
  const bad_file table[] = {
      {"what is not there",
       with_rest(dummy("vip") +
                 "[[location]]\nresource = \"vpi\"\nnode = \"m1\"\nscore = 5\n[[order]]\nfirst = \"vip\"\nthen = { "
                 "start = \"web\" }\n[[colocation]]\nresource = \"vip\"\nwith = { promted = \"x\" }\n"),
       "f:5:1: error: location[0].resource: no resource or group 'vpi'; did you mean 'vip'?\n"
       "f:6:1: error: location[0].node: no node 'm1'; did you mean 'n1'?\n"
       "f:10:1: error: order[0].then: no resource or group 'web'; there are: vip\n"
       "f:13:8: error: colocation[0].with: names nothing; write \"NAME\" or { started = \"NAME\" }\n"
       "f:13:10: error: colocation[0].with.promted: unknown key; did you mean 'promoted'?\n"},
      {"what is missing", with_rest("[[order]]\n[[location]]\n[[colocation]]\n"),
       "f:1:1: error: order[0].first: missing; what comes first: first = \"db\" or { promote = \"db\" }\n"
       "f:1:1: error: order[0].then: missing; what comes then: then = \"web\"\n"
       "f:2:1: error: location[0].resource: missing; which resource or group\n"
       "f:2:1: error: location[0].node: missing; which node\n"
       "f:2:1: error: location[0].score: missing; how much it is wanted there: a number, \"infinity\" or "
       "\"-infinity\"\n"
       "f:3:1: error: colocation[0].resource: missing; which resource or group goes where the other is\n"
       "f:3:1: error: colocation[0].with: missing; with which one: with = \"db\" or { promoted = \"db\" }\n"},
      {"itself, and twice",
       with_rest(dummy("a") + dummy("b") +
                 "[[order]]\nfirst = \"a\"\nthen = \"a\"\n[[order]]\nfirst = \"a\"\nthen = \"b\"\n[[order]]\nfirst = "
                 "\"a\"\nthen = \"b\"\nkind = \"optional\"\n[[colocation]]\nresource = \"a\"\nwith = \"a\"\n"
                 "[[location]]\nresource = \"a\"\nnode = \"n1\"\nscore = 1\n[[location]]\nresource = \"a\"\nnode = "
                 "\"n1\"\nscore = 2\n"),
       "f:9:1: error: order[0].then: 'a' after itself; name another one\n"
       "f:13:1: error: order[2]: another order puts 'a' before 'b' already; keep one of them\n"
       "f:19:1: error: colocation[0].with: 'a' with itself; name another one\n"
       "f:24:1: error: location[1]: another location has a score for 'a' on 'n1' already; keep one of them\n"},
      {"promotions of what is not promotable",
       with_rest(dummy("a") + dummy("b") +
                 "[[order]]\nfirst = { promote = \"a\" }\nthen = { start = \"b\", stop = \"b\" "
                 "}\n[[colocation]]\nresource = \"a\"\nwith = { promoted = \"b\" }\n"),
       "f:8:1: error: order[0].first: 'a' is not promotable; name it alone, or add promotable = {} to it\n"
       "f:9:8: error: order[0].then: names more than one; write \"NAME\" or { start = \"NAME\" }\n"
       "f:12:1: error: colocation[0].with: 'b' is not promotable; name it alone, or add promotable = {} to it\n"},
  };
  check(table);
}

std::string orders(std::initializer_list<std::pair<const char*, const char*>> pairs, const std::string& more = {}) {
  std::string out;
  for (auto [first, then] : pairs) out += std::string("[[order]]\nfirst = ") + first + "\nthen = " + then + "\n" + more;
  return out;
}

TEST_CASE("orders in a circle, through groups, promotions and stops, also optional ones") {
  auto abc = dummy("a") + dummy("b") + dummy("c");
  auto p = dummy("p", "promotable = {}\n");
  const bad_file table[] = {
      {"none", orders({{"\"a\"", "\"b\""}, {"\"b\"", "\"c\""}, {"\"a\"", "\"c\""}}) + with_rest(abc), ""},
      {"three", orders({{"\"a\"", "\"b\""}, {"\"b\"", "\"c\""}, {"\"c\"", "\"a\""}}) + with_rest(abc),
       "f:7:1: error: order[2]: orders run in a circle: a -> b -> c -> a; remove one of them\n"},
      {"optional ones", orders({{"\"a\"", "\"b\""}, {"\"b\"", "\"a\""}}, "kind = \"optional\"\n") + with_rest(abc),
       "f:5:1: error: order[1]: orders run in a circle: a -> b -> a; remove one of them\n"},
      {"against a group's own order", orders({{"\"b\"", "\"a\""}}) + with_rest(abc + g_of_a_b),
       "f:1:1: error: order[0]: orders run in a circle: a -> b -> a; remove one of them\n"},
      {"after a group, before its member", orders({{"\"g\"", "\"c\""}, {"\"c\"", "\"a\""}}) + with_rest(abc + g_of_a_b),
       "f:4:1: error: order[1]: orders run in a circle: a -> b -> g -> c -> a; remove one of them\n"},
      {"a start before a promotion is no circle",
       orders({{"\"p\"", "\"a\""}, {"\"a\"", "{ promote = \"p\" }"}}) + with_rest(abc + p), ""},
      {"a start after a promotion, the start before it",
       orders({{"{ promote = \"p\" }", "\"a\""}, {"\"a\"", "\"p\""}}) + with_rest(abc + p),
       "f:4:1: error: order[1]: orders run in a circle: a -> p -> a; remove one of them\n"},
      {"a stop and a start",
       orders({{"{ start = \"a\" }", "{ stop = \"b\" }"}, {"{ stop = \"b\" }", "{ start = \"a\" }"}}) + with_rest(abc),
       "f:4:1: error: order[1]: orders run in a circle: a -> b -> a; remove one of them\n"},
  };
  check(table, promoting);
}

TEST_CASE("a circle of all resources is found without deep recursion, and told in short") {
  std::string text;
  constexpr int n = 20'000;
  for (int i = 0; i < n; ++i)
    text += "[[order]]\nfirst = \"r" + std::to_string(i) + "\"\nthen = \"r" + std::to_string((i + 1) % n) + "\"\n" +
            dummy("r" + std::to_string(i));
  CHECK(faults(with_rest(text)) == "f:119995:1: error: order[19999]: orders run in a circle: r0 -> r1 -> r2 -> r3 -> "
                                   "r4 -> r5 -> r6 -> r7 -> r8 -> r9 -> r10 -> "
                                   "r11 -> 19988 more -> r0; remove one of them\n");
}

std::string together(const char* what, const char* with, const char* score = "\"infinity\"") {
  return std::string("[[colocation]]\nresource = \"") + what + "\"\nwith = \"" + with + "\"\nscore = " + score + "\n";
}
std::string never_on(const char* what, const char* node) {
  return std::string("[[location]]\nresource = \"") + what + "\"\nnode = \"" + node + "\"\nscore = \"-infinity\"\n";
}

TEST_CASE("colocations that contradict each other or leave no node") {
  auto abc = dummy("a") + dummy("b") + dummy("c") + dummy("k", "clone = {}\n");
  auto apart = [](const char* line, const char* index, const char* what, const char* with) {
    return std::string("f:") + line + ":1: error: colocation[" + index + "]: '" + what + "' must not be with '" + with +
           "', but other rules put them together; remove this one, or the colocation or group that joins them\n";
  };
  const bad_file table[] = {
      {"through a third",
       together("a", "b") + together("c", "b") + together("a", "c", "\"-infinity\"") + with_rest(abc),
       apart("9", "2", "a", "c")},
      {"members of a group", together("a", "b", "\"-infinity\"") + with_rest(abc + g_of_a_b),
       apart("1", "0", "a", "b")},
      {"a group and its member's companion",
       together("c", "b") + together("c", "g", "\"-infinity\"") + with_rest(abc + g_of_a_b), apart("5", "1", "c", "g")},
      {"scores are wishes", together("a", "b", "1000") + together("b", "a", "\"-infinity\"") + with_rest(abc), ""},
      {"with one instance of a clone each",
       together("a", "k") + together("b", "k") + together("a", "b", "\"-infinity\"") + with_rest(abc), ""},
      {"no node is left for one", never_on("a", "n1") + never_on("a", "n2") + never_on("a", "n3") + with_rest(abc),
       "f:9:1: error: location[2]: no node is left for 'a' and what must be with it; allow one node at least\n"},
      {"no node is left for two together",
       never_on("a", "n1") + never_on("b", "n2") + never_on("g", "n3") + with_rest(abc + g_of_a_b),
       "f:9:1: error: location[2]: no node is left for 'g' and what must be with it; allow one node at least\n"},
      {"two of three", never_on("a", "n1") + never_on("a", "n2") + never_on("b", "n3") + with_rest(abc), ""},
  };
  check(table);
}

TEST_CASE("fencing: devices, none, off") {
  const bad_file table[] = {
      {"a device's faults",
       "[fence.f]\nagent = \"ipmilan\"\ntargets = [\"n1\", \"n1\", \"n9\"]\nplugs = { n2 = \"2\" }\ntimeout = "
       "\"2m\"\nlevel = 0\n" +
           head + nodes,
       "f:1:8: error: fence.f.budget: 1m for a whole attempt, 2m for one call of it; give the attempt as long as one "
       "call at least\n"
       "f:2:9: error: fence.f.agent: not a fence agent; name a program of /usr/sbin, such as \"fence_ipmilan\"\n"
       "f:3:1: error: fence.f.targets: node 'n1' twice; name each node once\n"
       "f:3:1: error: fence.f.targets: no node 'n9'; did you mean 'n1'?\n"
       "f:4:11: error: fence.f.plugs.n2: node 'n2' is no target of this device; add it to targets, or remove it here\n"

       "f:6:9: error: fence.f.level: 0 is out of range; a whole number from 1 to 9\n"
       "f:12:7: warning: node.n2: no device fences it: after its loss, what ran there stays down until an operator "
       "says that it is dead; add it to the targets of a [fence.NAME]\n"
       "f:15:7: warning: node.n3: no device fences it: after its loss, what ran there stays down until an operator "
       "says that it is dead; add it to the targets of a [fence.NAME]\n"},
      {"a node without a device", "[fence.f]\nagent = \"fence_x\"\ntargets = [\"n1\", \"n2\"]\n" + head + nodes,
       "f:12:7: warning: node.n3: no device fences it: after its loss, what ran there stays down until an operator "
       "says that it is dead; add it to the targets of a [fence.NAME]\n"},
      {"none at all", head + nodes,
       "f:1:1: warning: fence: NO FENCING: after the loss of a node, what ran there stays down until an operator says "
       "that the node is dead; add [fence.NAME], or accept the price of [cluster] fencing = \"off\"\n"},
      {"off", "[cluster]\nname = \"c\"\nfencing = \"off\"\n" + nodes,
       "f:3:1: warning: cluster.fencing: FENCING IS OFF: a lost node is assumed dead; if it is only cut off, what runs "
       "there runs twice, and its data may be lost; configure a device: [fence.NAME]\n"},
      {"off, with a device", "[cluster]\nname = \"c\"\nfencing = \"off\"\n" + nodes + device,
       "f:3:1: error: cluster.fencing: fencing is off, but devices are configured; remove it, or the devices\n"
       "f:3:1: warning: cluster.fencing: FENCING IS OFF: a lost node is assumed dead; if it is only cut off, what runs "
       "there runs twice, and its data may be lost; configure a device: [fence.NAME]\n"},
      {"proofs that the policy does not give", dummy("a", "accepts = [\"assumed\"]\n") + with_rest(""),
       "f:4:1: error: resource.a.accepts: 'assumed' is a proof only where fencing is off; remove it; nobody assumes a "
       "death while devices or operators prove it\n"},
      {"proofs that off does not give",
       dummy("a", "accepts = [\"power\"]\n") + "[cluster]\nname = \"c\"\nfencing = \"off\"\n" + nodes,
       "f:4:1: warning: resource.a.accepts: does not accept 'assumed', and fencing is off: after the loss of its node "
       "it waits for an operator; add \"assumed\", or configure a device\n"
       "f:7:1: warning: cluster.fencing: FENCING IS OFF: a lost node is assumed dead; if it is only cut off, what runs "
       "there runs twice, and its data may be lost; configure a device: [fence.NAME]\n"},
  };
  check(table);
}

} // namespace troupe::conf::cluster_faults_test
