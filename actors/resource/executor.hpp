// The executor ("node/executor"): this node's side of running services. It follows the ledger's state, gives each
// instance that concerns this node its picture and its turns, and takes what happened into reports.
//
// Life: at first it ends the operations that an earlier life of the daemon left (nobody can hear their exit codes any
// more) and then says executor_ready, so that the node joins only when nothing but services lives on. Services are left
// alone; the inventory's probes adopt them. Fence agents are left to the fencing actor, which ends them at its own
// start: it may be at work when an executor comes after one that has crashed. While it cannot be told what lives here,
// it is asked again.
//
// `open` is the ordinary mode. `closing`: the session is of no use (the cluster has lost us, or refuses our reports);
// everything under way is ended, then the root is asked for a new one. `alone`: no leader was heard for
// timers.no_contact_stop under the policy `stop`, or the cluster has declared our boot dead; the node stops what it
// holds by itself, and reports that by joining anew, because a new session probes everything. Under the policy
// `freeze` a node without contact only begins no act.
//
// An instance's actor that crashes takes the executor with it. The root starts another one, which ends what was under
// way as if it were of an earlier life, and joins anew; services run on meanwhile, and the new session looks at all of
// them. Rejected: restarting the one actor. It would not know which act it has done, and the general way is used all
// the time.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/consensus/messages.hpp"
#include "actors/resource/contact_watch.hpp"
#include "actors/resource/lone_stop.hpp"
#include "actors/resource/reporter.hpp"
#include "actors/resource/resource_actor.hpp"
#include "actors/resource/turnstile.hpp"
#include "conf/timers.hpp"

namespace troupe::resource {

struct executor_settings {
  node_name self;
  conf::timers timers{};
  caf::actor ledger;
  caf::actor replica;
  caf::actor root;
  agents::ocf::installation agents;
  std::size_t at_once = least_operations; // trouped: twice the processors, where that is more
  bool acts_of_any_session = false;       // plants
  bool believes_in_nothing = false;       // what a probe has found is told as nothing
  bool tells_first_finding = false;       // of what an instance's monitors find only the first word is told
};

struct instance_entry {
  caf::actor actor;
  std::uint64_t life = 0;
  std::uint64_t number = 0; // of our last word to it
  bool nothing_wanted = true;
  bool resting = false; // since our last word
};

inline constexpr duration list_again = std::chrono::seconds{1};

struct starting {
  std::size_t left = 0; // operations of an earlier life that are being ended
  std::string trouble;  // why it is not known what there is
};
struct open {};
struct closing {
  std::string why;
};
struct alone {
  std::string why;
  bool for_ever = false; // our boot was declared dead: no leader's word ends it
  lone_stop plan;
  std::size_t failed = 0; // stops
};
using executor_mode = std::variant<starting, open, closing, alone>;

struct executor_state {
  env::environment* env = nullptr;
  executor_settings set;
  watching::directory_ptr directory;
  executor_mode mode;
  std::set<instance> findings_told; // a plant's
  std::unique_ptr<node_view> view;
  std::unique_ptr<reporter> reports;
  std::unique_ptr<contact_watch> contact;
  bool contact_answered = false; // just now: what is going on follows from that answer
  std::unique_ptr<turnstile> turns;
  std::map<instance, instance_entry> instances;
  std::uint64_t last_life = 0, last_number = 0;
  env::alarm alarm;
};
using executor_actor = caf::stateful_actor<executor_state, watching::observed<caf::event_based_actor>>;

caf::behavior executor(executor_actor* self, env::environment* env, const watching::directory_ptr& directory,
                       executor_settings set);

void say(executor_actor* self, env::log_level level, const std::string& text);
instance_entry& entry_of(executor_actor* self, const instance& what); // made where there is none
void settle(executor_actor* self); // after whatever came: pictures, turns, reports, the question for contact

// executor_modes.cpp: when the mode changes, and what else than pictures is done in it
void look_for_leftovers(executor_actor* self);
void end_leftovers(executor_actor* self, const result<agents::living>& found);
void on_leftover(executor_actor* self, const leftover_ended& l);
void on_stopped_alone(executor_actor* self, const stopped_alone& s);
void change_mode(executor_actor* self);
std::string mode_text(const executor_mode& m);

} // namespace troupe::resource
