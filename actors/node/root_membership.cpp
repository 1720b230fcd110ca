// The root with a cluster: the ledger and the replica, and the session that this life of the daemon has in it.
#include "actors/node/root.hpp"

#include "transport/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::node {

namespace {

consensus::plants planted(const std::set<std::string>& names) {
  consensus::plants all;
  for (auto& p : consensus::all_plants)
    if (names.contains(std::string(p.name))) all = all.with(p.what);
  return all;
}

// Only members of the configuration are known from now on, under the keys that it pins; and its `tolerate` counts. Who
// was added later begins with one that does not name it, and whose nodes may all be gone: it keeps its seeds until
// then.
void live_by(root_actor* self, const config::cluster& c) {
  links::keys_changed known;
  bool named = std::any_of(c.nodes.begin(), c.nodes.end(), [&](auto& n) { return n.name == self->state.options.name; });
  if (!named)
    for (auto& seed : self->state.options.seeds) known.keys.nodes[seed.name] = seed;
  consensus::members_are members;
  for (auto& n : c.nodes) {
    members.members.push_back(n.name);
    if (n.name == self->state.options.name) continue;
    transport::pinned_node peer{n.name, n.key, {}};
    for (auto& a : n.addresses)
      if (auto where = transport::make_endpoint(a.host, a.port)) peer.addresses.push_back(*where);
    known.keys.nodes[n.name] = std::move(peer);
  }
  auto timers = conf::timers_of(c);
  self->send(self->state.links, links::timers_are{timers});
  self->send(self->state.links, std::move(known));
  self->send(self->state.replica, consensus::timers_are{timers});
  self->send(self->state.replica, std::move(members));
}

void keep_out(root_actor* self, std::string why) {
  auto& state = self->state;
  if (state.kept_out != why) say(self, env::log_level::error, why);
  state.kept_out = std::move(why);
}

// What the cluster has said for good: it is not asked again, because each question would be a command in the log.
std::string never_taken_in(const root_actor* self) {
  auto& state = self->state;
  auto& marks = state.self->dead_marks;
  if (std::find(marks.begin(), marks.end(), state.env->host.boot) != marks.end())
    return "this boot of the machine was proved dead, and a dead boot never joins again: reboot the machine";
  return {};
}

void join(root_actor* self) {
  auto& state = self->state;
  command::command c;
  c.from.why = reason::node_joined;
  c.from.by.node = state.options.name;
  c.what = command::node_joined{state.options.name, state.env->host.machine, state.env->host.boot, state.self->session,
                                known_level};
  auto named = state.self->session;
  state.join_sent = true;
  say(self, env::log_level::debug, fmt::format("asks to join in the place of session {}", state.self->session.value));
  // No time-out: the desk follows the command to its outcome, through whatever happens to leaders.
  self->request(state.ledger, caf::infinite, cluster::submit{"node", std::move(c)})
      .then(
          [self, named](const cluster::told_outcome& told) {
            auto& s = self->state;
            s.join_sent = false;
            if (told.answer.refused == refusal::none) {
              s.session = session_id{told.answer.index.value};
              s.join_pause = join_again;
              s.kept_out.clear();
              say(self, env::log_level::info, fmt::format("joined in session {}", s.session->value));
              tell_session(self);
              if (!s.leaving) lift_own_standby(self);
              look_whether_gone(self);
              self->send(s.links, links::terms_changed{{s.formed->lineage, known_level}, *s.session});
              return;
            }
            bool stale = told.answer.refused == refusal::stale_join; // the ledger had not come far enough
            bool wiser = s.self && s.self->session != named; // by now it has: the refusal stands behind what it missed
            s.join_at = env::now_of(self) + (stale && wiser ? duration{} : s.join_pause);
            if (!stale) {
              keep_out(self, fmt::format("the cluster refuses this node: {}", name_of(told.answer.refused)));
              s.join_pause = std::min(2 * s.join_pause, join_seldom);
            }
            on_membership_time(self);
            rearm(self);
          },
          [self](const caf::error&) {
            self->state.join_sent = false;
            self->state.join_at = env::now_of(self) + join_again;
            rearm(self);
          });
}

} // namespace

