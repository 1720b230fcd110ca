// Bugs that can be planted in the kernel, so that the checks which must find them are seen to find them. A plant spoils
// the state after apply(), beside the rules, so that the rules themselves know nothing of it; deterministic, so that the
// replicas go on agreeing. Always empty in trouped.
#pragma once

#include "actors/cluster/apply.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace troupe::cluster {

enum class plant : std::uint8_t {
  skip_fence_wait,  // what runs on a lost node is taken for stopped
  session_for_boot, // a new session of the daemon is taken for a new boot: nothing is held, nothing looked for
  free_by_deadline, // an act that has been open for too long is taken for done, and frees its holder
  proof_by_name,    // a proof frees whatever boot its node is in by then
  monitor_frees,    // a monitor that finds nothing frees its holder
  withdraw_frees,   // a withdrawn start is taken for not run before its node has answered
  demote_frees,     // what is being demoted is taken for demoted
};
struct plant_name {
  plant what;
  std::string_view name;
};
inline constexpr std::array<plant_name, 7> all_plants{{
    {plant::skip_fence_wait, "skip-fence-wait"},
    {plant::session_for_boot, "session-for-boot"},
    {plant::free_by_deadline, "free-by-deadline"},
    {plant::proof_by_name, "proof-by-name"},
    {plant::monitor_frees, "monitor-frees"},
    {plant::withdraw_frees, "withdraw-frees"},
    {plant::demote_frees, "demote-frees"},
}};

class plants {
public:
  plants() = default;
  explicit plants(const std::set<std::string>& names);
  [[nodiscard]] bool none() const { return set_.empty(); }

  void after(state& s, const command::command& c, applied& done) const;

private:
  [[nodiscard]] bool has(plant p) const { return set_.contains(p); }
  std::set<plant> set_;
};

} // namespace troupe::cluster
