// What a rule says at a time and for a node, and what a list of nvpair blocks yields under it.
#pragma once

#include "conf/cib/cib.hpp"
#include "messages/types/time.hpp"

#include <functional>
#include <map>

namespace troupe::conf::cib {

// What a rule may ask. Whatever is absent makes the expressions that ask for it false.
struct rule_context {
  stamp now{};
  // A node attribute (also #uname, #id, #kind ...); nothing if undefined. Null: no node is in question.
  std::function<std::optional<text>(text)> attribute;
  // The resource a default applies to.
  text standard, provider, agent;
  // The operation a default applies to.
  text op_name;
  std::int64_t op_interval_ms = 0;
};

bool holds(const condition& rule, const rule_context& context);

// The first block that applies and defines a name wins.
std::map<text, text> evaluate(const nv_sets& sets, const rule_context& context);
// The same for one name.
std::optional<text> evaluate_one(const nv_sets& sets, text name, const rule_context& context);

} // namespace troupe::conf::cib
