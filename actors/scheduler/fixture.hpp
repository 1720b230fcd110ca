// Small clusters for the tests of the stages, written as one reads them.
#pragma once

#include "actors/scheduler/operations.hpp"
#include "actors/scheduler/schedule.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace troupe::scheduler::fixture {

// Online nodes n1, n2 ... and resources by name; no fencing, quorum held.
class small_cluster {
public:
  explicit small_cluster(std::size_t nodes) {
    in.settings.fencing = false;
    in.settings.quorate = true;
    for (std::size_t i = 0; i < nodes; ++i) {
      node n;
      n.name = n.id = "n" + std::to_string(i + 1);
      n.seen = true;
      n.in_membership = true;
      n.process_online = true;
      n.join = join_state::member;
      n.expected_member = true;
      in.reporting_order.push_back(in.nodes.add(std::move(n)));
    }
  }

  resource_id primitive(std::string name) {
    resource r;
    r.name = std::move(name);
    r.agent = "ocf:test:Dummy";
    return top(std::move(r));
  }
  resource_id group(std::string name, std::vector<resource_id> members) {
    return around(std::move(name), resource_kind::group, std::move(members));
  }
  resource_id clone(std::string name, resource_id child) {
    return around(std::move(name), resource_kind::clone, {child});
  }

  void running(resource_id r, std::size_t where) { report(r, where, task::start, exit_code::ok, exit_code::ok); }
  void failed_monitor(resource_id r, std::size_t where) { report(r, where, task::monitor, 1, exit_code::ok, 10'000); }

  void report(resource_id r, std::size_t where, task what, int rc, int expected, std::int64_t interval = 0) {
    auto n = node_id{where - 1};
    history* found = nullptr;
    for (auto& h : in.histories)
      if (h.where == n && h.what == r) found = &h;
    if (!found) {
      auto at = std::upper_bound(in.histories.begin(), in.histories.end(), n,
                                 [](node_id x, const history& h) { return x < h.where; });
      found = &*in.histories.insert(at, history{.where = n, .what = r});
    }
    operation_record op;
    op.what = what;
    op.interval_ms = interval;
    op.call_id = ++calls_;
    op.rc = rc;
    op.expected_rc = expected;
    op.expected_known = true;
    op.status = rc == expected ? operation_status::done : operation_status::error;
    found->operations.push_back(op);
  }

  operation_record& last_record(resource_id r, std::size_t where) {
    for (auto& h : in.histories)
      if (h.what == r && h.where == node_id{where - 1}) return h.operations.back();
    throw std::logic_error{"no such history"};
  }

  void locate(resource_id r, std::size_t where, std::int32_t weight, role in_role = role::unknown) {
    in.locations.push_back({.what = r, .where = node_id{where - 1}, .weight = score{weight}, .in_role = in_role});
  }
  void colocate(resource_id dependent, resource_id primary, std::int32_t weight = score::limit) {
    in.colocations.push_back({.dependent = dependent, .primary = primary, .weight = score{weight}});
  }
  void order(resource_id first, resource_id then, order_kind kind = order_kind::mandatory) {
    in.orders.push_back({.first = first, .then = then, .kind = kind});
  }
  void lose(std::size_t where) {
    auto& n = in.nodes[node_id{where - 1}];
    n.in_membership = false;
    n.process_online = false;
    n.join = join_state::down;
  }

  // "Start a n1; Move b n1 n2": what is decided, in order.
  [[nodiscard]] std::string decided() const { return decided(in); }
  static std::string decided(const input& input) {
    static const char* names[] = {"Start",  "Stop",    "Move",    "Recover", "Restart",
                                  "Reload", "Migrate", "Promote", "Demote",  "Re-promote"};
    auto o = schedule(input);
    std::string text;
    for (auto& f : o.steps.fencing)
      text += (text.empty() ? "" : "; ") + std::string("Fence ") + input.nodes[f.node].name;
    for (auto& d : o.decisions) {
      text += (text.empty() ? "" : "; ") + std::string(names[static_cast<int>(d.what)]) + " " +
              unit_name(input, o.state, d.unit);
      if (d.from.valid()) text += " " + input.nodes[d.from].name;
      if (d.to.valid() && d.to != d.from) text += " " + input.nodes[d.to].name;
      if (d.blocked) text += " blocked";
    }
    return text;
  }
  // The same, after the plan has been carried out.
  [[nodiscard]] std::string decided_next() const { return decided(execute(in, schedule(in))); }

  input in;

private:
  resource_id top(resource r) {
    auto id = in.resources.add(std::move(r));
    in.top.push_back(id);
    return id;
  }
  resource_id around(std::string name, resource_kind kind, std::vector<resource_id> children) {
    resource r;
    r.name = std::move(name);
    r.kind = kind;
    r.children = children;
    auto id = top(std::move(r));
    for (auto c : children) {
      in.resources[c].parent = id;
      std::erase(in.top, c);
    }
    return id;
  }

  std::int32_t calls_ = 0;
};

} // namespace troupe::scheduler::fixture
