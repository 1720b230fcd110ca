// Directives of operators, which stand beside the configuration until they are lifted or expire: standby, unstandby,
// maintenance, start, stop, move, unmove. Each has an owner and a reason, and shows in `troupe status`.
#include "actors/env/posix_basics.hpp"
#include "conf/units.hpp"
#include "messages/types/utf8.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/refusal_text.hpp"

#include <algorithm>

namespace troupe::cli {

namespace directive_detail {

using command::directive_kind;

struct options : talk_options {
  command::directive what;
  std::string on_off;
  std::string role;    // empty: as far as it goes
  std::string expires; // a duration from now
};
using options_ptr = std::shared_ptr<options>;

// The options that all of these have, and what is done when this one was chosen.
template <class Run>
void finish(CLI::App& sub, const options_ptr& o, work& chosen, Run run) {
  sub.add_option("--reason", o->what.note, "Why, for those who see it later")->check([](const std::string& text) {
    if (text.size() > command::max_note) return std::string("at most 1024 bytes are kept");
    bool plain = std::none_of(text.begin(), text.end(), [](char c) { return c == 127 || (c >= 0 && c < ' '); });
    return plain && valid_utf8(text) ? std::string() : std::string("must be one line of plain UTF-8 text");
  });
  if (!o->what.lifted)
    sub.add_option("--expires", o->expires, "Lift it by itself after this time, like 30m or 2h")
        ->check([](const std::string& text) {
          auto read = conf::parse_duration(text);
          if (!read) return read.error().text;
          return *read > duration{} ? std::string() : std::string("must be longer than nothing");
        });
  add_talk_options(sub, *o);
  sub.callback([o, &chosen, run] {
    chosen = [o, run] {
      if (!o->expires.empty()) {
        auto after = std::chrono::ceil<std::chrono::milliseconds>(*conf::parse_duration(o->expires));
        o->what.expires = env::posix_calendar{}.now() + after;
      }
      return run(*o);
    };
  });
}

// It, or a member of the group.
bool is_promotable(const console::node_status& s, const std::string& subject) {
  return s.cluster && std::any_of(s.cluster->services.begin(), s.cluster->services.end(), [&](auto& line) {
           return line.promotable && (line.resource.text == subject || line.group == subject);
         });
}

int start_as(options given, bool promoted) {
  given.what.role = promoted ? config::role::promoted : config::role::started;
  auto becomes = given.what.lifted ? " is as configured" : promoted ? " is to be promoted" : " is to be started";
  return give_order(given, given.what, given.what.subject + becomes);
}

} // namespace directive_detail

void add_standby(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "standby", "Keep services off a node; those that run there go elsewhere",
                      "  troupe standby n2 --reason 'new disk'");
  auto o = std::make_shared<directive_detail::options>();
  sub.add_option("NODE", o->what.subject, "The node")->required();
  directive_detail::finish(sub, o, chosen, [](const auto& given) {
    return give_order(given, given.what, given.what.subject + " is on standby");
  });
}

void add_unstandby(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "unstandby", "Let a node have services again", "  troupe unstandby n2");
  auto o = std::make_shared<directive_detail::options>();
  o->what.lifted = true;
  sub.add_option("NODE", o->what.subject, "The node")->required();
  directive_detail::finish(sub, o, chosen, [](const auto& given) {
    return give_order(given, given.what, given.what.subject + " is no longer on standby");
  });
}

void add_maintenance(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "maintenance", "Leave services alone: nothing is started, stopped or recovered",
                      "  troupe maintenance on --reason 'switch replaced'\n"
                      "  troupe maintenance on db\n"
                      "  troupe maintenance off\n"
                      "Without WHAT it is for the whole cluster. A daemon that is told to end meanwhile (SIGTERM)\n"
                      "leaves its services running, for the next one; it may be away for half an hour. End\n"
                      "maintenance when it is back: from then on a node that is away is lost, and fenced.");
  auto o = std::make_shared<directive_detail::options>();
  o->what.kind = directive_detail::directive_kind::maintenance;
  sub.add_option("ON_OFF", o->on_off, "on or off")->required()->check(CLI::IsMember({"on", "off"}));
  sub.add_option("WHAT", o->what.subject, "A node, a resource or a group");
  directive_detail::finish(sub, o, chosen, [](auto given) {
    given.what.lifted = given.on_off == "off";
    auto where = given.what.subject.empty() ? "the whole cluster" : given.what.subject;
    return give_order(given, given.what, "maintenance is " + given.on_off + " for " + where);
  });
}

void add_start(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "start", "Want a resource or group started, whatever the configuration says",
                      "  troupe start db\n"
                      "  troupe start db --role started\n"
                      "  troupe start db --as-configured\n"
                      "The last one lifts what start and stop have asked for.");
  auto o = std::make_shared<directive_detail::options>();
  o->what.kind = directive_detail::directive_kind::target_role;
  sub.add_option("RESOURCE", o->what.subject, "The resource or group")->required();
  auto* role = sub.add_option("--role", o->role, "The role; by default, of what is promotable, promoted")
                   ->check(CLI::IsMember({"started", "promoted"}));
  sub.add_flag("--as-configured", o->what.lifted, "As the configuration says")->excludes(role);
  directive_detail::finish(sub, o, chosen, [](auto given) {
    if (!given.role.empty() || given.what.lifted) return directive_detail::start_as(given, given.role == "promoted");
    return ask_for<console::node_status>(given, console::ask_status{}, [&](const console::node_status& s) {
      return directive_detail::start_as(given, directive_detail::is_promotable(s, given.what.subject));
    });
  });
}

void add_stop(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "stop", "Want a resource or group stopped, until `troupe start`",
                      "  troupe stop db --reason 'schema change'");
  auto o = std::make_shared<directive_detail::options>();
  o->what.kind = directive_detail::directive_kind::target_role;
  sub.add_option("RESOURCE", o->what.subject, "The resource or group")->required();
  directive_detail::finish(sub, o, chosen, [](const auto& given) {
    return give_order(given, given.what, given.what.subject + " is to be stopped");
  });
}

void add_move(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "move", "Want a resource or group on a node, as long as it can run there",
              "  troupe move db n2 --reason 'new disk in n1'\n"
              "  troupe move db n2 --expires 1h\n"
              "It stands until `troupe unmove db`, or until it expires; if n2 fails, db runs elsewhere all the\n"
              "same, and returns with n2.");
  auto o = std::make_shared<directive_detail::options>();
  o->what.kind = directive_detail::directive_kind::move;
  sub.add_option("RESOURCE", o->what.subject, "The resource or group")->required();
  sub.add_option("NODE", o->what.to.text, "Where it is to run")->required();
  directive_detail::finish(sub, o, chosen, [](const auto& given) {
    return ask_for<console::node_status>(given, console::ask_status{}, [&](const console::node_status& s) {
      auto why = s.cluster ? nothing_to_move(*s.cluster, given.what) : std::string();
      if (!why.empty()) return fail(given, "refused: " + why);
      return give_order(given, given.what, given.what.subject + " is to run on " + given.what.to.text);
    });
  });
}

void add_unmove(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "unmove", "Let a moved resource or group run where the configuration says", "  troupe unmove db");
  auto o = std::make_shared<directive_detail::options>();
  o->what.kind = directive_detail::directive_kind::move;
  o->what.lifted = true;
  sub.add_option("RESOURCE", o->what.subject, "The resource or group")->required();
  directive_detail::finish(sub, o, chosen, [](const auto& given) {
    return give_order(given, given.what, given.what.subject + " runs where the configuration says");
  });
}

} // namespace troupe::cli
