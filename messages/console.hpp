// What an operator's command and the daemon say to each other over the control socket: one request, one answer, in
// order. Plain values; console_codec.hpp makes bytes of them.
//
// A frame is its size (4 bytes, least significant first) and that many bytes. Both ends may be of different versions:
// the request names its protocol, and a daemon that does not know it says so instead of guessing.
#pragma once

#include "messages/command.hpp"

#include <string>
#include <variant>
#include <vector>

namespace troupe::console {

inline constexpr std::uint32_t protocol = 1;
inline constexpr std::size_t max_request = (std::size_t{8} << 20) + 4096; // a command at its own limit, and the rest
inline constexpr std::size_t max_answer = std::size_t{7} << 20;           // below what a caller may leave unread
inline constexpr std::size_t max_rows = 4'096;    // of one list in an answer; what was left out is counted
inline constexpr std::size_t max_listed = std::size_t{4} << 20; // bytes of attributes in an answer
inline constexpr std::size_t max_history = 1'000; // lines of one answer
inline constexpr std::size_t max_shown = 1024;    // bytes of a free text in an answer; the rest is cut
inline constexpr std::size_t max_noted = 256;     // of a note in a list: max_rows of them fit into an answer

// Appends while there is room; what has none is counted.
template <class Line>
void append(std::vector<Line>& lines, std::uint64_t& left_out, Line line) {
  if (lines.size() < max_rows)
    lines.push_back(std::move(line));
  else
    ++left_out;
}

// At most `max` bytes of a valid text, cut between characters; what was cut ends in "...".
std::string cut(std::string text, std::size_t max);

// --- requests ---
struct ask_status {
  bool operator==(const ask_status&) const = default;
};
struct ask_actors {
  bool operator==(const ask_actors&) const = default;
};
struct ask_history {
  std::uint32_t last = 20; // how many lines, the newest; at most max_history
  bool operator==(const ask_history&) const = default;
};
struct init { // form a cluster
  config::cluster configuration{};
  bool operator==(const init&) const = default;
};
struct order { // a command for the log; see may_order()
  command::body what{};
  bool operator==(const order&) const = default;
};
struct fence { // answered with `ordered`: the attempt, or the proof
  node_name target{};
  std::optional<log_index>
      vouched{};      // an operator knows that this boot of it, and all before it, are dead; unset: attempt
  std::string note{}; // how he knows
  bool operator==(const fence&) const = default;
};
struct ask_why { // of a resource or a node
  std::string subject{};
  bool operator==(const ask_why&) const = default;
};
struct ask_plan { // what would be done; what if
  std::optional<config::cluster> configuration{};
  std::vector<node_name> failing{};
  std::vector<node_name> standby{};
  bool operator==(const ask_plan&) const = default;
};
struct ask_attribute { // from agents, through their commands
  node_name node{};    // empty: of the cluster
  command::lifetime lasts{};
  std::string name{};
  bool operator==(const ask_attribute&) const = default;
};
struct ask_attributes { // all of them
  bool operator==(const ask_attributes&) const = default;
};
struct note_attribute { // answered with `noted` when it stands in the log, or will
  command::attribute_item what{};
  bool operator==(const note_attribute&) const = default;
};
using request = std::variant<ask_status, ask_actors, ask_history, init, order, fence, ask_why, ask_plan, ask_attribute,
                             note_attribute, ask_attributes>;

// The command that lifts what an operator has said of this.
std::string lifting(command::directive_kind kind, const std::string& subject);

// What operators may put into the log. All else is said by nodes, on grounds that nobody can type.
bool may_order(const command::body& what);

// --- answers ---
struct failed { // there is no answer, or nothing was done; says what to do
  std::string why{};
  bool operator==(const failed&) const = default;
};
struct formed {
  lineage_id lineage{};
  bool operator==(const formed&) const = default;
};
struct ordered { // it stands in the log, applied or refused
  outcome what{};
  bool operator==(const ordered&) const = default;
};

struct attribute_value {
  std::optional<std::string> value{}; // unset: there is none
  bool operator==(const attribute_value&) const = default;
};
struct attribute_list {                         // by node, those of the cluster first; then by lifetime and name
  std::vector<command::attribute_item> items{}; // each has a value
  std::uint64_t left_out = 0;                   // beyond max_rows, or max_listed bytes of names and values
  bool operator==(const attribute_list&) const = default;
};
struct noted {
  bool operator==(const noted&) const = default;
};

struct actor_line {
  std::string path{};
  std::string kind{};
  std::uint64_t waiting = 0;
  std::uint64_t handled = 0;
  std::optional<duration> busy{}; // with its present message, for so long
  bool operator==(const actor_line&) const = default;
};
struct actor_list {
  std::vector<actor_line> actors{};
  std::uint64_t left_out = 0;
  bool operator==(const actor_list&) const = default;
};

struct event_part {      // of a command that speaks of many things: an assignment, a node's report
  std::string subject{}; // the resource
  log_index cause{};     // the act that it answers; 0: none of its own
  std::string text{};
  bool operator==(const event_part&) const = default;
};
inline constexpr std::size_t max_event_causes = 64;
inline constexpr std::size_t max_event_parts = 256;
inline constexpr std::size_t max_parts_bytes = 8 * 1024; // of their texts; what is beyond is left out

struct event { // a command of the log, for people
  log_index index{};
  stamp at{};
  std::string node{};
  std::string user{}; // empty: the node itself
  reason why = reason::none;
  std::string what{};
  refusal refused = refusal::none;
  std::vector<log_index> causes{}; // the commands that led to it; sorted, at most max_event_causes
  std::vector<event_part> parts{}; // not in answers: there `what` has them
  bool operator==(const event&) const = default;
};
// One line, at most max_shown bytes: what it is, with its parts; of `subject` alone where it speaks of it.
std::string text_of(const event& e, const std::string& subject = {});

struct event_list {
  std::vector<event> events{}; // oldest first
  bool operator==(const event_list&) const = default;
};

// --- status: what this node knows, and how it takes part ---
enum class part : std::uint8_t { none, learner, follower, candidate, leader }; // none: no replica yet
enum class standing : std::uint8_t { unknown, votes, learner };                // of a voter, as far as seen from here
enum class presence : std::uint8_t { never_seen, joined, detached, suspected, lost, down, left };
enum class phase : std::uint8_t { starting, running, failed, stop_failed, unknown };

struct member_line {
  node_name node{};
  bool configured = true;
  presence here{};
  std::optional<stamp> since{}; // until, for a detached one; none for never_seen and joined
  std::string evidence{};
  session_id session{};
  log_index boot{};
  std::uint32_t not_probed = 0; // resources of which nobody has looked yet whether they run there
  bool operator==(const member_line&) const = default;
};
struct voter_line {
  node_name node{};
  standing as{};
  bool operator==(const voter_line&) const = default;
};
struct holder_line {
  resource_name resource{};
  std::uint32_t ordinal = 0;
  node_name node{};
  phase now{};
  config::role role{};
  std::int32_t exit_code = 0;
  std::optional<config::action> open{}; // the act that is on its way
  bool operator==(const holder_line&) const = default;
};
struct failure_line {
  resource_name resource{};
  node_name node{};
  std::uint32_t count = 0;
  stamp last{};
  std::int32_t exit_code = 0;
  std::string note{};
  bool operator==(const failure_line&) const = default;
};
struct attempt_line { // an open fence attempt, or one that failed in this boot of its target
  node_name target{};
  node_name executor{};
  stamp opened_at{};
  std::string note{};
  bool failed = false;
  duration age{}; // when it was asked
  bool operator==(const attempt_line&) const = default;
};
struct directive_line {
  command::directive_kind kind{};
  std::string subject{};
  config::role role{};
  node_name to{};
  std::string owner{};
  std::string note{};
  std::optional<stamp> expires{};
  bool operator==(const directive_line&) const = default;
};
// Where a configured resource stands, by what ready() says of it.
enum class service_state : std::uint8_t {
  good,         // everywhere it belongs, in its role
  stopped,      // nowhere, as wanted
  under_way,    // an act is open
  due,          // something is to be done now, and nothing is in its way
  waits,        // something is to be done, and cannot yet; see `waits`
  left_alone,   // not as it should be, in maintenance or unmanaged
  nowhere,      // no node may run it
  not_placed,   // nobody has decided yet where it belongs
  removed,      // no longer configured, and still there
  not_promoted, // where it belongs, and nowhere promoted
};
struct service_line {
  resource_name resource{};
  std::string group{}; // whose member it is; empty: none
  bool cloned = false;
  config::role wanted{}; // an operator's word counted
  bool managed = true;
  log_index assigned{}; // the decision about its places; 0: none yet
  std::vector<command::placement> places{};
  service_state now{};
  bool promotable = false;
  std::optional<stamp> again{}; // when it is due: until then its start waits, for its failures
  bool operator==(const service_line&) const = default;
};
struct wait_line { // what an instance that is not as it should be waits for
  resource_name resource{};
  std::uint32_t ordinal = 0;
  node_name node{};
  std::string why{};  // one word of a fixed list, for programs
  std::string what{}; // a sentence
  bool operator==(const wait_line&) const = default;
};
struct overdue_line { // an open act older than its time-out
  resource_name resource{};
  std::uint32_t ordinal = 0;
  node_name node{};
  config::action action{};
  log_index act{};
  stamp since{};
  duration timeout{};
  duration age{};        // when it was asked
  bool reachable = true; // its node has joined: its own report may still come
  bool operator==(const overdue_line&) const = default;
};
struct proof_line { // a boot that something waits for: that it is proved dead, in a way that it accepts
  node_name node{};
  log_index boot{};
  bool here = false;                  // it is joined, and a stop failed there
  bool left_over = false;             // it is proved dead, and what is held did not accept that kind of proof
  bool attempt = false;               // a fence attempt is open
  std::vector<device_name> devices{}; // that have it as a target
  std::string last_failure{};         // of the newest attempt
  std::vector<resource_name> held{};  // what may run there; at most max_held_shown
  std::uint32_t more = 0;             // how many more
  std::string spared{}; // why it is not fenced for the stop that failed there, and what to do; empty: it is to be
  bool operator==(const proof_line&) const = default;
};
inline constexpr std::size_t max_held_shown = 8;

struct time_limits { // what the timers derive from
  duration tolerate{}, restart_grace{}, boot_grace{}, late_margin{};
  bool operator==(const time_limits&) const = default;
};

struct cluster_status { // from the state
  std::string name{};
  lineage_id lineage{};
  std::uint32_t level = 1;
  log_index index{};
  stamp now{};
  log_index configuration{}; // its version
  config::fencing_policy fencing{};
  time_limits limits{};
  std::vector<member_line> members{};
  std::vector<voter_line> voters{};
  std::vector<holder_line> holders{};
  std::vector<failure_line> failures{};
  std::vector<attempt_line> attempts{};
  std::vector<directive_line> directives{};
  std::vector<service_line> services{}; // by name; members of a group together, in its order
  std::vector<wait_line> waits{};
  std::vector<overdue_line> overdue{};
  std::vector<proof_line> proofs{};
  std::uint64_t left_out = 0; // lines beyond max_rows
  std::string halted{};       // why this node applies no more commands; empty: it does
  bool operator==(const cluster_status&) const = default;
};
struct replica_line {
  part as = part::none;
  node_name leader{}; // empty: none known
  slot_number chosen{};
  slot_number newest_known{};
  slot_number snapshot{};
  bool operator==(const replica_line&) const = default;
};
struct link_line {
  node_name peer{};
  bool datagrams = false;
  bool stream = false;
  bool operator==(const link_line&) const = default;
};
struct refused_line { // what was turned away at the door
  std::string why{};
  std::uint64_t count = 0;
  std::string last_from{};
  std::string last_who{}; // the node that it was taken for, by its own word; empty: nobody can tell
  stamp last{};
  duration age{}; // of the last, when it was asked
  bool operator==(const refused_line&) const = default;
};
struct agent_folders { // where a node looks for agents
  std::vector<std::string> resource{}, fence{};
  bool operator==(const agent_folders&) const = default;
};
struct node_status {
  node_name node{}; // who answers
  std::optional<session_id> session{};
  std::string kept_out{};                  // why it has none; empty: nothing is wrong
  std::optional<cluster_status> cluster{}; // none: it belongs to no cluster
  replica_line replica{};
  std::vector<link_line> links{};
  std::vector<refused_line> refused{};
  std::vector<std::string> fence_troubles{}; // devices that this node cannot use: a sentence each
  std::string history_trouble{};             // why it is not written any more; empty: it is
  agent_folders agents{};
  bool operator==(const node_status&) const = default;
};

// --- why: how something came to be as it is ---
struct score_line { // what speaks for or against a node
  std::string rule{};
  std::int32_t value = 0;
  bool operator==(const score_line&) const = default;
};
struct node_score {
  node_name node{};
  std::string use{}; // "joined", "standby", "lost" ...
  bool out = false;  // it may not run there
  std::int32_t total = 0;
  std::uint32_t failed_starts = 0;
  bool chosen = false;
  std::vector<score_line> parts{};
  bool operator==(const node_score&) const = default;
};
inline constexpr std::size_t max_score_parts = 64; // of one node
inline constexpr std::size_t max_chain = 64;       // events of one answer
struct explanation {
  std::string subject{};
  std::vector<std::string> now{};       // how it stands, a sentence each
  std::vector<event> chain{};           // newest first; the last ones are the first causes
  std::vector<log_index> forgotten{};   // causes that this node's history does not have any more
  bool longer = false;                  // the chain was cut at max_chain
  std::vector<std::string> placement{}; // a resource: why here and not there; the first line tells the rule
  std::vector<node_score> nodes{};      // the same for programs
  std::vector<wait_line> waits{};
  std::vector<std::string> others{}; // what else waits: a sentence each
  std::optional<stamp> unled{};      // no leader is heard: so old is the state that this rests on
  bool operator==(const explanation&) const = default;
};

// --- plan: what would change, and what the cluster would do ---
enum class change_kind : std::uint8_t { added, removed, changed };
struct change_line {
  change_kind kind{};
  std::string subject{};
  std::vector<std::string> details{};
  bool restarts = false;
  bool operator==(const change_line&) const = default;
};
struct step_line {
  std::uint32_t wave = 0; // those of one wave wait for earlier ones only; 0: under way
  std::string kind{};     // "look", "place", "fence", "act", "withdraw"
  resource_name resource{};
  node_name node{};
  std::string what{};
  std::string because{};
  bool operator==(const step_line&) const = default;
};
struct plan_answer {
  log_index version{};              // of the configuration that it starts from
  std::string refused{};            // the question cannot be: why
  config::fencing_policy fencing{}; // as it would be
  std::vector<change_line> changes{};
  std::vector<step_line> steps{};
  std::vector<wait_line> waits{};    // what stays undone
  std::vector<std::string> others{}; // what else stays undone
  std::uint64_t left_out = 0;        // lines beyond max_rows
  bool cut = false;                  // it was not followed to its end
  std::optional<stamp> unled{};      // no leader is heard: nothing of it can be done, and so old is what it rests on
  bool operator==(const plan_answer&) const = default;
};

using answer = std::variant<failed, formed, ordered, actor_list, event_list, node_status, explanation, plan_answer,
                            attribute_value, noted, attribute_list>;

} // namespace troupe::console
