// The root of the node's actor tree.
//
// It reads which cluster this node belongs to. Without one it waits: it answers who forms a cluster, and asks its seeds
// for theirs. With one it starts the ledger and the replica, then the services that follow the ledger (detector,
// executor, fencing, attributes; on the leader the director), and joins: a session begins with a NodeJoined in the log.
//
// A service that crashes is started again, max_restarts times within restart_window: it holds no facts. A crash of
// those that do (links, history, ledger, replica) ends the node; whoever started it starts it again. So does a disk
// that fails, but in order: what runs here is moved away first.
#pragma once

#include "actors/cluster/ledger.hpp"
#include "actors/consensus/replica_actor.hpp"
#include "actors/detector/messages.hpp"
#include "actors/links/links.hpp"
#include "actors/node/charter_files.hpp"
#include "actors/node/founder.hpp"
#include "actors/node/node_main.hpp"
#include "actors/resource/messages.hpp"

#include <map>

namespace troupe::node {

inline constexpr duration seek_interval = std::chrono::seconds{1}; // between questions to the seeds
inline constexpr duration join_again =
    std::chrono::milliseconds{500};                               // after a join that was refused; doubled each time
inline constexpr duration join_seldom = std::chrono::seconds{60}; // at most: each is a command in the log

inline constexpr std::size_t max_restarts = 5; // of services, within restart_window; then the node gives up
inline constexpr duration restart_window = std::chrono::minutes{1};
inline constexpr duration drain_limit = std::chrono::minutes{5};  // of leaving in order
// So long the daemon of a node whose services are left alone may be away, until it counts as lost.
inline constexpr duration planned_absence = std::chrono::minutes{30};
static_assert(planned_absence < command::max_detach);             // for calendars that differ
inline constexpr duration alone_limit = std::chrono::seconds{10}; // of the same without a word of a leader
inline constexpr duration look_for_leader = std::chrono::seconds{1};
// Between two standbys, or two last words, of a node that leaves: each is a command in the log.
inline constexpr duration leave_again = std::chrono::seconds{1};

// Actors that follow the ledger and hold no facts of their own.
enum class service : std::uint8_t { detector, attributes, executor, fencing, director };

// On the way out, from the first to the last.
enum class leaving_step : std::uint8_t {
  draining, // a standby of our own is in the log; what runs here goes elsewhere
  going,    // NodeLeft is on its way to the log, or Detach
  waving,   // the detector says goodbye
};

struct root_state {
  env::environment* env = nullptr;
  node_options options;
  watching::directory_ptr directory = std::make_shared<watching::actor_directory>();
  public_key key;
  env::alarm alarm;

  caf::actor links;
  caf::actor history;
  caf::actor replica; // these from the forming on
  caf::actor ledger;
  std::map<service, caf::actor> services;
  std::vector<instant> restarts; // within restart_window
  bool executor_ready = false;   // what an earlier life left behind is cleared: we may join
  bool leads = false;
  std::vector<caf::actor_addr> stopped; // services that were asked to end, and have not yet

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

  std::shared_ptr<const config::cluster> configuration; // the present one, as far as the ledger has come
  std::optional<cluster::member> self; // our own record, as far as the ledger has come
  std::optional<session_id> session;   // this life's; unset: not joined
  bool join_sent = false;
  instant join_at{};
  duration join_pause = join_again;
  std::optional<session_id> superseded_by; // of another life under our name, as the detector has heard
  std::string kept_out; // why it has no session, for operators; empty: it has one, or nothing is wrong

  std::optional<leaving_step> leaving;
  std::string leaving_why;             // in the log
  std::optional<cluster::mirror> seen; // while leaving: what is still here
  instant leaving_ends{};
  instant leaving_look{}; // whether anybody leads
  instant may_go{};       // after a refusal
  bool standby_sent = false;
  instant may_drain{}; // after a standby that was asked for
};
using root_actor = caf::stateful_actor<root_state, watching::observed<caf::event_based_actor>>;

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
bool may_join(const root_actor* self); // at join_at
void rejoin(root_actor* self, const std::string& why);
void on_other_life(root_actor* self, session_id by); // somebody runs under our name

// root_services.cpp: the actors that follow the ledger
void start_services(root_actor* self);
void on_leadership(root_actor* self, const cluster::leader_is& l);
bool on_service_end(root_actor* self, const caf::down_msg& down); // true: it was one of them, and is seen to
caf::actor find_service(const root_actor* self, service which);   // empty: it does not run
void tell_session(root_actor* self);

// root_leaving.cpp: out of the cluster, in order
void begin_leaving(root_actor* self, std::string why);
void leave_without_disk(root_actor* self, const consensus::disk_failed& how);
void on_state(root_actor* self, const cluster::state_is& s);
void on_state(root_actor* self, const cluster::state_changed& s);
void look_whether_gone(root_actor* self); // everything that was here, or is to be moved; then it goes as well
void on_leaving_time(root_actor* self);
void lift_own_standby(root_actor* self);              // that an earlier life's leaving left behind
void end(root_actor* self, const caf::error& reason); // with all of the tree

} // namespace troupe::node
