// Which marks of collectives are passed when the plan is carried out.
//
// A mark is passed if it is asked for and can be. It is asked for by whatever of its members is asked for, even if that
// cannot run. That a group begins is no matter of its members; that it is done is one of all that it asked for; a clone
// begins, and is done, if any instance is.
#pragma once

#include "actors/scheduler/marks.hpp"

namespace troupe::scheduler {

class passing {
public:
  passing(const input& in, const cluster_state& s, const plan& p);

  // Of the members of a mark alone.
  [[nodiscard]] marks::flags of_members(action_id mark) const {
    return of(p_.actions[mark].unit, p_.actions[mark].what);
  }
  // Of the mark.
  [[nodiscard]] marks::flags of(action_id mark) const;

private:
  struct member {
    bool there = false;
    marks::flags is;
  };
  [[nodiscard]] marks::flags of(unit_id collective, task mark) const;
  [[nodiscard]] member part_of(unit_id u, task what) const;
  [[nodiscard]] bool restarts_nowhere(unit_id u) const;

  const cluster_state& s_;
  const plan& p_;
  marks marks_;
  std::vector<bool> waited_for_; // by unit: a constraint orders something after its start
};

} // namespace troupe::scheduler
