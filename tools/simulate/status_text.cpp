#include "tools/simulate/status_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace troupe::simulate {

using namespace scheduler;

const char* role_text(role r) {
  switch (r) {
  case role::started: return "Started";
  case role::unpromoted: return "Unpromoted";
  case role::promoted: return "Promoted";
  case role::unknown:
  case role::stopped: break;
  }
  return "Stopped";
}

namespace {

class status_writer {
public:
  status_writer(const input& in, const cluster_state& s, bool under_way)
    : in_(in)
    , s_(s)
    , under_way_(under_way) {}

  std::string write() {
    out_ += "  * Node List:\n";
    nodes();
    out_ += "\n  * Full List of Resources:\n";
    for (auto u : s_.top) {
      if (s_.now[u].orphan && !somewhere(u)) continue;
      if (in_.resources[s_.units[u].what].container_implied) continue;
      resource_lines(u, 2);
    }
    return out_;
  }

private:
  void line(int level, const std::string& text) {
    out_ += std::string(static_cast<std::size_t>(level) * 2, ' ') + "* " + text + "\n";
  }

  // What was managed on a node that is gone for good is gone as well.
  [[nodiscard]] bool somewhere(unit_id u) const {
    auto& st = s_.now[u];
    return std::any_of(st.running_on.begin(), st.running_on.end(),
                       [&](node_id n) { return s_.nodes[n].unclean || s_.nodes[n].online || !st.managed; });
  }

  [[nodiscard]] bool runs_something(node_id n) const {
    for (auto& st : s_.now)
      if (std::find(st.running_on.begin(), st.running_on.end(), n) != st.running_on.end()) return true;
    return false;
  }

  [[nodiscard]] std::string special(node_id n) const { // what is neither plainly online nor plainly offline
    auto& st = s_.nodes[n];
    if (st.unclean) return st.online ? "UNCLEAN (online)" : st.pending ? "UNCLEAN (pending)" : "UNCLEAN (offline)";
    if (st.pending) return "pending";
    if (st.standby_on_failure && st.online) return "standby (on-fail)";
    if (st.standby)
      return !st.online ? "OFFLINE (standby)" : runs_something(n) ? "standby (with active resources)" : "standby";
    if (st.maintenance) return st.online ? "maintenance" : "OFFLINE (maintenance)";
    return {};
  }

  std::string shown(node_id n) const { // a guest with its host
    return in_.nodes[n].name;
  }

  void nodes() {
    static const std::pair<node_kind, const char*> kinds[] = {
        {node_kind::cluster, ""}, {node_kind::remote, "Remote"}, {node_kind::guest, "Guest"}};
    std::string online[3], offline[3];
    auto in_name_order = std::vector<node_id>{};
    for (auto n : ids_of(in_.nodes)) in_name_order.push_back(n);
    std::stable_sort(in_name_order.begin(), in_name_order.end(),
                     [&](auto a, auto b) { return in_.nodes[a].name < in_.nodes[b].name; });
    for (auto n : in_name_order) {
      auto& node = in_.nodes[n];
      if (node.ping) continue;
      auto kind = static_cast<std::size_t>(node.kind);
      auto text = special(n);
      if (node.kind == node_kind::guest && !s_.nodes[n].online) continue;
      if (!text.empty())
        line(2, fmt::format("{}Node {}: {}", kinds[kind].second, shown(n), text));
      else
        (s_.nodes[n].online ? online : offline)[kind] += " " + shown(n);
    }
    for (auto& [kind, prefix] : kinds) {
      auto k = static_cast<std::size_t>(kind);
      if (!online[k].empty()) line(2, fmt::format("{}Online: [{} ]", prefix, online[k]));
      if (!offline[k].empty()) line(2, fmt::format("{}OFFLINE: [{} ]", prefix, offline[k]));
    }
  }

  void resource_lines(unit_id u, int level) {
    switch (s_.units[u].kind) {
    case resource_kind::primitive: line(level, primitive(u, unit_name(in_, s_, u), places_of(u))); break;
    case resource_kind::group:
      line(level, fmt::format("Resource Group: {}{}:", unit_name(in_, s_, u), flags(u)));
      for (auto m : s_.units[u].children) resource_lines(m, level + 1);
      break;
    case resource_kind::clone: clone(u, level); break;
    case resource_kind::bundle: bundle_lines(u, level); break;
    }
  }

  std::string flags(unit_id u) const {
    std::string list;
    auto add = [&](const char* flag) { list += list.empty() ? flag : std::string(", ") + flag; };
    auto& r = in_.resources[s_.units[u].what];
    if (r.promotable) add("promotable");
    if (r.unique && s_.units[u].kind != resource_kind::primitive) add("unique");
    if (r.target == role::stopped) add("disabled");
    if (s_.now[u].blocked) add("blocked");
    if (s_.now[u].maintenance)
      add("maintenance");
    else if (!s_.now[u].managed)
      add("unmanaged");
    if (s_.now[u].failure_ignored) add("failure ignored");
    return list.empty() ? "" : " (" + list + ")";
  }

  task pending(const unit_state& st) const {
    return under_way_ && st.pending != task::monitor ? st.pending : task::other;
  }

  const char* state_text(unit_id u) const {
    auto& st = s_.now[u];
    switch (pending(st)) {
    case task::start: return "Starting";
    case task::stop: return "Stopping";
    case task::migrate_to:
    case task::migrate_from: return "Migrating";
    case task::promote: return "Promoting";
    case task::demote: return "Demoting";
    default: return role_text(st.now);
    }
  }

