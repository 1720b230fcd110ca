// troupe actors: who works on this node, and who is stuck.
#include "tools/troupe/actors_text.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"

namespace troupe::cli {

void add_actors(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "actors", "The actors of this node: what waits in their mailboxes, what they have handled",
              "  troupe actors\n"
              "STATE is busy (at a message), waiting (messages lie in its mailbox, and the node's thread is at\n"
              "another actor) or idle. One that is busy for long, with others waiting behind, is stuck. WAITING\n"
              "includes the messages being handled: an actor that answers shows at least its own.");
  auto o = std::make_shared<talk_options>();
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] {
    chosen = [o] {
      return ask_for<console::actor_list>(*o, console::ask_actors{}, [o](const auto& list) {
        if (o->json)
          print(actors_json(list));
        else
          std::fputs(actors_text(list).c_str(), stdout);
        return good;
      });
    };
  });
}

} // namespace troupe::cli
