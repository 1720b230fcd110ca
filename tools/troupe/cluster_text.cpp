#include "tools/troupe/cluster_text.hpp"

#include "conf/cluster_file.hpp"
#include "conf/file.hpp"
#include "tools/troupe/command.hpp"

#include <cstdio>

namespace troupe::cli {

std::optional<config::cluster> read_cluster(const std::string& path) {
  auto file = conf::read_file(path, conf::max_file);
  if (!file) {
    fail(file.error().text);
    return std::nullopt;
  }
  conf::diagnostics found;
  auto read = conf::parse_cluster_file(file->text, found);
  std::fputs(found.text(path).c_str(), stderr);
  return read;
}

} // namespace troupe::cli
