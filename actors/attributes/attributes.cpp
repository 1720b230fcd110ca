#include "actors/attributes/attributes.hpp"

namespace troupe::attributes {

namespace {

caf::error because(std::string why) {
  return caf::make_error(caf::sec::runtime_error, std::move(why));
}

void settle(attributes_actor* self, const std::vector<ticket>& done, refusal how) {
  auto& state = self->state;
  for (auto number : done) {
    auto found = state.waiting.extract(number);
    if (found.empty()) continue; // was answered before
    if (how == refusal::none)
      found.mapped().by.deliver(attribute_noted{});
    else
      found.mapped().by.deliver(because(std::string(name_of(how))));
  }
}

void rearm(attributes_actor* self) {
  auto& state = self->state;
  auto first = state.again_at;
  for (auto& [number, one] : state.waiting)
    if (!first || one.until < *first) first = one.until;
  state.alarm.set(self, first);
}

void go_on(attributes_actor* self) {
  auto& state = self->state;
  rearm(self);
  if (state.again_at && env::now_of(self) < *state.again_at) return;
  state.again_at.reset();
  auto next = state.notes.next();
  if (!next) return;
  command::command c;
  c.from.why = reason::result;
  c.from.by.node = state.self;
  c.what = std::move(*next);
  self->request(state.ledger, caf::infinite, cluster::submit{"attributes", std::move(c)})
      .then(
          [self](const cluster::told_outcome& told) {
            settle(self, self->state.notes.answered(told.answer), told.answer.refused);
            go_on(self);
          },
          [self](const caf::error&) {
            self->state.notes.not_taken();
            self->state.again_at = env::now_of(self) + desk_retry;
            go_on(self);
          });
}

void on_time(attributes_actor* self) {
  auto& state = self->state;
  auto now = env::now_of(self);
  for (auto at = state.waiting.begin(); at != state.waiting.end();) {
    auto& one = at->second;
    if (now < one.until) {
      ++at;
      continue;
    }
    if (one.for_ever)
      one.by.deliver(because("no leader has taken it into the log; it may still come to that"));
    else
      one.by.deliver(attribute_noted{});
    at = state.waiting.erase(at);
  }
  go_on(self);
}

caf::result<attribute_noted> on_note(attributes_actor* self, const note_attribute& asked_for) {
  auto& state = self->state;
  auto promise = self->make_response_promise();
  auto taken_in = state.notes.note(asked_for.what);
  if (taken_in.how == taken::same) {
    promise.deliver(attribute_noted{});
  } else if (taken_in.how == taken::full) {
    promise.deliver(because("too many attributes wait for the log"));
  } else {
    bool for_ever = asked_for.what.lasts == command::lifetime::forever;
    state.waiting[taken_in.number] = {promise, env::now_of(self) + (for_ever ? long_patience : patience), for_ever};
    go_on(self);
  }
  return caf::delegated<attribute_noted>{};
}

console::attribute_list list_of(const book& notes) {
  console::attribute_list out;
  std::size_t bytes = 0;
  for (auto& [key, value] : notes.all()) {
    bytes += key.name.size() + value.size();
    if (bytes > console::max_listed)
      ++out.left_out;
    else
      console::append(out.items, out.left_out, command::attribute_item{key.node, key.lasts, key.name, value});
  }
  return out;
}

} // namespace

caf::behavior attributes(attributes_actor* self, const watching::directory_ptr& directory, node_name name,
                         caf::actor ledger) {
  self->publish(directory, "node/attributes", "attributes");
  self->state.self = std::move(name);
  self->state.ledger = std::move(ledger);
  self->send(self->state.ledger, cluster::watch_state{caf::actor_cast<caf::actor>(self)});
  return {
      [=](const cluster::state_is& s) { self->state.notes.take(*s.whole); },
      [=](const cluster::state_changed& s) { self->state.notes.take(*s.what); },
      [=](const cluster::leader_is&) {},
      [=](const note_attribute& asked_for) { return on_note(self, asked_for); },
      [=](const read_attribute& r) { return attribute_read{self->state.notes.read(r.what)}; },
      [=](list_attributes) { return list_of(self->state.notes); },
      [=](env::wake w) {
        if (self->state.alarm.rang(w)) on_time(self);
      },
  };
}

} // namespace troupe::attributes
