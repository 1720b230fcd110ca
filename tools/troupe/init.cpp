// troupe init FILE: form a cluster, once, with all its voters reachable.
#include "messages/types/bytes.hpp"
#include "tools/troupe/cluster_text.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"

namespace troupe::cli {

namespace init_detail {

int run(const file_options& o) {
  auto file = read_to_run(o);
  if (!file.cluster) return refuse(o, file);
  auto name = file.cluster->name;
  return ask_for<console::formed>(o, console::init{std::move(*file.cluster)}, [&](const console::formed& done) {
    auto lineage = to_hex(done.lineage.bytes);
    if (o.json)
      print({{"cluster", name}, {"lineage", lineage}, {"diagnostics", json_of(file.found)}});
    else
      std::printf("cluster %s is formed, lineage %s; see `troupe status`\n", name.c_str(),
                  lineage.substr(0, 8).c_str());
    return good;
  });
}

} // namespace init_detail

void add_init(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "init", "Form a cluster from a cluster.toml, once; all nodes that vote must be reachable",
                      "  troupe init cluster.toml\n"
                      "Run it on one node. The others need trouped running, with this node among the seeds of their\n"
                      "node.toml. A node that belongs to a cluster already makes it fail, and nothing is formed.");
  auto o = std::make_shared<file_options>();
  sub.add_option("FILE", o->file, "The cluster.toml")->required();
  add_no_agents(sub, *o);
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] { chosen = [o] { return init_detail::run(*o); }; });
}

} // namespace troupe::cli
