// Who acts on this node: what CAF 0.17 does not tell. Every observed actor (observed.hpp) has a card in the directory
// of its node; the console lists them while the actors work.
//
// A directory belongs to one node and is handed to each actor: no singleton, or the simulator's nodes would see each
// other. It is shared, because an actor may outlive whoever made the directory. Cards are plain atomics, written by
// whatever thread runs the actor and read by any.
// Rejected: asking each actor by message. The one that matters, the stuck one, does not answer.
#pragma once

#include "messages/types/time.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace troupe::watching {

inline constexpr std::int64_t not_busy = INT64_MIN;

struct actor_card {
  std::uint64_t number = 0; // the actor's id in its system
  std::string path;         // "node/resource/vip"
  std::string kind;         // "resource"
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::int64_t> busy_since{not_busy}; // of the actor system's clock, nanoseconds
};

// What one card said at one moment.
struct actor_row {
  std::string path;
  std::string kind;
  std::uint64_t waiting = 0; // in the mailbox, the message being handled included
  std::uint64_t handled = 0;
  std::optional<instant> busy_since; // when it began the message it is at
  bool operator==(const actor_row&) const = default;
};

class actor_directory {
public:
  void add(std::shared_ptr<actor_card> card);
  void remove(std::uint64_t number);
  [[nodiscard]] std::vector<actor_row> list() const; // by path, then by number
  [[nodiscard]] std::uint64_t ever() const;          // how many were ever added

private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::shared_ptr<actor_card>> cards_;
  std::uint64_t ever_ = 0;
};

using directory_ptr = std::shared_ptr<actor_directory>;

} // namespace troupe::watching
