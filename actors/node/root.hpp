// The root of the node's actor tree.
//
// It reads which cluster this node belongs to. Without one it waits: it answers who forms a cluster, and asks its seeds
// for theirs. With one it starts the ledger and the replica, and joins: a session begins with a NodeJoined in the log.
// A child that crashes, or a disk that fails, ends the node; whoever started it starts it again.
#pragma once

#include "actors/cluster/ledger.hpp"
#include "actors/consensus/replica_actor.hpp"
#include "actors/links/links.hpp"
#include "actors/node/charter_files.hpp"
#include "actors/node/founder.hpp"
#include "actors/node/node_main.hpp"

namespace troupe::node {

inline constexpr duration seek_interval = std::chrono::seconds{1};       // between questions to the seeds
inline constexpr duration join_again = std::chrono::milliseconds{500};   // after a join that was refused

struct root_state {
  env::environment* env = nullptr;
  node_options options;
  console::directory_ptr directory = std::make_shared<console::actor_directory>();
  public_key key;
  env::alarm alarm;

  caf::actor links;
  caf::actor history;
  caf::actor replica; // these two from the forming on
  caf::actor ledger;

  bool charter_read = false;
  std::optional<genesis> formed;
  bool genesis_durable = false;
  std::optional<journal_id> reserved;
  bool reservation_durable = false;
  std::vector<std::pair<node_name, std::uint64_t>> waiting_reserve; // (who, round), until the reservation is durable
  std::vector<node_name> waiting_formed;                            // who, until the genesis is durable
  std::unique_ptr<founder> founding;
  caf::response_promise founding_asked;
  instant seek_at{};

  std::optional<cluster::member> self; // our own record, as far as the ledger has come
  std::optional<session_id> session;   // this life's; unset: not joined
  bool join_sent = false;
  instant join_at{};
};
using root_actor = caf::stateful_actor<root_state, console::observed<caf::event_based_actor>>;

caf::behavior root(root_actor* self, env::environment* env, node_options options);

void say(root_actor* self, env::log_level level, const std::string& text);
// The node ends: `why` is for the log.
void give_up(root_actor* self, const std::string& why);
void rearm(root_actor* self);

enum class disk_step : std::uint8_t { charter, reservation, genesis };
void ask_disk(root_actor* self, disk_step step, env::disk_request request);

// root_formation.cpp: from no cluster to one
void begin_founding(root_actor* self, init_cluster& order, caf::response_promise promise);
void on_formation(root_actor* self, const node_name& from, const formation::message& m);
void on_formation_time(root_actor* self);
void on_genesis_durable(root_actor* self);
void on_reservation_durable(root_actor* self);

// root_membership.cpp: from a cluster to a session in it
void start_cluster(root_actor* self);
void on_standing(root_actor* self, cluster::standing_of_node& told);
void on_membership_time(root_actor* self);

} // namespace troupe::node
