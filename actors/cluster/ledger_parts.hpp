// The ledger's parts to each other: what is one actor's work, in three files.
#pragma once

#include "actors/cluster/ledger.hpp"

#include <string>

namespace troupe::cluster::ledger_parts {

inline void say(ledger_actor* self, env::log_level level, const std::string& text) {
  self->state.env->log.write(level, "ledger", text);
}

// --- ledger_leader.cpp ---
void propose_next(ledger_actor* self);
bool add_to_batch(ledger_actor* self, command::command c); // false: not taken, its client brings it again
void on_answer(ledger_actor* self, const consensus::proposal_answer& answer);
void on_flush(ledger_actor* self);
void propose_what_is_due(ledger_actor* self);
std::optional<instant> leader_deadline(ledger_actor* self);
void forwarded(ledger_actor* self, const links::delivered& d);
void change_leader(ledger_actor* self, const consensus::leadership& l);

// --- ledger_apply.cpp ---
void apply_slot(ledger_actor* self, const consensus::chosen_slot& chosen);
void replace(ledger_actor* self, const consensus::replace_state& r);
void hand_in_snapshot(ledger_actor* self);
void tell_root(ledger_actor* self, bool configuration_changed);
void show(ledger_actor* self, watcher& to);
std::shared_ptr<const state> copy_of_content(ledger_actor* self);
std::optional<stamp> due_of_content(ledger_actor* self);

// --- ledger.cpp ---
void answer(ledger_actor* self, client_id client, std::uint64_t sequence, const outcome& what);

// Of ours to ourselves: what lies in the mailbox comes first.
struct flush_batch {};

} // namespace troupe::cluster::ledger_parts

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::ledger_parts::flush_batch)
