#include "tools/troupe/vouch_text.hpp"

#include "tools/troupe/show.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::cli {

namespace vouch_detail {

std::string at_stake(const console::cluster_status& c, const node_name& node, log_index boot) {
  auto found = std::find_if(c.proofs.begin(), c.proofs.end(), [&](auto& p) { return p.node == node && p.boot == boot; });
  if (found == c.proofs.end()) return "Nothing that is known runs there.\n";
  std::string held;
  for (auto& r : found->held) held += (held.empty() ? "" : ", ") + r.text;
  if (found->more > 0) held += fmt::format(" and {} more", found->more);
  return fmt::format(
      "It may still run {0}. On your word they are started elsewhere at once: if {1} still runs them, they\n"
      "run twice, and what both of them write is damaged.\n",
      held, node.text);
}

} // namespace vouch_detail

std::string vouch_text(const console::cluster_status& c, const console::member_line& m, log_index boot) {
  auto& n = m.node.text;
  auto seen = m.since ? fmt::format(" since {}", text_of(*m.since)) : std::string();
  auto evidence = m.evidence.empty() ? std::string() : " (" + m.evidence + ")";
  return fmt::format(
      "{} is {}{}{}.\n{}"
      "You vouch that {} is powered off, or was started anew and runs nothing of this cluster: this boot\n"
      "({}) never comes back. No device checks it.\n"
      "If that is so, type the node's name: ",
      n, name_of(m.here), seen, evidence, vouch_detail::at_stake(c, m.node, boot), n, boot.value);
}

} // namespace troupe::cli
