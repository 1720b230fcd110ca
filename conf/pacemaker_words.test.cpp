#include "conf/pacemaker_words.hpp"

#include <doctest/doctest.h>

#include <string>

namespace troupe::conf::pacemaker_words_test {

using kind = pacemaker_word::kind;

TEST_CASE("found as it is written now, and with the older '_'; nothing else is") {
  for (auto written : {"no-quorum-policy", "no_quorum_policy", "no-quorum_policy"}) {
    auto* word = find_pacemaker_word(written);
    REQUIRE(word);
    CHECK(std::string(word->name) == "no-quorum-policy");
    CHECK(word->is == kind::property);
    CHECK(word->carried_out);
  }
  CHECK(find_pacemaker_word("OCF_CHECK_LEVEL"));
  for (auto written : {"", "no-quorum", "no-quorum-policy2", "no quorum policy", "Standby"})
    CHECK_FALSE(find_pacemaker_word(written));
}

TEST_CASE("what it is of: an option of the cluster, an attribute of a node, a key") {
  auto is = [](const char* name) { return find_pacemaker_word(name)->is; };
  CHECK(is("symmetric-cluster") == kind::property);
  CHECK(is("standby") == kind::node_attribute);
  CHECK(is("target-role") == kind::key);
  CHECK(find_pacemaker_word("target-role")->carried_out);
  CHECK_FALSE(find_pacemaker_word("on-fail")->carried_out);
}

} // namespace troupe::conf::pacemaker_words_test
