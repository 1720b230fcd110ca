// The kernel's rules, one pair a command: check() and effect(). Inside of actors/cluster; apply() is the way in.
#pragma once

#include "actors/cluster/state.hpp"

namespace troupe::cluster::rules {

using command::provenance;

// rules_membership.cpp
refusal check(const state& s, const provenance& from, const command::node_joined& c);
refusal check(const state& s, const provenance& from, const command::node_left& c);
refusal check(const state& s, const provenance& from, const command::detach& c);
refusal check(const state& s, const provenance& from, const command::suspected& c);
refusal check(const state& s, const provenance& from, const command::node_lost& c);
void effect(transaction& t, const provenance& from, const command::node_joined& c);
void effect(transaction& t, const provenance& from, const command::node_left& c);
void effect(transaction& t, const provenance& from, const command::detach& c);
void effect(transaction& t, const provenance& from, const command::suspected& c);
void effect(transaction& t, const provenance& from, const command::node_lost& c);

// rules_config.cpp
refusal check(const state& s, const provenance& from, const command::config_set& c);
refusal check(const state& s, const provenance& from, const command::directive& c);
refusal check(const state& s, const provenance& from, const command::cleanup& c);
refusal check(const state& s, const provenance& from, const command::assigned& c);
refusal check(const state& s, const provenance& from, const command::level_set& c);
refusal check(const state& s, const provenance& from, const command::tick& c);
void effect(transaction& t, const provenance& from, const command::config_set& c);
void effect(transaction& t, const provenance& from, const command::directive& c);
void effect(transaction& t, const provenance& from, const command::cleanup& c);
void effect(transaction& t, const provenance& from, const command::assigned& c);
void effect(transaction& t, const provenance& from, const command::level_set& c);
void effect(transaction& t, const provenance& from, const command::tick& c);

// rules_acts.cpp
refusal check(const state& s, const provenance& from, const command::act& c);
refusal check(const state& s, const provenance& from, const command::withdraw& c);
void effect(transaction& t, const provenance& from, const command::act& c);
void effect(transaction& t, const provenance& from, const command::withdraw& c);

// rules_reports.cpp
refusal check(const state& s, const provenance& from, const command::report& c);
void effect(transaction& t, const provenance& from, const command::report& c);

// rules_attributes.cpp
refusal check(const state& s, const provenance& from, const command::attributes& c);
void effect(transaction& t, const provenance& from, const command::attributes& c);
void forget_transient(transaction& t, const node_name& node); // what was noted of it until it starts anew
void forget_attributes(transaction& t, const node_name& node); // all of it

// rules_notices.cpp
refusal check(const state& s, const provenance& from, const command::notice_begun& c);
refusal check(const state& s, const provenance& from, const command::notice_turned& c);
void effect(transaction& t, const provenance& from, const command::notice_begun& c);
void effect(transaction& t, const provenance& from, const command::notice_turned& c);

// rules_fencing.cpp
refusal check(const state& s, const provenance& from, const command::fence_attempt& c);
refusal check(const state& s, const provenance& from, const command::fence_failed& c);
refusal check(const state& s, const provenance& from, const command::fence_proof& c);
void effect(transaction& t, const provenance& from, const command::fence_attempt& c);
void effect(transaction& t, const provenance& from, const command::fence_failed& c);
void effect(transaction& t, const provenance& from, const command::fence_proof& c);

// Shared between them.

// The node's boots up to `boot` are dead, known by a proof of this kind: frees what accepts it, ends what waited for
// it.
void prove_dead(transaction& t, const node_name& node, log_index boot, config::proof_kind kind);
// When its failure-timeout has passed, if that runs. At level 2 not while what it counts cannot be stopped, nor before
// the next boot of a node that died with it can have shown whether that has mended it.
std::optional<stamp> forgotten_at(const state& s, const failure_key& key, const failures& f);
// The session is over: what it executed for others will not be reported.
void end_attempts_of(transaction& t, const node_name& executor);
// Ends the open attempt on the target, and closes the gate behind it for late-margin [K7].
void end_attempt(transaction& t, const node_name& target, attempt::end how, const std::string& note);
// Erases a holder, and its definition if nothing else needs it.
void free_holder(transaction& t, const holder_key& key);
// Replaces the configuration's record and what follows from it; at formation and at ConfigSet.
void install_configuration(transaction& t, const config::cluster& next);
// Empty: every reference leads somewhere and every limit is kept. Else which does not.
std::string unsound(const config::cluster& c);
// Sets what has still to be probed on a node; an empty list erases the record.
void put_inventory(transaction& t, const node_name& node, log_index boot, std::vector<resource_name> pending);

} // namespace troupe::cluster::rules
