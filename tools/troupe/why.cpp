// troupe why RESOURCE|GROUP|NODE: how it came to be as it is.
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/why_text.hpp"

namespace troupe::cli {

namespace why_detail {

struct options : talk_options {
  std::string subject;
};

} // namespace why_detail

void add_why(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "why", "How a resource, a group or a node came to be as it is, and what it waits for",
              "  troupe why db\n"
              "  troupe why n1\n"
              "  troupe why db --json\n"
              "The commands that led to it, newest first; `<- #70` names the causes of each, down to those that\n"
              "have none. Then why it is placed here and not elsewhere, and what it waits for now.");
  auto o = std::make_shared<why_detail::options>();
  sub.add_option("SUBJECT", o->subject, "A resource, a group or a node")->required()->check([](const std::string& text) {
    return text.size() <= config::max_name ? std::string() : std::string("no name is that long");
  });
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] {
    chosen = [o] {
      return ask_for<console::explanation>(*o, console::ask_why{o->subject}, [o](const console::explanation& e) {
        if (o->json)
          print(why_json(e));
        else
          std::fputs(why_text(e).c_str(), stdout);
        return good;
      });
    };
  });
}

} // namespace troupe::cli
