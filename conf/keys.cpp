#include "conf/keys.hpp"

#include "conf/file.hpp"
#include "messages/types/assert.hpp"

#include <sodium.h>

#include <algorithm>
#include <optional>
#include <unistd.h>
#include <vector>

namespace troupe::conf {

namespace keys_detail {

constexpr std::string_view public_prefix = "troupe-ed25519:";
constexpr std::string_view secret_prefix = "troupe-ed25519-secret:";
constexpr std::size_t key_text = 44; // 32 bytes in base64
constexpr std::size_t machine_text = 32;

unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

std::string base64(std::span<const std::byte, 32> bytes) {
  std::string out(key_text + 1, '\0');
  sodium_bin2base64(out.data(), out.size(), raw(bytes.data()), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

std::optional<std::array<std::byte, 32>> from_base64(std::string_view text) {
  std::array<std::byte, 32> out;
  std::size_t size = 0;
  const char* end = nullptr;
  if (text.size() != key_text || sodium_base642bin(raw(out.data()), out.size(), text.data(), text.size(), nullptr,
                                                   &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0)
    return std::nullopt;
  return size == out.size() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

// Lines that say something, at most `max` + 1 of them.
std::vector<std::string_view> lines_of(std::string_view text, std::size_t max) {
  std::vector<std::string_view> out;
  while (!text.empty() && out.size() <= max) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (!line.empty() && line.front() != '#') out.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string permission_fault(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  if (status.st_uid != ::geteuid() && status.st_uid != 0) return "belongs to another user; chown it";
  if ((status.st_mode & 077) != 0)
    return "may be read by others; chmod 600 it, and make a new key if others could have read it";
  return {};
}

} // namespace keys_detail

using keys_detail::from_base64;
using keys_detail::raw;

identity::identity(seed_view seed) {
  static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SEEDBYTES == 32);
  crypto_sign_seed_keypair(raw(public_.bytes.data()), raw(secret_.data()), raw(seed.data()));
}

identity::~identity() {
  sodium_memzero(secret_.data(), secret_.size());
}

std::string text_of(const public_key& key) {
  return std::string(keys_detail::public_prefix) + keys_detail::base64(key.bytes);
}

result<public_key> parse_public_key(std::string_view text) {
  static constexpr auto how = "`troupe keygen` prints it: troupe-ed25519: and 44 characters";
  if (text.substr(0, keys_detail::secret_prefix.size()) == keys_detail::secret_prefix)
    return failure("this is a secret key: make a new one, and write the public one that `troupe keygen` prints");
  if (text.substr(0, keys_detail::public_prefix.size()) != keys_detail::public_prefix) return failure(how);
  auto bytes = from_base64(text.substr(keys_detail::public_prefix.size()));
  if (!bytes) return failure(how);
  return public_key{*bytes};
}

std::string identity_file_text(const identity& who) {
  return "# Identity of a Troupe node. Who has this file is that node: keep it secret, mode 0600.\n" +
         std::string(keys_detail::secret_prefix) + keys_detail::base64(who.seed()) + "\n" + text_of(who.public_key()) +
         "\n";
}

result<identity> parse_identity(std::string_view text) {
  auto lines = keys_detail::lines_of(text, 2);
  if (lines.size() != 2 || lines[0].substr(0, keys_detail::secret_prefix.size()) != keys_detail::secret_prefix)
    return failure("is no identity file; `troupe keygen FILE` makes one");
  auto seed = from_base64(lines[0].substr(keys_detail::secret_prefix.size()));
  if (!seed)
    return failure(
        "the secret key is damaged; restore the file, or make a new key and give its public key to the cluster");
  identity who{*seed};
  sodium_memzero(seed->data(), seed->size());
  auto told = parse_public_key(lines[1]);
  if (!told || *told != who.public_key())
    return failure("secret and public key do not belong together; restore the file, or make a new key and give its "
                   "public key to the cluster");
  return who;
}

result<identity> read_identity(const std::string& path) {
  auto file = read_file(path, max_key_file);
  if (!file) return tl::unexpected(file.error());
  if (auto fault = keys_detail::permission_fault(file->status); !fault.empty()) return failure(path + ": " + fault);
  auto who = parse_identity(file->text);
  sodium_memzero(file->text.data(), file->text.size());
  return who.map_error([&](const error& e) { return error{path + ": " + e.text}; });
}

result<machine_id> parse_machine_id(std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  machine_id out;
  std::size_t size = 0;
  const char* end = nullptr;
  bool good =
      text.size() == keys_detail::machine_text &&
      sodium_hex2bin(raw(out.bytes.data()), out.bytes.size(), text.data(), text.size(), nullptr, &size, &end) == 0 &&
      size == out.bytes.size() && end == text.data() + text.size();
  if (!good) return failure("is no machine id: 32 hexadecimal digits on one line, as in /etc/machine-id");
  if (out.none()) return failure("is all zeros, which names no machine");
  return out;
}

result<machine_id> read_machine_id(const std::string& path) {
  auto file = read_file(path, max_key_file);
  if (!file) return tl::unexpected(file.error());
  return parse_machine_id(file->text).map_error([&](const error& e) { return error{path + ": " + e.text}; });
}

} // namespace troupe::conf
