// Cgroup v2: BASE/SLICE.slice/SCOPE.scope. Documentation/admin-guide/cgroup-v2.rst; cgroup.kill needs Linux 5.14.
#include "agents/runner/enclosure.hpp"
#include "agents/runner/signal_all.hpp"
#include "agents/runner/spawn.hpp"
#include "transport/loop/watch.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <linux/magic.h>
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
  [[nodiscard]] bool occupied(const place& where) const override;
  [[nodiscard]] std::vector<process_stat> members(const place& where) const override;
  void signal(const place& where, int number) override;
  std::unique_ptr<watch> observe(const place& where, std::function<void()> on_change) override;
  void clear(const place& where) override;
  [[nodiscard]] std::vector<std::string> occupied_slices() const override;

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

std::string read_events(const descriptor& file) {
  std::string text(256, '\0');
  auto n = ::pread(file.get(), text.data(), text.size(), 0);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

descriptor open_folder(const std::string& path) {
  return descriptor{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

// The cgroup and those below it, the deepest first: an agent may have made some of its own.
std::vector<std::string> tree_of(const std::string& top) {
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(top, failed))
    if (std::error_code gone; entry.is_directory(gone))
      for (auto& below : tree_of(entry.path())) found.push_back(std::move(below));
  if (!failed) found.push_back(top);
  return found;
}

result<descriptor> cgroups::enter(const scope_name& scope) {
  auto where = path({scope.slice, scope.scope});
  std::error_code failed;
  fs::create_directories(where, failed);
  if (auto folder = open_folder(where)) return folder;
  return failure(fmt::format("{}: {}", where, failed ? failed.message() : std::strerror(errno)));
}

bool cgroups::occupied(const place& where) const {
  auto events = read_small_file(path(where) + "/cgroup.events");
  return events && events->find("populated 1") != std::string::npos;
}

std::vector<process_stat> cgroups::members(const place& where) const {
  std::vector<process_stat> found;
  for (const auto& each : tree_of(path(where))) {
    std::ifstream list(each + "/cgroup.procs");
    for (int pid = 0; list >> pid;) // 0: of another PID namespace
      if (auto one = pid > 0 ? stat_of(pid) : std::nullopt) found.push_back(std::move(*one));
  }
  return found;
}

void cgroups::signal(const place& where, int number) {
  if (number == SIGKILL) {
    std::ofstream(path(where) + "/cgroup.kill") << "1";
    return;
  }
  signal_all([&] { return members(where); }, [&](int pid) { ::kill(pid, number); });
}

std::unique_ptr<enclosure::watch> cgroups::observe(const place& where, std::function<void()> on_change) {
  auto made = std::make_unique<events_watch>();
  made->events = descriptor{::open((path(where) + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!made->events) return made; // it is gone, and so was everything in it; the caller looks once more
  read_events(made->events);
  auto news = [events = made->events.get(), on_change = std::move(on_change)] {
    char buffer[256];
    [[maybe_unused]] auto n = ::pread(events, buffer, sizeof buffer, 0);
    on_change();
  };
  made->ready = std::make_unique<loop::readable_watch>(loop_, made->events.get(), std::move(news),
                                                       loop::readable_watch::kind::urgent);
  return made;
}

void cgroups::clear(const place& where) {
  for (const auto& each : tree_of(path(where))) ::rmdir(each.c_str());
  ::rmdir(path({where.slice, std::nullopt}).c_str()); // refused while another scope is in it
}

std::vector<std::string> cgroups::occupied_slices() const {
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(base_, failed))
    if (auto slice = name_of_folder(entry.path().filename(), slice_suffix); slice && occupied({*slice, std::nullopt}))
      found.push_back(std::move(*slice));
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
