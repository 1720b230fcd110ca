#include "agents/runner/scope_files.hpp"

#include "agents/runner/small_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>

namespace troupe::agents {

namespace fs = std::filesystem;

namespace {

constexpr std::array output_files{"out", "err"};
constexpr auto record_file = "process";

bool plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == ':' || c == '.';
}

descriptor open_new(const std::string& path) {
  ::unlink(path.c_str());
  return descriptor{::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
}

result<std::vector<std::string>> names_in(const std::string& folder, const std::string& suffix) {
  std::vector<std::string> names;
  auto found = folders_in(folder);
  if (!found) return tl::unexpected(std::move(found.error()));
  if (!*found) return names;
  for (const auto& each : **found)
    if (auto name = name_of_folder(each, suffix)) names.push_back(std::move(*name));
  return names;
}

} // namespace

std::string folder_name(const std::string& name, const std::string& suffix) {
  std::string out;
  for (char c : name)
    if (plain(c) && !(out.empty() && c == '.'))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out + suffix;
}

std::optional<std::string> name_of_folder(const std::string& folder, const std::string& suffix) {
  if (folder.size() <= suffix.size() || !folder.ends_with(suffix)) return {};
  std::string out;
  auto body = folder.substr(0, folder.size() - suffix.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '%') {
      out += body[i];
      continue;
    }
    auto hex = body.substr(i + 1, 2);
    if (hex.size() != 2 || hex.find_first_not_of("0123456789ABCDEF") != std::string::npos) return {};
    out += static_cast<char>(std::stoi(hex, nullptr, 16));
    i += 2;
  }
  return out;
}

std::string scope_files::slice_path(const std::string& slice) const {
  return folder_ + "/" + folder_name(slice, slice_suffix);
}
std::string scope_files::path(const scope_name& scope) const {
  return slice_path(scope.slice) + "/" + folder_name(scope.scope, scope_suffix);
}

result<scope_files::opened> scope_files::make(const scope_name& scope) {
  for (const auto& part : {scope.slice, scope.scope})
    if (part.empty() || folder_name(part, "").size() > max_scope_name)
      return failure(fmt::format("'{}' cannot name a scope: 1 to {} bytes", part, max_scope_name));
  auto boot = kernel_boot_id();
  if (!boot) return tl::unexpected(std::move(boot.error()));
  *boot += "\n";
  auto where = path(scope);
  std::error_code failed;
  fs::create_directories(where, failed);
  opened files{open_new(where + "/" + output_files[0]), open_new(where + "/" + output_files[1]),
               open_new(where + "/" + record_file)};
  bool good = files.output && files.error_output && files.record &&
              ::write(files.record.get(), boot->data(), boot->size()) == static_cast<ssize_t>(boot->size());
  if (!good) return failure(fmt::format("{}: {}", where, std::strerror(errno)));
  return files;
}

result<std::vector<scope_name>> scope_files::scopes_of(const std::string& slice) const {
  std::vector<scope_name> found;
  auto names = names_in(slice_path(slice), scope_suffix);
  if (!names) return tl::unexpected(std::move(names.error()));
  for (auto& scope : *names) found.push_back({slice, std::move(scope)});
  std::sort(found.begin(), found.end());
  return found;
}

result<std::vector<scope_name>> scope_files::scopes() const {
  std::vector<scope_name> found;
  auto slices = names_in(folder_, slice_suffix);
  if (!slices) return tl::unexpected(std::move(slices.error()));
  for (const auto& slice : *slices) {
    auto of_slice = scopes_of(slice);
    if (!of_slice) return of_slice;
    for (auto& scope : *of_slice) found.push_back(std::move(scope));
  }
  std::sort(found.begin(), found.end());
  return found;
}

// make() has written the first line before its child is born, and a child becomes no program before it has written the
// second. So without them there is none, and what is written otherwise is not ours to understand.
result<std::optional<process_stat>> scope_files::process(const scope_name& scope) const {
  auto file = path(scope) + "/" + record_file;
  auto text = read_small_file(file);
  if (!text) return tl::unexpected(std::move(text.error()));
  auto end = *text ? (*text)->find('\n') : std::string::npos;
  if (end == std::string::npos) return std::nullopt;
  auto boot = kernel_boot_id();
  if (!boot) return tl::unexpected(std::move(boot.error()));
  if ((*text)->substr(0, end) != *boot) return std::nullopt;
  auto line = std::string_view(**text).substr(end + 1);
  if (line.empty()) return std::nullopt;
  if (auto found = parse_stat(line)) return found;
  return failure(file + ": is not the record of a process");
}

bool scope_files::cut(const scope_name& scope) {
  bool floods = false;
  for (const char* name : output_files) {
    auto file = path(scope) + "/" + name;
    struct stat now {};
    bool long_one = ::stat(file.c_str(), &now) == 0 && now.st_size > static_cast<off_t>(max_captured_output);
    if (long_one) [[maybe_unused]]
      auto failed = ::truncate(file.c_str(), 0); // it is looked at again soon
    floods = floods || (long_one && is_flood(now.st_size));
  }
  return floods;
}

void scope_files::remove(const scope_name& scope) {
  std::error_code failed;
  fs::remove_all(path(scope), failed);
  fs::remove(slice_path(scope.slice), failed); // refused while another scope is in it
}

captured read_captured(const descriptor& file) {
  captured got;
  got.text.resize(max_captured_output + 1);
  std::size_t have = 0;
  while (have < got.text.size()) {
    auto n = ::pread(file.get(), got.text.data() + have, got.text.size() - have, static_cast<off_t>(have));
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  got.cut = have > max_captured_output;
  got.text.resize(std::min(have, max_captured_output));
  return got;
}

} // namespace troupe::agents
