// The state as ready() sees it: one resource, one node, one question at a time. Two answers hang on the same question
// about other instances, and are remembered: whether one stays, on whether what it needs does; and whether one can
// start, on whether what it would rather have before it can. The first never hangs on the second.
#pragma once

#include "actors/cluster/holdings.hpp"
#include "actors/supervisor/answers.hpp"
#include "actors/supervisor/ready.hpp"

namespace troupe::supervisor {

class situation {
public:
  situation(const cluster::state& s, const ordering& known)
    : s_(s)
    , known_(known) {}

  [[nodiscard]] const cluster::state& state() const { return s_; }
  [[nodiscard]] const ordering& known() const { return known_; }

  // Where it belongs; nullptr: not on this node.
  [[nodiscard]] const command::placement* place(const resource_name& r, const node_name& n) const;
  [[nodiscard]] const std::vector<command::placement>& places(const resource_name& r) const;
  // On the node's present boot; nullptr: none.
  [[nodiscard]] const cluster::holder* holder(const resource_name& r, const node_name& n) const;
  [[nodiscard]] std::vector<node_name> held_on(const resource_name& r) const; // present boot or not
  [[nodiscard]] bool managed(const resource_name& r, const node_name& n) const;
  // Nobody has said yet where it is to be: what was found running when it was configured goes on until the other nodes
  // have looked for it, too. That it is assigned to no node is another thing.
  [[nodiscard]] bool undecided(const resource_name& r) const;
  // Its parameters are others than those it was started with.
  [[nodiscard]] bool outdated(const resource_name& r, const cluster::holder& h) const;
  [[nodiscard]] std::uint32_t failures(const resource_name& r, const node_name& n) const;

  // It runs there as it should, and nothing makes it stop.
  [[nodiscard]] bool stays(const resource_name& r, const node_name& n);
  // Why nothing can be done on the node just now [K4, K7]; nullopt: something can.
  [[nodiscard]] std::optional<wait> node_waits(const command::cell& at) const;
  // Why an instance that is assigned to the node and not there cannot start yet; nullopt: it can.
  [[nodiscard]] std::optional<wait> start_waits(const resource_name& r, const node_name& n);
  [[nodiscard]] std::optional<wait> promote_waits(const resource_name& r, const node_name& n);
  // What has to stop or be demoted before; nullopt: nothing.
  [[nodiscard]] std::optional<wait> stop_waits(const resource_name& r, const node_name& n, bool only_demote);

  // The first predecessor that a running instance misses; nullptr: none.
  [[nodiscard]] const edge* lost_support(const resource_name& r, const node_name& n);

  // How often an instance was looked at for all that was asked: once for each of the two.
  [[nodiscard]] std::size_t worked_out() const { return stays_.worked_out() + starts_.worked_out(); }

private:
  using delay = std::optional<wait>;                        // nullopt: there is none
  [[nodiscard]] bool up(const edge& e, const node_name& n); // the first of the edge, as far as an instance on `n` cares
  // The same, and somebody has looked in this session: what only ran when the daemon went may be gone. Whoever starts
  // waits for that; who runs is not stopped for it.
  [[nodiscard]] bool surely_up(const edge& e, const node_name& n);
  [[nodiscard]] bool keeps_up(const edge& e, const node_name& n);
  [[nodiscard]] bool comes_up(const edge& e, const node_name& n);
  [[nodiscard]] bool going_down(const edge& e);
  [[nodiscard]] bool on_its_way(const edge& e, const node_name& n);
  [[nodiscard]] bool concerns(const edge& e, const command::placement& p, const node_name& n) const;
  [[nodiscard]] bool untried(const resource_name& r, const node_name& n) const;
  [[nodiscard]] std::optional<wait> room_waits(const command::cell& at, bool promoted) const;
  [[nodiscard]] std::optional<wait> order_waits(const command::cell& at, config::action then);
  // What ran on it has to stop first, so that it starts anew whatever comes first: the log or the agents.
  [[nodiscard]] std::optional<wait> bereft_waits(const command::cell& at, config::action first);
  template <class Ask>
  std::optional<bool> begin_staying(const command::cell& at, Ask ask);
  template <class Ask>
  std::optional<delay> begin_starting(const command::cell& at, Ask ask);

  const cluster::state& s_;
  const ordering& known_;
  answers<bool> stays_;
  answers<delay> starts_;
};

} // namespace troupe::supervisor
