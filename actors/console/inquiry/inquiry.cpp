#include "actors/console/inquiry/inquiry.hpp"

#include "actors/cluster/status_view.hpp"
#include "actors/console/inquiry/plan_view.hpp"
#include "actors/console/inquiry/services.hpp"
#include "actors/console/inquiry/why.hpp"

namespace troupe::console {

namespace {

cluster_status status(const inquire_status& asked) {
  auto out = cluster::status_of(*asked.whole);
  out.halted = cut(asked.halted, max_shown);
  add_services(out, *asked.whole, std::max(asked.now, asked.whole->now()));
  return out;
}

answer why(const inquire_why& asked) {
  if (auto found = explain(*asked.whole, *asked.history, asked.subject)) {
    if (asked.unled) found->unled = asked.whole->now();
    return std::move(*found);
  }
  return failed{"there is no resource, group or node " + asked.subject + "; `troupe status` lists them"};
}

answer plan(const inquire_plan& asked) {
  auto out = answer_plan(*asked.whole, asked.what, asked.self);
  if (asked.unled) out.unled = asked.whole->now();
  return out;
}

} // namespace

// It ends with its first answer; a question that breaks an assertion ends it, and the caller hears of that.
caf::behavior inquiry(inquiry_actor* self, const watching::directory_ptr& directory, const std::string& path) {
  self->publish(directory, path, "inquiry");
  return {
      [=](const inquire_status& asked) {
        self->quit();
        return status(asked);
      },
      [=](const inquire_why& asked) {
        self->quit();
        return worked_out{why(asked)};
      },
      [=](const inquire_plan& asked) {
        self->quit();
        return worked_out{plan(asked)};
      },
  };
}

} // namespace troupe::console
