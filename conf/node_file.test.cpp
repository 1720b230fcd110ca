#include "conf/node_file.hpp"

#include "conf/check.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::node_file_test {

const std::string key2 = "key = \"troupe-ed25519:ZXhhbXBsZS1rZXktb2Ytbm9kZS1uMi1ub3QtcmVhbCE=\"\n";
const std::string key3 = "key = \"troupe-ed25519:ZXhhbXBsZS1rZXktb2Ytbm9kZS1uMy1ub3QtcmVhbCE=\"\n";
const std::string least = "name = \"n1\"\nlisten = [\"10.0.0.1:5410\"]\n";
const std::string seed2 = "[seed.n2]\naddresses = [\"10.0.0.2:5410\"]\n" + key2;

std::string faults(const std::string& text) {
  diagnostics d;
  auto read = parse_node_file(text, d);
  CHECK(read.has_value() == d.good());
  return d.text("f");
}

TEST_CASE("node.toml: the least one has every default; a full one has what it says") {
  diagnostics d;
  auto n = parse_node_file(least, d);
  REQUIRE(n);
  CHECK(*n == node_file{node_name("n1"),
                        {{"10.0.0.1", 5410}},
                        "/etc/troupe/identity.key",
                        "/etc/machine-id",
                        "/var/lib/troupe",
                        "/run/troupe/control.sock",
                        {"/usr/lib/ocf/resource.d"},
                        "",
                        {"/usr/sbin"},
                        "",
                        {}});
  auto full = parse_node_file(
      least +
          "identity = \"/i\"\nmachine-id = \"/m\"\ndata = \"/d\"\ncontrol = \"/c\"\n"
          "resource-agents = [\"/a\", \"/b\"]\nagent-commands = \"/e\"\nfence-agents = [\"/f\"]\ncgroup = \"/g\"\n[seed.n3]\naddresses = "
          "[\"[::1]:3\", \"10.0.0.3:3\"]\n" +
          key3 + seed2,
      d);
  REQUIRE(full);
  CHECK(full->identity + full->machine_id + full->data + full->control + full->agent_commands + full->cgroup == "/i/m/d/c/e/g");
  CHECK(full->resource_agents == std::vector<std::string>{"/a", "/b"});
  CHECK(full->fence_agents == std::vector<std::string>{"/f"});
  REQUIRE(full->seeds.size() == 2);
  CHECK(full->seeds[0].name == node_name("n2")); // by name
  CHECK(full->seeds[1].addresses == std::vector<config::address>{{"::1", 3}, {"10.0.0.3", 3}});
  CHECK(full->seeds[1].key.bytes[21] == std::byte{'3'});
}

struct bad_file {
  const char* what;
  std::string text;
  std::string told;
};

