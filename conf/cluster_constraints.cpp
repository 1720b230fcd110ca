#include "conf/cluster_file.hpp"

namespace troupe::conf {

namespace constraints_detail {

template <class T>
struct qualified { // "db" or { promote = "db" }
  std::optional<T> how;
  std::string name;
};

// `choices`: what may stand before the name.
template <class T>
converter<qualified<T>> as_qualified(std::vector<std::pair<std::string, T>> choices) {
  return [choices = std::move(choices)](const slot& s) -> std::optional<qualified<T>> {
    qualified<T> out;
    if (std::holds_alternative<std::string>(s.held.content)) {
      auto name = as_name_text()(s);
      if (!name) return std::nullopt;
      out.name = std::move(*name);
      return out;
    }
    table_reader in(s);
    int found = 0;
    for (const auto& [word, how] : choices)
      if (in.read(word, out.name, as_name_text())) {
        out.how = how;
        ++found;
      }
    in.finish();
    if (!in.is_table() || found == 1) return out;
    return s.wrong(found == 0 ? "names nothing" : "names more than one",
                   "write \"NAME\" or { " + choices.front().first + " = \"NAME\" }");
  };
}

auto as_acting() {
  using enum config::action;
  return as_qualified<config::action>({{"start", start}, {"stop", stop}, {"promote", promote}, {"demote", demote}});
}

auto as_in_role() {
  return as_qualified<config::role>({{"started", config::role::started}, {"promoted", config::role::promoted}});
}

} // namespace constraints_detail

config::location read_location(const slot& s) {
  table_reader in(s);
  config::location l;
  in.require("resource", l.what, as_name_text(), "which resource or group");
  in.require("node", l.node, as_name<node_name>(), "which node");
  in.require("score", l.weight, as_score(), "how much it is wanted there: a number, \"infinity\" or \"-infinity\"");
  in.finish();
  return l;
}

config::order read_order(const slot& s) {
  table_reader in(s);
  config::order o;
  constraints_detail::qualified<config::action> first, then;
  in.require("first", first, constraints_detail::as_acting(),
             "what comes first: first = \"db\" or { promote = \"db\" }");
  in.require("then", then, constraints_detail::as_acting(), "what comes then: then = \"web\"");
  o.first = first.name;
  o.first_action = first.how.value_or(config::action::start);
  o.then = then.name;
  o.then_action = then.how.value_or(o.first_action);
  // An action that only the first can mean is no default for the other: after a promotion comes a start.
  if (!then.how && o.first_action == config::action::promote) o.then_action = config::action::start;
  if (!then.how && o.first_action == config::action::demote) o.then_action = config::action::stop;
  in.read("kind", o.kind,
          as_choice<config::order_kind>(
              {{"mandatory", config::order_kind::mandatory}, {"optional", config::order_kind::optional}}));
  in.read("symmetrical", o.symmetrical, as_flag());
  in.finish();
  return o;
}

config::colocation read_colocation(const slot& s) {
  table_reader in(s);
  config::colocation c;
  constraints_detail::qualified<config::role> what, with;
  in.require("resource", what, constraints_detail::as_in_role(), "which resource or group goes where the other is");
  in.require("with", with, constraints_detail::as_in_role(), "with which one: with = \"db\" or { promoted = \"db\" }");
  c.what = what.name;
  c.what_role = what.how;
  c.with = with.name;
  c.with_role = with.how;
  in.read("score", c.weight, as_score());
  in.finish();
  return c;
}

} // namespace troupe::conf
