#include "conf/units.hpp"
#include "conf/validation.hpp"

#include <algorithm>

namespace troupe::conf::validation {

static void check_identities(subject& s) {
  std::map<public_key, std::string> keys;
  std::map<config::address, std::string> addresses;
  for (const auto& n : s.c.nodes) {
    key_path at{"node", n.name.text};
    if (auto [other, fresh] = keys.emplace(n.key, n.name.text); !fresh)
      s.error(at / "key", "the key of node '" + other->second + "' again",
              "each node has a key of its own: `troupe keygen`");
    for (std::size_t i = 0; i < n.addresses.size(); ++i) {
      const auto& a = n.addresses[i];
      if (is_wildcard(a))
        s.error((at / "addresses")[i], "nobody can be reached at a wildcard address",
                "write the address that the others see");
      else if (auto [other, fresh] = addresses.emplace(a, n.name.text); !fresh)
        s.error((at / "addresses")[i], text_of(a) + " is an address of node '" + other->second + "' already",
                "each address is named once");
    }
  }
}

static std::string joined(const std::vector<node_name>& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ", ") + n.text;
  return out;
}

static void check_voters(subject& s) {
  auto voters = config::voters(s.c);
  auto count = voters.size();
  auto majority = count / 2 + 1;
  if (count == 0) {
    s.error({"node"}, "no node may vote", "remove voter = false from an odd number of nodes, three for example");
  } else if (count > config::max_voters) {
    s.error({"node"}, std::to_string(count) + " voters: " + joined(voters),
            "at most " + std::to_string(config::max_voters) + "; the others follow the log without a vote");
  } else if (count == 2) {
    s.warning({"node"},
              "two voters (" + joined(voters) + "): the loss of either stops the cluster, as one voter's would",
              "give a third node a vote");
  } else if (count % 2 == 0) {
    s.warning({"node"},
              std::to_string(count) + " voters (" + joined(voters) + ") bear the loss of " +
                  std::to_string(count - majority) + ", as " + std::to_string(count - 1) + " would",
              "make their number odd");
  } else if (count == 1 && s.c.nodes.size() > 1) {
    s.warning({"node"}, "one voter (" + voters.front().text + "): its loss stops the cluster",
              "let three nodes vote; a small third node is enough");
  }
}

void check_nodes(subject& s) {
  if (s.c.nodes.empty()) {
    s.error({"node"}, "no node", "add [node.NAME] with its key and addresses");
    return;
  }
  check_identities(s);
  check_voters(s);
}

} // namespace troupe::conf::validation
