#include "tools/troupe/status_text.hpp"

#include "agents/ocf/exit_codes.hpp"
#include "conf/timers.hpp"
#include "messages/types/bytes.hpp"
#include "tools/troupe/services_text.hpp"
#include "tools/troupe/show.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::cli {

namespace status_detail {

using console::node_status;
using nlohmann::ordered_json;

template <class Id>
ordered_json or_null(bool there, const Id& value) {
  return there ? ordered_json(value) : ordered_json();
}

void add_member_concerns(const console::cluster_status& c, std::vector<std::string>& out) {
  for (auto& m : c.members) {
    auto& name = m.node.text;
    switch (m.here) {
    case console::presence::never_seen:
      out.push_back(name + " was never seen: start trouped there, with a member among its seeds");
      break;
    case console::presence::suspected:
      out.push_back(
          fmt::format("{} is suspected ({}): nothing is done there until it is heard again", name, m.evidence));
      break;
    case console::presence::lost:
      out.push_back(fmt::format("{} is lost ({}): what ran there waits for a proof of its death, or for its return",
                                name, m.evidence));
      break;
    case console::presence::down:
      out.push_back(name +
                    " is down, proved dead: it comes back when its machine has booted anew and its trouped joins");
      break;
    case console::presence::detached:
      out.push_back(
          fmt::format("{} is away for a planned restart, until {} at most, or the end of maintenance: what runs "
                      "there goes on meanwhile, and nobody watches it",
                      name, text_of(*m.since)));
      break;
    case console::presence::joined:
    case console::presence::left: break;
    }
    if (m.not_probed > 0 && m.here == console::presence::joined)
      out.push_back(fmt::format("{} has {} yet to look for: nothing of that starts anywhere before", name,
                                m.not_probed == 1 ? "1 resource" : fmt::format("{} resources", m.not_probed)));
  }
  for (auto& v : c.voters)
    if (v.as == console::standing::learner)
      out.push_back(v.node.text + " was made a voter and is a learner: its journal was lost, and with it what it had "
                                  "promised. It follows, and does not count for a majority");
}

// A standby that the node has asked for itself: its daemon was told to end.
void add_departures(const console::cluster_status& c, std::vector<std::string>& out) {
  for (auto& m : c.members) {
    auto own = [&](const console::directive_line& d) {
      return d.kind == command::directive_kind::standby && d.subject == m.node.text && d.owner == m.node.text;
    };
    if (m.here == console::presence::joined && std::ranges::any_of(c.directives, own))
      out.push_back(m.node.text +
                    " leaves: what runs there goes first. After five minutes its daemon ends all the same, "
                    "and the node is lost with what still runs there");
  }
}

bool is_silent(const console::link_line& l) {
  return !l.datagrams && !l.stream;
}

bool hears_nobody(const node_status& s) {
  return s.replica.leader.empty() && !s.links.empty() && std::ranges::all_of(s.links, is_silent);
}

// A stranger is told nothing, so that a node which is turned away cannot tell that from silence.
void add_silence_of_others(const node_status& s, std::vector<std::string>& out) {
  if (!hears_nobody(s)) return;
  std::string silent;
  for (auto& l : s.links) silent += (silent.empty() ? "" : ", ") + l.peer.text;
  out.push_back("no answer from " + silent +
                ": down, out of reach, or turning this node away (its name is not known "
                "there, or has another key); if so, `troupe status` there says it");
}

// Whoever was cut off, crashed or started anew leaves some of these behind; they are in --json, not before an
// operator's eyes, unless they are many.
bool is_everyday(const console::refused_line& r) {
  constexpr std::uint64_t many = 100;
  return (r.why == "unexpected" || r.why == "truncated") && r.count < many;
}

// Who is turned away and still wants in is at the door again within seconds.
constexpr duration still_at_the_door = std::chrono::minutes{1};

// One who is awaited has perhaps been at the door.
void add_turned_away(const node_status& s, std::vector<std::string>& out) {
  for (auto& r : s.refused)
    for (auto& m : s.cluster->members)
      if (r.age <= still_at_the_door && r.last_who == m.node.text && m.here != console::presence::joined &&
          !is_everyday(r))
        out.push_back(fmt::format("who called itself {} was turned away by {}, last at {} from {}: {}", r.last_who,
                                  s.node.text, text_of(r.last), r.last_from, r.why));
}

// The node of a daemon that has died stays joined for restart-grace: until then only the links tell.
void add_unheard_members(const node_status& s, std::vector<std::string>& out) {
  if (hears_nobody(s)) return; // told as a whole
  for (auto& l : s.links) {
    auto is_joined = [&](auto& m) { return m.node == l.peer && m.here == console::presence::joined; };
    if (is_silent(l) && std::ranges::any_of(s.cluster->members, is_joined))
      out.push_back(l.peer.text +
                    " is not heard by this node: its trouped may be away, or the path to it is broken. It "
                    "counts as joined until a leader finds it lost");
  }
}

std::string as_of(const console::cluster_status& c, const node_name& node) {
  for (auto& v : c.voters)
    if (v.node == node) return v.as == console::standing::learner ? "voter, now learner" : "voter";
  return "learner";
}

std::string members_text(const node_status& s) {
  auto& c = *s.cluster;
  std::vector<table_row> rows{{"NODE", "STATE", "TAKES PART AS", "SESSION", "BOOT", ""}};
  for (auto& m : c.members) {
    auto as = as_of(c, m.node) + (m.node == s.replica.leader ? ", leads" : "");
    auto more = m.since ? "since " + text_of(*m.since) : "";
    if (!m.evidence.empty()) more += ": " + m.evidence;
    if (!m.configured) more += " (no longer configured)";
    auto state = std::string(name_of(m.here));
    for (auto& d : c.directives)
      if (d.subject == m.node.text && (d.kind == command::directive_kind::standby)) state += ", standby";
    rows.push_back({m.node.text, state, as, m.session.value == 0 ? "-" : std::to_string(m.session.value),
                    m.boot.value == 0 ? "-" : std::to_string(m.boot.value), more});
  }
  return table_of(rows, "  ");
}

// Whether nothing configured is called so any more, as far as the answer goes: what was left out of it may be.
bool no_longer_configured(const console::cluster_status& c, const std::string& name) {
  auto is_service = [&](auto& s) {
    return (s.resource.text == name && s.now != console::service_state::removed) || s.group == name;
  };
  auto is_node = [&](auto& m) { return m.configured && m.node.text == name; };
  return c.left_out == 0 && !name.empty() && std::ranges::none_of(c.services, is_service) &&
         std::ranges::none_of(c.members, is_node);
}

std::string directives_text(const console::cluster_status& c) {
  std::vector<table_row> rows;
  for (auto& d : c.directives) {
    auto what = std::string(name_of(d.kind));
    if (d.kind == command::directive_kind::target_role) what = "is to be " + std::string(name_of(d.role));
    if (d.kind == command::directive_kind::move) what = "moved to " + d.to.text;
    auto more = d.note + (d.expires ? " until " + text_of(*d.expires) : "");
    if (no_longer_configured(c, d.subject))
      more += fmt::format("{}(no longer configured; `{}` lifts it)", more.empty() ? "" : " ",
                          console::lifting(d.kind, d.subject));
    rows.push_back({d.subject.empty() ? "the whole cluster" : d.subject, what, "by " + d.owner, more});
  }
  return rows.empty() ? "" : "\ndirectives\n" + table_of(rows, "  ");
}

std::string failures_text(const console::cluster_status& c) {
  std::vector<table_row> rows;
  for (auto& f : c.failures) {
    auto more = f.note == agents::ocf::meaning_of(f.exit_code) ? std::string{} : f.note; // it is told with the code
    if (no_longer_configured(c, f.resource.text))
      more += fmt::format("{}(no longer configured; `troupe cleanup {}` forgets it)", more.empty() ? "" : " ",
                          f.resource.text);
    rows.push_back(
        {f.resource.text, f.node.text,
         fmt::format("{}, {}{}", times(f.count), agents::ocf::exit_text(f.exit_code), f.count > 1 ? " at last" : ""),
         text_of(f.last), more});
  }
  return rows.empty() ? "" : "\nfailures\n" + table_of(rows, "  ");
}

std::string refused_text(const node_status& s) {
  std::vector<table_row> rows;
  for (auto& r : s.refused)
    if (!is_everyday(r))
      rows.push_back({r.why, times(r.count), "last at " + text_of(r.last),
                      fmt::format("from {}{}", r.last_from, r.last_who.empty() ? "" : ", as " + r.last_who)});
  return rows.empty() ? "" : "\nturned away at the door of " + s.node.text + "\n" + table_of(rows, "  ");
}

// What a node stops when it is alone it cannot report. The policy is not in the answer, so it is named.
std::string lone_stop_text(const console::cluster_status& c) {
  config::cluster limits;
  limits.tolerate = c.limits.tolerate;
  return fmt::format(
      "With no-quorum = \"stop\" a node that hears no leader for {} (no-contact-stop) stops what it holds: "
      "what is shown as running may be stopped already\n",
      conf::to_text(conf::timers_of(limits).no_contact_stop));
}

template <class Lines, class Convert>
ordered_json list_of(const Lines& lines, Convert convert) {
  auto out = ordered_json::array();
  for (auto& line : lines) out.push_back(convert(line));
  return out;
}

ordered_json cluster_json(const console::cluster_status& c) {
  ordered_json out{{"name", c.name},         {"lineage", to_hex(c.lineage.bytes)}, {"level", c.level},
                   {"index", c.index.value}, {"version", c.configuration.value},   {"fencing", name_of(c.fencing)}};
  out["halted"] = or_null(!c.halted.empty(), c.halted);
  out["members"] = list_of(c.members, [&](auto& m) {
    return ordered_json{{"node", m.node.text},
                        {"state", name_of(m.here)},
                        {"configured", m.configured},
                        {"since", m.since ? ordered_json(text_of(*m.since)) : ordered_json()},
                        {"evidence", or_null(!m.evidence.empty(), m.evidence)},
                        {"session", or_null(m.session.value != 0, m.session.value)},
                        {"boot", or_null(m.boot.value != 0, m.boot.value)},
                        {"not_probed", m.not_probed}};
  });
  out["voters"] = list_of(c.voters, [](auto& v) {
    return ordered_json{{"node", v.node.text}, {"standing", name_of(v.as)}};
  });
  out["holders"] = list_of(c.holders, [](auto& h) {
    return ordered_json{{"resource", h.resource.text},
                        {"ordinal", h.ordinal},
                        {"node", h.node.text},
                        {"phase", name_of(h.now)},
                        {"role", name_of(h.role)},
                        {"exit_code", h.exit_code},
                        {"open_act", h.open ? ordered_json(name_of(*h.open)) : ordered_json()}};
  });
  out["failures"] = list_of(c.failures, [](auto& f) {
    return ordered_json{{"resource", f.resource.text}, {"node", f.node.text},      {"count", f.count},
                        {"last", text_of(f.last)},     {"exit_code", f.exit_code}, {"note", f.note}};
  });
  out["fence_attempts"] = list_of(c.attempts, [](auto& a) {
    return ordered_json{{"target", a.target.text},
                        {"executor", a.executor.text},
                        {"since", text_of(a.opened_at)},
                        {"note", a.note},
                        {"failed", a.failed}};
  });
  out["directives"] = list_of(c.directives, [](auto& d) {
    return ordered_json{{"kind", name_of(d.kind)},
                        {"subject", d.subject},
                        {"role", name_of(d.role)},
                        {"to", or_null(!d.to.empty(), d.to.text)},
                        {"owner", d.owner},
                        {"note", d.note},
                        {"expires", d.expires ? ordered_json(text_of(*d.expires)) : ordered_json()}};
  });
  add_services_json(c, out);
  out["left_out"] = c.left_out;
  return out;
}

} // namespace status_detail

