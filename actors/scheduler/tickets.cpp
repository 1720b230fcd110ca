// Tickets: permission, granted to a whole site, to run something.
#include "actors/scheduler/unpack.hpp"

namespace troupe::scheduler {

namespace {

void ban_everywhere(cluster_state& s, unit_id u, const char* why) {
  s.bans.push_back({u, {}, score::minus_infinity(), why});
}

// What is in another role than the one that needs the ticket is neither fenced nor frozen.
void lost_while_active(const input& in, cluster_state& s, unit_id u, const ticket_dependency& t) {
  bool in_that_role = t.in_role <= role::started || t.in_role == s.now[u].now;
  switch (t.on_loss) {
  case ticket_loss::stop: ban_everywhere(s, u, "__loss_of_ticket__"); break;
  case ticket_loss::demote:
    if (t.in_role != role::promoted) ban_everywhere(s, u, "__loss_of_ticket__");
    break;
  case ticket_loss::fence:
    if (!in_that_role) break;
    ban_everywhere(s, u, "__loss_of_ticket__");
    for (auto n : std::vector{s.now[u].running_on}) want_fenced(in, s, n, "deadman ticket was lost");
    break;
  case ticket_loss::freeze:
    if (!in_that_role) break;
    s.now[u].managed = false;
    s.now[u].blocked = true;
    break;
  }
}

void without_ticket(const input& in, cluster_state& s, unit_id u, const ticket_dependency& t) {
  if (s.units[u].kind != resource_kind::primitive) {
    for (auto c : s.units[u].children) without_ticket(in, s, c, t);
    return;
  }
  auto& ticket = in.tickets[t.needs];
  bool promoted_only = t.in_role == role::promoted;
  if (promoted_only) s.no_promotion.push_back(u);
  if (!ticket.granted && !s.now[u].running_on.empty())
    lost_while_active(in, s, u, t);
  else if (!promoted_only || t.on_loss == ticket_loss::stop)
    ban_everywhere(s, u, ticket.granted ? "__ticket_standby__" : "__no_ticket__");
}

} // namespace

void apply_tickets(const input& in, cluster_state& s) {
  for (auto& t : in.ticket_dependencies) {
    auto& ticket = in.tickets[t.needs];
    if (s.unit_of[t.what].valid() && (!ticket.granted || ticket.standby)) without_ticket(in, s, s.unit_of[t.what], t);
  }
}

} // namespace troupe::scheduler
