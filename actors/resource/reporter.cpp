#include "actors/resource/reporter.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::resource {

namespace {

instance subject_of(const command::report_item& item) {
  return std::visit([](auto& i) { return instance{i.resource, i.ordinal}; }, item);
}

std::size_t size_of(const command::report_item& item) {
  constexpr std::size_t fixed = 64;
  auto size = fixed + subject_of(item).resource.text.size();
  if (auto* done = std::get_if<command::act_done>(&item)) size += done->note.size();
  if (auto* m = std::get_if<command::monitored>(&item)) size += m->note.size();
  return size;
}

} // namespace

void reporter::add(session_id of, command::report_item item) {
  if (of < session_) return;
  if (of > session_) begin_session(of);
  waiting_.push_back(std::move(item));
  settle_last();
}

void reporter::settle_last() {
  if (!std::holds_alternative<command::monitored>(waiting_.back())) return;
  auto what = subject_of(waiting_.back());
  auto older = std::find_if(waiting_.begin(), waiting_.end() - 1, [&](auto& i) {
    return std::holds_alternative<command::monitored>(i) && subject_of(i) == what;
  });
  if (older != waiting_.end() - 1) waiting_.erase(older);
}

void reporter::begin_session(session_id session) {
  *this = reporter(self_);
  session_ = session;
}

void reporter::drop_closed(const node_view& view) {
  std::erase_if(waiting_, [&](auto& item) {
    auto* done = std::get_if<command::act_done>(&item);
    return done && !view.is_open(subject_of(item), done->act);
  });
}

std::optional<command::report> reporter::next(const node_view& view, instant now) {
  if (view.session() > session_) begin_session(view.session());
  if (view.session() != session_ || view.here() != standing::active || !on_its_way_.empty() || lost_its_way())
    return {};
  if (retry_at_ && now < *retry_at_) return {};
  if (resume_at_ && view.index() < *resume_at_) return {};
  retry_at_.reset();
  if (resume_at_) {
    resume_at_.reset();
    number_ = view.reports();
    drop_closed(view);
  }
  if (waiting_.empty()) return {};
  std::size_t bytes = 0;
  auto end = waiting_.begin();
  for (; end != waiting_.end() && on_its_way_.size() < command::max_report_items; ++end) {
    bytes += size_of(*end);
    if (!on_its_way_.empty() && bytes > max_report_bytes) break;
    on_its_way_.push_back(std::move(*end));
  }
  waiting_.erase(waiting_.begin(), end);
  return command::report{self_, session_, number_ + 1, on_its_way_};
}

void reporter::answered(session_id of, const outcome& what) {
  if (of != session_ || on_its_way_.empty()) return; // of an earlier one
  auto sent = std::exchange(on_its_way_, {});
  why_ = what.refused;
  if (what.refused == refusal::none) {
    ++number_;
    refused_ = 0;
    return;
  }
  // The session is over, or the cluster has lost us: nothing of it will ever be heard.
  if (what.refused == refusal::stale_session || what.refused == refusal::not_joined) return waiting_.clear();
  ++refused_;
  resume_at_ = what.index;
  waiting_.insert(waiting_.begin(), std::make_move_iterator(sent.begin()), std::make_move_iterator(sent.end()));
}

void reporter::not_taken(session_id of, instant now) {
  if (of != session_) return;
  auto sent = std::exchange(on_its_way_, {});
  waiting_.insert(waiting_.begin(), std::make_move_iterator(sent.begin()), std::make_move_iterator(sent.end()));
  retry_at_ = now + desk_retry;
}

} // namespace troupe::resource