std::string why_no_cluster(const console::node_status& s) {
  return s.replica.as == console::part::none ? "this node belongs to no cluster; see `troupe init`"
                                             : "this node cannot tell now what it knows: its ledger, or questions "
                                               "that were asked before, take too long; see `troupe actors`";
}

std::vector<std::string> concerns(const console::node_status& s) {
  std::vector<std::string> out;
  if (!s.cluster && s.replica.as == console::part::none) {
    out.push_back("this node belongs to no cluster: `troupe init` forms one, or a member among its seeds takes it in");
    status_detail::add_silence_of_others(s, out);
    return out;
  }
  if (!s.cluster) {
    out.push_back(why_no_cluster(s));
    return out;
  }
  auto& c = *s.cluster;
  if (!c.halted.empty()) out.push_back("this node applies no more commands: " + c.halted);
  if (s.replica.as == console::part::none)
    out.push_back("the replica of this node is still reading its journal");
  else if (s.replica.leader.empty())
    out.push_back("no leader is known: nothing can be changed until a majority of the voters can talk");
  status_detail::add_silence_of_others(s, out);
  if (s.replica.newest_known > s.replica.chosen) out.push_back("this node is behind the others, and catching up");
  if (!s.kept_out.empty())
    out.push_back("this node has not joined: " + s.kept_out);
  else if (!s.session)
    out.push_back("this node has not joined yet");
  for (auto& t : s.fence_troubles) out.push_back(t);
  if (!s.history_trouble.empty())
    out.push_back("the history of " + s.node.text + " is not written any more: " + s.history_trouble +
                  "; mend that, then restart trouped there");
  status_detail::add_member_concerns(c, out);
  status_detail::add_departures(c, out);
  status_detail::add_turned_away(s, out);
  status_detail::add_unheard_members(s, out);
  add_service_concerns(c, out);
  return out;
}

