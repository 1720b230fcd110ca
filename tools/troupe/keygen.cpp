// troupe keygen FILE: a new identity for a node. The secret stays in the file; the public key is printed.
#include "conf/file.hpp"
#include "conf/keys.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"

#include <sodium.h>

#include <cstdio>
#include <memory>
#include <sys/random.h>

namespace troupe::cli {

namespace keygen_detail {

struct options {
  std::string file;
  bool json = false;
};

int no_key(const options& o, const std::string& why) {
  if (o.json) print({{"error", why}});
  return fail(why);
}

int run(const options& o) {
  std::array<std::byte, 32> seed;
  // Up to 256 bytes come whole, from the kernel's generator once it is seeded: getrandom(2).
  if (::getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size()))
    return no_key(o, "the kernel gave no random bytes; no key was made");
  conf::identity made{seed};
  sodium_memzero(seed.data(), seed.size());
  auto text = conf::identity_file_text(made);
  auto written = conf::make_private_file(o.file, text);
  sodium_memzero(text.data(), text.size());
  if (!written) return no_key(o, written.error().text);
  auto shown = conf::text_of(made.public_key());
  if (o.json)
    print({{"file", o.file}, {"key", shown}});
  else
    std::printf("%s\n", shown.c_str());
  return good;
}

} // namespace keygen_detail

void add_keygen(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "keygen",
                      "Make the identity of a node: a key file (mode 0600), and its public key on standard output",
                      "  troupe keygen /etc/troupe/identity.key\n"
                      "The public key goes into cluster.toml ([node.NAME] key) and into the seeds of the other nodes'\n"
                      "node.toml. The file never leaves its node. What exists is not overwritten.");
  auto o = std::make_shared<keygen_detail::options>();
  sub.add_option("FILE", o->file, "Where to write the key")->required();
  sub.add_flag("--json", o->json, "Print one JSON object");
  sub.callback([o, &chosen] { chosen = [o] { return keygen_detail::run(*o); }; });
}

} // namespace troupe::cli
