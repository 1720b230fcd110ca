// Who is lost: on the leader, decides when a member's silence ends its membership. Pure; the director feeds it and
// proposes what it returns.
//
// The evidence is contact: when each member last answered a tick of this leader, or of one before it. Silence of
// lost-if-suspected and the detector's word, or of lost-alone without it, is a loss; a host that answers while its
// daemon is away stretches that to restart-grace, counted from where the silence began: a daemon that stays away is
// lost then, whatever its host says. Where nobody who votes has heard a member since it booted itself, and where a
// member was never there, boot-grace must have passed under this leader as well. A detached member's silence begins at
// `until`, or as soon as somebody wants something done with what it holds (maintenance has ended): that would wait.
//
// A leader that stood still, or that hears no majority, must not hold it against others: what they said meanwhile lies
// unread. So silence is not read off the clock. It is counted by the quorum: from one look at the contacts to the next
// it grows by as much as replica::leader_heard has advanced, never by more than two looks may lie apart. Without a
// quorum it does not grow at all. A look that comes late, or in which no quorum has answered since the last, judges
// nobody; nor do the first looks of a leadership, until leader-settle was counted: the ticks of the new leader must
// have had their chance. But the silence itself carries over from leader to leader, so that a lost leader costs no more
// than a lost member. A stall shorter than a tick is not noticed, and is within what lost-if-suspected has more than
// tolerate.
//
// Nobody looks while all those that count are vouched for (consensus::vouched_for: the replica heard them within
// silence-noted). When one is not any more, the director is told and looks; that is within the time by which silence
// may grow in one look, so nothing of it is missed.
//
// Rejected: silence = now - last heard, with a pause guard beside it. Each guard left a moment in which the guard had
// ended and the mail of the pause was not yet read.
//
// Members beyond the loss brake are under suspicion [K8]: they are not proposed again unless the configuration says
// mass-loss = "fence", and are let off as soon as they answer, or lead.
#pragma once

#include "actors/cluster/state.hpp"
#include "actors/consensus/contacts.hpp"
#include "actors/detector/swim.hpp"
#include "conf/timers.hpp"

namespace troupe::supervisor {

// What the replica answers to consensus::ask_contacts.
struct look {
  instant now;    // when the answer came
  stamp calendar; // the same moment
  instant leader_heard;
  std::vector<consensus::member_contact> members;
};

struct verdict { // to be proposed; `what` is node_lost, or suspected{lifted}
  reason why = reason::none;
  command::body what;
};

class loss_watch { // of one leadership
public:
  // `ignores_hosts` is a plant: a daemon that is away is taken for a machine that is.
  explicit loss_watch(node_name self, bool ignores_hosts = false);

  void opinion(const detector::opinion& o);
  void host_answered(const node_name& node, instant at); // see detector::host_answer
  void vouched(std::vector<node_name> members);          // see consensus::vouched_for; sorted

  // `s` is the state as applied here. Each verdict is given once for a member's session and presence, and again if the
  // state does not show it after `tolerate`.
  std::vector<verdict> judge(const cluster::state& s, const look& l);
  // When to ask the replica again; nullopt before the first look: at once.
  [[nodiscard]] std::optional<instant> next_look() const { return next_; }

private:
  struct record { // of one session of a member
    session_id session;
    std::optional<instant> heard;
    duration silence{};          // counted
    duration watched{};          // counted, of this leadership
    std::size_t presence = 0;    // which alternative, when the last verdict was given
    std::optional<instant> told; // that verdict
  };
  struct measure { // how far the quorum's clock has come since the last look
    duration growth{};
    bool first = false;
    bool on_time = true;
    bool sound = false; // others may be judged
  };

  measure advance(const look& l);
  void count(record& r, const std::optional<instant>& heard, const look& l, const measure& m) const;
  std::optional<verdict> judge_one(const cluster::state& s, const node_name& node, const cluster::member& m, record& r,
                                   const look& l, const measure& by);
  std::optional<verdict> judge_ourselves(const cluster::member& m, const look& l, const measure& by);
  [[nodiscard]] bool host_answers(const node_name& node, const record& r) const;
  [[nodiscard]] const detector::opinion* accusation(const node_name& node, const record& r) const;
  void plan_next(const cluster::state& s, const look& l, const measure& by);
  void forget_others(const cluster::state& s);
  [[nodiscard]] bool nobody_in_doubt(const cluster::state& s) const;

  node_name self_;
  bool ignores_hosts_;
  conf::timers timers_{};
  std::optional<log_index> configured_at_; // the configuration that timers_ come from
  bool fences_mass_loss_ = false;

  std::map<node_name, record> records_;
  std::optional<instant> absolved_; // when we last said that we are not suspected
  std::map<node_name, detector::opinion> opinions_;
  std::map<node_name, instant> hosts_;
  std::vector<node_name> vouched_; // as heard: nobody, until told

  std::optional<look> last_;        // without its members
  duration observed_{};             // counted, since this leadership began
  std::optional<duration> nearest_; // of those being silent: counted silence that is missing for a verdict
  std::optional<instant> next_;
};

} // namespace troupe::supervisor
