// For tests on the real disk: a folder that goes away, and requests that are waited for.
#pragma once

#include "actors/env/posix_disk.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>

namespace troupe::posix_test {

using namespace troupe::env;

class temp_folder {
public:
  temp_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "troupe-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~temp_folder() { std::filesystem::remove_all(path_); }
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;
  [[nodiscard]] std::string path() const { return path_; }

private:
  std::string path_;
};

inline byte_buffer bytes(std::string_view text) {
  auto v = view_of(text);
  return {v.begin(), v.end()};
}

inline disk_result run(disk& on, disk_request request) {
  std::promise<disk_result> end;
  on.submit(std::move(request), [&](disk_result r) { end.set_value(std::move(r)); });
  return end.get_future().get();
}
inline disk_answer answer(disk& on, disk_request request) {
  auto r = run(on, std::move(request));
  if (auto* f = std::get_if<disk_failure>(&r)) FAIL(f->what);
  return std::get<disk_answer>(std::move(r));
}
inline disk_failure failed(disk& on, disk_request request) {
  auto r = run(on, std::move(request));
  auto* f = std::get_if<disk_failure>(&r);
  return f != nullptr ? *f : disk_failure{99, 0, "it did not fail"};
}
inline std::unique_ptr<posix_disk> open_disk(const std::string& path) {
  auto d = posix_disk::open(path);
  if (!d) FAIL(d.error().text);
  return std::move(*d);
}

} // namespace troupe::posix_test
