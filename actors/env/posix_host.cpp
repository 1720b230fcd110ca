#include "actors/env/posix_host.hpp"

#include "messages/types/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

namespace troupe::env {

static constexpr std::size_t max_host_file = 4096;

static std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

// Field 22 of proc(5)'s stat; the second one, the program's name in brackets, may hold anything.
static std::string_view start_time_of(std::string_view stat) {
  auto at = stat.rfind(')');
  if (at == std::string_view::npos) return {};
  stat.remove_prefix(at + 1);
  for (int field = 3;; ++field) {
    auto from = stat.find_first_not_of(' ');
    if (from == std::string_view::npos) return {};
    stat.remove_prefix(from);
    auto word = stat.substr(0, stat.find_first_of(" \n"));
    if (field == 22) return word;
    stat.remove_prefix(word.size());
  }
}

static bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

result<boot_id> boot_of(std::string_view kernel_boot_id, std::string_view first_process_stat) {
  auto kernel = trimmed(kernel_boot_id);
  auto start = start_time_of(first_process_stat);
  if (kernel.empty()) return failure("the kernel's boot id is empty");
  if (!all_digits(start)) return failure("/proc/1/stat does not say when process 1 started");
  auto d = digest_of({view_of(kernel), view_of(start)});
  boot_id out;
  std::copy_n(d.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

result<machine_id> machine_of(std::string_view content) {
  static constexpr std::string_view digits = "0123456789abcdef";
  machine_id out;
  std::size_t count = 0;
  for (char c : content) {
    if (c == '-' || c == '\n' || c == ' ' || c == '\r' || c == '\t') continue;
    auto lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    auto value = digits.find(lower);
    if (value == std::string_view::npos || count == 32) return failure("a machine id is 32 hexadecimal digits");
    auto& b = out.bytes[count / 2];
    b = (b << 4) | static_cast<std::byte>(value);
    ++count;
  }
  if (count != 32) return failure("a machine id is 32 hexadecimal digits");
  if (out.none()) return failure("a machine id of zeros names no machine");
  return out;
}

static result<std::string> read_small(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failure(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  std::string text(max_host_file, '\0');
  auto n = ::read(fd, text.data(), text.size());
  int e = errno;
  ::close(fd);
  if (n < 0) return failure(fmt::format("cannot read {}: {}", path, std::strerror(e)));
  text.resize(static_cast<std::size_t>(n));
  return text;
}

static bool proc_is_ours() {
  std::array<char, PATH_MAX> target{};
  auto n = ::readlink("/proc/self", target.data(), target.size());
  return n > 0 && std::string_view(target.data(), static_cast<std::size_t>(n)) == std::to_string(::getpid());
}

result<host_identity> read_host(const std::string& machine_id_file) {
  auto kernel = read_small("/proc/sys/kernel/random/boot_id");
  if (!kernel) return tl::unexpected(kernel.error());
  if (!proc_is_ours()) return failure("/proc is not mounted, or belongs to another PID namespace");
  auto stat = read_small("/proc/1/stat");
  if (!stat) return tl::unexpected(stat.error());
  auto boot = boot_of(*kernel, *stat);
  if (!boot) return tl::unexpected(boot.error());
  auto content = read_small(machine_id_file);
  if (!content) return tl::unexpected(content.error());
  auto machine = machine_of(*content);
  if (!machine) return failure(fmt::format("{}: {}", machine_id_file, machine.error().text));
  return host_identity{*machine, *boot};
}

} // namespace troupe::env