TEST_CASE("node.toml: what is wrong, where, and the way out") {
  const bad_file table[] = {
      {"no seed is a warning", least,
       "f:1:1: warning: seed: no seed: this node can be reached, but finds no cluster by itself; name one other node "
       "at least as "
       "[seed.NAME]\n"},
      {"what is required", seed2,
       "f:1:1: error: name: missing; name this node as cluster.toml does\n"
       "f:1:1: error: listen: missing; where to listen: [\"10.0.0.1:5410\"]\n"},
      {"unknown keys, all at once", least + "idenity = \"/x\"\ncolour = 1\n" + seed2 + "adresses = 1\n",
       "f:3:1: error: idenity: unknown key; did you mean 'identity'?\n"
       "f:4:1: error: colour: unknown key; known here: name, listen, identity, machine-id, data, control, "
       "resource-agents, agent-commands, fence-agents, cgroup, seed\n"
       "f:8:1: error: seed.n2.adresses: unknown key; did you mean 'addresses'?\n"},
      {"wrong kinds", "name = 1\nlisten = \"10.0.0.1:5410\"\ndata = true\nseed = []\n",
       "f:1:1: warning: seed: no seed: this node can be reached, but finds no cluster by itself; name one other node "
       "at least as "
       "[seed.NAME]\n"
       "f:1:8: error: name: must be a string, is an integer; put it in quotes\n"
       "f:2:10: error: listen: must be a list, is a string; write [ ... ]\n"
       "f:3:8: error: data: must be a string, is true or false; put it in quotes\n"
       "f:4:8: error: seed: must be tables by name, is a list; write [seed.NAME]\n"},
      {"values out of their range",
       "name = \"a b\"\nlisten = [\"10.0.0.1\", \"10.0.0.1:99999\"]\nidentity = \"key\"\ndata = \"\"\ncontrol = \"/" +
           std::string(107, 'c') + "\"\n" + seed2,
       "f:1:8: error: name: not a name: letters, digits, '.', '_' and '-', the first a letter or digit; rename it\n"
       "f:2:11: error: listen[0]: not an address; write a literal address and a port: \"10.0.0.1:5410\" or "
       "\"[fd00::1]:5410\"\n"
       "f:2:23: error: listen[1]: not an address; the port is a number from 1 to 65535\n"
       "f:3:12: error: identity: not an absolute path; begin it with '/': the daemon has no folder of its own to start "
       "from\n"
       "f:4:8: error: data: not an absolute path; begin it with '/': the daemon has no folder of its own to start "
       "from\n"
       "f:5:1: error: control: 108 bytes; at most 107 fit a socket's address\n"},
      {"lists too short and too long, an address twice",
       "name = \"n1\"\nlisten = [\"10.0.0.1:1\", \"10.0.0.1:1\"]\n[seed.a]\naddresses = []\n" + key2 +
           "[seed.b]\naddresses = "
           "[\"1.1.1.1:1\", \"1.1.1.1:2\", \"1.1.1.1:3\", \"1.1.1.1:4\", \"1.1.1.1:5\", \"1.1.1.1:6\", \"1.1.1.1:7\", "
           "\"1.1.1.1:8\", "
           "\"1.1.1.1:9\"]\n" +
           key3,
       "f:2:1: error: listen: 10.0.0.1:1 twice; name each address once\n"
       "f:4:13: error: seed.a.addresses: is empty; from 1 to 8 are possible\n"
       "f:7:13: error: seed.b.addresses: 9 of them; from 1 to 8 are possible\n"},
      {"seeds: a copy that was not finished, an address that nobody reaches, a wrong key",
       least + seed2 + "[seed.n3]\naddresses = [\"10.0.0.2:5410\", \"0.0.0.0:5410\"]\n" + key2 +
           "[seed.n4]\naddresses = [\"10.0.0.4:5410\"]\nkey = \"ssh-ed25519:AAAA\"\n",
       "f:7:1: error: seed.n3.addresses: 10.0.0.2:5410 is an address of seed 'n2' too; each address is named once\n"
       "f:7:31: error: seed.n3.addresses[1]: nobody can be reached at a wildcard address; write the address that the "
       "others see\n"
       "f:8:1: error: seed.n3.key: the key of seed 'n2' again; each node has a key of its own\n"
       "f:11:7: error: seed.n4.key: not a public key; `troupe keygen` prints it: troupe-ed25519: and 44 characters\n"},
  };
  for (const auto& row : table) CHECK_MESSAGE(faults(row.text) == row.told, row.what);
}

TEST_CASE("which file it is, is seen by its keys, also by misspelt ones") {
  auto kind = [](std::string_view text) { return check_text(text, std::nullopt).kind; };
  CHECK(kind(least) == file_kind::node);
  CHECK(kind("lisen = 1\n") == file_kind::node);
  CHECK(kind("[cluster]\n") == file_kind::cluster);
  CHECK(kind("[cluser]\n[resource.x]\n") == file_kind::cluster);
  CHECK(kind("name = 1\n[cluster]\n") == std::nullopt);
  CHECK(kind("") == std::nullopt);
  CHECK(kind("not toml") == std::nullopt);
  CHECK(check_text("", file_kind::node).found.errors() == 2);
  CHECK(check_text("", std::nullopt).found.text("f") == "f:1:1: error: neither a node.toml (name, listen, ...) nor a "
                                                        "cluster.toml ([cluster], [node.NAME], ...); say which one is "
                                                        "meant: --as node or --as cluster\n");
}

} // namespace troupe::conf::node_file_test
