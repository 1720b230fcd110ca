#include "actors/consensus/acceptor.hpp"

#include "actors/consensus/records.hpp"

#include <algorithm>

namespace troupe::consensus {

acceptor::acceptor(replica_log& log, sync_gate& gate, ballot promised, const options& limits, plants planted)
  : log_(log)
  , gate_(gate)
  , promised_(promised)
  , limits_(limits)
  , planted_(planted) {}

void acceptor::raise(ballot to) {
  if (to <= promised_) return;
  promised_ = to;
  gate_.record(promise_record(to));
}

message_body acceptor::answer(const prepare& m) {
  if (m.number < promised_) return refusal{promised_};
  raise(m.number);
  promise p{m.number, m.first, log_.chosen(), false, {}};
  fill(p);
  return p;
}

void acceptor::fill(promise& p) const {
  std::size_t bytes = 0;
  for (auto it = log_.from(std::max(p.first, log_.chosen().next())); it != log_.end(); ++it) {
    if (bytes >= limits_.message_bytes || p.accepted.size() == max_values) {
      p.more = true;
      return;
    }
    if (it->second.number.none()) continue; // learned: we are none of those who chose it, and of them every quorum has one
    bytes += size_of(*it->second.value);
    p.accepted.push_back({it->first, it->second.number, it->second.value});
  }
}

std::optional<message_body> acceptor::answer(const accept& m) {
  if (m.number < promised_ && !planted_.has(plant::accept_below_promise)) return refusal{promised_};
  raise(m.number);
  if (m.slot <= log_.chosen()) return accepted{m.number, m.slot}; // then this is the chosen value
  const auto* have = log_.find(m.slot);
  if (have == nullptr && log_.size() >= limits_.max_kept) return std::nullopt;
  if (have == nullptr || have->number != m.number) {
    gate_.record(accepted_record(m.slot, m.number, *m.value));
    log_.put(m.slot, m.number, m.value);
  }
  return accepted{m.number, m.slot};
}

} // namespace troupe::consensus
