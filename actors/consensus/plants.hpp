// Bugs that can be planted in a replica, so that the checks which must find them are seen to find them. A plant changes
// what the replica does, as it is named; observers know nothing of it. Always empty in trouped.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace troupe::consensus {

enum class plant : std::uint8_t {
  answer_before_sync,       // acceptors and proposers speak before the record they speak of is durable
  forget_promise,           // a restart reads accepted values, but not what was promised
  count_minority,           // half of the voters, rounded down, is called a quorum
  adopt_lowest_ballot,      // of several accepted values phase 1 takes the oldest
  skip_phase_one_values,    // phase 1 counts promises and ignores the values in them
  let_refetched_voter_vote, // a voter is known by its node, whatever journal it has
  accept_below_promise,     // an acceptor takes values of ballots lower than it promised
  choose_any_ballot,        // a follower takes what it accepted for chosen, whatever ballot it is from
};

struct plant_name {
  plant what;
  std::string_view name;
};
inline constexpr std::array<plant_name, 8> all_plants{{
    {plant::answer_before_sync, "answer-before-sync"},
    {plant::forget_promise, "forget-promise"},
    {plant::count_minority, "count-minority"},
    {plant::adopt_lowest_ballot, "adopt-lowest-ballot"},
    {plant::skip_phase_one_values, "skip-phase-one-values"},
    {plant::let_refetched_voter_vote, "let-refetched-voter-vote"},
    {plant::accept_below_promise, "accept-below-promise"},
    {plant::choose_any_ballot, "choose-any-ballot"},
}};

class plants {
public:
  constexpr plants() = default;
  constexpr plants(std::initializer_list<plant> set) {
    for (auto p : set) bits_ |= 1u << static_cast<unsigned>(p);
  }
  [[nodiscard]] constexpr plants with(plant p) const {
    auto more = *this;
    more.bits_ |= 1u << static_cast<unsigned>(p);
    return more;
  }
  [[nodiscard]] constexpr bool has(plant p) const { return (bits_ >> static_cast<unsigned>(p) & 1u) != 0; }

private:
  std::uint32_t bits_ = 0;
};

} // namespace troupe::consensus
