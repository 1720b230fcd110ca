// troupe actors: who works on this node, and who is stuck.
#include "conf/timers.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/show.hpp"

namespace troupe::cli {

namespace actors_detail {

int show(const talk_options& o, const console::actor_list& list) {
  if (o.json) {
    auto out = nlohmann::ordered_json::array();
    for (auto& a : list.actors) {
      auto busy = a.busy ? nlohmann::ordered_json(a.busy->count() / 1'000'000) : nlohmann::ordered_json();
      out.push_back(
          {{"path", a.path}, {"kind", a.kind}, {"waiting", a.waiting}, {"handled", a.handled}, {"busy_ms", busy}});
    }
    print({{"actors", out}, {"left_out", list.left_out}});
    return good;
  }
  std::vector<table_row> rows{{"PATH", "KIND", "WAITING", "HANDLED", "BUSY FOR"}};
  for (auto& a : list.actors) {
    auto busy = a.busy ? conf::to_text(std::chrono::floor<std::chrono::microseconds>(*a.busy)) : "-";
    rows.push_back({a.path, a.kind, std::to_string(a.waiting), std::to_string(a.handled), busy});
  }
  std::fputs(table_of(rows).c_str(), stdout);
  if (list.left_out > 0) std::printf("and %llu more\n", static_cast<unsigned long long>(list.left_out));
  return good;
}

} // namespace actors_detail

void add_actors(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "actors", "The actors of this node: what waits in their mailboxes, what they have handled",
              "  troupe actors\n"
              "One that is busy for long, with others waiting behind, is stuck. WAITING includes the messages\n"
              "being handled: an actor that answers shows at least its own.");
  auto o = std::make_shared<talk_options>();
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] {
    chosen = [o] {
      return ask_for<console::actor_list>(*o, console::ask_actors{},
                                          [o](const auto& list) { return actors_detail::show(*o, list); });
    };
  });
}

} // namespace troupe::cli
