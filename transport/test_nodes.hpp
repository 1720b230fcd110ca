// Names, keys and addresses for the tests of this room; everything from small numbers, so that digests can be written
// down.
#pragma once

#include "messages/types/random.hpp"
#include "transport/identity.hpp"

#include <initializer_list>

namespace troupe::transport_test {

inline transport::seed_bytes test_seed(std::uint8_t number) {
  std::array<std::byte, 32> bytes{};
  bytes.fill(std::byte{number});
  return transport::seed_bytes(bytes);
}

inline transport::identity test_identity(std::string_view name) {
  std::array<std::byte, 32> bytes{};
  for (std::size_t i = 0; i < name.size() && i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(name[i]);
  return {node_name{name}, transport::seed_bytes(bytes)};
}

inline lineage_id test_lineage(std::uint8_t number) {
  lineage_id made;
  made.bytes.fill(std::byte{number});
  return made;
}

// 10.0.0.number:5410
inline transport::endpoint test_endpoint(std::uint8_t number) {
  transport::endpoint at{{}, 5410};
  at.address[10] = at.address[11] = std::byte{0xff};
  at.address[12] = std::byte{10};
  at.address[15] = std::byte{number};
  return at;
}

inline transport::directory_of_keys pin(std::initializer_list<const transport::identity*> nodes) {
  transport::directory_of_keys made;
  std::uint8_t number = 0;
  for (const auto* n : nodes) made.nodes[n->name()] = {n->name(), n->key(), {test_endpoint(++number)}};
  return made;
}

inline transport::fill_random seeded(std::uint64_t seed) {
  return [source = random_source{seed}](std::span<std::byte> out) mutable {
    for (auto& b : out) b = static_cast<std::byte>(source.next() & 0xff);
  };
}

} // namespace troupe::transport_test