std::vector<std::string> notices(config::fencing_policy p) {
  switch (p) {
  case config::fencing_policy::devices: return {};
  case config::fencing_policy::none:
    return {"NO FENCING is configured: what may still run on a lost node waits for an operator"};
  case config::fencing_policy::off:
    return {"FENCING IS OFF: a lost node is taken for dead, and what it still runs may run twice"};
  }
  return {};
}

std::vector<std::string> notices(const console::node_status& s) {
  if (!s.cluster) return {};
  auto out = notices(s.cluster->fencing);
  add_failed_fencings(*s.cluster, out);
  return out;
}

std::string unled_text(stamp as_of) {
  return fmt::format("NO LEADER IS HEARD: what follows is the state of {}, not what is so now\n", text_of(as_of));
}

std::string status_text(const console::node_status& s) {
  using namespace status_detail;
  std::string out;
  if (s.cluster) {
    auto& c = *s.cluster;
    out += fmt::format("cluster {}, lineage {}, level {}, configuration version {}\n", c.name,
                       to_hex(byte_view(c.lineage.bytes).first(4)), c.level, c.configuration.value);
    out += fmt::format("as {} sees it ({}), at command {} of {}; leader: {}\n", s.node.text, name_of(s.replica.as),
                       c.index.value, text_of(c.now), s.replica.leader.empty() ? "none known" : s.replica.leader.text);
    if (s.replica.leader.empty()) out += unled_text(c.now) + lone_stop_text(c);
    out += "\nmembers\n";
    out += members_text(s) + services_text(c) + directives_text(c) + failures_text(c);
    if (c.left_out > 0) out += fmt::format("{} lines are left out\n", c.left_out);
  } else {
    out += "node " + s.node.text + "\n";
  }
  out += refused_text(s);
  if (auto told = notices(s); !told.empty()) {
    out += "\n";
    for (auto& line : told) out += line + "\n";
  }
  auto open = concerns(s);
  out += open.empty() ? "\nnothing is pending\n" : "\npending\n";
  for (auto& line : open) out += "  " + line + "\n";
  return out;
}

