// The other half of the runner: ends, what is left over, what lives.
#include "agents/runner/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace troupe::agents {

static instant now_of(loop::event_loop& loop) {
  uv_update_time(loop.uv());
  return instant{std::chrono::milliseconds{uv_now(loop.uv())}};
}

void process_runner::end_slice(const std::string& slice, duration grace, done on_end) {
  loop_.post([this, slice, grace, on_end = std::move(on_end)] { end({slice, std::nullopt}, grace, on_end); });
}

void process_runner::end_scope(const scope_name& scope, duration grace, done on_end) {
  loop_.post([this, scope, grace, on_end = std::move(on_end)] { end({scope.slice, scope.scope}, grace, on_end); });
}

void process_runner::end(const place& where, duration grace, done on_end) {
  births_in(where);
  auto [found, fresh] = endings_.try_emplace(where, under_way{ending{grace, settle_}, {}});
  found->second.waiting.push_back(std::move(on_end));
  if (!fresh) return; // one is under way
  go_on(where);
}

void process_runner::go_on(const place& where) {
  auto& under = endings_.at(where);
  auto now = now_of(loop_);
  auto lives = enclosure_->occupied(where);
  if (!under.changes && lives.value_or(true)) {
    under.changes = enclosure_->observe(where, [this, where] { go_on(where); });
    lives = enclosure_->occupied(where); // it may have changed before it was watched
  }
  // Who cannot be looked at may live.
  switch (under.rules.advance(now, lives.value_or(true))) {
  case ending::step::empty: return ended(where, exited{});
  case ending::step::stuck: return ended(where, lives ? survivors(where) : not_known(where, lives.error()));
  case ending::step::term: under.unsent = SIGTERM; break;
  case ending::step::kill: under.unsent = SIGKILL; break;
  case ending::step::wait: break;
  }
  if (under.unsent && send(where, *under.unsent)) under.unsent.reset();
  bool in_the_dark = !lives || !under.changes || under.unsent;
  auto next = *under.rules.due() - now;
  under.timer = std::make_unique<loop::timer>(loop_, in_the_dark ? std::min(next, look_again) : next,
                                              [this, where] { go_on(where); });
}

bool process_runner::send(const place& where, int number) {
  bool sent = enclosure_->signal(where, number);
  // Who is stopped hears TERM when he goes on.
  return (number != SIGTERM || enclosure_->signal(where, SIGCONT)) && sent;
}

void process_runner::ended(const place& where, const outcome& how) {
  reap_in(where);
  auto over = endings_.extract(where);
  if (std::holds_alternative<exited>(how)) clear(where);
  for (auto& each : over.mapped().waiting) each(how);
}

stuck process_runner::survivors(const place& where) const {
  constexpr std::size_t named = 5;
  auto all = enclosure_->members(where);
  if (!all) return not_known(where, all.error());
  const auto& left = *all;
  std::string text = fmt::format("{} of {} alive", left.size(), where.text());
  for (std::size_t i = 0; i < std::min(left.size(), named); ++i)
    text += fmt::format("{} {} ({}, state {})", i == 0 ? ":" : ",", left[i].pid, left[i].program, left[i].state);
  return {std::move(text)};
}

stuck process_runner::not_known(const place& where, const error& why) {
  return {fmt::format("what lives in {} cannot be told: {}", where.text(), why.text)};
}

void process_runner::leave_or_clear(const scope_name& scope) {
  place where{scope.slice, scope.scope};
  if (!enclosure_->occupied(where).value_or(true)) return clear(where);
  leftovers_.insert(scope);
  arm_look();
}

void process_runner::clear(const place& where) {
  enclosure_->clear(where);
  // The kernel holds back news of a cgroup for up to 10 ms, and drops them when it is removed: whoever waits for the
  // end of the slice around it, or of a scope in it, is told by us.
  for (const auto& [other, under] : endings_)
    if (other.slice == where.slice)
      loop_.post([this, place = other] {
        if (endings_.contains(place)) go_on(place);
      });
  std::vector<scope_name> gone; // after each operation it is one: all others are not even looked at
  if (where.scope)
    gone.push_back({where.slice, *where.scope});
  else
    gone = files_.scopes_of(where.slice).value_or(std::vector<scope_name>{}); // what cannot be read is left where it is
  for (const auto& scope : gone)
    if (!running_.contains(scope)) files_.remove(scope);
  std::erase_if(leftovers_, [&](const auto& scope) { return where.holds(scope); });
}

// What an earlier life of the daemon left: its services, and folders of what has ended since.
void process_runner::find_leftovers() {
  auto scopes = files_.scopes();
  looked_for_leftovers_ = scopes.has_value();
  if (!scopes) return arm_look();
  for (const auto& scope : *scopes)
    if (!running_.contains(scope)) leave_or_clear(scope);
}

// One timer, armed while there is something to look at.
void process_runner::arm_look() {
  auto every = flooded_ ? look_at_flood : running_.empty() ? look_at_leftovers : look_at_output;
  if (look_ && every >= look_every_) return;
  look_every_ = every;
  look_ = std::make_unique<loop::timer>(loop_, every, [this] { look_around(); });
}

void process_runner::look_around() {
  flooded_ = false;
  for (auto& [scope, op] : running_) flooded_ |= keep_within_cap(op);
  auto left = leftovers_;
  for (const auto& scope : left) {
    flooded_ |= files_.cut(scope);
    leave_or_clear(scope);
  }
  look_.reset();
  if (!looked_for_leftovers_) find_leftovers();
  if (!running_.empty() || !leftovers_.empty()) arm_look();
}

// The program of an operation of an earlier life.
result<bool> process_runner::program_lives(const scope_name& scope) const {
  auto recorded = files_.process(scope);
  if (!recorded) return tl::unexpected(std::move(recorded.error()));
  if (!*recorded) return false;
  auto now = stat_of((*recorded)->pid);
  if (!now) return tl::unexpected(std::move(now.error()));
  return *now && (*now)->same_process(**recorded) && (*now)->alive();
}

void process_runner::list(std::function<void(result<living>)> on_list) {
  loop_.post([this, on_list = std::move(on_list)] { on_list(now_living()); });
}

result<living> process_runner::now_living() const {
  auto slices = enclosure_->occupied_slices();
  if (!slices) return tl::unexpected(std::move(slices.error()));
  living found{{}, std::move(*slices)};
  auto scopes = files_.scopes();
  if (!scopes) return tl::unexpected(std::move(scopes.error()));
  for (const auto& scope : *scopes) {
    auto lives = running_.contains(scope) ? result<bool>{true} : program_lives(scope);
    if (!lives) return tl::unexpected(std::move(lives.error()));
    if (*lives) found.operations.push_back(scope);
  }
  for (const auto& b : births_)
    if (std::ranges::find(found.operations, b.scope) == found.operations.end()) found.operations.push_back(b.scope);
  std::sort(found.slices.begin(), found.slices.end());
  return found;
}

} // namespace troupe::agents
