// Which nodes this node has to shoot, and how far it is with each, as a pure core.
//
// The work is read from the state: open fence attempts whose executor is this node in its present session. An attempt
// names a level; the devices of that level which have the target among theirs do it together:
//
//   off and read back, all devices  ->  still off, all, if there are several  ->  proof  ->  on again, where wanted
//
// Several devices stand for several power supplies, so all must be off at the same moment; each is read once more
// after the last has gone off, because a late `on` of somebody's earlier attempt may have come in between. One that
// fails fails the attempt. Proof and failure are said as commands and followed by the ledger; what an attempt came to
// is settled when the state shows it closed.
//
// An attempt may be closed by others: its target came back in a new boot, an operator spoke, this session is over. Then
// no further call is made. If the target is here again and an `off` had been tried, it may still go off: it is
// switched on, once, as after a proof. The same if it came back in its old boot, which closes nothing: the attempt is
// given up and said to have failed, unless a failed stop or an operator asked for it.
#pragma once

#include "actors/cluster/changes.hpp"
#include "actors/fencing/device_work.hpp"

#include <map>
#include <set>

namespace troupe::fencing {

class duties {
public:
  // --- outputs ---
  struct order { // to the device's actor; then over()
    device_name device;
    job what;
    bool operator==(const order&) const = default;
  };
  struct withdraw { // orders of this attempt; their over() comes all the same
    device_name device;
    log_index attempt;
    bool operator==(const withdraw&) const = default;
  };
  struct say { // into the log; causes and principal are set
    command::command what;
  };
  struct remark { // for people
    bool trouble = false;
    std::string text;
  };
  using output = std::variant<order, withdraw, say, remark>;
  using outputs = std::vector<output>;

  // `trusts_failures` is a plant: a call that failed is taken for done.
  explicit duties(node_name self, bool trusts_failures = false)
    : self_(std::move(self))
    , trusts_failures_(trusts_failures) {}

  // This life's session: attempts of earlier ones are not ours, whatever the state still says.
  outputs session_is(session_id session);
  // `more` of the log is known to follow: nothing is begun before it is read, or who catches up would carry out an
  // attempt that has long been closed. What is under way is ended all the same.
  outputs whole(const cluster::state& s, bool more);
  outputs changed(const cluster::delta& d, bool more);
  outputs over(const device_name& device, const job_over& how);

  [[nodiscard]] std::size_t open() const { return duties_.size(); }

private:
  enum class phase : std::uint8_t {
    off,
    confirming,
    settled,   // proof or failure was said
    restoring, // on again
  };
  struct part {
    bool outstanding = false; // an order is with its device
    bool reboot = false;
    bool tried = false; // to switch it off
    bool off = false;   // it read back as off
    bool reached = false;
    std::string note;
  };
  struct duty {
    node_name target;
    cluster::attempt of;
    bool asked_for = false; // by an operator, or for a failed stop: also if the target is here
    phase at = phase::off;
    bool closed = false; // the state says so
    bool given_up = false;
    std::map<device_name, part> parts;
  };

  void reconsider(outputs& out);
  void begin(const node_name& target, const cluster::entry<cluster::attempt>& row, outputs& out);
  void close(log_index id, duty& d, outputs& out);
  void give_up(log_index id, duty& d, outputs& out);
  void order_all(log_index id, duty& d, aim what, outputs& out);
  void all_over(log_index id, duty& d, outputs& out);
  void prove(log_index id, duty& d, outputs& out);
  void fail(log_index id, duty& d, const std::string& why, outputs& out);
  void restore(log_index id, duty& d, outputs& out);
  [[nodiscard]] command::command spoken(log_index id, command::body what) const;
  [[nodiscard]] static bool busy(const duty& d);            // an order is with a device
  [[nodiscard]] static std::string names_of(const duty& d); // of its devices
  [[nodiscard]] bool needless(const duty& d) const;
  [[nodiscard]] bool is_here(const node_name& target) const;
  [[nodiscard]] bool still_open(log_index id, const duty& d) const;

  node_name self_;
  bool trusts_failures_;
  session_id session_; // 0: not yet known
  bool more_ = false;
  std::vector<config::fence_device> devices_;
  std::map<node_name, cluster::member> members_;
  std::map<node_name, cluster::entry<cluster::attempt>> attempts_;
  std::map<log_index, duty> duties_; // by attempt
};

} // namespace troupe::fencing
