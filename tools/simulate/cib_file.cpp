#include "tools/simulate/cib_file.hpp"

#include "conf/cib/values.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

namespace troupe::simulate {

result<std::ifstream> open_cib(const std::string& path) {
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault)) return failure(fmt::format("{} is a directory, no CIB", path));
  std::ifstream file{path, std::ios::binary};
  if (!file) return failure(fmt::format("cannot read {}", path));
  return file;
}

void add_now(CLI::App& app, std::optional<stamp>& told, const std::string& help) {
  auto take = [&told](const std::string& text) {
    told = conf::cib::to_date(text);
    if (!told)
      throw CLI::ValidationError(fmt::format("--now: \"{}\" is no date; write for example 2026-11-24T12:00:00Z", text));
  };
  app.add_option_function<std::string>("--now", take, help);
}

} // namespace troupe::simulate
