// What of the cluster's state concerns this node, and what that means for each instance here.
//
// It takes the feed that any follower of the ledger gets, keeps only this node's part of it (and the configuration),
// and tells which pictures (wanted) have changed. A member without a replica could be served the same feed from afar.
//
// Nothing is wanted before the root has said which session is this life's. The state alone cannot tell: while a node
// catches up it walks through the sessions of its earlier lives, and their open acts look like its own.
//
// Maintenance (of the cluster, this node, the resource or its group) rests the recurring monitors: an operator works on
// the service by hand, and what a monitor finds meanwhile is no failure to recover from afterwards. A resource that is
// just not managed goes on being watched. Acts are not judged here: what is open was granted by the kernel.
#pragma once

#include "actors/cluster/changes.hpp"
#include "actors/resource/wanted.hpp"

#include <set>

namespace troupe::resource {

enum class standing : std::uint8_t {
  none,     // no session, or another one than ours is the present one
  active,   // joined, detached or under suspicion: acts count and reports are heard
  cast_out, // the cluster has lost us: nothing we say is heard before we join anew
  dead,     // our boot is taken for dead, for ever and with or without a session: what we hold may run elsewhere
};

struct picture {
  instance what;
  wanted now;
};
struct holding { // what may be active here, on this start of the machine
  instance what;
  blueprint how;
};

class node_view {
public:
  // `any_session` is a plant: what an earlier life was told is taken for our own.
  node_view(node_name self, boot_id boot, bool any_session = false)
    : self_(std::move(self))
    , boot_(boot)
    , any_session_(any_session) {}

  void take(const cluster::state& whole);
  void take(const cluster::delta& news);
  void session_is(session_id ours); // 0: none

  // Instances of which something else is wanted than at the last call, each with all that is.
  std::vector<picture> changes();

  [[nodiscard]] bool follows() const { return configuration_ != nullptr; } // has been given a state
  [[nodiscard]] standing here() const;
  [[nodiscard]] session_id session() const { return session_; }
  [[nodiscard]] log_index index() const { return index_; }
  [[nodiscard]] std::uint64_t reports() const {
    return member_ ? member_->reports : 0;
  } // accepted in the present session
  [[nodiscard]] bool is_open(const instance& what, log_index act) const;
  // Also of an earlier life, also without a session; and what was taken from us when our boot was declared dead, until
  // forget_taken().
  [[nodiscard]] std::vector<holding> holdings() const;
  void forget_taken() { taken_from_us_.clear(); }
  [[nodiscard]] const config::cluster& configuration() const;

private:
  void row(const cluster::row_change<cluster::configuration_key>& c);
  void row(const cluster::row_change<cluster::definition_key>& c);
  void row(const cluster::row_change<cluster::member_key>& c);
  void row(const cluster::row_change<cluster::inventory_key>& c);
  void row(const cluster::row_change<cluster::holder_key>& c);
  void row(const cluster::row_change<cluster::directive_key>& c);
  void row(const cluster::row_change<cluster::notices_key>& c);
  template <class Key>
  void row(const cluster::row_change<Key>&) {} // none of ours
  void notice_death(standing before, std::vector<holding> held);

  [[nodiscard]] bool boot_is_dead() const;
  [[nodiscard]] bool this_boot() const;
  [[nodiscard]] const cluster::holder* held(const instance& what) const;
  [[nodiscard]] std::optional<blueprint> blueprint_of(const instance& what, const cluster::holder* h) const;
  [[nodiscard]] bool maintained(const resource_name& resource) const;
  [[nodiscard]] wanted want(const instance& what) const;
  [[nodiscard]] std::set<instance> known() const;

  node_name self_;
  boot_id boot_;
  bool any_session_;
  session_id session_;
  log_index index_;

  std::optional<cluster::member> member_;                  // ours
  std::set<resource_name> pending_;                        // not yet probed
  std::map<cluster::holder_key, cluster::holder> holders_; // of this node, whatever boot
  std::map<cluster::definition_key, std::shared_ptr<const config::resource>> definitions_;
  std::shared_ptr<const cluster::configuration> configuration_;
  std::map<resource_name, std::string> group_of_;
  std::set<std::string> maintenance_; // subjects
  std::set<node_name> present_;       // nodes that have joined
  struct open_round {
    std::shared_ptr<const notice_round> what;
    std::optional<telling> tell; // us, in our present session
    session_id asked;
  };
  std::map<resource_name, open_round> rounds_;
  std::vector<holding> taken_from_us_;

  std::map<instance, wanted> last_; // as told; without those of which nothing is wanted
  std::set<instance> dirty_;
  bool all_dirty_ = false;
};

} // namespace troupe::resource
