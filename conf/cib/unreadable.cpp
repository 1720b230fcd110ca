#include "conf/cib/unreadable.hpp"

#include "conf/cib/known_attributes.hpp"
#include "conf/cib/values.hpp"

#include <fmt/format.h>

#include <set>
#include <span>

namespace troupe::conf::cib {

using namespace known_attributes;

namespace {

using expectations = std::span<const expectation>;

class judge {
public:
  explicit judge(const contents& cib)
    : cib_(cib) {}

  std::vector<std::string> run() {
    attribute("the CIB:", {"have-quorum", boolean, "there is none"}, cib_.have_quorum);
    attribute("the CIB:", {"execution-date", notation::time, "the present time counts"}, cib_.execution_date);
    values("cluster option", cib_.options, of_options);
    for (auto& n : cib_.nodes) node_values(n);
    values("rsc_defaults", cib_.resource_defaults, of_resources);
    values("op_defaults", cib_.operation_defaults, of_operations);
    for (auto& r : cib_.resources) resource_values(r);
    for (auto& l : cib_.locations) location_values(l);
    for (auto& c : cib_.colocations) colocation_values(c);
    for (auto& o : cib_.orders) order_values(o);
    for (auto& t : cib_.ticket_constraints) ticket_values(t);
    return std::move(sentences_);
  }

  std::vector<std::string> run(const node_state& s) {
    node_attributes(fmt::format("node {}:", s.uname), s.transient);
    return std::move(sentences_);
  }

private:
  void say(text whose, text name, text value, const std::string& what) {
    if (said_.insert(value.data()).second)
      sentences_.push_back(fmt::format("{} {}=\"{}\" {}", whose, name, value, what));
  }
  void value(text whose, const expectation& e, text name, text value) {
    if (auto wrong = fault(e, value); !wrong.empty()) say(whose, name, value, wrong);
  }
  void attribute(text whose, const expectation& e, text given) { // empty: not given
    if (!given.empty()) value(whose, e, e.name, given);
  }
  void named_value(text whose, expectations known, text name, text given) {
    if (same_text(given, "default")) return; // as if nothing were written
    for (auto& e : known)
      if (named(e, name)) return value(whose, e, name, given);
  }
  void node_attributes(text whose, const nv_sets& sets) {
    values(whose, sets, of_nodes);
    for (auto& set : sets)
      for (auto& [name, given] : set.values) {
        bool color = given == "red" || given == "yellow" || given == "green";
        bool health = name.starts_with("#health") && !color;
        bool count = name.starts_with("fail-count-") || name.starts_with("master-");
        if (health || count) value(whose, {"", notation::score, as_none}, name, given);
        if (name.starts_with("last-failure-")) value(whose, {"", notation::time, as_none}, name, given);
      }
  }
  void values(text whose, const nv_sets& sets, expectations known) {
    for (auto& set : sets) {
      for (auto& [name, given] : set.values) named_value(whose, known, name, given);
      if (set.when) rule_values(fmt::format("{}:", set.id), *set.when);
    }
  }
  void amounts(text whose, const nv_sets& sets) {
    for (auto& set : sets)
      for (auto& [name, given] : set.values) value(whose, an_amount, name, given);
  }

  void node_values(const node& n) {
    auto whose = fmt::format("node {}:", n.uname);
    attribute(whose, a_score, n.score_text);
    attribute(whose, {"type", word, "it runs nothing, like a ping node", "member|normal|remote|ping"}, n.type);
    node_attributes(whose, n.attributes);
    amounts(whose, n.utilization);
  }

  void resource_values(const resource& r) {
    auto whose = fmt::format("{}:", r.id);
    values(whose, r.meta, of_resources);
    bool remote = r.provider == "pacemaker" && r.agent == "remote";
    values(whose, r.params, remote ? expectations{of_remote_connections} : expectations{});
    amounts(whose, r.utilization);
    for (auto& o : r.operations) {
      auto of_it = fmt::format("{}, operation {}:", r.id, o.name);
      for (auto& [name, given] : o.attributes) named_value(of_it, of_operations, name, given);
      values(of_it, o.meta, of_operations);
    }
    for (auto& child : r.children) resource_values(child);
  }

