// Cgroup v2: BASE/SLICE.slice/SCOPE.scope. Documentation/admin-guide/cgroup-v2.rst; cgroup.kill needs Linux 5.14.
#include "agents/runner/enclosure.hpp"
#include "agents/runner/signal_all.hpp"
#include "agents/runner/small_files.hpp"
#include "agents/runner/spawn.hpp"
#include "transport/loop/watch.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <linux/magic.h>
#include <memory>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace troupe::agents {

namespace fs = std::filesystem;

namespace {

class cgroups final : public enclosure {
public:
  cgroups(loop::event_loop& loop, std::string base)
    : loop_(loop)
    , base_(std::move(base)) {}

  [[nodiscard]] std::string describe() const override { return "cgroups below " + base_; }
  [[nodiscard]] bool exact() const override { return true; }
  result<descriptor> enter(const scope_name& scope) override;
  [[nodiscard]] result<bool> occupied(const place& where) const override;
  [[nodiscard]] result<std::vector<process_stat>> members(const place& where) const override;
  [[nodiscard]] bool signal(const place& where, int number) override;
  std::unique_ptr<watch> observe(const place& where, std::function<void()> on_change) override;
  void clear(const place& where) override;
  [[nodiscard]] result<std::vector<std::string>> occupied_slices() const override;

private:
  [[nodiscard]] std::string path(const place& where) const {
    auto slice = base_ + "/" + folder_name(where.slice, slice_suffix);
    return where.scope ? slice + "/" + folder_name(*where.scope, scope_suffix) : slice;
  }

