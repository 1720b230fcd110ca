// Who we are and whom we know. An identity is an Ed25519 key pair; trust is the set of pinned public keys, which comes
// from node.toml's seeds at first and from the cluster's configuration afterwards. There is no authority that signs
// keys: it would be one more secret whose loss costs the cluster.
#pragma once

#include "messages/types/ids.hpp"
#include "transport/network.hpp"
#include "transport/secret.hpp"

#include <map>
#include <set>

namespace troupe::transport {

using signature = std::array<std::byte, 64>;

class identity {
public:
  identity(node_name name, const seed_bytes& seed);

  [[nodiscard]] const node_name& name() const { return name_; }
  [[nodiscard]] const public_key& key() const { return key_; }
  [[nodiscard]] signature sign(byte_view text) const; // deterministic (RFC 8032)

private:
  node_name name_;
  public_key key_;
  secret_bytes<64> secret_;
};

[[nodiscard]] bool verify(const public_key& key, byte_view text, const signature& signed_by);

struct pinned_node {
  node_name name;
  public_key key;
  std::vector<endpoint> addresses; // tried in order
  bool operator==(const pinned_node&) const = default;
};

// A value: replaced as a whole when the configuration changes.
struct directory_of_keys {
  std::map<node_name, pinned_node> nodes;
  std::set<public_key> revoked; // refused by name even where a stale configuration still pins them
  bool operator==(const directory_of_keys&) const = default;
};

} // namespace troupe::transport
