// For tests of the node side: definitions, a lifecycle on the bench whose effects are read as short words, and
// pictures.
#pragma once

#include "actors/resource/lifecycle.hpp"

#include <fmt/format.h>

namespace troupe::resource::test {

using namespace std::chrono_literals;
using config::action;

inline config::monitor monitor_every(duration interval, std::uint32_t tolerated = 0) {
  return {interval, 20s, {}, tolerated};
}

inline config::resource definition_of(const char* name, std::vector<config::monitor> monitors = {monitor_every(10s)}) {
  config::resource r;
  r.name = resource_name{name};
  r.agent = {"ocf", "heartbeat", "pgsql"};
  r.params = {{"port", "5432"}};
  r.start_timeout = 60s;
  r.stop_timeout = 40s;
  r.promote_timeout = r.demote_timeout = 30s;
  r.monitors = std::move(monitors);
  return r;
}

inline blueprint blueprint_of(config::resource r, std::uint64_t defined_at = 1) {
  return {log_index{defined_at}, std::make_shared<const config::resource>(std::move(r)), {}};
}

inline agents::exited exit_of(int status, std::string error_output = {}) {
  return {status, false, {}, std::move(error_output)};
}
inline agents::exited timed_out() {
  return {143, true, {}, {}};
}
inline agents::not_started no_such_file() {
  return {2, "No such file"};
}

inline const char* word(command::act_end e) {
  constexpr const char* words[] = {"ok", "failed", "not-run", "stuck"};
  return words[static_cast<std::size_t>(e)];
}
inline const char* word(command::finding f) {
  constexpr const char* words[] = {"not-held", "started", "promoted", "failed"};
  return words[static_cast<std::size_t>(f)];
}
inline const char* word(urgency u) {
  constexpr const char* words[] = {"monitor", "probe", "act"};
  return words[static_cast<std::size_t>(u)];
}
inline std::string words(const command::report_item& item) {
  if (auto* d = std::get_if<command::act_done>(&item))
    return fmt::format("done {} {} {}{}", d->act.value, word(d->end), d->exit_code,
                       d->note.empty() ? "" : ": " + d->note);
  if (auto* p = std::get_if<command::probed>(&item)) return fmt::format("probed {} {}", word(p->found), p->exit_code);
  if (auto* n = std::get_if<command::notified>(&item))
    return fmt::format("notified {} {}", n->round.value, n->stage == command::notice_stage::after ? "after" : "before");
  auto& m = std::get<command::monitored>(item);
  return fmt::format("monitored {} {}{}", m.healthy ? "healthy" : "failed", m.exit_code,
                     m.note.empty() ? "" : ": " + m.note);
}

class bench {
public:
  explicit bench(agents::ocf::installation where = {})
    : core({std::move(where), node_name{"n1"}}, {resource_name{"db"}, 0}) {
    w.session = session_id{7};
    w.how = how;
  }

  blueprint how = blueprint_of(definition_of("db"));
  wanted w;
  lifecycle core;
  instant now{1000s};
  call_number last;          // of the call that is under way
  agents::command last_call; // of run_program

  // What was put out since the last look, one word or a few each: "turn? act", "run 12 start", "end 12", "empty", ...
  std::string want() {
    return said([&](effects& out) { core.want(w, now, out); });
  }
  std::string turn(urgency how_urgent = urgency::act) {
    return said([&](effects& out) { core.turn(how_urgent, now, out); });
  }
  std::string ends(const agents::outcome& o) { return ends(last, o); }
  std::string ends(call_number which, const agents::outcome& o) {
    return said([&](effects& out) { core.ended(which, o, now, out); });
  }
  std::string lists(const result<agents::living>& l) {
    return said([&](effects& out) { core.listed(last, l, now, out); });
  }
  std::string after(duration d) {
    now += d;
    return said([&](effects& out) { core.tick(now, out); });
  }
  std::string stop_alone() {
    return said([&](effects& out) { core.stop_alone(how, now, out); });
  }

  // --- pictures ---
  std::string act(std::uint64_t id, action a, bool withdrawn = false) {
    w.held = true;
    w.watch.reset();
    w.act = cluster::open_act{log_index{id}, a, withdrawn};
    return want();
  }
  std::string closed() {
    w.act.reset();
    return want();
  }
  std::string runs(config::role role = config::role::started, bool healthy = true) {
    w.held = true;
    w.act.reset();
    w.watch = upkeep{role, healthy};
    return want();
  }
  std::string round(std::uint64_t id, command::notice_stage stage, action operation = action::promote) {
    if (!w.round || w.round->id.value != id) {
      notice_round r{log_index{id}, operation, {}, {{node_name{"n1"}}, {node_name{"n2"}, 0, config::role::promoted}},
                     {node_name{"n1"}, node_name{"n2"}, node_name{"n3"}}, {node_name{"n1"}, node_name{"n2"}}};
      r.what.promoting = {{node_name{"n1"}}};
      w.round = std::make_shared<const notice_round>(std::move(r));
    }
    w.tell = telling{log_index{id}, stage};
    return want();
  }
  std::string gone() {
    w.held = false;
    w.act.reset();
    w.watch.reset();
    return want();
  }
  std::string session(std::uint64_t number) {
    w = {};
    w.session = session_id{number};
    if (number != 0) w.how = how;
    return want();
  }

private:
  template <class Do>
  std::string said(Do what) {
    effects out;
    what(out);
    std::string text;
    for (auto& e : out) text += (text.empty() ? "" : "; ") + words(e);
    return text;
  }
  std::string words(const effect& e) {
    if (auto* a = std::get_if<ask_turn>(&e)) return fmt::format("turn? {}", word(a->how));
    if (std::holds_alternative<give_turn_back>(e)) return "turn back";
    if (auto* r = std::get_if<run_program>(&e)) {
      last = r->number;
      last_call = r->call;
      return fmt::format("run {} {}", r->scope.scope, r->call.arguments[1]);
    }
    if (auto* s = std::get_if<end_scope>(&e)) return last = s->number, "end " + s->scope.scope;
    if (auto* s = std::get_if<end_slice>(&e)) return last = s->number, "empty " + s->slice;
    if (auto* l = std::get_if<list_processes>(&e)) return last = l->number, "list";
    if (auto* t = std::get_if<tell>(&e)) return test::words(t->item);
    auto& l = std::get<lone_stop_ended>(e);
    return l.stopped ? "alone: stopped" : "alone: not stopped, " + l.note;
  }
};

} // namespace troupe::resource::test
