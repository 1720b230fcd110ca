#include "conf/keys.hpp"

#include "conf/file.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::conf::keys_test {

identity example() {
  std::array<std::byte, 32> seed;
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::byte>(i);
  return identity{seed};
}

// A folder of its own, removed at the end.
struct scratch {
  std::filesystem::path folder;
  scratch() {
    auto pattern = (std::filesystem::temp_directory_path() / "troupe-keys-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~scratch() { std::filesystem::remove_all(folder); }
  [[nodiscard]] std::string path(const char* name) const { return folder / name; }
};

std::string why(const auto& r) {
  return r ? "accepted" : r.error().text;
}

TEST_CASE("the pair of a seed is the one of RFC 8032's first test") {
  std::array<std::byte, 32> seed;
  REQUIRE(sodium_hex2bin(reinterpret_cast<unsigned char*>(seed.data()), 32,
                         "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", 64, nullptr, nullptr,
                         nullptr) == 0);
  identity who{seed};
  CHECK(to_hex(who.public_key().bytes) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(to_hex(who.secret_key().subspan(32)) == to_hex(who.public_key().bytes));
}

TEST_CASE("a public key as text: back and forth, and what is none") {
  auto text = text_of(example().public_key());
  CHECK(text == "troupe-ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
  CHECK(parse_public_key(text).value() == example().public_key());
  for (std::string bad : {std::string(), text.substr(8), text + "=", text.substr(0, 50), text + "\n", " " + text,
                          "troupe-ed25519:" + std::string(44, '!'), "troupe-ed25519:" + std::string(44, 'A')})
    CHECK_MESSAGE(!parse_public_key(bad), bad);
  auto secret = identity_file_text(example());
  secret = secret.substr(secret.find("troupe-ed25519-secret:"), 22 + 44);
  CHECK(why(parse_public_key(secret)).starts_with("this is a secret key: make a new one"));
}

TEST_CASE("an identity file: written, read, and refused when damaged") {
  auto text = identity_file_text(example());
  CHECK(parse_identity(text)->public_key() == example().public_key());
  CHECK(parse_identity("\n# more\n" + text)->public_key() == example().public_key());
  CHECK(why(parse_identity("")) == "is no identity file; `troupe keygen FILE` makes one");
  CHECK(why(parse_identity(text + "more\n")).starts_with("is no identity file"));
  CHECK(why(parse_identity(text_of(example().public_key()))).starts_with("is no identity file"));
  auto at = text.find("secret:") + 10;
  auto other = text;
  other[at] = other[at] == 'A' ? 'B' : 'A';
  CHECK(why(parse_identity(other)).starts_with("secret and public key do not belong together"));
  other[at] = '!';
  CHECK(why(parse_identity(other)).starts_with("the secret key is damaged"));
  CHECK(why(parse_identity(other)).find(other.substr(at, 20)) == std::string::npos);
}

TEST_CASE("key files: mode 0600, never overwritten, refused when others may read them") {
  scratch s;
  auto path = s.path("key");
  CHECK(make_private_file(path, identity_file_text(example())).value() == path);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK(read_identity(path)->public_key() == example().public_key());
  CHECK(why(make_private_file(path, "other")) ==
        path + ": exists already and is not overwritten; remove it first, or choose another name");
  CHECK(read_identity(path)->public_key() == example().public_key());
  for (mode_t open : {0640u, 0604u, 0620u, 0601u}) {
    REQUIRE(::chmod(path.c_str(), open) == 0);
    CHECK(why(read_identity(path)).starts_with(path + ": may be read by others; chmod 600 it"));
  }
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  CHECK(read_identity(path).has_value());
}

TEST_CASE("key files: a folder, an absent file, a long one, a pipe, a dangling link") {
  scratch s;
  CHECK(why(read_identity(s.folder)) == s.folder.string() + ": is a folder; name a file in it");
  CHECK(why(read_identity(s.path("none"))) == s.path("none") + ": cannot be opened: No such file or directory");
  REQUIRE(make_private_file(s.path("long"), std::string(max_key_file + 1, '#')));
  CHECK(why(read_identity(s.path("long"))) == s.path("long") + ": is longer than 4096 bytes");
  CHECK(why(read_file("/dev/zero", 10)) == "/dev/zero: is not a regular file");
  std::filesystem::create_symlink(s.path("nowhere"), s.path("link"));
  CHECK_FALSE(make_private_file(s.path("link"), "x"));
  CHECK_FALSE(std::filesystem::exists(s.path("nowhere")));
  CHECK(why(make_private_file(s.path("no/key"), "x")).ends_with("cannot be made: No such file or directory"));
}

TEST_CASE("machine ids: 32 hexadecimal digits and at most one newline") {
  auto id = parse_machine_id("000102030405060708090a0b0c0d0e0F\n").value();
  CHECK(to_hex(id.bytes) == "000102030405060708090a0b0c0d0e0f");
  CHECK(parse_machine_id("000102030405060708090a0b0c0d0e0f").value() == id);
  for (const char* bad :
       {"", "\n", "uninitialized\n", "000102030405060708090a0b0c0d0e0", "000102030405060708090a0b0c0d0e0f0",
        "00010203-0405-0607-0809-0a0b0c0d", "000102030405060708090a0b0c0d0e0g", "000102030405060708090a0b0c0d0e0f\n\n"})
    CHECK_MESSAGE(!parse_machine_id(bad), bad);
  CHECK(why(parse_machine_id(std::string(32, '0'))) == "is all zeros, which names no machine");
  CHECK(why(read_machine_id("/nowhere")) == "/nowhere: cannot be opened: No such file or directory");
}

} // namespace troupe::conf::keys_test
