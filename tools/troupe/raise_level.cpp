// troupe raise-level: from now on commands mean what the present programs of all members take them for.
#include "messages/level.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"

#include <fmt/format.h>

namespace troupe::cli {

void add_raise_level(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "raise-level", "After an upgrade of all nodes: let the cluster do what their programs can",
              "  troupe raise-level\n"
              "A cluster keeps the level that it was formed with (`troupe status` shows it), so that nodes can be\n"
              "upgraded one by one. Once it is raised an older trouped cannot take part any more, and it is never\n"
              "lowered.");
  auto o = std::make_shared<talk_options>();
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] {
    chosen = [o] {
      return give_order(*o, command::level_set{known_level}, fmt::format("the level is {}", known_level));
    };
  });
}

} // namespace troupe::cli
