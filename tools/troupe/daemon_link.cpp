#include "tools/troupe/daemon_link.hpp"

#include "conf/node_file.hpp"
#include "messages/console_codec.hpp"
#include "tools/troupe/refusal_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::cli {

namespace link_detail {

class connection {
public:
  connection()
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~connection() {
    if (fd_ >= 0) ::close(fd_);
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Empty, or why not.
  std::string open(const std::string& path, unsigned wait) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) return "the path of a socket has 1 to 107 bytes";
    std::memcpy(address.sun_path, path.c_str(), path.size());
    timeval limit{static_cast<time_t>(wait), 0};
    if (fd_ < 0 || ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return std::strerror(errno);
    return {};
  }

  bool write(byte_view bytes) {
    while (!bytes.empty()) {
      auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // 0: the daemon closed; negative: an errno.
  long read(std::span<std::byte> into) {
    for (;;) {
      auto got = ::recv(fd_, into.data(), into.size(), 0);
      if (got >= 0) return got;
      if (errno != EINTR) return -errno;
    }
  }

private:
  int fd_;
};

no_answer unreachable_at(const std::string& socket, const std::string& why) {
  return {unreachable, "cannot reach the daemon at " + socket + ": " + why +
                           "; is trouped running here, and is `control` of its node.toml this path (--socket)?"};
}

told read_answer(connection& c, const talk_options& o) {
  console::frame_reader reader(console::max_answer);
  std::array<std::byte, 65536> room;
  for (;;) {
    auto got = c.read(room);
    if (got == -EAGAIN || got == -EWOULDBLOCK)
      return no_answer{bad, "no answer within " + std::to_string(o.wait) +
                                "s. A command may still take effect; `troupe status` says who leads, `troupe history` "
                                "what was done"};
    if (got <= 0)
      return no_answer{unreachable, "the daemon ended the conversation: it ends, or speaks with as many as it can; "
                                    "whether a command took effect is told by "
                                    "`troupe history`"};
    reader.feed(byte_view(room).first(static_cast<std::size_t>(got)));
    auto next = reader.next();
    if (!next) return no_answer{bad, "the daemon's answer is " + next.error().text};
    if (!*next) continue;
    auto read = console::decode_answer(**next);
    if (!read) return no_answer{bad, "the daemon's answer: " + read.error().text};
    return std::move(*read);
  }
}

} // namespace link_detail

void add_talk_options(CLI::App& sub, talk_options& o) {
  o.socket = conf::node_file{}.control;
  sub.add_option("--socket", o.socket, "Where the daemon listens (`control` in its node.toml)")
      ->envname("TROUPE_SOCKET")
      ->capture_default_str();
  sub.add_option("--wait", o.wait, "Seconds to wait for the answer")->check(CLI::Range(1, 3600))->capture_default_str();
  sub.add_flag("--json", o.json, "Print one JSON value");
}

int fail(const talk_options& o, const std::string& why, exit_status status) {
  if (o.json) print({{"error", why}});
  fail(why);
  return status;
}

told ask(const talk_options& o, const console::request& r) {
  link_detail::connection c;
  if (auto wrong = c.open(o.socket, o.wait); !wrong.empty()) return link_detail::unreachable_at(o.socket, wrong);
  auto bytes = console::encode(r);
  if (bytes.size() > console::max_request) return no_answer{bad, "the request is larger than a daemon takes"};
  // It was there, and hung up before it heard anything.
  if (!c.write(console::frame(bytes)))
    return no_answer{unreachable,
                     fmt::format("the daemon at {} hung up at once ({}): it ends, or speaks with as many as "
                                 "it can; nothing was done, try again",
                                 o.socket, std::strerror(errno))};
  return link_detail::read_answer(c, o);
}

int give_order(const talk_options& o, command::body what, const std::string& done) {
  return give_request(o, console::order{std::move(what)}, done);
}

int give_request(const talk_options& o, const console::request& r, const std::string& done) {
  return ask_for<console::ordered>(o, r, [&](const console::ordered& told_of) {
    auto& [index, refused] = told_of.what;
    bool applied = refused == refusal::none;
    auto outcome = refusal_text(r, refused);
    if (o.json)
      print({{"applied", applied}, {"outcome", outcome}, {"index", index.value}});
    else if (applied)
      std::printf("%s (command %llu)\n", done.c_str(), static_cast<unsigned long long>(index.value));
    else
      fail("refused: " + outcome + " (command " + std::to_string(index.value) + ")");
    return applied ? good : bad;
  });
}

void print(const nlohmann::ordered_json& value) {
  std::printf("%s\n", value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

} // namespace troupe::cli
