#include "transport/loop/loop_control.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::loop {

using namespace transport;

struct loop_control::listener {
  uv_pipe_t handle{};
  loop_control& control;
};

namespace {

std::string with_errno(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

int unix_socket() {
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

// Makes way for a new socket at `address`: removes one that nobody listens on. Empty, or why there is no way.
std::string clear_path(const sockaddr_un& address) {
  struct stat there {};
  std::string path = address.sun_path;
  if (::lstat(address.sun_path, &there) != 0) return errno == ENOENT ? std::string{} : with_errno(path);
  if (!S_ISSOCK(there.st_mode)) return path + " is there and is not a socket; remove it or choose another path";
  int probe = unix_socket();
  bool answered = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
  ::close(probe);
  if (answered) return path + " is in use: another daemon runs here";
  return ::unlink(address.sun_path) == 0 ? std::string{} : with_errno(path);
}

// The mode is set before the file exists, so that there is no moment at which others could connect.
int bind_private(const sockaddr_un& address, std::string& wrong) {
  int made = unix_socket();
  bool bound = made >= 0 && ::fchmod(made, S_IRUSR | S_IWUSR) == 0 &&
               ::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (bound) return made;
  wrong = with_errno(address.sun_path);
  if (made >= 0) ::close(made);
  return -1;
}

} // namespace

bool nobody_listens(const std::string& path, std::chrono::milliseconds limit) {
  auto address = address_of(path);
  int call = unix_socket();
  bool answered = ::connect(call, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  pollfd hung_up{call, 0, 0}; // as the listener ends, so do the calls that it has not taken
  bool gone = !answered || ::poll(&hung_up, 1, static_cast<int>(limit.count())) > 0;
  ::close(call);
  return gone;
}

std::string loop_control::open(const std::string& path, handler on_event) {
  auto address = address_of(path);
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return "'" + path + "': the path of a socket has 1 to 107 bytes";
  if (auto wrong = clear_path(address); !wrong.empty()) return wrong;
  std::string wrong;
  int made = bind_private(address, wrong);
  if (made < 0) return wrong;
  path_ = path;
  loop_.call([&] {
    on_event_ = std::move(on_event);
    wrong = listen_on(made);
  });
  return wrong;
}

std::string loop_control::listen_on(int descriptor) {
  listener_ = new listener{{}, *this};
  uv_pipe_init(loop_.uv(), &listener_->handle, 0);
  listener_->handle.data = listener_;
  auto called = [](uv_stream_t* s, int error) {
    if (error == 0) static_cast<listener*>(s->data)->control.accept();
  };
  int failed = uv_pipe_open(&listener_->handle, descriptor);
  if (failed == 0)
    failed = uv_listen(reinterpret_cast<uv_stream_t*>(&listener_->handle), static_cast<int>(max_callers), called);
  return failed == 0 ? std::string{} : path_ + ": " + uv_strerror(failed);
}

loop_control::~loop_control() {
  loop_.call([this] {
    auto callers = std::move(callers_);
    callers_.clear();
    silent_.clear();
    for (auto& [id, stream] : callers) stream->finish();
    if (listener_ == nullptr) return;
    auto gone = [](uv_handle_t* h) { delete static_cast<listener*>(h->data); };
    uv_close(reinterpret_cast<uv_handle_t*>(&listener_->handle), gone);
  });
  if (!path_.empty()) ::unlink(path_.c_str());
}

void loop_control::make_room() {
  if (callers_.size() < max_callers || silent_.empty()) return;
  auto caller = *silent_.begin();
  callers_.at(caller)->abort();
  lose(caller);
}

void loop_control::accept() {
  make_room();
  auto* stream = bounded_stream::make(loop_, bounded_stream::kind::local, max_caller_backlog);
  bool taken = uv_accept(reinterpret_cast<uv_stream_t*>(&listener_->handle), stream->stream()) == 0;
  ucred who{};
  socklen_t size = sizeof who;
  uv_os_fd_t descriptor = -1;
  taken = taken && callers_.size() < max_callers &&
          uv_fileno(reinterpret_cast<const uv_handle_t*>(stream->local()), &descriptor) == 0 &&
          getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0;
  if (!taken) return stream->abort();
  caller_id id{++last_caller_};
  callers_[id] = stream;
  silent_.insert(id);
  stream->on_data = [this, id](byte_buffer data) {
    silent_.erase(id);
    on_event_(caller_data{id, std::move(data)});
  };
  stream->on_end = [this, id](int) { lose(id); };
  on_event_(caller_connected{id, {who.uid, who.gid, who.pid}});
  if (callers_.contains(id)) stream->start_reading();
}

void loop_control::lose(caller_id caller) {
  silent_.erase(caller);
  if (callers_.erase(caller) != 0) on_event_(caller_gone{caller});
}

void loop_control::write(caller_id caller, byte_buffer data) {
  loop_.post([this, caller, bytes = std::move(data)]() mutable {
    auto at = callers_.find(caller);
    if (at == callers_.end() || at->second->write(std::move(bytes))) return;
    at->second->abort();
    lose(caller);
  });
}

void loop_control::close(caller_id caller) {
  loop_.post([this, caller] {
    auto at = callers_.find(caller);
    if (at == callers_.end()) return;
    auto* closing = at->second;
    callers_.erase(at);
    silent_.erase(caller);
    closing->finish();
  });
}

} // namespace troupe::loop
