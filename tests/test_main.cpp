// main() of every unit test program. It closes with one line that a script can sum, and fails when a filter matched
// nothing (doctest itself exits 0 then). The counts come from a listener, the line from main(), after every reporter.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

namespace {

struct tally {
  unsigned run = 0, failed = 0, skipped = 0;
};
tally& counts() {
  static tally t;
  return t;
}

struct counter : doctest::IReporter {
  explicit counter(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& s) override {
    counts().run = s.numTestCasesPassingFilters;
    counts().failed = s.numTestCasesFailed;
  }
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData& d) override {
    if (d.m_skip) ++counts().skipped; // what a filter left out comes here too, without m_skip
  }
};

} // namespace

REGISTER_LISTENER("counter", 1, counter);

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  int status = context.run();
  if (context.shouldExit()) return status; // --help, --list-test-cases
  std::fprintf(stderr, "%u passed, %u failed, %u skipped\n", counts().run - counts().failed, counts().failed,
               counts().skipped);
  return counts().run == 0 ? 2 : status;
}
