// What this node tells the cluster, in the order in which it happened [K9]. Pure.
//
// One report is on its way at a time: the next one collects what comes meanwhile, so that a busy node sends large
// reports instead of many. A refused report is not lost: the kernel refuses a whole report for one closed act or a
// wrong number, so that the reporter waits until the node's own view has come to the refusal, takes the number from
// there and leaves out what the view shows closed. Refused again and again, something is wrong with our idea of
// ourselves, and only a new session helps, which looks at everything afresh. Of what a monitor says of one instance
// only the last word waits: the queue is bounded by what runs here.
#pragma once

#include "actors/resource/node_view.hpp"

#include <deque>

namespace troupe::resource {

inline constexpr std::size_t max_report_bytes = 64 * 1024; // about: well below what a batch of the log takes
inline constexpr duration desk_retry = std::chrono::milliseconds{200}; // the ledger's desk was full
inline constexpr unsigned max_refused_in_a_row = 4;

class reporter {
public:
  explicit reporter(node_name self)
    : self_(std::move(self)) {}

  // What happened in that session; what an older one had to say is dropped.
  void add(session_id of, command::report_item item);
  // The next report, if one may go now. It is under way until answered() or not_taken().
  std::optional<command::report> next(const node_view& view, instant now);
  void answered(session_id of, const outcome& what);
  void not_taken(session_id of, instant now); // it never left this node
  [[nodiscard]] std::optional<instant> next_deadline() const { return retry_at_; }
  // Reports are refused for reasons that more of them do not mend.
  [[nodiscard]] bool lost_its_way() const { return refused_ > max_refused_in_a_row; }
  [[nodiscard]] refusal last_refusal() const { return why_; }
  [[nodiscard]] bool idle() const { return waiting_.empty() && on_its_way_.empty(); }

private:
  void settle_last();
  void begin_session(session_id session);
  void drop_closed(const node_view& view);

  node_name self_;
  session_id session_;
  std::uint64_t number_ = 0; // of the last report that was accepted
  std::deque<command::report_item> waiting_;
  std::vector<command::report_item> on_its_way_;
  std::optional<log_index> resume_at_; // refused there: the view must have come so far
  std::optional<instant> retry_at_;
  unsigned refused_ = 0; // in a row
  refusal why_ = refusal::none;
};

} // namespace troupe::resource
