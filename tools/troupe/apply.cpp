// troupe apply FILE: a new configuration, in the place of the one that its author has seen.
#include "tools/troupe/cluster_text.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/status_text.hpp"

namespace troupe::cli {

namespace apply_detail {

struct options : file_options {
  std::optional<std::uint64_t> version;
};

int give(const options& o, std::uint64_t version, cluster_file file) {
  return ask_for<console::ordered>(
      o, console::order{command::config_set{log_index{version}, std::move(*file.cluster)}},
      [&](const console::ordered& told_of) {
        auto& [index, refused] = told_of.what;
        bool applied = refused == refusal::none;
        bool same = refused == refusal::nothing_changes;
        if (o.json)
          print({{"applied", applied},
                 {"outcome", std::string(name_of(refused))},
                 {"index", index.value},
                 {"replaced", version},
                 {"diagnostics", json_of(file.found)}});
        else if (applied)
          std::printf("applied: version %llu, in the place of %llu\n", static_cast<unsigned long long>(index.value),
                      static_cast<unsigned long long>(version));
        else if (same)
          std::printf("nothing changed: version %llu is the same\n", static_cast<unsigned long long>(version));
        else if (refused == refusal::stale_config)
          fail("refused: version " + std::to_string(version) +
               " is not the present one; see what has changed (`troupe status`, `troupe history`), then apply again");
        else
          fail("refused: " + std::string(name_of(refused)));
        return applied || same ? good : bad;
      });
}

int run(const options& o) {
  auto file = read_to_run(o);
  if (!file.cluster) return refuse(o, file);
  if (o.version) return give(o, *o.version, std::move(file));
  return ask_for<console::node_status>(o, console::ask_status{}, [&](const console::node_status& s) {
    if (!s.cluster) return fail(o, why_no_cluster(s));
    return give(o, s.cluster->configuration.value, std::move(file));
  });
}

} // namespace apply_detail

void add_apply(CLI::App& troupe, work& chosen) {
  auto& sub = declare(
      troupe, "apply", "Make a cluster.toml the cluster's configuration",
      "  troupe apply cluster.toml\n"
      "  troupe apply cluster.toml --version 17\n"
      "It replaces one version and no other: the present one as this node knows it, or that of --version\n"
      "(`troupe status` shows it). If somebody else was faster it is refused, and nothing has changed. Name the\n"
      "version that the file was made from: without it, what others have changed since is undone.\n"
      "It works on any node. Parameters are compared with what the agents on this machine say of themselves, as\n"
      "`troupe check` does; what they do not take is refused.");
  auto o = std::make_shared<apply_detail::options>();
  sub.add_option("FILE", o->file, "The cluster.toml")->required();
  sub.add_option("--version", o->version, "The version that it replaces");
  add_no_agents(sub, *o);
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] { chosen = [o] { return apply_detail::run(*o); }; });
}

} // namespace troupe::cli
