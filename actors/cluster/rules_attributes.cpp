// Attributes of nodes and of the cluster: noted, never judged. Nothing in the kernel depends on one; promotion scores
// among them are an input of place().
#include "actors/cluster/attributes.hpp"
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

namespace troupe::cluster::rules {

namespace {

std::size_t count_of(const state& s, const node_name& node) {
  std::size_t count = 0;
  auto& all = s.all<attribute_key>();
  for (auto at = all.lower_bound({node, {}, {}}); at != all.end() && at->first.node == node; ++at) ++count;
  return count;
}

refusal check_item(const state& s, const command::attribute_item& item) {
  bool too_long = item.name.size() > command::max_attribute_name ||
                  (item.value && item.value->size() > command::max_attribute_value);
  if (item.name.empty() || too_long) return refusal::too_large;
  if (item.node.empty()) return item.lasts == command::lifetime::forever ? refusal::none : refusal::unknown_node;
  auto* m = member_of(s, item.node);
  return m && m->configured ? refusal::none : refusal::unknown_node;
}

template <class Which>
void forget(transaction& t, const node_name& node, Which which) {
  std::vector<attribute_key> gone;
  auto& all = t.now().all<attribute_key>();
  for (auto at = all.lower_bound({node, {}, {}}); at != all.end() && at->first.node == node; ++at)
    if (which(at->first)) gone.push_back(at->first);
  for (auto& key : gone) t.erase(key);
}

} // namespace

refusal check(const state& s, const provenance&, const command::attributes& c) {
  if (c.items.size() > command::max_attribute_items) return refusal::too_large;
  std::map<node_name, std::size_t> more;
  for (auto& item : c.items) {
    if (auto bad = check_item(s, item); bad != refusal::none) return bad;
    if (item.value && !s.find(attribute_key{item.node, item.lasts, item.name})) ++more[item.node];
  }
  for (auto& [node, count] : more)
    if (count_of(s, node) + count > max_attributes) return refusal::too_large;
  return refusal::none;
}

void effect(transaction& t, const provenance&, const command::attributes& c) {
  for (auto& item : c.items) {
    attribute_key key{item.node, item.lasts, item.name};
    if (item.value)
      t.put(key, {*item.value});
    else
      t.erase(key);
  }
}

void forget_transient(transaction& t, const node_name& node) {
  forget(t, node, [](const attribute_key& key) { return key.lasts == command::lifetime::reboot; });
}

void forget_attributes(transaction& t, const node_name& node) {
  if (!node.empty()) forget(t, node, [](const attribute_key&) { return true; });
}

} // namespace troupe::cluster::rules
