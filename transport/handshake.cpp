#include "transport/handshake.hpp"

#include <sodium.h>

namespace troupe::transport {

namespace {

byte_buffer signed_text(std::string_view role, const digest& hash) {
  auto named = view_of(role);
  byte_buffer text(named.begin(), named.end());
  text.insert(text.end(), hash.begin(), hash.end());
  return text;
}

constexpr std::string_view as_initiator = "troupe handshake initiator";
constexpr std::string_view as_responder = "troupe handshake responder";

void make_ephemeral(ephemeral_key& open, secret_bytes<32>& secret, const seed_bytes& seed) {
  crypto_kx_seed_keypair(raw(open.data()), secret.data(), seed.data());
}

// Binds a key of crypto_kx, which knows the ephemeral keys only, to the whole transcript.
secret_bytes<32> bound_to(const digest& hash, const secret_bytes<32>& key) {
  secret_bytes<32> bound;
  auto text = signed_text("troupe session key", hash);
  crypto_generichash(bound.data(), 32, raw(text.data()), text.size(), key.data(), 32);
  return bound;
}

using kx = int (*)(unsigned char*, unsigned char*, const unsigned char*, const unsigned char*, const unsigned char*);

// False: the other side's ephemeral key is of low order.
bool derive(agreed_session& into, kx exchange, const ephemeral_key& mine, const secret_bytes<32>& secret,
            const ephemeral_key& theirs, const digest& hash) {
  secret_bytes<32> receive;
  secret_bytes<32> send;
  if (exchange(receive.data(), send.data(), raw(mine.data()), secret.data(), raw(theirs.data())) != 0) return false;
  into.open_key = bound_to(hash, receive);
  into.seal_key = bound_to(hash, send);
  return true;
}

} // namespace

bool same_cluster(const lineage_id& a, const lineage_id& b) {
  return a == b || a.none() || b.none();
}

admitted<pinned_node> recognize(const hello& from, const identity& me, const directory_of_keys& directory,
                                const terms& ours) {
  if (from.from_key == me.key() || from.from == me.name()) return tl::unexpected(refusal::self_connect);
  if (from.to_key != me.key()) return tl::unexpected(refusal::not_for_us);
  if (directory.revoked.contains(from.from_key)) return tl::unexpected(refusal::revoked);
  auto known = directory.nodes.find(from.from);
  if (known == directory.nodes.end()) return tl::unexpected(refusal::unknown_node);
  if (known->second.key != from.from_key) return tl::unexpected(refusal::wrong_key);
  if (!same_cluster(from.lineage, ours.lineage)) return tl::unexpected(refusal::wrong_lineage);
  return known->second;
}

digest transcript(const hello& first, const welcome& second) {
  hello without_cookie =
      first; // the cookie is of the path, not of the agreement, and may change between retransmissions
  without_cookie.cookie = {};
  auto answer = encode(second);
  return digest_of({view_of("troupe handshake 1"), encode(without_cookie),
                    byte_view(answer).first(answer.size() - second.signature.size())});
}

initiator::initiator(const identity& me, const pinned_node& peer, const terms& ours, purpose what,
                     channel_id ours_to_receive, const seed_bytes& seed)
  : me_(&me)
  , peer_(peer.name)
  , peer_key_(peer.key) {
  hello_.what = what;
  hello_.level = ours.level;
  hello_.lineage = ours.lineage;
  hello_.channel = ours_to_receive;
  hello_.from = me.name();
  hello_.from_key = me.key();
  hello_.to_key = peer.key;
  make_ephemeral(hello_.ephemeral, ephemeral_, seed);
}

admitted<agreed_session> initiator::on_welcome(const welcome& answer) {
  if (answer.what != hello_.what) return tl::unexpected(refusal::wrong_purpose);
  if (answer.to != hello_.channel) return tl::unexpected(refusal::unexpected);
  if (!same_cluster(answer.lineage, hello_.lineage)) return tl::unexpected(refusal::wrong_lineage);
  auto hash = transcript(hello_, answer);
  if (!verify(peer_key_, signed_text(as_responder, hash), answer.signature))
    return tl::unexpected(refusal::bad_signature);
  agreed_session made{hello_.what, peer_, {answer.lineage, answer.level}, hello_.channel, answer.channel, true, {}, {}};
  if (!derive(made, crypto_kx_client_session_keys, hello_.ephemeral, ephemeral_, answer.ephemeral, hash))
    return tl::unexpected(refusal::weak_key);
  finish_ = {hello_.what, answer.channel, me_->sign(signed_text(as_initiator, hash))};
  return made;
}

responder::responder(const identity& me, pinned_node peer, const terms& ours, const hello& first,
                     channel_id ours_to_receive, const seed_bytes& seed)
  : peer_(std::move(peer))
  , hello_(first) {
  welcome_.what = first.what;
  welcome_.level = ours.level;
  welcome_.lineage = ours.lineage;
  welcome_.to = first.channel;
  welcome_.channel = ours_to_receive;
  make_ephemeral(welcome_.ephemeral, ephemeral_, seed);
  welcome_.signature = me.sign(signed_text(as_responder, transcript(hello_, welcome_)));
}

bool responder::answers(const hello& again) const {
  hello same = again;
  same.cookie = hello_.cookie;
  return same == hello_;
}

admitted<agreed_session> responder::on_finish(const finish& answer) const {
  if (answer.what != hello_.what) return tl::unexpected(refusal::wrong_purpose);
  if (answer.to != welcome_.channel) return tl::unexpected(refusal::unexpected);
  auto hash = transcript(hello_, welcome_);
  if (!verify(peer_.key, signed_text(as_initiator, hash), answer.signature))
    return tl::unexpected(refusal::bad_signature);
  agreed_session made{hello_.what, peer_.name, {hello_.lineage, hello_.level}, welcome_.channel, hello_.channel, false,
                      {},          {}};
  if (!derive(made, crypto_kx_server_session_keys, welcome_.ephemeral, ephemeral_, hello_.ephemeral, hash))
    return tl::unexpected(refusal::weak_key);
  return made;
}

} // namespace troupe::transport
