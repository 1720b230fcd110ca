#include "conf/cluster_file.hpp"

#include "conf/file_kind.hpp"

#include <algorithm>

namespace troupe::conf {

using namespace std::chrono_literals;

static void read_cluster_table(const slot& s, config::cluster& c) {
  table_reader in(s);
  in.require("name", c.name, as_name_text(), "name the cluster");
  in.read("tolerate", c.tolerate, as_duration(200ms, 60s));
  in.read("restart-grace", c.restart_grace, as_duration(100ms, 10min));
  in.read("boot-grace", c.boot_grace, as_duration(1s, 1h));
  in.read("late-margin", c.late_margin, as_duration(100ms, 1h));
  in.read("no-quorum", c.no_quorum,
          as_choice<config::no_quorum_policy>(
              {{"stop", config::no_quorum_policy::stop}, {"freeze", config::no_quorum_policy::freeze}}));
  in.read("mass-loss", c.mass_loss,
          as_choice<config::mass_loss_policy>(
              {{"wait", config::mass_loss_policy::wait}, {"fence", config::mass_loss_policy::fence}}));
  in.read("stickiness", c.stickiness, as_score());
  in.read("fencing", c.fencing, as_choice<config::fencing_policy>({{"off", config::fencing_policy::off}}));
  in.finish();
}

static config::node read_node(const std::string& name, const slot& s) {
  table_reader in(s);
  config::node n;
  n.name = node_name(name);
  in.require("key", n.key, as_public_key(), "its public key, as `troupe keygen` printed it there");
  in.require("addresses", n.addresses, as_list(as_address(), 1, config::max_addresses),
             "where it listens: [\"10.0.0.1:5410\"]");
  bool voter = false;
  if (in.read("voter", voter, as_flag())) n.voter = voter;
  in.finish();
  return n;
}

// What does not say which proofs it accepts takes those that its cluster's policy can give.
static void default_accepts(config::cluster& c) {
  using enum config::proof_kind;
  for (auto& r : c.resources) {
    if (!r.accepts.empty()) continue;
    r.accepts = {power, reboot, operator_word};
    if (c.fencing == config::fencing_policy::off) r.accepts.insert(assumed);
  }
}

template <class T>
static void sort_by_name(std::vector<T>& items) {
  std::sort(items.begin(), items.end(), [](const T& a, const T& b) { return a.name < b.name; });
}

// A finding about what was not understood in the first place would only repeat the reader's error in other words.
static void place(const std::vector<finding>& found, const value& root, diagnostics& out) {
  const diagnostics read = out;
  for (const auto& f : found)
    if (!read.mentions(f.key)) out.add(out.full(f.level) ? position{} : place_of(root, f.key), f);
}

config::cluster read_cluster_tree(const value& root, const abilities& can, diagnostics& out) {
  config::cluster c;
  if (auto keys = taken_for_cluster(root)) {
    out.error(root.at, {}, "this looks like a node.toml (it has " + *keys + "), where a cluster.toml is expected",
              "name the file with [cluster], [node.NAME], [resource.NAME]; conf/examples has one");
    return c;
  }
  table_reader in(root, {}, out);
  if (auto s = in.take("cluster"))
    read_cluster_table(*s, c);
  else
    out.error(root.at, {"cluster"}, "missing", "begin with [cluster] and a name");
  in.named("node", config::max_nodes, [&](const auto& name, const slot& s) { c.nodes.push_back(read_node(name, s)); });
  in.named("resource", config::max_resources,
           [&](const auto& name, const slot& s) { c.resources.push_back(read_resource(name, s)); });
  in.named("group", config::max_groups,
           [&](const auto& name, const slot& s) { c.groups.push_back(read_group(name, s)); });
  in.listed("location", config::max_constraints, [&](const slot& s) { c.locations.push_back(read_location(s)); });
  in.listed("colocation", config::max_constraints, [&](const slot& s) { c.colocations.push_back(read_colocation(s)); });
  in.listed("order", config::max_constraints, [&](const slot& s) { c.orders.push_back(read_order(s)); });
  in.named("fence", config::max_devices,
           [&](const auto& name, const slot& s) { c.devices.push_back(read_device(name, s)); });
  in.finish();

  if (c.fencing != config::fencing_policy::off && !c.devices.empty()) c.fencing = config::fencing_policy::devices;
  default_accepts(c);
  sort_by_name(c.nodes);
  sort_by_name(c.resources);
  sort_by_name(c.groups);
  sort_by_name(c.devices);
  place(validate(c, can), root, out);
  return c;
}

std::optional<config::cluster> parse_cluster_file(std::string_view text, diagnostics& out, const abilities& can) {
  auto root = parse(text, out);
  if (!root) return std::nullopt;
  auto c = read_cluster_tree(*root, can, out);
  return out.good() ? std::optional(std::move(c)) : std::nullopt;
}

} // namespace troupe::conf
