// troupe history: what happened, when, by whom and why.
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/show.hpp"

namespace troupe::cli {

namespace history_detail {

struct options : talk_options {
  std::uint32_t last = 20;
};

nlohmann::ordered_json causes_of(const console::event& e) {
  auto out = nlohmann::ordered_json::array();
  for (auto& c : e.causes) out.push_back(c.value);
  return out;
}

int show(const options& o, const console::event_list& list) {
  if (o.json) {
    auto out = nlohmann::ordered_json::array();
    for (auto& e : list.events)
      out.push_back({{"index", e.index.value},
                     {"at", text_of(e.at)},
                     {"node", e.node},
                     {"user", e.user.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(e.user)},
                     {"reason", std::string(name_of(e.why))},
                     {"what", e.what},
                     {"causes", causes_of(e)},
                     {"outcome", std::string(name_of(e.refused))}});
    print(out);
    return good;
  }
  std::vector<table_row> rows;
  for (auto& e : list.events)
    rows.push_back({std::to_string(e.index.value), text_of(e.at), e.user.empty() ? e.node : e.user + " at " + e.node,
                    std::string(name_of(e.why)),
                    e.what + (e.refused == refusal::none ? "" : " -- refused: " + std::string(name_of(e.refused)))});
  std::fputs(table_of(rows).c_str(), stdout);
  return good;
}

} // namespace history_detail

void add_history(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "history", "What happened in the cluster: when, who, why, what, and what became of it",
                      "  troupe history\n"
                      "  troupe history --last 200 --json\n"
                      "Each node keeps its own, of all that it has seen; the oldest goes when its file is full.");
  auto o = std::make_shared<history_detail::options>();
  sub.add_option("--last", o->last, "How many entries, the newest")
      ->check(CLI::Range(std::size_t{1}, console::max_history))
      ->capture_default_str();
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] {
    chosen = [o] {
      return ask_for<console::event_list>(*o, console::ask_history{o->last},
                                          [o](const auto& list) { return history_detail::show(*o, list); });
    };
  });
}

} // namespace troupe::cli
