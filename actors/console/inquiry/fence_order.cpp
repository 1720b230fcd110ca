#include "actors/console/inquiry/fence_order.hpp"

#include "actors/cluster/holdings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::console {

namespace fence_detail {

using cluster::member;
using cluster::state;

std::optional<std::uint32_t> first_level(const state& s, const node_name& target) {
  std::optional<std::uint32_t> level;
  for (auto& d : s.config().value.devices)
    if (std::binary_search(d.targets.begin(), d.targets.end(), target))
      level = std::min(level.value_or(d.level), d.level);
  return level;
}

std::optional<node_name> executor_for(const state& s, const node_name& target, const node_name& self) {
  if (self != target && cluster::acting_session(s, self)) return self;
  for (auto& [key, m] : s.all<cluster::member_key>())
    if (key.node != target && cluster::acting_session(s, key.node)) return key.node;
  return std::nullopt;
}

std::vector<log_index> grounds(const state& s, const node_name& target) {
  return {s.version_of(cluster::member_key{target})};
}

result<fence_order> attempt(const state& s, const node_name& target, const member& m, const node_name& self) {
  if (m.dead_up_to && m.boot <= *m.dead_up_to) return failure(target.text + " is proved dead already");
  auto level = first_level(s, target);
  if (!level)
    return failure(
        fmt::format("no fence device has {0} as a target. Switch it off by hand, see that it is off, and vouch for "
                    "that: troupe fence {0} --confirmed-off --reason TEXT",
                    target.text));
  auto* last = s.find(cluster::attempt_key{target});
  if (last && last->value.ended == cluster::attempt::end::open)
    return failure(fmt::format("{} is being fenced by {} already (attempt {})", target.text, last->value.executor.text,
                               last->value.id.value));
  auto by = executor_for(s, target, self);
  if (!by) return failure("no other node has joined that could fence " + target.text);
  return fence_order{command::fence_attempt{target, m.boot, *by, *cluster::acting_session(s, *by), *level},
                     grounds(s, target)};
}

result<fence_order> proof(const state& s, const fence& asked, const member& m) {
  auto& name = asked.target.text;
  if (auto left = cluster::dead_but_held(s, asked.target); left && *asked.vouched == *left)
    return fence_order{command::fence_proof{asked.target, *left, config::proof_kind::operator_word, {}, asked.note},
                       grounds(s, asked.target)};
  if (m.dead_up_to && m.boot <= *m.dead_up_to) return failure(name + " is proved dead already");
  if (cluster::is_trusted(m))
    return failure(name +
                   " is a joined member: it talks to this cluster, so it is not off. Once it is off and was missed, "
                   "`troupe status` calls it lost; vouch for it then");
  if (*asked.vouched != m.boot)
    return failure(
        fmt::format("{0} has started again since: its present boot is {1}, not {2}. Look at it once more, then "
                    "vouch for that one",
                    name, m.boot.value, asked.vouched->value));
  return fence_order{command::fence_proof{asked.target, m.boot, config::proof_kind::operator_word, {}, asked.note},
                     grounds(s, asked.target)};
}

} // namespace fence_detail

result<fence_order> order_fence(const cluster::state& s, const fence& asked, const node_name& self) {
  auto* m = cluster::member_of(s, asked.target);
  if (!m) return failure("there is no node " + asked.target.text + " in this cluster; `troupe status` lists them");
  return asked.vouched ? fence_detail::proof(s, asked, *m) : fence_detail::attempt(s, asked.target, *m, self);
}

} // namespace troupe::console
