#include "actors/env/posix_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::env {

static constexpr std::size_t zero_chunk = 256 * 1024; // bytes a write when a file grows

// A new folder is lost with the power until the one around it is on disk, and with it all that was synced inside.
static int sync_parent(int fd) {
  int parent = ::openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return errno;
  int e = ::fsync(parent) != 0 ? errno : 0;
  ::close(parent);
  return e;
}

result<std::unique_ptr<posix_folder>> posix_folder::open(const std::string& path) {
  bool made = ::mkdir(path.c_str(), 0700) == 0;
  if (!made && errno != EEXIST)
    return failure(fmt::format("cannot make the folder {}: {}", path, std::strerror(errno)));
  int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failure(fmt::format("cannot open the folder {}: {}", path, std::strerror(errno)));
  if (int e = made ? sync_parent(fd) : 0; e != 0) {
    ::close(fd);
    ::rmdir(path.c_str()); // the next one that opens it makes it, and syncs
    return failure(fmt::format("cannot sync the folder that holds {}: {}", path, std::strerror(e)));
  }
  int lock = ::openat(fd, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  std::unique_ptr<posix_folder> folder(new posix_folder(fd, lock));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  if (lock >= 0 && ::fcntl(lock, F_SETLK, &whole) == 0) return folder;
  return failure(errno == EAGAIN || errno == EACCES
                     ? fmt::format("the folder {} is in use by another process", path)
                     : fmt::format("cannot lock the folder {}: {}", path, std::strerror(errno)));
}

posix_folder::~posix_folder() {
  for (const auto& [name, h] : handles_) ::close(h.fd);
  if (lock_ >= 0) ::close(lock_);
  ::close(fd_);
}

struct names_are_valid {
  bool operator()(const rename_to& s) const { return is_valid_file_name(s.file) && is_valid_file_name(s.to); }
  bool operator()(const sync_folder&) const { return true; }
  bool operator()(const list_files&) const { return true; }
  bool operator()(const auto& s) const { return is_valid_file_name(s.file); }
};

disk_result posix_folder::run(const disk_request& request) {
  disk_answer out;
  for (std::size_t i = 0; i < request.size(); ++i) {
    const auto& s = request[i];
    int e = std::visit(names_are_valid{}, s) ? std::visit([&](const auto& it) { return step(it, out); }, s) : EINVAL;
    if (e != 0) return failure_of(i, s, e);
  }
  return out;
}

// --- handles ---
int posix_folder::open_handle(const std::string& name, bool make, handle*& out) {
  if (auto it = handles_.find(name); it != handles_.end()) {
    out = &it->second;
    return 0;
  }
  if (handles_.size() >= max_open_files) close_some();
  // O_NONBLOCK: a FIFO that somebody put here must not hold up the disk
  int fd = ::openat(fd_, name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (make ? O_CREAT : 0), 0600);
  if (fd < 0) return errno;
  struct stat info {};
  int e = ::fstat(fd, &info) != 0 ? errno : S_ISREG(info.st_mode) ? 0 : EINVAL;
  if (e != 0) {
    ::close(fd);
    return e;
  }
  out = &handles_.emplace(name, handle{fd}).first->second;
  return 0;
}

void posix_folder::close_handle(const std::string& name) {
  auto it = handles_.find(name);
  if (it == handles_.end()) return;
  ::close(it->second.fd);
  handles_.erase(it);
}

void posix_folder::close_some() {
  for (auto it = handles_.begin(); it != handles_.end();) {
    bool keep = it->second.dirty || it->second.failed != 0;
    if (!keep) ::close(it->second.fd);
    it = keep ? std::next(it) : handles_.erase(it);
  }
}

// --- steps ---
static int write_all(int fd, byte_view data, std::uint64_t offset) {
  while (!data.empty()) {
    auto n = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return ENOSPC; // POSIX does not say what else it could mean
    data = data.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

static int size_of(int fd, std::uint64_t& size) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return errno;
  size = static_cast<std::uint64_t>(info.st_size);
  return size > max_file_size ? EFBIG : 0;
}

int posix_folder::step(const write_at& s, disk_answer&) {
  if (s.offset > max_file_size || s.data.size() > max_file_size - s.offset) return EFBIG;
  handle* h = nullptr;
  if (int e = open_handle(s.file, true, h); e != 0) return e;
  h->dirty = true;
  return write_all(h->fd, s.data, s.offset);
}

int posix_folder::step(const read_all& s, disk_answer& out) {
  handle* h = nullptr;
  int e = open_handle(s.file, false, h);
  if (e == ENOENT) {
    out.results.emplace_back();
    out.found.push_back(false);
    return 0;
  }
  std::uint64_t size = 0;
  if (e == 0) e = size_of(h->fd, size);
  if (e != 0) return e;
  byte_buffer data(size);
  std::size_t have = 0;
  while (have < data.size()) {
    auto n = ::pread(h->fd, data.data() + have, data.size() - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) break; // it shrank
    have += static_cast<std::size_t>(n);
  }
  data.resize(have);
  out.results.push_back(std::move(data));
  out.found.push_back(true);
  return 0;
}

int posix_folder::step(const set_size& s, disk_answer&) {
  if (s.size > max_file_size) return EFBIG;
  handle* h = nullptr;
  if (int e = open_handle(s.file, true, h); e != 0) return e;
  std::uint64_t size = 0;
  if (int e = size_of(h->fd, size); e != 0) return e;
  h->dirty = true;
  if (s.size < size) return ::ftruncate(h->fd, static_cast<off_t>(s.size)) != 0 ? errno : 0;
  const byte_buffer zeros(std::min<std::uint64_t>(zero_chunk, s.size - size));
  while (size < s.size) {
    auto part = byte_view(zeros).first(std::min<std::uint64_t>(zeros.size(), s.size - size));
    if (int e = write_all(h->fd, part, size); e != 0) return e;
    size += part.size();
  }
  return 0;
}

int posix_folder::step(const sync_file& s, disk_answer&) {
  handle* h = nullptr;
  if (int e = open_handle(s.file, false, h); e != 0) return e;
  if (h->failed == 0 && ::fdatasync(h->fd) != 0) h->failed = errno;
  if (h->failed == 0) h->dirty = false;
  return h->failed;
}

int posix_folder::step(const sync_folder&, disk_answer&) {
  if (folder_failed_ == 0 && ::fsync(fd_) != 0) folder_failed_ = errno;
  return folder_failed_;
}

int posix_folder::step(const rename_to& s, disk_answer&) {
  if (::renameat(fd_, s.file.c_str(), fd_, s.to.c_str()) != 0) return errno;
  if (s.file == s.to) return 0;
  close_handle(s.to);
  auto node = handles_.extract(s.file);
  if (node.empty()) return 0;
  node.key() = s.to;
  handles_.insert(std::move(node));
  return 0;
}

int posix_folder::step(const remove_file& s, disk_answer&) {
  if (::unlinkat(fd_, s.file.c_str(), 0) != 0 && errno != ENOENT) return errno;
  close_handle(s.file);
  return 0;
}

int posix_folder::step(const list_files&, disk_answer& out) {
  int fd = ::openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  DIR* entries = ::fdopendir(fd);
  if (entries == nullptr) {
    int e = errno;
    ::close(fd);
    return e;
  }
  std::vector<std::string> names;
  errno = 0;
  while (const auto* entry = ::readdir(entries))
    if (std::string name = entry->d_name; is_valid_file_name(name)) names.push_back(std::move(name));
  int e = errno;
  ::closedir(entries);
  std::sort(names.begin(), names.end());
  std::string lines;
  for (const auto& n : names) lines += n + "\n";
  auto text = view_of(lines);
  out.results.emplace_back(text.begin(), text.end());
  out.found.push_back(true);
  return e;
}

} // namespace troupe::env
