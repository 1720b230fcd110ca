#include "actors/supervisor/wait.hpp"

#include <fmt/chrono.h>

namespace troupe::supervisor {

std::string_view name_of(hold why) {
  switch (why) {
  case hold::act_open: return "act-open";
  case hold::not_joined: return "not-joined";
  case hold::unclean: return "unclean";
  case hold::gated: return "gated";
  case hold::not_probed: return "not-probed";
  case hold::active_elsewhere: return "active-elsewhere";
  case hold::predecessor: return "predecessor";
  case hold::ordered_stop: return "ordered-stop";
  case hold::kept_apart: return "kept-apart";
  case hold::failed_stop: return "failed-stop";
  case hold::notices: return "notices";
  case hold::unmanaged: return "unmanaged";
  }
  return "unknown";
}

namespace {

std::tm end_of(stamp until) {
  return fmt::gmtime(std::chrono::ceil<std::chrono::seconds>(until).time_since_epoch().count());
}

} // namespace

std::string text_of(const wait& w) {
  auto subject = w.at.resource.text + " on " + w.at.node.text;
  switch (w.why) {
  case hold::act_open: return subject + ": its operation is under way";
  case hold::not_joined: return subject + " waits: " + w.other.text + " is away for now";
  case hold::unclean:
    return subject + " waits: what runs on " + w.other.text + " is not known until it is proved dead or returns";
  case hold::gated:
    return subject + (w.other == w.at.node ? " waits" : " goes on there for now") + ": a fencing of " + w.other.text +
           (w.until ? fmt::format(" may still land, until {:%Y-%m-%d %H:%M:%S}Z", end_of(*w.until)) : " is under way");
  case hold::not_probed:
    return subject + " waits: it was not yet looked for on " + (w.other.empty() ? w.at.node : w.other).text;
  case hold::active_elsewhere: return subject + " waits: it may be active on " + w.other.text;
  case hold::predecessor: return subject + " waits: " + w.resource.text + " must be up first";
  case hold::ordered_stop: return subject + " waits: " + w.resource.text + " must stop first";
  case hold::kept_apart: return subject + " waits: " + w.resource.text + " is there and must not be beside it";
  case hold::failed_stop:
    return subject + " could not be stopped: it waits for a proof that the node is dead, or for `troupe cleanup`";
  case hold::notices: return subject + " waits: its other instances are told first";
  case hold::unmanaged: return subject + " is left alone: maintenance, or managed = false";
  }
  return subject;
}

} // namespace troupe::supervisor
