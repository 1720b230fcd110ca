#include "actors/resource/verdict.hpp"

#include "agents/ocf/output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>

namespace troupe::resource {

using agents::exited;
using agents::not_started;
using agents::stuck;
namespace ocf = agents::ocf;

static_assert(agents::max_reason <= command::max_note, "a sentence of an agent fits into a note");

static std::string said(const exited& e) {
  auto spoken = ocf::read_error_output(e.error_output);
  if (!spoken.reason.empty()) return spoken.reason;
  auto chatter = agents::sentence(spoken.chatter);
  return chatter.empty() ? ocf::meaning_of(e.status) : chatter;
}

bool missing(const agents::outcome& o) {
  auto* n = std::get_if<not_started>(&o);
  return n && (n->error_number == ENOENT || n->error_number == ENOTDIR || n->error_number == EACCES);
}

// Where no agent spoke; nullopt: it did.
static std::optional<verdict> silent(const agents::outcome& o, const std::string& agent, duration timeout) {
  if (auto* s = std::get_if<stuck>(&o)) return verdict{false, false, exit_generic, agents::sentence(s->what)};
  if (missing(o)) return verdict{false, false, exit_not_installed, agent + " is not installed on this node"};
  if (auto* n = std::get_if<not_started>(&o))
    return verdict{false, false, exit_generic, "could not be run: " + agents::sentence(n->reason)};
  auto& e = std::get<exited>(o);
  if (!e.timed_out) return {};
  auto seconds = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  auto reason = ocf::read_error_output(e.error_output).reason;
  return verdict{false, false, e.status,
                 fmt::format("no answer within {}ms{}{}", seconds, reason.empty() ? "" : ": ", reason)};
}

verdict of_action(const agents::outcome& o, const std::string& agent, duration timeout) {
  if (auto nothing = silent(o, agent, timeout)) return *nothing;
  auto& e = std::get<exited>(o);
  if (ocf::succeeded(e.status)) return {true, true, 0, {}};
  return {false, true, e.status, said(e)};
}

verdict of_monitor(const agents::outcome& o, const std::string& agent, duration timeout, config::role role) {
  if (auto nothing = silent(o, agent, timeout)) return *nothing;
  auto& e = std::get<exited>(o);
  auto found = ocf::monitored(e.status).what;
  auto expected = role == config::role::promoted ? ocf::found::promoted : ocf::found::started;
  if (found == expected) return {true, true, 0, {}};
  if (found == ocf::found::started) return {false, true, e.status, "runs, but is not promoted any more"};
  if (found == ocf::found::promoted) return {false, true, e.status, "is promoted, and must not be"};
  return {false, true, e.status, said(e)};
}

probe_verdict of_probe(const agents::outcome& o) {
  if (missing(o)) return {command::finding::failed, exit_not_installed};
  auto* e = std::get_if<exited>(&o);
  if (!e) return {command::finding::failed, exit_generic};
  if (e->timed_out) return {command::finding::failed, e->status};
  switch (ocf::monitored(e->status).what) {
  case ocf::found::not_here: return {command::finding::not_held, e->status};
  case ocf::found::started: return {command::finding::started, e->status};
  case ocf::found::promoted: return {command::finding::promoted, e->status};
  case ocf::found::failed:
  case ocf::found::failed_promoted: break;
  }
  return {command::finding::failed, e->status};
}

} // namespace troupe::resource
