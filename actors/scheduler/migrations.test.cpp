// Live migration: what one is by the reports of both nodes, and what keeps a resource from moving alive.
#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::migrations_test {

using fixture::small_cluster;

constexpr node_id n1{std::size_t{0}}, n2{std::size_t{1}};

// `r` runs on n1 and has left for n2 at 100; n2 reported at `target_time` that it does not run there.
void leave(small_cluster& c, resource_id r, std::int64_t target_time) {
  c.in.resources[r].allow_migrate = true;
  c.running(r, 1);
  c.report(r, 1, task::migrate_to, exit_code::ok, exit_code::ok);
  auto& left = c.last_record(r, 1);
  left.last_change = 100;
  left.migration_source = n1;
  left.migration_target = n2;
  c.report(r, 2, task::monitor, exit_code::not_running, exit_code::not_running);
  c.last_record(r, 2).last_change = target_time;
  c.locate(r, 2, score::limit);
}

TEST_CASE("migration: half done, it goes on; but not if the target has found nothing since") {
  small_cluster before{2}, after{2};
  leave(before, before.primitive("a"), 50);
  CHECK(before.decided() == "Migrate a n1 n2");
  leave(after, after.primitive("a"), 150);
  CHECK(after.decided() == "Recover a n1 n2");
}

TEST_CASE("migration: what is under way at the target came after it, unless an earlier plan had asked for it") {
  for (int plan : {8, 5}) {
    small_cluster c{2};
    auto a = c.primitive("a");
    leave(c, a, 50);
    c.last_record(a, 1).coordinator = 1;
    c.last_record(a, 1).plan = 7;
    c.report(a, 2, task::stop, exit_code::unknown, exit_code::ok);
    auto& under_way = c.last_record(a, 2);
    under_way.call_id = -1;
    under_way.status = operation_status::pending;
    under_way.coordinator = 1;
    under_way.plan = plan;
    CHECK(c.decided() == (plan == 8 ? "Recover a n1 n2" : "Migrate a n1 n2"));
  }
}

TEST_CASE("migration: of a target that reports nothing nothing is assumed") {
  small_cluster c{2};
  auto a = c.primitive("a");
  leave(c, a, 50);
  std::erase_if(c.in.histories, [](auto& h) { return h.where == n2; });
  CHECK(unpack(c.in).now[unit_id{std::size_t{0}}].running_on == std::vector{n1});
}

TEST_CASE("migration: it outlives that what it needs starts, and not that it moves") {
  for (bool moves : {false, true}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    c.order(a, b);
    c.in.resources[b].allow_migrate = true;
    c.running(b, 1);
    for (auto r : {a, b}) c.locate(r, 1, -score::limit);
    if (moves) c.running(a, 1);
    CHECK(c.decided() == (moves ? "Move a n1 n2; Move b n1 n2" : "Start a n2; Migrate b n1 n2"));
  }
}

TEST_CASE("migration: it outlives that one instance of what it needs goes away") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b");
  auto cl = c.clone("c", a);
  c.order(cl, b);
  c.colocate(b, cl);
  c.in.resources[b].allow_migrate = true;
  c.running(a, 1);
  c.running(a, 2);
  c.running(b, 1);
  c.locate(cl, 1, -score::limit);
  CHECK(c.decided() == "Migrate b n1 n2; Stop a:0 n1");
}

TEST_CASE("migration: what must be gone before a node is unfenced cannot leave it alive") {
  for (bool unfenced : {true, false}) {
    small_cluster c{2};
    c.in.settings.fencing = true;
    auto f = c.primitive("f"), a = c.primitive("a");
    c.in.resources[f].fence_device = c.in.resources[f].unfences = true;
    c.in.resources[a].allow_migrate = true;
    c.report(a, 2, task::monitor, exit_code::not_running, exit_code::not_running);
    c.running(a, 1);
    c.running(f, 2);
    c.locate(a, 1, -score::limit);
    c.in.nodes[n1].unfenced = !unfenced; // and due for the probe of f
    CHECK(c.decided() == (unfenced ? "Migrate a n1 n2" : "Fence n1; Move a n1 n2"));
  }
}

// `r` has migrated from n1 to n2, and was not stopped on n1 yet.
void arrive(small_cluster& c, resource_id r) {
  leave(c, r, 50);
  std::erase_if(c.in.histories, [](auto& h) { return h.where == n2; });
  c.report(r, 2, task::migrate_from, exit_code::ok, exit_code::ok);
  auto& arrived = c.last_record(r, 2);
  arrived.migration_source = n1;
  arrived.migration_target = n2;
  arrived.last_change = 101;
}

