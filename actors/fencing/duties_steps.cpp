// What is done about one attempt, step by step.
#include "actors/fencing/duties.hpp"
#include "messages/console.hpp"

#include <algorithm>

namespace troupe::fencing {

bool duties::busy(const duty& d) {
  return std::any_of(d.parts.begin(), d.parts.end(), [](const auto& each) { return each.second.outstanding; });
}

std::string duties::names_of(const duty& d) {
  std::string out;
  for (const auto& [name, part] : d.parts) out += (out.empty() ? "" : ", ") + name.text;
  return out;
}

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
  bool reached = std::all_of(d.parts.begin(), d.parts.end(), [](const auto& each) { return each.second.reached; });
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
  if (d.closed && !busy(d)) duties_.erase(id);
}

void duties::prove(log_index id, duty& d, outputs& out) {
  auto by = names_of(d);
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