  void condition_values(text whose, const condition& c) {
    constexpr const char* never = "never holds";
    if (c.kind == condition_kind::rule) return rule_values(whose, c);
    if (c.kind == condition_kind::attribute) {
      attribute(whose, {"operation", word, never, "eq|ne|lt|lte|gt|gte|defined|not_defined"}, c.operation);
      attribute(whose, {"type", word, "compared as text", "string|integer|number|version"}, c.type);
    } else if (c.kind == condition_kind::date) {
      attribute(whose, {"operation", word, never, "gt|lt|in_range|date_spec|eq|neq"}, c.operation);
      for (auto& [name, given] : c.date_spec)
        if (name == "moon")
          say(whose, name, given, "is not looked at: counts as not given");
        else if (name != "id")
          value(whose, {"", notation::range, never}, name, given);
      for (auto& [name, given] : c.duration)
        if (name != "id") value(whose, {"", notation::number, as_none}, name, given);
    }
  }
  void rule_values(text whose, const condition& rule) {
    for (auto& part : rule.parts) condition_values(whose, part);
  }

  void set_values(text whose, const std::vector<resource_set>& sets) {
    for (auto& s : sets) {
      attribute(whose, a_score, s.score_text);
      attribute(whose, a_role, s.role);
      kind_value(whose, s.kind);
      action_value(whose, "action", s.action);
    }
  }
  void kind_value(text whose, text given) {
    attribute(whose, {"kind", word, "taken as Mandatory", "Optional|Mandatory|Serialize"}, given);
  }
  void action_value(text whose, text name, text given) {
    attribute(whose, {name, word, "such an action is never planned", "start|stop|promote|demote"}, given);
  }

  void location_values(const location& l) {
    auto whose = fmt::format("{}:", l.id);
    attribute(whose, a_score, l.score_text);
    attribute(whose, a_role, l.role);
    attribute(whose, {"resource-discovery", word, "taken as always", "always|never|exclusive"}, l.discovery);
    for (auto& r : l.rules) {
      attribute(whose, a_score, r.score_text);
      attribute(whose, {"role", word, "the rule is ignored", roles}, r.role);
      rule_values(whose, r.when);
    }
    set_values(whose, l.sets);
  }
  void colocation_values(const colocation& c) {
    auto whose = fmt::format("{}:", c.id);
    attribute(whose, a_score, c.score_text);
    attribute(whose, {"rsc-role", word, unsaid, roles}, c.dependent_role);
    attribute(whose, {"with-rsc-role", word, unsaid, roles}, c.primary_role);
    attribute(whose, {"influence", boolean, unsaid}, c.influence);
    set_values(whose, c.sets);
  }
  void order_values(const order& o) {
    auto whose = fmt::format("{}:", o.id);
    kind_value(whose, o.kind);
    if (o.kind.empty()) attribute(whose, a_score, o.score_text);
    attribute(whose, {"symmetrical", boolean, unsaid}, o.symmetrical);
    attribute(whose, {"require-all", boolean, as_false}, o.require_all);
    action_value(whose, "first-action", o.first_action);
    action_value(whose, "then-action", o.then_action);
    set_values(whose, o.sets);
  }
  void ticket_values(const ticket_constraint& t) {
    auto whose = fmt::format("{}:", t.id);
    attribute(whose, {"rsc-role", word, unsaid, roles}, t.role);
    attribute(whose, {"loss-policy", word, as_usual, "stop|demote|fence|freeze"}, t.loss_policy);
    set_values(whose, t.sets);
  }

  const contents& cib_;
  std::vector<std::string> sentences_;
  std::set<const char*> said_; // a template's are met with each of its users
};

} // namespace

std::vector<std::string> unreadable_values(const contents& cib) {
  return judge{cib}.run();
}

std::vector<std::string> unreadable_values(const contents& cib, const node_state& state) {
  return judge{cib}.run(state);
}

} // namespace troupe::conf::cib
