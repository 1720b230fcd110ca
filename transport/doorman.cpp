#include "transport/doorman.hpp"

#include "transport/endpoint.hpp"

#include <algorithm>

namespace troupe::transport {

doorman::source doorman::source_of(const endpoint& from) {
  auto whose = from.address;
  if (!is_v4(from)) std::fill(whose.begin() + 8, whose.end(), std::byte{0});
  return whose;
}

void doorman::set_known(const directory_of_keys& directory) {
  addresses_.clear();
  for (const auto& [name, node] : directory.nodes)
    for (const auto& at : node.addresses) addresses_.insert(at.address);
}

// An allowance of `burst` that refills by time (a leaky bucket, kept as the one instant at which it is full again).
bool doorman::within_rate(const endpoint& from, instant now) {
  bool familiar = is_known(from);
  auto& table = familiar ? known_ : strangers_;
  auto limit = familiar ? max_known_sources : max_sources;
  auto whose = source_of(from);
  auto kept = table.find(whose);
  if (kept == table.end()) {
    if (table.size() >= limit) std::erase_if(table, [&](const auto& r) { return r.second <= now; });
    if (table.size() >= limit) return false;
    kept = table.emplace(whose, now).first;
  }
  auto full_again = std::max(kept->second, now) + refill;
  if (full_again - now > burst * refill) return false;
  kept->second = full_again;
  return true;
}

bool doorman::admit(const hello& first, const endpoint& from, instant now, effects& out) {
  if (!jar_.good(first.cookie, from, now)) {
    ++challenged_;
    out.emplace_back(send_datagram{from, encode(challenge{first.what, first.channel, jar_.bake(from, now)})});
    return false;
  }
  if (within_rate(from, now)) return true;
  out.emplace_back(turned_away{refusal::too_many, from, std::nullopt});
  return false;
}

void doorman::on_accepted(stream_id stream, const endpoint& from, instant now, effects& out) {
  auto same_source = [&](const auto& g) { return source_of(g.second.from) == source_of(from); };
  auto strange = [&](const auto& g) { return !is_known(g.second.from); };
  auto count = [&](const auto& which) {
    return static_cast<std::size_t>(std::count_if(guests_.begin(), guests_.end(), which));
  };
  bool full = count(same_source) >= max_streams_of_source || (!is_known(from) && count(strange) >= max_strange_streams);
  if (!full) {
    guests_.emplace(stream, guest{from, now + introduction_time, {}});
    return;
  }
  out.emplace_back(turned_away{refusal::too_many, from, std::nullopt});
  out.emplace_back(close_stream{stream});
}

std::optional<doorman::introduction> doorman::on_data(stream_id stream, byte_view data, instant now, effects& out) {
  auto at = guests_.find(stream);
  if (at == guests_.end()) return std::nullopt;
  auto& g = at->second;
  auto taken = std::min(hello_size - g.first.size(), data.size());
  g.first.insert(g.first.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(taken));
  auto refuse = [&](refusal why) -> std::optional<introduction> {
    out.emplace_back(turned_away{why, g.from, std::nullopt});
    out.emplace_back(close_stream{stream});
    guests_.erase(at);
    return std::nullopt;
  };
  // Eight bytes tell whether this is one of us; a stranger who speaks another protocol is not kept for more.
  if (g.first.size() >= preamble_size) {
    if (auto type = type_of(g.first); !type) return refuse(type.error());
  }
  if (g.first.size() < hello_size) return std::nullopt;
  if (!within_rate(g.from, now)) return refuse(refusal::too_many);
  auto rest = data.subspan(taken);
  introduction made{g.from, std::move(g.first), byte_buffer(rest.begin(), rest.end())};
  guests_.erase(at);
  return made;
}

void doorman::tick(instant now, effects& out) {
  std::erase_if(guests_, [&](const auto& g) {
    if (g.second.until > now) return false;
    out.emplace_back(turned_away{refusal::too_slow, g.second.from, std::nullopt});
    out.emplace_back(close_stream{g.first});
    return true;
  });
}

std::optional<instant> doorman::deadline() const {
  std::optional<instant> first;
  for (const auto& [stream, g] : guests_) first = first ? std::min(*first, g.until) : g.until;
  return first;
}

} // namespace troupe::transport
