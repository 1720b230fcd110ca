#include "agents/runner/claim.hpp"

#include "agents/runner/test_bench.hpp"

#include <cerrno>

namespace troupe::runner_test {

TEST_CASE("a folder is one daemon's, or it says why not") {
  temporary_folder folder;
  auto path = folder / "run/scopes";
  {
    auto first = claim_folder(path); // made
    REQUIRE(first);
    CHECK(*first);
    auto second = claim_folder(path);
    REQUIRE_FALSE(second);
    CHECK(second.error().error_number == EWOULDBLOCK);
    CHECK(second.error().text.starts_with(path + " is in use by another daemon"));
  }
  CHECK(claim_folder(path));
  std::ofstream(folder / "file") << "text";
  auto below = claim_folder(folder / "file/scopes");
  REQUIRE_FALSE(below);
  CHECK(below.error().error_number == ENOTDIR);
  CHECK(below.error().text == "cannot make the folder " + folder / "file/scopes" + ": Not a directory");
  no_descriptors blind;
  auto unopened = claim_folder(path);
  REQUIRE_FALSE(unopened);
  CHECK(unopened.error().text == "cannot open the folder " + path + ": Too many open files");
}

} // namespace troupe::runner_test