nlohmann::ordered_json status_json(const console::node_status& s) {
  using namespace status_detail;
  ordered_json out{{"node", s.node.text},
                   {"session", s.session ? ordered_json(s.session->value) : ordered_json()},
                   {"kept-out", s.kept_out},
                   {"fence-troubles", s.fence_troubles},
                   {"history-trouble", s.history_trouble},
                   {"part", name_of(s.replica.as)},
                   {"leader", or_null(!s.replica.leader.empty(), s.replica.leader.text)},
                   {"chosen", s.replica.chosen.value},
                   {"newest_known", s.replica.newest_known.value},
                   {"snapshot", s.replica.snapshot.value}};
  out["cluster"] = s.cluster ? cluster_json(*s.cluster) : ordered_json();
  out["links"] = list_of(s.links, [](auto& l) {
    return ordered_json{{"peer", l.peer.text}, {"datagrams", l.datagrams}, {"stream", l.stream}};
  });
  out["refused"] = list_of(s.refused, [](auto& r) {
    return ordered_json{{"why", r.why},
                        {"count", r.count},
                        {"last_from", r.last_from},
                        {"last_as", or_null(!r.last_who.empty(), r.last_who)},
                        {"last_at", text_of(r.last)}};
  });
  out["notices"] = notices(s);
  out["pending"] = concerns(s);
  return out;
}

} // namespace troupe::cli
