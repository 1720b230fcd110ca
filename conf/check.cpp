#include "conf/check.hpp"

#include "conf/cluster_file.hpp"
#include "conf/nearest.hpp"
#include "conf/node_file.hpp"

namespace troupe::conf {

std::string_view name_of(file_kind k) {
  return k == file_kind::node ? "node" : "cluster";
}

std::optional<file_kind> recognise(const value& root) {
  static const std::vector<std::string> node_keys{"name", "listen",  "identity", "machine-id",
                                                  "data", "control", "seed"};
  static const std::vector<std::string> cluster_keys{"cluster",  "node",  "resource",   "group",
                                                     "location", "order", "colocation", "fence"};
  int balance = 0; // above 0: a cluster
  std::size_t looked_at = 0;
  for (const auto& e : std::get<table>(root.content)) {
    if (++looked_at > max_diagnostics) break;
    bool node = !nearest(e.key, node_keys).empty(), cluster = !nearest(e.key, cluster_keys).empty();
    balance += static_cast<int>(cluster) - static_cast<int>(node);
  }
  if (balance == 0) return std::nullopt;
  return balance > 0 ? file_kind::cluster : file_kind::node;
}

checked check_text(std::string_view text, std::optional<file_kind> told, const abilities& can,
                   const more_checks& more) {
  checked out;
  auto root = parse(text, out.found);
  if (!root) return out;
  out.kind = told ? told : recognise(*root);
  if (!out.kind)
    out.found.error(root->at, {},
                    "neither a node.toml (name, listen, ...) nor a cluster.toml ([cluster], [node.NAME], ...)",
                    "say which one is meant: --as node or --as cluster");
  else if (*out.kind == file_kind::node)
    read_node_tree(*root, out.found);
  else if (auto c = read_cluster_tree(*root, can, out.found); more)
    for (auto& f : more(c)) out.found.add(out.found.full(f.level) ? position{} : place_of(*root, f.key), f);
  return out;
}

} // namespace troupe::conf
