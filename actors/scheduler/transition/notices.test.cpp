// Who is told of what a clone does.
#include "actors/scheduler/transition/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::notices_test {

using fixture::small_cluster;
using transition_fixture::followed_if;

std::string told(const small_cluster& c) {
  return followed_if(c.in, [](auto& s) { return s.what == task::notify || s.about != step::notice::none; });
}

struct cloned : small_cluster {
  cloned()
    : small_cluster(2)
    , a(primitive("a"))
    , whole(clone("c", a)) {
    in.resources[whole].notify = true;
  }
  resource_id a, whole;
};

TEST_CASE("notices: before a start those who run are told, after it also who has started") {
  cloned c;
  c.running(c.a, 1);
  CHECK(told(c) == "(after started c); (after-done started c); (before start c); (before-done start c); notify a:0 n1; "
                   "notify a:0 n1; notify a:1 n2");
  c.in.resources[c.whole].notify = false;
  CHECK(told(c).empty());
}

TEST_CASE("notices: who stops is told before, and who stays before and after") {
  cloned c;
  c.running(c.a, 1);
  c.running(c.a, 2);
  c.locate(c.whole, 2, -score::limit);
  CHECK(told(c) == "(after stopped c); (after-done stopped c); (before stop c); (before-done stop c); notify a:0 n1; "
                   "notify a:0 n1; notify a:1 n2");
}

TEST_CASE("notices: where nothing happens nobody is told, and of what cannot happen neither") {
  cloned c;
  c.running(c.a, 1);
  c.running(c.a, 2);
  CHECK(told(c).empty());
  cloned none;
  none.in.settings.quorate = false;
  CHECK(told(none).empty());
}

TEST_CASE("notices: who dies with a node is not told; that it is gone is known after the fencing") {
  cloned c;
  c.running(c.a, 1);
  c.running(c.a, 2);
  auto device = c.primitive("st");
  c.in.resources[device].fence_device = true;
  c.in.resources[device].isolated_ok = false;
  c.running(device, 1);
  c.in.settings.fencing = true;
  c.lose(2);
  CHECK(told(c) ==
        "(after stop a:1); (after stopped c); (after-done stopped c); (before stop c); (before-done stop c); "
        "(fenced-done stop a:1); notify a:0 n1; notify a:0 n1");
}

} // namespace troupe::scheduler::notices_test
