// The primitives that a resource is made of, the most important first: of a clone the instances that are promoted, then
// those that have a place, then by promotion score; of a group the members in their order, because the first draws the
// others after it; of a bundle's replica the container before what runs in it.
#pragma once

#include "actors/scheduler/schedule.hpp"

#include <string_view>
#include <vector>

namespace troupe::simulate {

// `name`: of a resource, or of one of its instances as it is printed ("db:1"). Empty: there is no such resource.
std::vector<scheduler::unit_id> important_first(const scheduler::input& in, const scheduler::outcome& o,
                                                std::string_view name);

} // namespace troupe::simulate
