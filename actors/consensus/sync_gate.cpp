#include "actors/consensus/sync_gate.hpp"

#include "messages/types/assert.hpp"

namespace troupe::consensus {

bool sync_gate::passes(const node_name& to, const message_body& body) {
  TROUPE_ASSERT(!closed_, "who has no journal promises nothing");
  if (eager_ || (records_.empty() && issued_ == durable_)) return true;
  held_.push_back({records_.empty() ? issued_ : issued_.next(), {to, body}});
  return false;
}

void sync_gate::flush(effects& out) {
  if (records_.empty()) return;
  issued_ = issued_.next();
  out.emplace_back(persist{std::move(records_), issued_});
  records_.clear();
}

void sync_gate::durable(sync_token token) {
  TROUPE_ASSERT(token > durable_ && token <= issued_, "the journal answers each token once, in order");
  durable_ = token;
}

void sync_gate::close() {
  closed_ = true;
  records_.clear();
  held_.clear();
}

std::optional<sync_gate::released> sync_gate::next_released() {
  if (held_.empty() || held_.front().token > durable_) return std::nullopt;
  auto what = std::move(held_.front().what);
  held_.pop_front();
  return what;
}

} // namespace troupe::consensus
