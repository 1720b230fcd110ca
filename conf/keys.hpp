// Identities as people see them. A node is who holds its Ed25519 key (RFC 8032); its public key is pinned by the
// others:
//
//   troupe-ed25519:BASE64            a public key (32 bytes), in node.toml and cluster.toml
//
// The identity file is text: comments (#), then the seed of the key pair and the public key, each on a line of its own.
// The public key is derivable; it is there so that a damaged seed is noticed and not taken for another identity.
// The file must be regular, of mode 0600 or less, and owned by who reads it or by root.
//
// Randomness is handed in as bytes: whoever makes a key (`troupe keygen`, a test, the simulator) has its own source.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/result.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace troupe::conf {

inline constexpr std::size_t max_key_file = 4096;

// An Ed25519 key pair; wiped when it goes.
class identity {
public:
  using seed_view = std::span<const std::byte, 32>;

  explicit identity(seed_view seed); // the pair that belongs to this seed
  ~identity();
  identity(const identity&) = default;
  identity& operator=(const identity&) = default;

  [[nodiscard]] const troupe::public_key& public_key() const { return public_; }
  // Seed and public key, as libsodium's signing functions take it.
  [[nodiscard]] std::span<const std::byte, 64> secret_key() const { return secret_; }
  [[nodiscard]] seed_view seed() const { return seed_view(secret_.data(), 32); }

private:
  std::array<std::byte, 64> secret_{};
  troupe::public_key public_;
};

std::string text_of(const public_key& key);
result<public_key> parse_public_key(std::string_view text);

std::string identity_file_text(const identity& who);
result<identity> parse_identity(std::string_view text); // errors do not repeat what the file holds
result<identity> read_identity(const std::string& path);

// The machine: 32 hexadecimal digits and a newline, as in /etc/machine-id (machine-id(5)); not all zero.
result<machine_id> parse_machine_id(std::string_view text);
result<machine_id> read_machine_id(const std::string& path);

} // namespace troupe::conf