  loop::event_loop& loop_;
  std::string base_;
};

// The kernel marks cgroup.events as having news (POLLPRI) until it is read again.
struct events_watch final : enclosure::watch {
  descriptor events;
  std::unique_ptr<loop::readable_watch> ready;
};

descriptor open_folder(const std::string& path) {
  return descriptor{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

// The cgroup and those below it, the deepest first: an agent may have made some of its own.
result<std::vector<std::string>> tree_of(const std::string& top) {
  std::vector<std::string> found;
  auto below = folders_in(top);
  if (!below) return tl::unexpected(std::move(below.error()));
  if (!*below) return found;
  for (const auto& name : **below) {
    auto deeper = tree_of(top + "/" + name);
    if (!deeper) return deeper;
    for (auto& each : *deeper) found.push_back(std::move(each));
  }
  found.push_back(top);
  return found;
}

// What one cgroup itself holds. Not a small file: one slice may hold thousands.
result<std::vector<int>> numbers_in(const std::string& cgroup) {
  auto path = cgroup + "/cgroup.procs";
  std::vector<int> found;
  errno = 0;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> list{std::fopen(path.c_str(), "re"), &std::fclose};
  for (int pid = 0; list && std::fscanf(list.get(), "%d", &pid) == 1;) found.push_back(pid);
  bool read = list && std::ferror(list.get()) == 0;
  if (read) return found;
  bool threaded = errno == EOPNOTSUPP; // whose processes are listed in the cgroup above
  if (threaded || means_gone(errno)) return std::vector<int>{};
  return failure(path + ": " + std::strerror(errno));
}

result<descriptor> cgroups::enter(const scope_name& scope) {
  auto where = path({scope.slice, scope.scope});
  std::error_code failed;
  fs::create_directories(where, failed);
  if (auto folder = open_folder(where)) return folder;
  return failure(fmt::format("{}: {}", where, failed ? failed.message() : std::strerror(errno)));
}

result<bool> cgroups::occupied(const place& where) const {
  auto file = path(where) + "/cgroup.events";
  auto events = read_small_file(file);
  if (!events) return tl::unexpected(std::move(events.error()));
  if (!*events) return false;
  if ((*events)->find("populated 0") != std::string::npos) return false;
  if ((*events)->find("populated 1") != std::string::npos) return true;
  return failure(file + ": does not say whether it is populated");
}

result<std::vector<process_stat>> cgroups::members(const place& where) const {
  std::vector<process_stat> found;
  auto tree = tree_of(path(where));
  if (!tree) return tl::unexpected(std::move(tree.error()));
  for (const auto& each : *tree) {
    auto numbers = numbers_in(each);
    if (!numbers) return tl::unexpected(std::move(numbers.error()));
    for (int pid : *numbers) {
      if (pid == 0) continue; // of another PID namespace
      auto one = stat_of(pid);
      if (!one) return tl::unexpected(std::move(one.error()));
      if (*one) found.push_back(std::move(**one));
    }
  }
  return found;
}

bool cgroups::signal(const place& where, int number) {
  if (number != SIGKILL) return signal_all([&] { return members(where); }, [&](int pid) { ::kill(pid, number); });
  descriptor kill{::open((path(where) + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC)};
  return (kill && ::write(kill.get(), "1", 1) == 1) || means_gone(errno);
}

std::unique_ptr<enclosure::watch> cgroups::observe(const place& where, std::function<void()> on_change) {
  auto made = std::make_unique<events_watch>();
  made->events = descriptor{::open((path(where) + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!made->events && !means_gone(errno)) return nullptr;
  if (!made->events) return made; // it is gone, and so was everything in it; the caller looks once more
  auto read = [events = made->events.get()] {
    char buffer[256];
    [[maybe_unused]] auto n = ::pread(events, buffer, sizeof buffer, 0);
  };
  read();
  auto news = [read, on_change = std::move(on_change)] {
    read();
    on_change();
  };
  made->ready = std::make_unique<loop::readable_watch>(loop_, made->events.get(), std::move(news),
                                                       loop::readable_watch::kind::urgent);
  return made;
}

void cgroups::clear(const place& where) {
  if (auto tree = tree_of(path(where)))
    for (const auto& each : *tree) ::rmdir(each.c_str());
  ::rmdir(path({where.slice, std::nullopt}).c_str()); // refused while another scope is in it
}

result<std::vector<std::string>> cgroups::occupied_slices() const {
  std::vector<std::string> found;
  auto folders = folders_in(base_);
  if (!folders) return tl::unexpected(std::move(folders.error()));
  if (!*folders) return found;
  for (const auto& folder : **folders) {
    auto slice = name_of_folder(folder, slice_suffix);
    if (!slice) continue;
    auto lives = occupied({*slice, std::nullopt});
    if (!lives) return tl::unexpected(std::move(lives.error()));
    if (*lives) found.push_back(std::move(*slice));
  }
  return found;
}

} // namespace

std::optional<std::string> cgroup2_mount() {
  std::ifstream mounts("/proc/self/mounts"); // "DEVICE PLACE TYPE OPTIONS 0 0"
  for (std::string device, where, type, rest; mounts >> device >> where >> type && std::getline(mounts, rest);)
    if (type == "cgroup2") return where;
  return {};
}

bool in_cgroup2(const std::string& path) {
  std::error_code none;
  fs::path at = path;
  while (at.has_relative_path() && !fs::exists(at, none)) at = at.parent_path();
  struct statfs of {};
  return ::statfs(at.c_str(), &of) == 0 && of.f_type == CGROUP2_SUPER_MAGIC;
}

result<std::unique_ptr<enclosure>> make_cgroups(loop::event_loop& loop, const std::string& base) {
  auto refuse = [&](const char* what, int number) {
    return failure(fmt::format("{}: {}: {}", base, what, std::strerror(number)));
  };
  if (!in_cgroup2(base)) {
    auto mount = cgroup2_mount();
    return failure(base + " is not in a mounted cgroup2" + (mount ? ", which is at " + *mount : "; there is none here"));
  }
  std::error_code failed;
  fs::create_directories(base, failed);
  if (failed) return refuse("cannot be made", failed.value());
  if (::access((base + "/cgroup.kill").c_str(), W_OK) != 0)
    return refuse("is not a cgroup (v2, Linux 5.14) that we may write", errno);
  auto folder = open_folder(base);
  if (!folder) return refuse("cannot be opened", errno);
  if (int number = try_cgroup(folder.get()); number != 0) return refuse("no process can be made in it", number);
  return std::make_unique<cgroups>(loop, base);
}

} // namespace troupe::agents
