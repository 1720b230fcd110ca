// troupe cleanup: forget failures, so that what they kept away may come back.
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"

namespace troupe::cli {

namespace cleanup_detail {

struct options : talk_options {
  std::string resource, node;
};

} // namespace cleanup_detail

void add_cleanup(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "cleanup", "Forget the failures of a resource or group, or of all",
                      "  troupe cleanup db\n"
                      "  troupe cleanup db --node n2\n"
                      "  troupe cleanup\n"
                      "That of a group is that of each of its members.");
  auto o = std::make_shared<cleanup_detail::options>();
  sub.add_option("RESOURCE", o->resource, "The resource or group; without it: all");
  sub.add_option("--node", o->node, "Only those on this node");
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] {
    chosen = [o] {
      command::cleanup what{resource_name{o->resource}, node_name{o->node}};
      return give_order(*o, what,
                        "failures of " + (o->resource.empty() ? "all resources" : o->resource) +
                            (o->node.empty() ? "" : " on " + o->node) + " are forgotten");
    };
  });
}

} // namespace troupe::cli