TEST_CASE("migration: before the source is clean it does not go on to another node; unmanaged, nothing is cleaned") {
  small_cluster c{3};
  auto a = c.primitive("a");
  arrive(c, a);
  auto stops = [&] {
    auto o = schedule(c.in);
    return find_action(o.steps, unit_id{std::size_t{0}}, task::stop, n1).valid();
  };
  CHECK(c.decided().empty());
  CHECK(stops());
  c.in.locations[0].where = node_id{std::size_t{2}};
  CHECK(c.decided() == "Move a n2 n3");
  c.in.resources[a].managed = false;
  CHECK_FALSE(stops());
}

TEST_CASE("execution: a monitor of what migrates is cancelled before it goes, and so is no sign of life after") {
  small_cluster c{2};
  c.in.rules = policy::pacemaker;
  c.in.settings.cancel_orphan_operations = true;
  auto a = c.primitive("a");
  c.in.resources[a].allow_migrate = true;
  c.running(a, 1);
  c.report(a, 1, task::monitor, exit_code::ok, exit_code::ok, 77'000);
  c.locate(a, 1, -score::limit);
  auto before = schedule(c.in);
  REQUIRE(c.decided() == "Migrate a n1 n2");
  CHECK(unpack(execute(c.in, before)).now[unit_id{std::size_t{0}}].running_on == std::vector{n2});
}

TEST_CASE("execution: where something is only arriving a probe is due, and then the arrival counts") {
  small_cluster c{2};
  c.in.rules = policy::pacemaker;
  auto a = c.primitive("a");
  leave(c, a, 50);
  c.in.resources[a].managed = false;
  std::erase_if(c.in.histories, [](auto& h) { return h.where == n2; });
  c.report(a, 2, task::migrate_from, exit_code::unknown, exit_code::ok);
  auto& arriving = c.last_record(a, 2);
  arriving.status = operation_status::pending;
  arriving.call_id = -1;
  arriving.migration_source = n1;
  arriving.migration_target = n2;
  auto decided = schedule(c.in);
  CHECK(decided.state.now[unit_id{std::size_t{0}}].running_on == std::vector{n1});
  CHECK(unpack(execute(c.in, decided)).now[unit_id{std::size_t{0}}].running_on.size() == 2);
  c.in.settings.fencing = true;
  c.in.nodes[n2].join = join_state::pending; // where nothing can be probed yet
  CHECK(unpack(execute(c.in, schedule(c.in))).now[unit_id{std::size_t{0}}].running_on.size() == 1);
  c.in.nodes[n2].join = join_state::member;
  c.in.settings.fencing = false;
  c.in.settings.startup_probes = false;
  CHECK(unpack(execute(c.in, schedule(c.in))).now[unit_id{std::size_t{0}}].running_on.size() == 1);
}

TEST_CASE("migration: what migrated before it was cloned made no instance active on two nodes") {
  for (bool cloned : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a");
    if (cloned) c.clone("c", a);
    c.running(a, 1);
    c.report(a, 1, task::migrate_to, exit_code::ok, exit_code::ok);
    c.report(a, 2, task::migrate_from, 1, exit_code::ok);
    for (auto n : {1, 2}) {
      c.last_record(a, n).migration_source = n1;
      c.last_record(a, n).migration_target = n2;
    }
    auto s = unpack(c.in);
    CHECK(s.units.size() == (cloned ? 3 : 1)); // and no surplus instance
    for (auto u : ids_of(s.units))
      if (s.units[u].kind == resource_kind::primitive) CHECK(s.now[u].running_on.size() == (cloned ? 1 : 2));
  }
}

TEST_CASE("migration: who arrived at a node that is gone is stopped where it came from before it starts there") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.running(a, 1);
  c.report(a, 1, task::migrate_to, exit_code::ok, exit_code::ok);
  c.report(a, 2, task::migrate_from, exit_code::ok, exit_code::ok);
  for (auto n : {1, 2}) {
    c.last_record(a, n).migration_source = n1;
    c.last_record(a, n).migration_target = n2;
  }
  c.lose(2);
  CHECK(c.decided() == "Restart a n1");
}

} // namespace troupe::scheduler::migrations_test
