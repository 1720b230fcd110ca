// troupe status: who is there, who leads, what is pending and why; as this node knows it.
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/status_text.hpp"

namespace troupe::cli {

void add_status(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "status", "Members, services, and what is pending and why, as this node knows it",
                      "  troupe status\n"
                      "  troupe status --json\n"
                      "The exit status is 0 if all is as it should be, and 1 if anything is pending: what that is, and the one\n"
                      "thing that frees it, stands at the end. `troupe why RESOURCE` tells how it came to it.");
  auto o = std::make_shared<talk_options>();
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] {
    chosen = [o] {
      return ask_for<console::node_status>(*o, console::ask_status{}, [o](const console::node_status& s) {
        if (o->json)
          print(status_json(s));
        else
          std::fputs(status_text(s).c_str(), stdout);
        return concerns(s).empty() ? good : bad;
      });
    };
  });
}

} // namespace troupe::cli
