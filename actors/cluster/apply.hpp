// apply(): the fold of the log, and the safety kernel.
//
// A wrong planner can cause an outage, never a split brain: whatever would run a resource twice is refused here, on
// every replica alike, on the grounds of the log and of proofs of death, never of a clock. apply() is total: a command
// that breaks a rule is committed as refused and changes nothing but the index, the time and the client's answer.
// A broken assertion throws, and the state is as before.
//
// Every rule is a pair: check() says whether a body may be applied, effect() applies one that was checked. The leader
// asks check() against its speculative state before it proposes.
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/genesis.hpp"

namespace troupe::cluster {

struct applied {
  outcome answer;
  bool repeated = false;           // the answer is that of an earlier command of the same client
  std::vector<record_key> touched; // in order of writing
};

// `at` is the index after s.index().
applied apply(state& s, log_index at, const command::command& c);

// What apply() would say now.
refusal check(const state& s, const command::command& c);

// When something in the state is due: an expiry, an ageing failure, the end of a gate. A Tick is committed then, and
// only then; nullopt: nothing waits for time.
std::optional<stamp> next_deadline(const state& s);

// Empty: sound. Else what is wrong, for the operator.
std::string why_not(const genesis& g);
// Empty: this program can apply the next command. Else why not: the cluster was raised beyond it.
std::string why_not_on(const state& s);
// The state before the first command. `g` is sound.
state form(const genesis& g);

} // namespace troupe::cluster
