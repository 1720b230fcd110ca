#include "agents/runner/small_files.hpp"

#include "agents/runner/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <sys/stat.h>

namespace troupe::agents {

namespace small_files_detail {

tl::unexpected<error> unread(const std::string& path, int error_number) {
  return failure(path + ": " + std::strerror(error_number));
}

struct close_list {
  void operator()(DIR* entries) const { ::closedir(entries); }
};
using open_list = std::unique_ptr<DIR, close_list>;

// An error number, or whether it is a folder. What has just been removed is none.
tl::expected<bool, int> is_folder(DIR* in, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat of {};
  if (::fstatat(::dirfd(in), entry.d_name, &of, AT_SYMLINK_NOFOLLOW) == 0) return S_ISDIR(of.st_mode);
  if (means_gone(errno)) return false;
  return tl::unexpected(errno);
}

} // namespace small_files_detail

using namespace small_files_detail;

bool means_gone(int error_number) {
  return error_number == ENOENT || error_number == ENODEV || error_number == ESRCH;
}

result<std::optional<std::string>> read_small_file(const std::string& path) {
  std::string text(max_small_file, '\0');
  std::size_t have = 0;
  descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  for (bool more = true; more && have < max_small_file;) {
    auto n = file ? ::read(file.get(), text.data() + have, max_small_file - have) : -1;
    if (n < 0 && means_gone(errno)) return std::nullopt;
    if (n < 0 && (!file || errno != EINTR)) return unread(path, errno);
    if (n > 0) have += static_cast<std::size_t>(n);
    more = n != 0;
  }
  text.resize(have);
  return text;
}

result<std::optional<std::vector<std::string>>> folders_in(const std::string& path) {
  open_list entries{::opendir(path.c_str())};
  if (!entries && means_gone(errno)) return std::nullopt;
  if (!entries) return unread(path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    auto folder = is_folder(entries.get(), *entry);
    if (!folder) return unread(path + "/" + name, folder.error());
    if (*folder) names.push_back(std::move(name));
  }
  if (means_gone(errno)) return std::nullopt;
  if (errno != 0) return unread(path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace troupe::agents
