// troupe plan [FILE]: what would change, and what the cluster would do. Nothing happens.
#include "tools/troupe/cluster_text.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/plan_text.hpp"

namespace troupe::cli {

namespace plan_detail {

struct options : file_options {
  std::vector<std::string> failing, standby;
};

int run(const options& o) {
  console::ask_plan asked;
  cluster_file file;
  if (!o.file.empty()) {
    file = read_to_run(o);
    if (!file.cluster) return refuse(o, file);
    asked.configuration = std::move(file.cluster);
  }
  for (auto& n : o.failing) asked.failing.push_back(node_name{n});
  for (auto& n : o.standby) asked.standby.push_back(node_name{n});
  return ask_for<console::plan_answer>(o, asked, [&](const console::plan_answer& p) {
    if (o.json) {
      auto answer = plan_json(p);
      answer["diagnostics"] = json_of(file.found);
      print(answer);
    } else {
      std::fputs(plan_text(p).c_str(), stdout);
    }
    return ends_well(p) ? good : bad;
  });
}

} // namespace plan_detail

void add_plan(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "plan", "What would change, and what the cluster would do; nothing happens",
              "  troupe plan cluster.toml\n"
              "  troupe plan\n"
              "  troupe plan --fail n1\n"
              "  troupe plan cluster.toml --standby n2 --json\n"
              "Without FILE: what is still to be done now. --fail and --standby ask what if. Steps of one number\n"
              "wait for those before, not for each other. It assumes that every step succeeds. The exit status\n"
              "is 1 if something would stay undone: what, and what it waits for, stands at the end.");
  auto o = std::make_shared<plan_detail::options>();
  sub.add_option("FILE", o->file, "A cluster.toml, in the place of the present one");
  sub.add_option("--fail", o->failing, "What if this node were lost (may be given more than once)")
      ->allow_extra_args(false);
  sub.add_option("--standby", o->standby, "What if this node were on standby (may be given more than once)")
      ->allow_extra_args(false);
  add_no_agents(sub, *o);
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] { chosen = [o] { return plan_detail::run(*o); }; });
}

} // namespace troupe::cli