void start_cluster(root_actor* self) {
  auto& state = self->state;
  auto& g = *state.formed;
  say(self, env::log_level::info, fmt::format("member of cluster {}, lineage {}", g.configuration.name,
                                              to_hex(byte_view(g.lineage.bytes).first(4))));
  auto here = caf::actor_cast<caf::actor>(self);
  auto limits = consensus::options_from(conf::timers_of(g.configuration)); // until on_standing
  auto& sizes = state.options.sizes;
  limits.snapshot_after = sizes.snapshot_after;
  limits.keep_behind = sizes.keep_behind;
  limits.message_bytes = sizes.message_bytes;
  limits.max_batch_bytes = sizes.batch_bytes;
  limits.chunk_bytes = sizes.chunk_bytes;
  auto has = [&](const char* plant) { return state.options.plants.contains(plant); };

  consensus::replica_settings r;
  r.owner = {g.lineage, state.options.name, state.env->host.machine};
  r.voters = g.voters;
  r.fresh = state.reserved.value_or(journal_id{state.env->entropy.number() | 1});
  if (state.reserved) r.consumes = reservation_file;
  r.limits = limits;
  r.segment_size = sizes.journal_segment;
  r.ignores_failed_sync = has("ignore-failed-sync");
  r.planted = planted(state.options.plants);
  r.links = state.links;
  r.root = here;
  state.replica = self->spawn<caf::monitored>(consensus::replica_of_log, state.env, state.directory, std::move(r));

  cluster::ledger_settings l;
  l.self = state.options.name;
  l.formed = g;
  l.batch_bytes = limits.max_batch_bytes;
  l.root = here;
  l.replica = state.replica;
  l.links = state.links;
  l.history = state.history;
  l.on_applied = state.options.on_applied;
  l.own_clock_in_apply = has("own-clock-in-apply");
  l.planted = cluster::plants(state.options.plants);
  state.ledger = self->spawn<caf::monitored>(cluster::ledger, state.env, state.directory, std::move(l));
  self->send(state.replica, consensus::state_is_with{state.ledger});
  self->send(state.links, links::terms_changed{{g.lineage, known_level}, session_id{}});
  state.join_at = env::now_of(self);
  start_services(self);
}

void on_standing(root_actor* self, cluster::standing_of_node& told) {
  auto& state = self->state;
  if (told.configuration_changed) {
    state.configuration = told.configuration;
    live_by(self, *told.configuration);
  }
  state.self = std::move(told.self);
  if (state.superseded_by) on_other_life(self, *state.superseded_by);
}

// Also on the way out, as long as something is to be moved away: it takes a session to do that.
bool may_join(const root_actor* self) {
  auto& state = self->state;
  bool stays = !state.leaving || state.leaving == leaving_step::draining;
  return state.ledger && !state.session && !state.join_sent && state.executor_ready && stays;
}

void on_membership_time(root_actor* self) {
  auto& state = self->state;
  if (!may_join(self) || env::now_of(self) < state.join_at) return;
  if (state.self) {
    auto never = never_taken_in(self);
    if (never.empty()) return join(self);
    keep_out(self, std::move(never));
    state.join_at = env::now_of(self) + join_seldom;
    return;
  }
  state.join_at = env::now_of(self) + join_again; // not in the configuration, as far as we know
}

// The session goes on being the node's, in the log, until the next one begins.
void rejoin(root_actor* self, const std::string& why) {
  auto& state = self->state;
  if (!state.session || (state.leaving && state.leaving != leaving_step::draining)) return;
  say(self, env::log_level::warning, "joins anew: " + why);
  state.session.reset();
  state.join_at = env::now_of(self);
  on_membership_time(self);
}

void on_other_life(root_actor* self, session_id by) {
  auto& state = self->state;
  if (state.join_sent || !state.session || by <= *state.session) return; // our own next one, or an old story
  state.superseded_by = by;
  if (!state.self || state.self->session < by) return; // the log will say what kind of life that is
  // Another boot: what runs here may run there as well, and the executor must be here to stop it.
  if (auto dead = never_taken_in(self); !dead.empty()) return keep_out(self, std::move(dead));
  give_up(self, fmt::format("another daemon has joined as {} (session {})", state.options.name.text, by.value));
}

} // namespace troupe::node
