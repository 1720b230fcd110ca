#include "agents/runner/proc_stat.hpp"

#include "agents/runner/descriptor.hpp"

#include <charconv>
#include <filesystem>

namespace troupe::agents {

namespace proc_stat_detail {

template <class Number>
bool to_number(std::string_view text, Number& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

} // namespace proc_stat_detail

std::optional<process_stat> parse_stat(std::string_view text) {
  using proc_stat_detail::to_number;
  process_stat found;
  auto open = text.find(" ("), shut = text.rfind(") ");
  if (open == std::string_view::npos || shut == std::string_view::npos || shut < open + 2) return {};
  if (!to_number(text.substr(0, open), found.pid)) return {};
  found.program = text.substr(open + 2, shut - open - 2);
  // Fields are numbered from 1 in proc(5); the first after the bracket is the third.
  constexpr int state_field = 3, session_field = 6, start_field = 22;
  std::size_t at = shut + 2;
  for (int field = state_field; field <= start_field; ++field) {
    if (at >= text.size()) return {};
    auto end = std::min(text.find_first_of(" \n", at), text.size());
    auto word = text.substr(at, end - at);
    if (field == state_field && word.size() == 1) found.state = word[0];
    if (field == session_field && !to_number(word, found.session)) return {};
    if (field == start_field && !to_number(word, found.started)) return {};
    at = end + 1;
  }
  return found;
}

std::optional<std::string> read_small_file(const std::string& path, std::size_t limit) {
  descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return {};
  std::string text(limit, '\0');
  std::size_t have = 0;
  while (have < limit) {
    auto n = ::read(file.get(), text.data() + have, limit - have);
    if (n < 0) return {};
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  text.resize(have);
  return text;
}

std::optional<process_stat> stat_of(int pid) {
  auto text = read_small_file("/proc/" + std::to_string(pid) + "/stat");
  return text ? parse_stat(*text) : std::nullopt;
}

std::vector<process_stat> all_processes() {
  std::vector<process_stat> found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    int pid = 0;
    if (!proc_stat_detail::to_number(entry.path().filename().native(), pid)) continue;
    if (auto one = stat_of(pid)) found.push_back(std::move(*one));
  }
  return found;
}

std::string kernel_boot_id() {
  auto text = read_small_file("/proc/sys/kernel/random/boot_id").value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

} // namespace troupe::agents
