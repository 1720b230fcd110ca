#include "actors/resource/bench.hpp"

#include <doctest/doctest.h>

namespace troupe::resource::lifecycle_test {

using namespace test;

TEST_CASE("a start, with the parameters and the timeout of its definition") {
  bench b;
  CHECK(b.act(12, action::start) == "turn? act");
  CHECK(b.turn() == "run 12 start");
  CHECK(b.last_call.arguments[0] == "/usr/lib/ocf/resource.d/heartbeat/pgsql");
  CHECK(b.last_call.environment.at("OCF_RESKEY_port") == "5432");
  CHECK(b.last_call.environment.at("OCF_RESOURCE_INSTANCE") == "db");
  CHECK(b.last_call.timeout == 60s);
  CHECK(b.last_call.grace == kill_grace);
  CHECK(b.ends(exit_of(0)) == "done 12 ok 0; turn back");
}

TEST_CASE("an act that is done is not done again while the picture still shows it, and the next one is") {
  bench b;
  b.act(12, action::start);
  b.turn();
  b.ends(exit_of(0));
  b.w.how->copies = cluster::allowance{3, 1, 0, 0}; // something else changes in the picture
  CHECK(b.want() == "");
  CHECK(b.after(1h) == "");
  CHECK(b.runs() == "");
  CHECK(b.act(15, action::stop) == "turn? act");
}

TEST_CASE("a start that fails says why, in the agent's words") {
  bench b;
  b.act(12, action::start);
  b.turn();
  CHECK(b.ends(exit_of(1, "noise\nocf-exit-reason:no disk\n")) == "done 12 failed 1: no disk; turn back");
  b.act(13, action::promote);
  b.turn();
  CHECK(b.ends(exit_of(7)) == "done 13 failed 7: not running; turn back");
  b.act(14, action::start);
  b.turn();
  CHECK(b.ends(timed_out()) == "done 14 failed 143: no answer within 60000ms; turn back");
}

TEST_CASE("a stop is good only with 0, and only when its slice is empty") {
  bench b;
  b.act(12, action::stop);
  CHECK(b.turn() == "run 12 stop");
  CHECK(b.last_call.timeout == 40s);
  SUBCASE("emptied") {
    CHECK(b.ends(exit_of(0)) == "empty db");
    CHECK(b.ends(exit_of(0)) == "done 12 ok 0; turn back");
  }
  SUBCASE("something lives on") {
    CHECK(b.ends(exit_of(0)) == "empty db");
    CHECK(b.ends(agents::stuck{"1 of db alive"}) == "done 12 stuck 1: 1 of db alive; turn back");
  }
  SUBCASE("7 is no good end") {
    CHECK(b.ends(exit_of(7)) == "done 12 failed 7: not running; turn back");
  }
  SUBCASE("KILL did not help") {
    CHECK(b.ends(agents::stuck{"D state"}) == "done 12 stuck 1: D state; turn back");
  }
}

TEST_CASE("withdrawn before it began: not run; later: its result") {
  bench b;
  SUBCASE("while it waits for its turn") {
    b.act(12, action::start);
    CHECK(b.act(12, action::start, true) == "done 12 not-run 0");
    CHECK(b.turn() == "turn back");
  }
  SUBCASE("never seen otherwise") {
    CHECK(b.act(12, action::start, true) == "done 12 not-run 0");
  }
  SUBCASE("begun") {
    b.act(12, action::start);
    b.turn();
    CHECK(b.act(12, action::start, true) == "");
    CHECK(b.ends(exit_of(0)) == "done 12 ok 0; turn back");
  }
  SUBCASE("begun, a stop whose slice is being emptied") {
    b.act(12, action::stop);
    b.turn();
    b.ends(exit_of(0));
    CHECK(b.act(12, action::stop, true) == "");
    CHECK(b.ends(exit_of(0)) == "done 12 ok 0; turn back");
  }
  SUBCASE("done already") {
    b.act(12, action::start);
    b.turn();
    b.ends(exit_of(0));
    CHECK(b.act(12, action::start, true) == "");
  }
}

TEST_CASE("an act does not wait for a monitor: that is ended, and its answer not heard") {
  bench b;
  b.runs();
  CHECK(b.after(10s) == "turn? monitor");
  CHECK(b.turn(urgency::monitor) == "run monitor-7.1.1 monitor");
  auto monitor = b.last;
  CHECK(b.act(12, action::stop) == "end monitor-7.1.1");
  CHECK(b.ends(monitor, exit_of(7)) == "");
  CHECK(b.ends(exit_of(0)) == "turn back; turn? act");
  CHECK(b.turn() == "run 12 stop");
}

TEST_CASE("a turn given for a monitor does not begin an act") {
  bench b;
  b.runs();
  b.after(10s);
  CHECK(b.act(12, action::stop) == "turn? act");
  CHECK(b.turn(urgency::monitor) == "turn back; turn? act");
  CHECK(b.turn(urgency::act) == "run 12 stop");
}

TEST_CASE("an act waits for a probe") {
  bench b;
  b.w.probe = true;
  b.want();
  CHECK(b.turn(urgency::probe) == "run probe-7.1.1 monitor");
  CHECK(b.act(12, action::stop) == "");
  CHECK(b.ends(exit_of(0)) == "probed started 0; turn back; turn? act");
}

TEST_CASE("another session: what goes on is ended, never reported, and the new picture comes after it") {
  bench b;
  b.act(12, action::start);
  b.turn();
  auto start = b.last;
  SUBCASE("rejoined") {
    b.w.session = session_id{20};
    b.w.act.reset();
    b.w.probe = true;
    CHECK(b.want() == "end 12");
    CHECK_FALSE(b.core.at_rest());
    CHECK(b.ends(start, exit_of(0)) == "");
    CHECK(b.ends(exit_of(0)) == "turn back; turn? probe");
    CHECK(b.turn(urgency::probe) == "run probe-20.1.1 monitor");
  }
  SUBCASE("none") {
    CHECK(b.session(0) == "end 12");
    CHECK(b.ends(exit_of(0)) == "turn back");
    CHECK(b.core.at_rest());
  }
  SUBCASE("a slice is being emptied: that end is waited for, not heard") {
    b.ends(exit_of(0));
    b.act(13, action::stop);
    b.turn();
    b.ends(exit_of(0));
    CHECK(b.session(0) == "");
    CHECK_FALSE(b.core.at_rest());
    CHECK(b.ends(exit_of(0)) == "turn back");
    CHECK(b.core.at_rest());
  }
}

TEST_CASE("probes: what they find") {
  struct row {
    agents::outcome how;
    const char* said;
  };
  for (auto& r :
       {row{exit_of(7), "probed not-held 7"}, row{exit_of(5), "probed not-held 5"}, row{exit_of(0), "probed started 0"},
        row{exit_of(190), "probed started 190"}, row{exit_of(8), "probed promoted 8"},
        row{exit_of(9), "probed failed 9"}, row{exit_of(1), "probed failed 1"}, row{timed_out(), "probed failed 143"},
        row{agents::not_started{12, "no memory"}, "probed failed 1"}, row{agents::stuck{"x"}, "probed failed 1"}}) {
    bench b;
    b.w.probe = true;
    CHECK(b.want() == "turn? probe");
    CHECK(b.turn(urgency::probe) == "run probe-7.1.1 monitor");
    CHECK(b.last_call.environment.at("OCF_RESKEY_CRM_meta_interval") == "0");
    CHECK(b.last_call.timeout == 20s);
    CHECK(b.ends(r.how) == std::string(r.said) + "; turn back");
    CHECK(b.after(1h) == ""); // once
  }
}

TEST_CASE("a probe that finds nothing where something was: the slice is emptied first") {
  bench b;
  b.w.held = b.w.probe = true;
  b.want();
  b.turn(urgency::probe);
  CHECK(b.ends(exit_of(7)) == "empty db");
  SUBCASE("") {
    CHECK(b.ends(exit_of(0)) == "probed not-held 7; turn back");
  }
  SUBCASE("") {
    CHECK(b.ends(agents::stuck{"x"}) == "probed failed 7; turn back");
  }
}

TEST_CASE("a probe of what is neither configured nor held any more") {
  bench b;
  b.w.how.reset();
  b.w.probe = true;
  b.want();
  CHECK(b.turn(urgency::probe) == "empty db");
  CHECK(b.ends(exit_of(0)) == "probed not-held 0; turn back");
}

TEST_CASE("the same resource configured anew is probed anew") {
  bench b;
  b.w.probe = true;
  b.want();
  b.turn(urgency::probe);
  b.ends(exit_of(7));
  b.w.how = blueprint_of(definition_of("db"), 30);
  CHECK(b.want() == "turn? probe");
}

TEST_CASE("what was taken away and came back is probed again, though what runs of it is of the same definition") {
  bench b;
  b.w.probe = true;
  b.want();
  b.turn(urgency::probe);
  b.ends(exit_of(0));
  CHECK(b.want() == ""); // still to be seen in the picture
  b.w.probe = false;
  b.want();
  b.w.probe = true;
  CHECK(b.want() == "turn? probe");
}

TEST_CASE("an agent that is missing") {
  bench b({{"/first", "/second"}, "/usr/lib/ocf", "/bin"});
  SUBCASE("in the first folder: the next one") {
    b.act(12, action::start);
    b.turn();
    CHECK(b.last_call.arguments[0] == "/first/heartbeat/pgsql");
    CHECK(b.ends(no_such_file()) == "run 12 start");
    CHECK(b.last_call.arguments[0] == "/second/heartbeat/pgsql");
    CHECK(b.ends(exit_of(0)) == "done 12 ok 0; turn back");
  }
  auto nowhere = [&] { return b.ends(no_such_file()), b.ends(no_such_file()); };
  SUBCASE("a start fails; nothing was started, so that a stop has nothing to do") {
    b.act(12, action::start);
    b.turn();
    CHECK(nowhere() == "done 12 failed 5: ocf:heartbeat:pgsql is not installed on this node; turn back");
    b.act(13, action::stop);
    b.turn();
    CHECK(nowhere() == "list");
    SUBCASE("") {
      CHECK(b.lists(agents::living{{}, {"web"}}) ==
            "done 13 ok 0: its agent is not installed; nothing was ever started; turn back");
    }
    SUBCASE("but something lives there") {
      CHECK(b.lists(agents::living{{}, {"db", "web"}}) ==
            "done 13 failed 5: ocf:heartbeat:pgsql is not installed on this node; turn back");
    }
    SUBCASE("but nobody can tell what lives there") {
      CHECK(
          b.lists(failure("/proc: Too many open files")) ==
          "done 13 failed 5: ocf:heartbeat:pgsql is not installed on this node; what lives here cannot be told: /proc: "
          "Too many open files; turn back");
    }
  }
  SUBCASE("what was started with it cannot be stopped without it, even where no process shows") {
    b.act(12, action::start);
    b.turn();
    b.ends(exit_of(0));
    b.act(13, action::stop);
    b.turn();
    CHECK(nowhere() == "done 13 failed 5: ocf:heartbeat:pgsql is not installed on this node; turn back");
  }
  SUBCASE("a probe") {
    b.w.probe = true;
    SUBCASE("of what was never here") {
      b.want();
      b.turn(urgency::probe);
      CHECK(nowhere() == "list");
      SUBCASE("") {
        CHECK(b.lists(agents::living{}) == "probed not-held 5; turn back");
      }
      SUBCASE("") {
        CHECK(b.lists(agents::living{{}, {"db"}}) == "probed failed 5; turn back");
      }
      SUBCASE("") {
        CHECK(b.lists(failure("/proc: Too many open files")) == "probed failed 5; turn back");
      }
    }
    SUBCASE("of what the state has here") {
      b.w.held = true;
      b.want();
      b.turn(urgency::probe);
      CHECK(nowhere() == "probed failed 5; turn back");
    }
  }
}

TEST_CASE("monitors recur one interval after the last one ended") {
  bench b;
  CHECK(b.runs() == "");
  CHECK(b.core.next_deadline() == b.now + 10s);
  CHECK(b.after(9999ms) == "");
  CHECK(b.after(1ms) == "turn? monitor");
  CHECK(b.turn(urgency::monitor) == "run monitor-7.1.1 monitor");
  CHECK(b.last_call.environment.at("OCF_RESKEY_CRM_meta_interval") == "10000");
  CHECK_FALSE(b.core.next_deadline());
  b.now += 3s;
  CHECK(b.ends(exit_of(0)) == "turn back");
  CHECK(b.core.next_deadline() == b.now + 10s);
}

TEST_CASE("a monitor's answer is told when it changes, also without an act; our own word starts nothing anew") {
  bench b;
  b.runs();
  auto answer = [&](const agents::outcome& o) {
    b.after(10s);
    b.turn(urgency::monitor);
    return b.ends(o);
  };
  CHECK(answer(exit_of(0)) == "turn back");
  CHECK(answer(exit_of(7)) == "monitored failed 7: not running; turn back");
  CHECK(b.runs(config::role::started, false) == "");
  CHECK(answer(exit_of(7)) == "turn back");
  CHECK(answer(exit_of(0)) == "monitored healthy 0; turn back");
}

TEST_CASE("in maintenance the monitors rest; the picture has no watch then") {
  bench b;
  b.runs();
  b.after(10s);
  b.turn(urgency::monitor);
  b.w.watch.reset();
  CHECK(b.want() == "end monitor-7.1.1");
  CHECK(b.ends(exit_of(0)) == "turn back");
  CHECK(b.after(1h) == "");
  CHECK_FALSE(b.core.next_deadline());
}

TEST_CASE("alone: it is stopped without a turn, and its slice emptied") {
  bench b;
  b.runs();
  b.session(0);
  CHECK(b.stop_alone() == "run alone-0.1.1 stop");
  CHECK_FALSE(b.core.at_rest());
  SUBCASE("") {
    CHECK(b.ends(exit_of(0)) == "empty db");
    CHECK(b.ends(exit_of(0)) == "alone: stopped");
    CHECK(b.core.at_rest());
  }
  SUBCASE("") {
    CHECK(b.ends(exit_of(1, "ocf-exit-reason:busy")) == "alone: not stopped, busy");
    CHECK(b.core.at_rest());
  }
}

TEST_CASE("alone: what may be promoted is demoted first, whatever comes of that") {
  bench b;
  b.how.copies = cluster::allowance{3, 1, 1, 1};
  b.w.how = b.how;
  b.runs(config::role::promoted);
  b.session(0);
  CHECK(b.stop_alone() == "run alone-0.1.1 demote");
  CHECK(b.ends(exit_of(7)) == "run alone-0.1.2 stop");
  CHECK(b.ends(exit_of(0)) == "empty db");
  CHECK(b.ends(exit_of(0)) == "alone: stopped");
}

TEST_CASE("alone: what goes on is ended first") {
  bench b;
  b.act(12, action::start);
  b.turn();
  CHECK(b.session(0) == "end 12");
  CHECK(b.stop_alone() == "");
  CHECK(b.ends(exit_of(0)) == "turn back; run alone-0.1.1 stop");
}

TEST_CASE("instances of a globally unique clone live in slices of their own") {
  effects out;
  lifecycle core({{}, node_name{"n1"}}, {resource_name{"db"}, 2});
  wanted w;
  w.session = session_id{7};
  w.how = blueprint_of(definition_of("db"));
  w.how->copies = cluster::allowance{4, 2, 0, 0};
  w.held = true;
  w.act = cluster::open_act{log_index{9}, action::start, false};
  core.want(w, instant{}, out);
  core.turn(urgency::act, instant{}, out);
  auto& run = std::get<run_program>(out.back());
  CHECK(run.scope == agents::scope_name{"db:2", "9"});
  CHECK(run.call.environment.at("OCF_RESKEY_CRM_meta_clone") == "2");
  CHECK(run.call.environment.at("OCF_RESKEY_CRM_meta_clone_max") == "4");
}

TEST_CASE("a notice: its agent is told, with the lists; whatever it answers, it has been told, once a stage") {
  using enum command::notice_stage;
  bench b;
  b.w.how->copies = cluster::allowance{3, 1, 1, 1};
  b.w.how->notify = true;
  b.runs();
  CHECK(b.round(20, before) == "turn? probe");
  CHECK(b.turn(urgency::probe) == "run notice-7.1.1 notify");
  auto said = [&](const char* name) { return b.last_call.environment.at(std::string("OCF_RESKEY_CRM_meta_") + name); };
  CHECK(said("notify_type") == "pre");
  CHECK(said("notify_operation") == "promote");
  CHECK(said("notify_promote_uname") == "n1");
  CHECK(said("notify_active_uname") == "n1 n2");
  CHECK(said("notify_promoted_uname") == "n2");
  CHECK(said("notify_slave_uname") == "n1");
  CHECK(said("notify_inactive_resource") == "db");
  CHECK(said("notify_demote_uname") == " ");
  CHECK(said("notify_all_uname") == "n1 n2 n3");
  CHECK(said("notify_available_uname") == "n1 n2");
  CHECK(b.last_call.timeout == 60s); // a start's
  CHECK(b.ends(exit_of(3)) == "notified 20 before; turn back");
  CHECK(b.want() == ""); // the picture still asks for it
  CHECK(b.round(20, after) == "turn? probe");
  CHECK(b.turn(urgency::probe) == "run notice-7.1.2 notify");
  CHECK(said("notify_type") == "post");
  CHECK(b.ends(timed_out()) == "notified 20 after; turn back");
}

TEST_CASE("an act of the round is told whom it concerns; one that waits goes before a notice") {
  bench b;
  b.w.how->copies = cluster::allowance{3, 1, 1, 1};
  b.w.how->notify = true;
  b.runs();
  b.round(20, command::notice_stage::before);
  b.w.tell.reset();
  CHECK(b.act(21, action::promote) == "turn? act");
  CHECK(b.turn() == "run 21 promote");
  CHECK(b.last_call.environment.at("OCF_RESKEY_CRM_meta_notify_promote_uname") == "n1");
  CHECK_FALSE(b.last_call.environment.contains("OCF_RESKEY_CRM_meta_notify_type"));
  CHECK(b.last_call.environment.at("OCF_RESKEY_CRM_meta_master_max") == "1");
}

TEST_CASE("a notice is no reason to end a monitor, and one of another session is not given") {
  bench b;
  b.w.how->notify = true;
  b.w.how->copies = cluster::allowance{3, 1, 1, 1};
  b.runs();
  CHECK(b.after(10s) == "turn? monitor");
  CHECK(b.turn(urgency::monitor) == "run monitor-7.1.1 monitor");
  CHECK(b.round(20, command::notice_stage::before) == "");
  CHECK(b.ends(exit_of(0)) == "turn back; turn? probe");
  CHECK(b.turn(urgency::probe) == "run notice-7.1.2 notify");
  CHECK(b.session(8) == "end notice-7.1.2");
  CHECK(b.ends(exit_of(143)) == "turn back");
}

} // namespace troupe::resource::lifecycle_test
