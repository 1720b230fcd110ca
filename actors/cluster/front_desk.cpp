#include "actors/cluster/front_desk.hpp"

#include <algorithm>

namespace troupe::cluster {

std::optional<ticket> front_desk::submit(const std::string& name, command::command c, client_id fresh) {
  auto found = lanes_.find(name);
  if (found == lanes_.end()) {
    if (lanes_.size() >= max_lanes) return std::nullopt;
    found = lanes_.emplace(name, lane{}).first;
    found->second.client = fresh;
    by_client_[fresh] = name;
  }
  auto& l = found->second;
  if (l.items.size() >= max_waiting) return std::nullopt;
  last_ = last_.next();
  l.items.push_back({last_, std::move(c)});
  return last_;
}

std::vector<ticket> front_desk::close(const std::string& name) {
  auto found = lanes_.find(name);
  if (found == lanes_.end()) return {};
  auto& l = found->second;
  std::vector<ticket> dropped;
  for (; l.items.size() > (l.sent ? 1u : 0u); l.items.pop_back()) dropped.push_back(l.items.back().number);
  if (!l.items.empty()) return dropped; // what is in flight is followed to its end
  by_client_.erase(l.client);
  lanes_.erase(found);
  return dropped;
}

void front_desk::leader_is(const node_name& leader) {
  if (leader_ == leader) return;
  leader_ = leader;
  send_again();
}

void front_desk::stream_lost(const node_name& peer) {
  if (leader_ == peer) send_again();
}

void front_desk::send_again() {
  for (auto& [name, l] : lanes_)
    if (l.sent) l.sent = instant::min();
}

std::optional<ticket> front_desk::answered(client_id client, std::uint64_t sequence) {
  auto found = by_client_.find(client);
  if (found == by_client_.end()) return std::nullopt;
  auto at = lanes_.find(found->second);
  auto& l = at->second;
  if (!l.sent || l.sequence != sequence) return std::nullopt;
  auto whose = l.items.front().number;
  l.items.pop_front();
  l.sent.reset();
  if (l.items.empty()) { // whoever comes again is a new client
    lanes_.erase(at);
    by_client_.erase(found);
  }
  return whose;
}

std::vector<front_desk::delivery> front_desk::due(instant now) {
  std::vector<delivery> out;
  if (leader_.empty()) return out;
  for (auto& [name, l] : lanes_) {
    if (l.items.empty() || (l.sent && *l.sent > instant::min() && now < *l.sent + l.wait)) continue;
    auto& first = l.items.front();
    if (!l.sent) {
      first.what.from.client = l.client;
      first.what.from.sequence = ++l.sequence;
    }
    bool again = l.sent && *l.sent > instant::min();
    l.wait = again ? std::min(2 * l.wait, longest_wait * retry_) : retry_;
    l.sent = now;
    out.push_back({leader_, first.what});
  }
  return out;
}

std::optional<instant> front_desk::next_deadline() const {
  std::optional<instant> first;
  if (leader_.empty()) return first;
  for (auto& [name, l] : lanes_) {
    if (l.items.empty()) continue;
    auto at = l.sent && *l.sent > instant::min() ? *l.sent + l.wait : instant::min();
    first = first ? std::min(*first, at) : at;
  }
  return first;
}

std::size_t front_desk::waiting() const {
  std::size_t sum = 0;
  for (auto& [name, l] : lanes_) sum += l.items.size();
  return sum;
}

} // namespace troupe::cluster
