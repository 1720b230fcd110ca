#include "conf/file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace troupe::conf {

namespace file_detail {

class descriptor {
public:
  explicit descriptor(int number)
    : number_(number) {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

private:
  int number_;
};

tl::unexpected<error> failed(const std::string& path, std::string_view what) {
  return failure(path + ": " + std::string(what) + ": " + std::strerror(errno));
}

bool write_all(int to, std::string_view content) {
  while (!content.empty()) {
    auto n = ::write(to, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

} // namespace file_detail

result<file_content> read_file(const std::string& path, std::size_t max) {
  using namespace file_detail;
  file_content out{};
  descriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  if (fd.number() < 0 || ::fstat(fd.number(), &out.status) != 0) return failed(path, "cannot be opened");
  if (S_ISDIR(out.status.st_mode)) return failure(path + ": is a folder; name a file in it");
  if (!S_ISREG(out.status.st_mode) && !S_ISFIFO(out.status.st_mode)) return failure(path + ": is not a regular file");
  std::array<char, 16384> block;
  while (true) {
    auto n = ::read(fd.number(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(path, "cannot be read");
    if (n == 0) return out;
    out.text.append(block.data(), static_cast<std::size_t>(n));
    if (out.text.size() > max) return failure(path + ": is longer than " + std::to_string(max) + " bytes");
  }
}

result<std::string> make_private_file(const std::string& path, std::string_view content) {
  using namespace file_detail;
  descriptor fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (fd.number() < 0 && errno == EEXIST)
    return failure(path + ": exists already and is not overwritten; remove it first, or choose another name");
  if (fd.number() < 0) return failed(path, "cannot be made");
  // Set again: a default ACL of the folder may have widened it.
  bool good = ::fchmod(fd.number(), 0600) == 0 && write_all(fd.number(), content) && ::fsync(fd.number()) == 0;
  if (good) return path;
  auto why = failed(path, "cannot be written");
  ::unlink(path.c_str());
  return why;
}

} // namespace troupe::conf
