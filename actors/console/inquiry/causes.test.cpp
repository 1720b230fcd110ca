#include "actors/console/inquiry/causes.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace troupe::causes_test {

using namespace troupe::console;

event numbered(std::uint64_t n, std::vector<std::uint64_t> led_to_it, std::vector<event_part> parts = {}) {
  event e;
  e.index = log_index{n};
  e.what = "e" + std::to_string(n);
  for (auto c : led_to_it) e.causes.push_back(log_index{c});
  e.parts = std::move(parts);
  return e;
}

// "9<-7,5 7<-3"; then what is forgotten: "?3"
std::string followed(const std::vector<event>& history, std::vector<std::uint64_t> roots, const char* subject = "db") {
  causes back(history, subject);
  for (auto r : roots) back.from(log_index{r});
  explanation out;
  back.follow(out);
  std::string text;
  for (auto& e : out.chain) {
    text += (text.empty() ? "" : " ") + std::to_string(e.index.value);
    const char* mark = "<-";
    for (auto& c : e.causes) text += std::exchange(mark, ",") + std::to_string(c.value);
  }
  for (auto& f : out.forgotten) text += " ?" + std::to_string(f.value);
  return text + (out.longer ? " ..." : "");
}

TEST_CASE("from what there is to the first cause, newest first, each once") {
  std::vector<event> history{numbered(2, {}), numbered(3, {2}), numbered(5, {2, 3}), numbered(6, {}),
                             numbered(9, {5, 3})};
  CHECK(followed(history, {9}) == "9<-5,3 5<-2,3 3<-2 2");
  CHECK(followed(history, {3, 6}) == "6 3<-2 2");
  CHECK(followed(history, {0}) == "");
}

TEST_CASE("what the history has no more is named") {
  std::vector<event> history{numbered(5, {2, 4})};
  CHECK(followed(history, {5, 7}) == "5<-2,4 ?7 ?4 ?2");
}

TEST_CASE("a report of many acts is followed for the one that is asked for") {
  auto report =
      numbered(9, {3, 4, 5}, {{"db", log_index{3}, "db act 3 done"}, {"web", log_index{4}, "web act 4 done"}});
  std::vector<event> history{numbered(3, {}), numbered(4, {}), numbered(5, {}), report};
  CHECK(followed(history, {9}, "db") == "9<-3,5 5 3");
  CHECK(followed(history, {9}, "web") == "9<-4,5 5 4");
  CHECK(followed(history, {9}, "n1") == "9<-3,4,5 5 4 3");
}

TEST_CASE("it ends: a circle, and a chain longer than an answer") {
  CHECK(followed({numbered(5, {6}), numbered(6, {5, 6})}, {6}) == "6<-5,6 5<-6");
  std::vector<event> history;
  for (std::uint64_t n = 1; n <= 1000; ++n) history.push_back(numbered(n, {n - 1}));
  auto text = followed(history, {1000});
  CHECK(text.starts_with("1000<-999 999<-998"));
  CHECK(text.ends_with("937<-936 ..."));
}

} // namespace troupe::causes_test
