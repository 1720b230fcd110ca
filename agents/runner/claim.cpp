#include "agents/runner/claim.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>

namespace troupe::agents {

result<descriptor> claim_folder(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return folder;
  if (errno == EWOULDBLOCK)
    return failure(path + " is in use by another daemon: each needs its own, or they would end each other's services");
  return failure(fmt::format("cannot lock the folder {}: {}", path, std::strerror(errno)));
}

} // namespace troupe::agents
