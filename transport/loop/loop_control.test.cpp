#include "transport/loop/loop_control.hpp"

#include "transport/loop/collector.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::loop_test {

using namespace loop;
using namespace transport;

namespace {

struct temporary_folder {
  std::string path;
  temporary_folder() {
    std::string name = "/tmp/troupe-loop-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~temporary_folder() { rmdir(path.c_str()); }
};

int call_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return made;
  ::close(made);
  return -1;
}

std::string read_all(int from) {
  std::string all;
  std::array<char, 256> part{};
  for (ssize_t n; (n = ::read(from, part.data(), part.size())) > 0;)
    all.append(part.data(), static_cast<std::size_t>(n));
  return all;
}

} // namespace

TEST_CASE("control socket: mode 0600 whatever the umask, the caller's credentials, a question and its answer") {
  temporary_folder folder;
  auto path = folder.path + "/control";
  {
    event_loop loop;
    collector<control_event> events;
    loop_control control(loop);
    auto old = umask(0);
    REQUIRE(control.open(path, [&](control_event e) { events(std::move(e)); }) == "");
    umask(old);
    struct stat there {};
    REQUIRE(stat(path.c_str(), &there) == 0);
    CHECK(S_ISSOCK(there.st_mode));
    CHECK((there.st_mode & 0777) == 0600);

    int caller = call_socket(path);
    REQUIRE(caller >= 0);
    std::vector<caller_connected> connected;
    REQUIRE(events.wait<caller_connected>(1, &connected));
    CHECK(connected[0].who.user == geteuid());
    CHECK(connected[0].who.group == getegid());
    CHECK(connected[0].who.process == getpid());
    REQUIRE(::write(caller, "status", 6) == 6);
    std::vector<caller_data> asked;
    REQUIRE(events.wait<caller_data>(1, &asked));
    CHECK(asked[0].data == bytes("status"));
    control.write(asked[0].caller, byte_buffer(1 << 20, std::byte{'a'}));
    control.close(asked[0].caller);
    CHECK(read_all(caller).size() == 1 << 20); // all of it, then the end
    ::close(caller);

    int second = call_socket(path);
    REQUIRE(events.wait<caller_connected>(2));
    ::close(second);
    CHECK(events.wait<caller_gone>(1));
    CHECK(events.size() == 4); // not gone for the first: we closed it

    std::vector<int> many;
    for (std::size_t i = 0; i <= max_callers; ++i) many.push_back(call_socket(path));
    CHECK(read_all(many.front()).empty()); // has said nothing for longest: his place is taken
    for (std::size_t i = 1; i < many.size(); ++i) REQUIRE(::write(many[i], "x", 1) == 1);
    REQUIRE(events.wait<caller_data>(1 + max_callers));
    many.push_back(call_socket(path));
    CHECK(read_all(many.back()).empty()); // all others are heard: the one too many is closed
    for (int fd : many) ::close(fd);
  }
  struct stat there {};
  CHECK(stat(path.c_str(), &there) != 0); // removed with its owner
}

TEST_CASE("control socket: replaces what a dead daemon left, and nothing else") {
  temporary_folder folder;
  auto path = folder.path + "/control";
  event_loop loop;
  auto nothing = [](control_event) {};
  {
    loop_control living(loop);
    REQUIRE(living.open(path, nothing) == "");
    loop_control second(loop);
    CHECK(second.open(path, nothing).find("another daemon runs here") != std::string::npos);
    CHECK_FALSE(nobody_listens(path, std::chrono::milliseconds{10}));
  }
  CHECK(nobody_listens(path, std::chrono::milliseconds{0}));
  int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(dead); // the file stays
  {
    loop_control next(loop);
    CHECK(next.open(path, nothing) == "");
  }
  { std::ofstream(path) << "precious"; }
  {
    loop_control other(loop);
    CHECK(other.open(path, nothing).find("is not a socket") != std::string::npos);
  }
  std::string kept;
  std::ifstream(path) >> kept;
  CHECK(kept == "precious");
  unlink(path.c_str());
  loop_control odd(loop);
  CHECK(odd.open(std::string(200, 'x'), nothing).find("107 bytes") != std::string::npos);
  CHECK(odd.open(folder.path + "/none/control", nothing).find("No such file") != std::string::npos);
}

} // namespace troupe::loop_test
