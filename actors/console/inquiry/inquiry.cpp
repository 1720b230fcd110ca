#include "actors/console/inquiry/inquiry.hpp"

#include "actors/cluster/status_view.hpp"
#include "actors/console/inquiry/services.hpp"

namespace troupe::console {

caf::behavior inquiry(inquiry_actor* self, const directory_ptr& directory, const std::string& path) {
  self->publish(directory, path, "inquiry");
  return {[=](const inquire_status& asked) {
    auto out = cluster::status_of(*asked.whole);
    out.halted = cut(asked.halted, max_shown);
    add_services(out, *asked.whole, std::max(asked.now, asked.whole->now()));
    self->quit();
    return out;
  }};
}

} // namespace troupe::console
