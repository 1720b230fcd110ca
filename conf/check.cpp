#include "conf/check.hpp"

#include "conf/cluster_file.hpp"
#include "conf/node_file.hpp"

namespace troupe::conf {

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
  else {
    auto c = read_cluster_tree(*root, can, out.found);
    if (more)
      for (auto& f : more(c)) out.found.add(out.found.full(f.level) ? position{} : place_of(*root, f.key), f);
    if (out.found.good()) out.cluster = std::move(c);
  }
  return out;
}

} // namespace troupe::conf
