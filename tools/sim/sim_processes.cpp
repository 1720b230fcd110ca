#include "tools/sim/process_table.hpp"

namespace troupe::sim {

using namespace agents;

void sim_processes::run(const scope_name& scope, command call, done on_end) {
  if (!shut_) table_.run(scope, std::move(call), std::move(on_end));
}

void sim_processes::end_slice(const std::string& slice, duration grace, done on_end) {
  if (!shut_) table_.end_slice(slice, grace, std::move(on_end));
}

void sim_processes::end_scope(const scope_name& scope, duration grace, done on_end) {
  if (!shut_) table_.end_scope(scope, grace, std::move(on_end));
}

void sim_processes::list(std::function<void(result<living>)> on_list) {
  if (shut_) return;
  auto ticket = ++last_list_;
  lists_[ticket] = std::move(on_list);
  kernel_.after(std::chrono::milliseconds{1}, kernel_.life_of(machine_), [this, ticket] {
    auto node = lists_.extract(ticket);
    if (!node.empty()) node.mapped()(table_.list());
  });
}

void sim_processes::shut() {
  if (std::exchange(shut_, true)) return;
  lists_.clear();
  table_.forget_callbacks();
}

} // namespace troupe::sim
