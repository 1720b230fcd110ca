#include "conf/node_file.hpp"

#include "conf/reader.hpp"
#include "conf/units.hpp"

#include <algorithm>
#include <map>

namespace troupe::conf {

static seed read_seed(const std::string& name, const slot& s) {
  table_reader in(s);
  seed out;
  out.name = node_name(name);
  in.require("addresses", out.addresses, as_list(as_address(), 1, config::max_addresses),
             "where it listens: [\"10.0.0.2:5410\"]");
  in.require("key", out.key, as_public_key(), "its public key, as `troupe keygen` printed it there");
  in.finish();
  for (std::size_t i = 0; i < out.addresses.size(); ++i)
    if (is_wildcard(out.addresses[i]))
      s.out.error(place_of(s.held, key_path{"addresses"}[i]), (s.key / "addresses")[i],
                  "nobody can be reached at a wildcard address", "write the address that the others see");
  return out;
}

// Two seeds with one key, or one address: a copy that was not finished.
static void check_seeds(const node_file& n, const value& root, diagnostics& out) {
  std::map<public_key, std::string> keys;
  std::map<config::address, std::string> addresses;
  for (const auto& s : n.seeds) {
    key_path at{"seed", s.name.text};
    bool has_key = s.key != public_key{};
    if (auto [other, fresh] = keys.emplace(s.key, s.name.text); !fresh && has_key)
      out.error(place_of(root, at / "key"), at / "key", "the key of seed '" + other->second + "' again",
                "each node has a key of its own");
    for (const auto& a : s.addresses)
      if (auto [other, fresh] = addresses.emplace(a, s.name.text); !fresh)
        out.error(place_of(root, at / "addresses"), at / "addresses",
                  text_of(a) + " is an address of seed '" + other->second + "' too", "each address is named once");
  }
  if (n.seeds.empty())
    out.add({1, 1}, {severity::warning,
                     {"seed"},
                     "no seed: this node can be reached, but finds no cluster by itself",
                     "name one other node at least as [seed.NAME]"});
}

node_file read_node_tree(const value& root, diagnostics& out) {
  table_reader in(root, {}, out);
  node_file n;
  in.require("name", n.name, as_name<node_name>(), "name this node as cluster.toml does");
  in.require("listen", n.listen, as_list(as_address(), 1, config::max_addresses),
             "where to listen: [\"10.0.0.1:5410\"]");
  in.read("identity", n.identity, as_path());
  in.read("machine-id", n.machine_id, as_path());
  in.read("data", n.data, as_path());
  in.read("control", n.control, as_path());
  in.read("resource-agents", n.resource_agents, as_list(as_path(), 1, max_agent_folders));
  in.read("agent-commands", n.agent_commands, as_path());
  in.read("fence-agents", n.fence_agents, as_list(as_path(), 1, max_agent_folders));
  in.read("cgroup", n.cgroup, as_path());
  in.named("seed", max_seeds, [&](const std::string& name, const slot& s) { n.seeds.push_back(read_seed(name, s)); });
  in.finish();
  std::sort(n.seeds.begin(), n.seeds.end(), [](const seed& a, const seed& b) { return a.name < b.name; });

  if (n.control.size() > max_control_path)
    out.error(place_of(root, {"control"}), {"control"}, std::to_string(n.control.size()) + " bytes",
              "at most " + std::to_string(max_control_path) + " fit a socket's address");
  auto sorted = n.listen;
  std::sort(sorted.begin(), sorted.end());
  if (auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    out.error(place_of(root, {"listen"}), {"listen"}, text_of(*twice) + " twice", "name each address once");
  check_seeds(n, root, out);
  return n;
}

std::optional<node_file> parse_node_file(std::string_view text, diagnostics& out) {
  auto root = parse(text, out);
  if (!root) return std::nullopt;
  auto n = read_node_tree(*root, out);
  return out.good() ? std::optional(std::move(n)) : std::nullopt;
}

} // namespace troupe::conf
