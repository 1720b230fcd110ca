#include "conf/file_kind.hpp"

#include "conf/diagnostics.hpp"
#include "conf/nearest.hpp"

#include <algorithm>
#include <vector>

namespace troupe::conf {

static const std::vector<std::string>& node_keys() {
  static const std::vector<std::string> keys{"name", "listen", "identity", "machine-id", "data", "control", "seed"};
  return keys;
}

static const std::vector<std::string>& cluster_keys() {
  static const std::vector<std::string> keys{"cluster",  "node",  "resource",   "group",
                                             "location", "order", "colocation", "fence"};
  return keys;
}

std::string_view name_of(file_kind k) {
  return k == file_kind::node ? "node" : "cluster";
}

std::optional<file_kind> recognise(const value& root) {
  int balance = 0; // above 0: a cluster
  std::size_t looked_at = 0;
  for (const auto& e : std::get<table>(root.content)) {
    if (++looked_at > max_diagnostics) break;
    bool node = !nearest(e.key, node_keys()).empty(), cluster = !nearest(e.key, cluster_keys()).empty();
    balance += static_cast<int>(cluster) - static_cast<int>(node);
  }
  if (balance == 0) return std::nullopt;
  return balance > 0 ? file_kind::cluster : file_kind::node;
}

std::optional<std::string> taken_for_cluster(const value& root) {
  const auto& top = std::get<table>(root.content);
  auto there = [&](const std::string& key) { return find(top, key) != nullptr; };
  if (std::any_of(cluster_keys().begin(), cluster_keys().end(), there)) return std::nullopt;
  std::string found;
  std::size_t count = 0;
  for (const auto& key : node_keys())
    if (there(key)) found += (count++ == 0 ? "'" : ", '") + key + "'";
  return count < 2 ? std::nullopt : std::optional(found);
}

} // namespace troupe::conf
