#include "transport/switchboard.hpp"

namespace troupe::transport {

const peer_link* switchboard::link(const node_name& name) const {
  auto at = links_.find(name);
  return at == links_.end() ? nullptr : at->second.link.get();
}

peer_link* switchboard::link_with(const node_name& name) {
  auto at = links_.find(name);
  return at == links_.end() ? nullptr : at->second.link.get();
}

peer_link* switchboard::link_of(channel_id channel) {
  auto at = by_number_.find(link_number(channel));
  return at == by_number_.end() ? nullptr : at->second;
}

peer_link* switchboard::link_of(stream_id stream) {
  for (auto& [name, l] : links_)
    if (l.link->stream().holds(stream)) return l.link.get();
  return nullptr;
}

// Numbers are not given again at once, so that a late datagram for a link that ended finds nobody.
std::uint16_t switchboard::free_number() {
  do ++last_number_;
  while (last_number_ == 0 || by_number_.contains(last_number_));
  return last_number_;
}

void switchboard::set_directory(const moment& m, directory_of_keys directory, effects& out) {
  directory_ = std::move(directory);
  doorman_.set_known(directory_);
  std::erase_if(links_, [&](auto& entry) {
    auto& [number, link] = entry.second;
    auto pinned = directory_.nodes.find(entry.first);
    bool stays = pinned != directory_.nodes.end() && pinned->second.key == link->peer().key &&
                 !directory_.revoked.contains(link->peer().key);
    if (stays) {
      link->set_addresses(pinned->second.addresses);
      return false;
    }
    link->stop(m, out);
    out.emplace_back(link_changed{entry.first, {}});
    by_number_.erase(number);
    return true;
  });
  for (const auto& [name, node] : directory_.nodes) {
    bool ours = name == me_.name() || node.key == me_.key();
    if (ours || links_.contains(name) || directory_.revoked.contains(node.key)) continue;
    auto number = free_number();
    auto made = std::make_unique<peer_link>(me_, node, ours_, session_, timing_, number);
    by_number_[number] = made.get();
    links_[name] = {number, std::move(made)};
  }
}

void switchboard::set_terms(const terms& ours, session_id session) {
  ours_ = ours;
  session_ = session;
  for (auto& [name, l] : links_) l.link->set_terms(ours, session);
}

void switchboard::set_timing(const link_timing& timing) {
  timing_ = timing;
  for (auto& [name, l] : links_) l.link->set_timing(timing);
}

bool switchboard::send(const moment& m, const node_name& to, route by, message_kind kind, byte_view payload,
                       effects& out) {
  auto* link = link_with(to);
  if (link == nullptr) return false;
  link->send(m, by, kind, payload, out);
  return true;
}

void switchboard::dialled(const node_name& whom, stream_id stream) {
  if (auto* link = link_with(whom)) link->dialled(stream);
}

void switchboard::on_event(const moment& m, network_event event, effects& out) {
  auto before = out.size();
  std::visit([&](auto& e) { on(m, e, out); }, event);
  count_refusals(m, before, out);
}

void switchboard::on(const moment& m, datagram_received& event, effects& out) {
  auto refuse = [&](refusal why) { out.emplace_back(turned_away{why, event.from, std::nullopt}); };
  byte_view data = event.data;
  if (!is_handshake(data)) {
    auto* link = link_of(channel_of(data));
    return link != nullptr ? link->on_sealed(m, data, event.from, out) : refuse(refusal::unexpected);
  }
  auto type = type_of(data);
  if (!type) return refuse(type.error());
  if (*type == message_type::hello) return on_hello(m, event, out);
  if (data.size() != size_of(*type)) return refuse(refusal::malformed);
  // Each answer names the receiver's channel, at its own place.
  auto to_at = *type == message_type::welcome ? preamble_size + 20 : preamble_size;
  auto* link = link_of(channel_id{get_le<std::uint32_t>(data, to_at)});
  return link != nullptr ? link->on_answer(m, *type, data, event.from, out) : refuse(refusal::unexpected);
}

// What it calls itself, if that can be shown: a stranger's bytes must not write our log.
static std::optional<node_name> claimed(const admitted<hello>& first) {
  auto plain = [](char c) { return c > ' ' && c <= '~'; };
  return first && std::ranges::all_of(first->from.text, plain) ? std::optional(first->from) : std::nullopt;
}

void switchboard::on_hello(const moment& m, const datagram_received& event, effects& out) {
  auto first = parse_hello(event.data);
  if (first && first->what != purpose::datagrams) first = tl::unexpected(refusal::wrong_purpose);
  auto who = first.and_then([&](const hello& h) { return recognize(h, me_, directory_, ours_); });
  if (!who) return out.push_back(turned_away{who.error(), event.from, claimed(first)});
  if (!doorman_.admit(*first, event.from, m.now, out)) return;
  if (auto* link = link_with(who->name)) link->on_hello(m, *first, event.from, out);
}

void switchboard::on(const moment& m, stream_accepted& event, effects& out) {
  doorman_.on_accepted(event.stream, event.from, m.now, out);
}

void switchboard::on(const moment&, stream_connected& event, effects& out) {
  if (auto* link = link_of(event.stream)) link->on_connected(event.stream, out);
}

void switchboard::on(const moment& m, stream_data& event, effects& out) {
  if (auto* link = link_of(event.stream)) return link->on_data(m, event.stream, event.data, out);
  if (auto who = doorman_.on_data(event.stream, event.data, m.now, out)) introduce(m, event.stream, *who, out);
}

void switchboard::introduce(const moment& m, stream_id stream, const doorman::introduction& introduced, effects& out) {
  auto first = parse_hello(introduced.first);
  if (first && first->what != purpose::messages) first = tl::unexpected(refusal::wrong_purpose);
  auto who = first.and_then([&](const hello& h) { return recognize(h, me_, directory_, ours_); });
  if (who) {
    if (auto* link = link_with(who->name))
      return link->on_hello(m, stream, *first, introduced.from, introduced.rest, out);
  }
  out.emplace_back(turned_away{who ? refusal::unknown_node : who.error(), introduced.from, claimed(first)});
  out.emplace_back(close_stream{stream});
}

void switchboard::on(const moment& m, stream_closed& event, effects& out) {
  if (auto* link = link_of(event.stream)) return link->on_closed(m, event.stream, event.why, out);
  doorman_.on_closed(event.stream);
}

void switchboard::tick(const moment& m, effects& out) {
  auto before = out.size();
  doorman_.tick(m.now, out);
  for (auto& [name, l] : links_) l.link->tick(m, out);
  count_refusals(m, before, out);
}

std::optional<instant> switchboard::deadline() const {
  auto first = doorman_.deadline();
  for (const auto& [name, l] : links_)
    if (auto at = l.link->deadline()) first = first ? std::min(*first, *at) : *at;
  return first;
}

void switchboard::stop(const moment& m, effects& out) {
  for (auto& [name, l] : links_) l.link->stop(m, out);
}

// Counts every refusal since `from` and leaves only those that should be said.
void switchboard::count_refusals(const moment& m, std::size_t from, effects& out) {
  auto unsaid = [&](const effect& e) {
    const auto* refused = std::get_if<turned_away>(&e);
    return refused != nullptr && !refusals_.add(refused->why, refused->from, refused->who.value_or(node_name{}), m.now);
  };
  auto first = out.begin() + static_cast<std::ptrdiff_t>(from);
  out.erase(std::remove_if(first, out.end(), unsaid), out.end());
}

void carry_out(effects& asked, network& net, switchboard& board, const std::function<void(effect&&)>& take) {
  for (auto& e : asked) {
    if (auto* d = std::get_if<send_datagram>(&e))
      net.send(d->to, std::move(d->data));
    else if (auto* w = std::get_if<write_stream>(&e))
      net.write(w->stream, std::move(w->data));
    else if (auto* c = std::get_if<close_stream>(&e))
      net.close(c->stream);
    else if (auto* doubted = std::get_if<end_if_stuck>(&e))
      net.end_if_stuck(doubted->stream);
    else if (auto* call = std::get_if<dial>(&e))
      board.dialled(call->whom, net.connect(call->to));
    else
      take(std::move(e));
  }
  asked.clear();
}

} // namespace troupe::transport
