#include "agents/runner/claim.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>

namespace troupe::agents {

tl::expected<descriptor, not_claimed> claim_folder(const std::string& path) {
  auto refuse = [&](const char* what, int number) {
    return tl::unexpected(
        not_claimed{number, fmt::format("cannot {} the folder {}: {}", what, path, std::strerror(number))});
  };
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) return refuse("make", failed.value());
  descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder) return refuse("open", errno);
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return folder;
  if (errno != EWOULDBLOCK) return refuse("lock", errno);
  return tl::unexpected(not_claimed{
      EWOULDBLOCK, path + " is in use by another daemon: each needs its own, or they would end each other's services"});
}

} // namespace troupe::agents
