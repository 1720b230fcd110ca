// troupe timers: every timer that follows from `tolerate`, with the reasons: of the running cluster, or of what is named.
#include "conf/timers.hpp"

#include "conf/units.hpp"
#include "tools/troupe/cluster_text.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"

namespace troupe::cli {

namespace timers_detail {

struct options : talk_options {
  std::string file, tolerate;
};

double milliseconds(duration d) {
  return static_cast<double>(d.count()) / 1e6;
}

void print_json(const conf::timers& t) {
  nlohmann::ordered_json out{{"timers", nlohmann::ordered_json::array()}, {"checks", nlohmann::ordered_json::array()}};
  for (auto& e : conf::entries(t))
    out["timers"].push_back(
        {{"name", e.name}, {"ms", milliseconds(e.value)}, {"formula", e.formula}, {"reason", e.reason}});
  for (auto& c : conf::checks(t))
    out["checks"].push_back({{"name", c.name},
                             {"holds", c.holds()},
                             {"earlier_ms", milliseconds(c.earlier)},
                             {"margin_ms", milliseconds(c.margin)},
                             {"later_ms", milliseconds(c.later)},
                             {"reason", c.reason}});
  print(out);
}

// nullopt: no daemon answers, or it has no cluster; said on stderr.
std::optional<conf::timer_inputs> of_this_cluster(const options& o) {
  auto heard = ask(o, console::ask_status{});
  auto* answer = std::get_if<console::answer>(&heard);
  auto* status = answer ? std::get_if<console::node_status>(answer) : nullptr;
  if (!status || !status->cluster) {
    std::fputs(status ? "troupe: this node belongs to no cluster yet: these are the timers of the default `tolerate`\n"
                      : "troupe: no daemon answers here: these are the timers of the default `tolerate`\n",
               stderr);
    return std::nullopt;
  }
  auto& l = status->cluster->limits;
  return conf::timer_inputs{l.tolerate, l.restart_grace, l.boot_grace, l.late_margin};
}

int run(const options& o) {
  conf::timer_inputs in;
  if (o.file.empty() && o.tolerate.empty()) in = of_this_cluster(o).value_or(in);
  if (!o.file.empty()) {
    auto file = read_cluster(o.file);
    if (!file.cluster) return refuse(o, file);
    auto& c = *file.cluster;
    in = {c.tolerate, c.restart_grace, c.boot_grace, c.late_margin};
  }
  if (!o.tolerate.empty()) {
    auto read = conf::parse_duration(o.tolerate);
    if (!read) {
      fail("--tolerate: " + read.error().text);
      return usage;
    }
    in.tolerate = *read;
  }
  auto derived = conf::derive(in);
  if (!derived) return fail(derived.error().text);
  if (o.json)
    print_json(*derived);
  else
    std::fputs(conf::timers_text(*derived).c_str(), stdout);
  auto all = conf::checks(*derived);
  return std::all_of(all.begin(), all.end(), [](auto& c) { return c.holds(); }) ? good : bad;
}

} // namespace timers_detail

void add_timers(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "timers", "Every timer that follows from `tolerate`, with the reasons",
                      "  troupe timers\n"
                      "  troupe timers --tolerate 500ms\n"
                      "  troupe timers cluster.toml --json\n"
                      "Without FILE and --tolerate: of the cluster that this node belongs to.");
  auto o = std::make_shared<timers_detail::options>();
  sub.add_option("FILE", o->file, "A cluster.toml to take `tolerate` and the graces from");
  sub.add_option("--tolerate", o->tolerate, "The longest silence that must not cost a node its membership");
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] { chosen = [o] { return timers_detail::run(*o); }; });
}

} // namespace troupe::cli
