// libFuzzer's entry; see tools/fuzz.
#include "tests/fuzz/any_cib.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  troupe::fuzz::any_cib({reinterpret_cast<const char*>(data), size});
  return 0;
}
