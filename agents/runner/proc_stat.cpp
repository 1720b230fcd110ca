#include "agents/runner/proc_stat.hpp"

#include "agents/runner/small_files.hpp"

#include <charconv>

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

result<std::optional<process_stat>> stat_of(int pid) {
  auto path = "/proc/" + std::to_string(pid) + "/stat";
  auto text = read_small_file(path);
  if (!text) return tl::unexpected(std::move(text.error()));
  if (!*text) return std::nullopt;
  if (auto found = parse_stat(**text)) return found;
  return failure(path + ": is not a line about a process");
}

result<std::vector<process_stat>> all_processes() {
  auto names = folders_in("/proc");
  if (!names) return tl::unexpected(std::move(names.error()));
  if (!*names) return failure("/proc: is not mounted");
  std::vector<process_stat> found;
  for (const auto& name : **names) {
    int pid = 0;
    if (!proc_stat_detail::to_number(name, pid)) continue;
    auto one = stat_of(pid);
    if (!one) return tl::unexpected(std::move(one.error()));
    if (*one) found.push_back(std::move(**one));
  }
  return found;
}

result<std::string> kernel_boot_id() {
  const std::string path = "/proc/sys/kernel/random/boot_id";
  auto text = read_small_file(path);
  if (!text) return tl::unexpected(std::move(text.error()));
  auto id = text->value_or("");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  if (id.empty()) return failure(path + ": the kernel has no boot id");
  return id;
}

} // namespace troupe::agents
