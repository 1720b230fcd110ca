#include "actors/fencing/duties.hpp"

#include "messages/console.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::fencing {

namespace duties_detail {

template <class Parts, class Predicate>
bool every(const Parts& parts, Predicate p) {
  return std::all_of(parts.begin(), parts.end(), [&](const auto& each) { return p(each.second); });
}

template <class Parts>
std::string names_of(const Parts& parts) {
  std::string out;
  for (const auto& [name, part] : parts) out += (out.empty() ? "" : ", ") + name.text;
  return out;
}

} // namespace duties_detail

using namespace duties_detail;

// --- what comes in ---

duties::outputs duties::session_is(session_id session) {
  session_ = session;
  outputs out;
  reconsider(out);
  return out;
}

duties::outputs duties::whole(const cluster::state& s) {
  devices_ = s.config().value.devices;
  members_.clear();
  attempts_.clear();
  for (const auto& [key, found] : s.all<cluster::member_key>()) members_[key.node] = found.value;
  for (const auto& [key, found] : s.all<cluster::attempt_key>()) attempts_[key.target] = found;
  outputs out;
  reconsider(out);
  return out;
}

duties::outputs duties::changed(const cluster::delta& d) {
  bool concerns_us = false;
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
  if (every(d.parts, [](const part& each) { return !each.outstanding; })) all_over(id, d, out);
  return out;
}

// --- from the state ---

void duties::reconsider(outputs& out) {
  for (auto& [id, d] : duties_) {
    if (!d.closed && !still_open(id, d)) close(id, d, out);
    if (needless(d) && !d.closed && !d.given_up && d.at == phase::off) give_up(id, d, out);
  }
  std::erase_if(duties_, [](const auto& each) {
    return each.second.closed && every(each.second.parts, [](const part& p) { return !p.outstanding; });
  });
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
  out.push_back(remark{false, fmt::format("fences {} (attempt {}, level {}) by {}", target.text, a.id.value, a.level,
                                          names_of(kept.parts))});
  order_all(a.id, kept, aim::off, out);
}

void duties::close(log_index id, duty& d, outputs& out) {
  d.closed = true;
  if (d.at == phase::off || d.at == phase::confirming) give_up(id, d, out);
}

// --- the steps ---

void duties::order_all(log_index id, duty& d, aim what, outputs& out) {
  for (auto& [name, p] : d.parts) {
    if (what == aim::on && !(p.reboot && p.tried)) continue;
    p.outstanding = true;
    p.reached = false;
    out.push_back(order{name, {id, what, d.target}});
  }
}

void duties::give_up(log_index id, duty& d, outputs& out) {
  d.given_up = true;
  for (const auto& [name, p] : d.parts)
    if (p.outstanding) out.push_back(withdraw{name, id});
}

// Every order of the present phase has come to its end.
void duties::all_over(log_index id, duty& d, outputs& out) {
  bool reached = every(d.parts, [](const part& p) { return p.reached; });
  if (d.at == phase::off || d.at == phase::confirming) {
    if (d.closed) {
      d.at = phase::settled;
      if (is_here(d.target)) restore(id, d, out);
    } else if (reached && d.at == phase::off && d.parts.size() > 1) {
      d.at = phase::confirming;
      return order_all(id, d, aim::confirm_off, out);
    } else if (reached) {
      prove(id, d, out);
    } else {
      std::string why;
      for (const auto& [name, p] : d.parts)
        if (!p.reached) why += (why.empty() ? "" : "; ") + name.text + ": " + p.note;
      if (needless(d)) why = "it has joined again; " + why;
      fail(id, d, why, out);
    }
  }
  if (d.closed && every(d.parts, [](const part& p) { return !p.outstanding; })) duties_.erase(id);
}

void duties::prove(log_index id, duty& d, outputs& out) {
  auto by = names_of(d.parts);
  out.push_back(
      say{spoken(id, command::fence_proof{d.target, d.of.boot, config::proof_kind::power, id,
                                          console::cut("off, read back as off by " + by, command::max_note)})});
  restore(id, d, out);
}

void duties::fail(log_index id, duty& d, const std::string& why, outputs& out) {
  d.at = phase::settled;
  out.push_back(say{spoken(id, command::fence_failed{d.target, id, console::cut(why, command::max_note)})});
  // What is known to be off is not left so: it may be half of a node's power. And what may have gone off, if the
  // target is here again. Else the next attempt decides: an `on` now would only get into its way.
  bool back = needless(d);
  for (auto& [name, p] : d.parts) p.tried = back ? p.tried : p.off;
  restore(id, d, out);
}

void duties::restore(log_index id, duty& d, outputs& out) {
  d.at = phase::restoring;
  order_all(id, d, aim::on, out);
}

command::command duties::spoken(log_index id, command::body what) const {
  command::command c;
  c.from.why = reason::result;
  c.from.causes = {id};
  c.from.by.node = self_;
  c.what = std::move(what);
  return c;
}

} // namespace troupe::fencing
