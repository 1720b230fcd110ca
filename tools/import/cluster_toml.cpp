#include "tools/import/cluster_toml.hpp"

#include "conf/keys.hpp"
#include "conf/units.hpp"
#include "messages/types/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::import_cib {

namespace {

bool is_control(char c) {
  auto code = static_cast<unsigned char>(c);
  return code < 0x20 || code == 0x7f;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (is_control(c))
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string key(std::string_view name) {
  bool bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string{name} : quoted(name);
}

std::string of(score s) {
  return s.must() ? "\"infinity\"" : s.must_not() ? "\"-infinity\"" : std::to_string(s.value());
}

std::string of(const config::parameters& params) {
  std::string out;
  for (auto& [name, value] : params) out += fmt::format("{} {} = {}", out.empty() ? "" : ",", key(name), quoted(value));
  return "{" + out + " }";
}

template <class Items, class Text>
std::string list_of(const Items& items, Text text) {
  std::string out;
  for (auto& i : items) out += (out.empty() ? "" : ", ") + text(i);
  return "[" + out + "]";
}

class writer {
public:
  writer(const draft& d, const std::string& source)
    : c_(d.cluster)
    , d_(d)
    , source_(source) {}

  std::string write() {
    head();
    cluster();
    for (auto& s : d_.sections) section_of(s);
    for (auto& l : c_.locations)
      line(fmt::format("\n[[location]]\nresource = {}\nnode = {}\nscore = {}", quoted(l.what), quoted(l.node.text),
                       of(l.weight)));
    for (auto& l : c_.colocations) colocation(l);
    for (auto& o : c_.orders) order(o);
    return std::move(out_);
  }

private:
  void line(const std::string& text) { out_ += text + "\n"; }

  // Unlike a string, a comment of TOML's cannot say a control character in any way.
  void comment(std::string text) {
    for (char& c : text)
      if (is_control(c)) c = ' ';
    line("# " + text);
  }

  void comment(const note& n) { comment(fmt::format("{}: {}: {}", n.differs ? "differs" : "note", n.feature, n.text)); }

  void head() {
    comment(fmt::format("Made by `troupe import-cib` from {}.", source_));
    line("# Before `troupe init`: give each node its key (`troupe keygen`, there) and its addresses; both are "
         "stand-ins.");
    if (!d_.notes.empty()) {
      line("# What has no counterpart here (\"differs\": the same state may be handled otherwise than before):");
      for (bool differs : {true, false})
        for (auto& n : d_.notes)
          if (n.differs == differs) comment(n);
    }
  }

  void cluster() {
    line(fmt::format("\n[cluster]\nname = {}", quoted(c_.name)));
    if (c_.no_quorum == config::no_quorum_policy::freeze) line("no-quorum = \"freeze\"");
    line("stickiness = " + of(c_.stickiness));
    if (c_.fencing == config::fencing_policy::off) line("fencing = \"off\"");
  }

  template <class List>
  static auto& named(const List& list, const std::string& name) {
    return *std::find_if(list.begin(), list.end(), [&](auto& x) { return x.name.text == name; });
  }

  void section_of(const section& s) {
    switch (s.kind) {
    case section_kind::node: return node(named(c_.nodes, s.name));
    case section_kind::resource: return resource(named(c_.resources, s.name));
    case section_kind::device: return device(named(c_.devices, s.name));
    case section_kind::group:
      auto& g = named(c_.groups, s.name);
      line(fmt::format("\n[group.{}]\nmembers = {}", key(s.name),
                       list_of(g.members, [](auto& m) { return quoted(m.text); })));
      clone(g.clone, false);
      for (auto& m : g.members) resource(named(c_.resources, m.text));
    }
  }

  void node(const config::node& n) {
    line(fmt::format("\n[node.{}]\nkey = {}\naddresses = {}", key(n.name.text), quoted(conf::text_of(n.key)),
                     list_of(n.addresses, [](auto& a) { return quoted(conf::text_of(a)); })));
  }

  void clone(const std::optional<config::clone_options>& clone, bool implied) {
    if (!clone) return;
    std::string out;
    auto add = [&](const std::string& text) { out += (out.empty() ? " " : ", ") + text; };
    if (clone->max) add(fmt::format("max = {}", *clone->max));
    if (clone->node_max != 1) add(fmt::format("node-max = {}", clone->node_max));
    if (clone->interleave) add("interleave = true");
    if (clone->ordered) add("ordered = true");
    if (clone->notify) add("notify = true");
    if (!out.empty() || !implied) line("clone = {" + out + (out.empty() ? "}" : " }"));
  }

  void timeout(const char* name, duration t) {
    if (t != std::chrono::seconds{60}) line(fmt::format("{} = {{ timeout = {} }}", name, quoted(conf::text_of(t))));
  }

  void resource(const config::resource& r) {
    line(fmt::format("\n[resource.{}]\nagent = {}", key(r.name.text), quoted(conf::text_of(r.agent))));
    if (!r.params.empty()) line("params = " + of(r.params));
    if (!r.monitors.empty())
      line("monitor = " + (r.monitors.size() == 1 ? monitor(r.monitors[0]) : list_of(r.monitors, monitor)));
    timeout("start", r.start_timeout);
    timeout("stop", r.stop_timeout);
    timeout("promote", r.promote_timeout);
    timeout("demote", r.demote_timeout);
    clone(r.clone, r.promotable.has_value());
    if (r.promotable) {
      auto one_each = r.promotable->node_max == 1 ? "" : fmt::format(", node-max = {}", r.promotable->node_max);
      line(fmt::format("promotable = {{ max = {}{} }}", r.promotable->max, one_each));
    }
    auto target = r.promotable ? config::role::promoted : config::role::started;
    if (r.target != target) line(fmt::format("target = \"{}\"", name_of(r.target)));
    if (!r.managed) line("managed = false");
    if (r.priority != 0) line(fmt::format("priority = {}", r.priority));
    if (r.stickiness) line("stickiness = " + of(*r.stickiness));
    if (r.failure_threshold > 0) line(fmt::format("failure-threshold = {}", r.failure_threshold));
    if (r.failure_timeout) line("failure-timeout = " + quoted(conf::text_of(*r.failure_timeout)));
  }

  static std::string monitor(const config::monitor& m) {
    auto role = m.only_in ? fmt::format(", role = \"{}\"", name_of(*m.only_in)) : "";
    return fmt::format("{{ interval = {}, timeout = {}{} }}", quoted(conf::text_of(m.interval)),
                       quoted(conf::text_of(m.timeout)), role);
  }

  void device(const config::fence_device& d) {
    line(fmt::format("\n[fence.{}]\nagent = {}\ntargets = {}", key(d.name.text), quoted(d.agent),
                     list_of(d.targets, [](auto& n) { return quoted(n.text); })));
    if (!d.plugs.empty()) {
      config::parameters plugs;
      for (auto& [node, plug] : d.plugs) plugs.emplace(node.text, plug);
      line("plugs = " + of(plugs));
    }
    if (!d.params.empty()) line("params = " + of(d.params));
    if (!d.reboot) line("action = \"off\"");
    if (d.level != 1) line(fmt::format("level = {}", d.level));
  }

  static std::string in_role(const std::string& name, const std::optional<config::role>& role) {
    return role ? fmt::format("{{ {} = {} }}", name_of(*role), quoted(name)) : quoted(name);
  }

  void colocation(const config::colocation& l) {
    line(fmt::format("\n[[colocation]]\nresource = {}\nwith = {}", in_role(l.what, l.what_role),
                     in_role(l.with, l.with_role)));
    if (!l.weight.must()) line("score = " + of(l.weight));
  }

  void order(const config::order& o) {
    line(fmt::format("\n[[order]]\nfirst = {{ {} = {} }}\nthen = {{ {} = {} }}", name_of(o.first_action),
                     quoted(o.first), name_of(o.then_action), quoted(o.then)));
    if (o.kind == config::order_kind::optional) line("kind = \"optional\"");
    if (!o.symmetrical) line("symmetrical = false");
  }

  const config::cluster& c_;
  const draft& d_;
  const std::string& source_;
  std::string out_;
};

} // namespace

std::string cluster_toml(const draft& d, const std::string& source) {
  auto text = writer{d, source}.write();
  if (valid_utf8(text)) return text;
  for (char& c : text) // TOML is UTF-8; nobody knows what these bytes were meant to be
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return "# differs: encoding: the CIB is not UTF-8; all that is not ASCII stands as '?'\n" + text;
}

} // namespace troupe::import_cib