  std::vector<node_id> places_of(unit_id u) const {
    auto& st = s_.now[u];
    bool only_under_way = st.running_on.empty() && st.pending_on.valid() && pending(st) != task::other;
    return only_under_way ? std::vector{st.pending_on} : st.running_on;
  }

  std::string primitive(unit_id u, const std::string& name, const std::vector<node_id>& nodes) const {
    auto& st = s_.now[u];
    std::string text = fmt::format("{}\t({}):\t", name, in_.resources[s_.units[u].what].agent);
    if (st.orphan) text += " ORPHANED";
    if (st.failed && st.now > role::unpromoted)
      text += fmt::format(" FAILED {}", role_text(st.now));
    else if (st.failed)
      text += " FAILED";
    else
      text += fmt::format(" {}", state_text(u));
    if (nodes.size() == 1) text += " " + in_.nodes[nodes[0]].name;
    auto f = flags(u);
    if (nodes.size() > 1) {
      std::string list;
      for (auto n : nodes) list += " " + in_.nodes[n].name;
      return text + f + fmt::format(" [{} ]", list);
    }
    return text + f;
  }

  template <class Test>
  bool any_below(unit_id u, Test test) const {
    if (s_.units[u].kind == resource_kind::primitive) return test(s_.now[u]);
    return std::any_of(s_.units[u].children.begin(), s_.units[u].children.end(),
                       [&](auto c) { return any_below(c, test); });
  }

  void clone(unit_id u, int level) {
    auto& r = in_.resources[s_.units[u].what];
    line(level, fmt::format("Clone Set: {} [{}]{}:", r.name, in_.resources[r.children.front()].name, flags(u)));
    std::map<std::string, int> promoted, active, stopped;
    for (auto n : ids_of(in_.nodes))
      if (s_.nodes[n].online) stopped[in_.nodes[n].name];
    for (auto c : s_.units[u].children) {
      if (shown_alone(u, c)) {
        resource_lines(c, level + 1);
        continue;
      }
      if (!any_below(c, [](auto& st) { return st.now > role::stopped; })) continue;
      if (!s_.nodes[location(c)].online) continue; // it left with its node
      auto where = in_.nodes[location(c)].name;
      (present_role(s_, c) == role::promoted ? promoted : active)[where];
      stopped.erase(where);
    }
    if (r.unique) return;
    auto list = [&](const char* title, const std::map<std::string, int>& nodes) {
      if (nodes.empty()) return;
      std::string names;
      for (auto& [name, unused] : nodes) names += " " + name;
      line(level + 1, fmt::format("{}: [{} ]", title, names));
    };
    list("Promoted", promoted);
    list(r.promotable ? "Unpromoted" : "Started", active);
    list("Stopped", stopped);
  }

  node_id location(unit_id u) const {
    for (auto p = u;; p = s_.units[p].children.front())
      if (s_.units[p].kind == resource_kind::primitive) return s_.now[p].running_on.front();
  }

  bool shown_alone(unit_id clone, unit_id instance) const {
    bool active = any_below(instance, [](auto& st) { return st.now > role::stopped; });
    if (in_.resources[s_.units[clone].what].unique) return active || !s_.now[instance].orphan;
    if (any_below(instance, [&](auto& st) { return pending(st) != task::other; })) return true;
    if (!active) return false;
    if (any_below(instance, [](auto& st) { return st.orphan || st.failed || !st.managed || st.failure_ignored; }))
      return true;
    if (any_below(instance, [](auto& st) { return st.running_on.size() != 1; })) return true;
    auto where = location(instance);
    if (any_below(instance, [&](auto& st) { return st.running_on.front() != where; })) return true;
    return !s_.nodes[where].online && s_.nodes[where].unclean;
  }

  void bundle_lines(unit_id u, int level) {
    auto& r = in_.resources[s_.units[u].what];
    auto b = std::find_if(in_.bundles.begin(), in_.bundles.end(), [&](auto& x) { return x.what == s_.units[u].what; });
    line(level,
         fmt::format("Container bundle{}: {} [{}]{}:", b->replicas > 1 ? " set" : "", r.name, b->image, flags(u)));
    for (auto& rep : s_.replicas) {
      if (rep.bundle != u) continue;
      auto shown_unit = rep.inner.valid() ? rep.inner : rep.container;
      auto named = rep.connection.valid() ? rep.connection : rep.container;
      auto name = unit_name(in_, s_, named);
      if (rep.ip.valid()) {
        auto& ip = in_.resources[s_.units[rep.ip].what].name;
        name += fmt::format(" ({})", ip.substr(ip.rfind('-') + 1));
      }
      auto& hosts = s_.now[rep.container].running_on; // without one it runs nowhere, whatever its guest reported last
      line(level + 1, primitive(shown_unit, name, hosts.empty() ? hosts : std::vector{hosts.front()}));
    }
  }

  const input& in_;
  const cluster_state& s_;
  bool under_way_;
  std::string out_;
};

} // namespace

std::string status_text(const input& in, const cluster_state& s, bool under_way) {
  return status_writer{in, s, under_way}.write();
}

std::string reported_text(input in, bool under_way) {
  in.ticket_dependencies.clear();
  return status_text(in, unpack(in), under_way);
}

} // namespace troupe::simulate
