// Every input that the fuzzer has found, and the small ones that it begins with: none does any harm any more.
#include "tests/fuzz/any_cib.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace troupe::fuzz::kept_inputs_test {

TEST_CASE("the kept CIBs are refused or planned for") {
  std::size_t count = 0;
  for (auto& entry : std::filesystem::directory_iterator{TROUPE_KEPT_CIBS}) {
    INFO(entry.path().string());
    std::ifstream file{entry.path(), std::ios::binary};
    CHECK_NOTHROW(any_cib(std::string{std::istreambuf_iterator<char>{file}, {}}));
    ++count;
  }
  CHECK(count >= 5);
}

} // namespace troupe::fuzz::kept_inputs_test
