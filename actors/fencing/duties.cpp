#include "actors/fencing/duties.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::fencing {

// --- what comes in ---

duties::outputs duties::session_is(session_id session) {
  session_ = session;
  outputs out;
  reconsider(out);
  return out;
}

duties::outputs duties::whole(const cluster::state& s, bool more) {
  more_ = more;
  devices_ = s.config().value.devices;
  members_.clear();
  attempts_.clear();
  for (const auto& [key, found] : s.all<cluster::member_key>()) members_[key.node] = found.value;
  for (const auto& [key, found] : s.all<cluster::attempt_key>()) attempts_[key.target] = found;
  outputs out;
  reconsider(out);
  return out;
}

duties::outputs duties::changed(const cluster::delta& d, bool more) {
  bool concerns_us = std::exchange(more_, more) && !more;
  auto keep = [&concerns_us](auto& rows, const node_name& key, const auto& value) {
    concerns_us = true;
    if (value)
      rows[key] = *value;
    else
      rows.erase(key);
  };
  for (const auto& one : d.changes) {
    if (const auto* c = std::get_if<cluster::row_change<cluster::configuration_key>>(&one)) {
      if (c->now) devices_ = c->now->value.value.devices;
    } else if (const auto* m = std::get_if<cluster::row_change<cluster::member_key>>(&one)) {
      keep(members_, m->key.node, m->now ? std::optional(m->now->value) : std::nullopt);
    } else if (const auto* a = std::get_if<cluster::row_change<cluster::attempt_key>>(&one)) {
      keep(attempts_, a->key.target, a->now);
    }
  }
  outputs out;
  if (concerns_us) reconsider(out);
  return out;
}

duties::outputs duties::over(const device_name& device, const job_over& said) {
  outputs out;
  auto how = said;
  how.reached |= trusts_failures_;
  auto found = duties_.find(how.what.attempt);
  if (found == duties_.end()) return out;
  auto& [id, d] = *found;
  auto& p = d.parts.at(device);
  p.outstanding = false;
  p.reached = how.reached;
  p.note = how.note;
  if (how.what.what == aim::off) {
    p.tried = how.called;
    p.off = how.reached;
  }
  if (!how.reached && d.at == phase::restoring)
    out.push_back(remark{true, fmt::format("{} did not come on again: {}: {}", d.target.text, device.text, how.note)});
  // One that fails fails the attempt; the others need not go on.
  bool failed = !how.reached && (d.at == phase::off || d.at == phase::confirming);
  if (failed && !d.closed && !d.given_up) give_up(id, d, out);
  if (!busy(d)) all_over(id, d, out);
  return out;
}

// --- from the state ---

void duties::reconsider(outputs& out) {
  for (auto& [id, d] : duties_) {
    if (!d.closed && !still_open(id, d)) close(id, d, out);
    if (needless(d) && !d.closed && !d.given_up && d.at == phase::off) give_up(id, d, out);
  }
  std::erase_if(duties_, [](const auto& each) { return each.second.closed && !busy(each.second); });
  if (more_) return;
  for (const auto& [target, row] : attempts_) {
    const auto& a = row.value;
    bool ours = a.executor == self_ && session_.value != 0 && a.session == session_;
    if (ours && a.ended == cluster::attempt::end::open && !duties_.contains(a.id)) begin(target, row, out);
  }
}

bool duties::still_open(log_index id, const duty& d) const {
  auto row = attempts_.find(d.target);
  return row != attempts_.end() && row->second.value.id == id && row->second.value.ended == cluster::attempt::end::open;
}

bool duties::is_here(const node_name& target) const {
  auto found = members_.find(target);
  return found != members_.end() && std::holds_alternative<cluster::joined>(found->second.here);
}

// It came back in the boot that was to be proved dead: what runs there will be told by its own inventory.
bool duties::needless(const duty& d) const {
  return !d.asked_for && is_here(d.target) && members_.at(d.target).boot == d.of.boot;
}

void duties::begin(const node_name& target, const cluster::entry<cluster::attempt>& row, outputs& out) {
  const auto& a = row.value;
  duty d;
  d.target = target;
  d.of = a;
  d.asked_for = row.origin.why != reason::fence_unclean;
  for (const auto& device : devices_)
    if (device.level == a.level && std::binary_search(device.targets.begin(), device.targets.end(), target))
      d.parts[device.name].reboot = device.reboot;
  auto& kept = duties_[a.id] = std::move(d);
  if (kept.parts.empty())
    return fail(a.id, kept, fmt::format("no device of level {} has {} among its targets", a.level, target.text), out);
  if (needless(kept)) return fail(a.id, kept, "it has joined again", out);
  out.push_back(remark{
      false, fmt::format("fences {} (attempt {}, level {}) by {}", target.text, a.id.value, a.level, names_of(kept))});
  order_all(a.id, kept, aim::off, out);
}

void duties::close(log_index id, duty& d, outputs& out) {
  d.closed = true;
  if (d.at == phase::off || d.at == phase::confirming) give_up(id, d, out);
}

} // namespace troupe::fencing
