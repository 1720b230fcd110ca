// The fencing actors on a simulated machine, with its fence device, in virtual time: from an attempt in the state to
// the proof in the log. The ledger is a stand-in around the kernel's script, so that a test says which command stands
// where.
#include "actors/fencing/fencing.hpp"

#include "actors/cluster/script.hpp"
#include "tools/sim/world.hpp"

#include <doctest/doctest.h>

namespace troupe::fencing_actors_test {

using namespace std::chrono_literals;
using cluster::test::script;

constexpr sim::machine_index n1{0}, n2{1};

struct commit {}; // what the test has put into the script, to whoever watches

} // namespace troupe::fencing_actors_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing_actors_test::commit)

namespace troupe::fencing_actors_test {

namespace {

config::cluster with_device() {
  auto c = cluster::test::three_nodes();
  config::fence_device d;
  d.name = device_name{"power"};
  d.agent = "fence_sim";
  d.targets = {node_name{"n1"}, node_name{"n2"}, node_name{"n3"}};
  d.retries = 1;
  d.timeout = 20s;
  d.budget = 60s;
  c.devices = {d};
  return c;
}

struct stand_in_state {
  std::vector<caf::actor> watchers;
  caf::actor fencing;
  bool full = false; // the desk
};
using stand_in = caf::stateful_actor<stand_in_state>;

// Those of the machine, which cannot tell what lives while the test wants that.
class reticent final : public agents::processes {
public:
  reticent(agents::processes& real, const bool& tells)
    : real_(real)
    , tells_(tells) {}
  void run(const agents::scope_name& scope, agents::command call, done on_end) override {
    real_.run(scope, std::move(call), std::move(on_end));
  }
  void end_slice(const std::string& slice, duration grace, done on_end) override {
    real_.end_slice(slice, grace, std::move(on_end));
  }
  void end_scope(const agents::scope_name& scope, duration grace, done on_end) override {
    real_.end_scope(scope, grace, std::move(on_end));
  }
  void list(std::function<void(result<agents::living>)> on_list) override {
    if (tells_) return real_.list(std::move(on_list));
    on_list(failure("/proc: Too many open files"));
  }

private:
  agents::processes& real_;
  const bool& tells_;
};

struct life { // what one of n2's uses
  life(env::environment& real, const bool& tells)
    : processes(real.processes, tells)
    , env{real.network, real.disk, processes, real.entropy, real.calendar, real.log, real.host} {}
  reticent processes;
  env::environment env;
};

struct scene {
  script s{with_device()};
  caf::actor ledger;
  std::vector<std::string> said; // outcomes of what n2 submitted
  int turned_away = 0;
  bool desk_is_full = false;
  bool tells_what_lives = true;
  std::vector<std::unique_ptr<life>> lives;
  std::vector<std::string> calls; // of n2's fence agents: "12-off begins"
  fencing::device_status seen;
  std::unique_ptr<sim::world> w;

  explicit scene(bool tells = true)
    : tells_what_lives(tells) {
    s.assemble();
    s.run("db", "n1");
    sim::world_options o;
    o.seed = 1;
    o.plan.machines = sim::machine_names(3);
    o.plan.faults_for = 1h;
    o.with_operators = false;
    o.make = [this](caf::actor_system& system, env::environment& env, const node::node_options& options) {
      return system.spawn(
          [this](stand_in* self, env::environment* e, node::node_options n) { return node(self, e, n); }, &env,
          options);
    };
    w = std::make_unique<sim::world>(std::move(o));
    w->inside().operations().subscribe([this](const sim::operation_event& e) {
      auto what = e.scope.substr(0, e.scope.find('.'));
      if (e.machine == n2 && e.slice == "fence::power") calls.push_back(what + (e.began() ? " begins" : " ended"));
    });
    w->run_until(instant{20s});
  }

  caf::behavior node(stand_in* self, env::environment* env, const node::node_options& options) {
    if (options.name == node_name{"n2"}) {
      ledger = caf::actor_cast<caf::actor>(self);
      auto directory = std::make_shared<watching::actor_directory>();
      fencing::fencing_settings set{options.name, ledger, {}};
      lives.push_back(std::make_unique<life>(*env, tells_what_lives));
      self->state.fencing =
          self->spawn<caf::monitored>(fencing::fencing, &lives.back()->env, directory, std::move(set));
      self->send(self->state.fencing, fencing::own_session{s.session("n2")});
    }
    return {[this, self](cluster::watch_state& who) {
              self->state.watchers.push_back(who.who);
              self->send(who.who, cluster::state_is{std::make_shared<const cluster::state>(s.s)});
            },
            [this, self](commit) { tell(self); },
            [this, self](cluster::submit& c) -> caf::result<cluster::told_outcome> {
              if (desk_is_full) {
                ++turned_away;
                return caf::make_error(caf::sec::runtime_error, "full");
              }
              CHECK(c.lane == "fence/n1");
              s.say(c.what.what, c.what.from.by.node.text.c_str());
              said.push_back(std::string(name_of(s.last.answer.refused)));
              tell(self);
              return cluster::told_outcome{s.last.answer};
            },
            [self](const fencing::device_list& devices) {
              for (const auto& [name, device] : devices.devices) self->send(device, fencing::ask_device{});
            },
            [this](const fencing::device_status& status) { seen = status; },
            [self](fencing::ask_devices) { self->send(self->state.fencing, fencing::ask_devices{}); }};
  }
  void tell(stand_in* self) {
    auto d = std::make_shared<const cluster::delta>(
        cluster::delta{s.s.index(), s.s.now(), cluster::changes_of(s.s, s.last.touched), {}});
    for (auto& to : self->state.watchers) self->send(to, cluster::state_changed{d});
  }

  void committed(refusal r) {
    REQUIRE(r == refusal::none);
    caf::anon_send(ledger, commit{});
    run(0s);
  }
  void run(duration d) { w->run_until(w->inside().now() + d); }
  void fence_n1() {
    committed(s.lose("n1"));
    committed(s.attempt("n1"));
  }
  const fencing::device_status& ask() {
    caf::anon_send(ledger, fencing::ask_devices{});
    run(1ms);
    return seen;
  }
  std::vector<std::string> story() const { // of n1
    std::vector<std::string> out;
    for (const auto& e : w->inside().truth().events())
      if (e.machine == n1 && e.kind == sim::truth_kind::fence_landed)
        out.push_back("fenced " + e.detail);
      else if (e.machine == n1 && e.kind == sim::truth_kind::power_on)
        out.emplace_back("on");
    return out;
  }
  const cluster::attempt& attempt() const { return s.s.find(cluster::attempt_key{node_name{"n1"}})->value; }
};

} // namespace

TEST_CASE("an attempt in the state: the power goes, the proof stands in the log, the power comes again") {
  scene t;
  CHECK(t.ask().good == true); // its first check, at the beginning
  t.fence_n1();
  t.run(10s);
  CHECK(t.said == std::vector<std::string>{"applied"});
  CHECK(t.attempt().ended == cluster::attempt::end::proved);
  CHECK(t.s.held("db", "n1") == nullptr);
  CHECK(std::holds_alternative<cluster::down>(t.s.node("n1").here));
  CHECK(t.story() == std::vector<std::string>{"on", "fenced off", "on"});
  CHECK_FALSE(t.ask().at);
  CHECK(t.seen.last->what.what == fencing::aim::on);
  CHECK(t.seen.last->reached);
}

TEST_CASE("a device that fails: the attempt failed, with its words; nothing is called afterwards") {
  scene t;
  t.w->begin({0s, 1h, sim::faults::fence_fails{{node_name{"n1"}}}});
  t.fence_n1();
  t.run(10s);
  CHECK(t.said == std::vector<std::string>{"applied"});
  CHECK(t.attempt().ended == cluster::attempt::end::failed);
  CHECK(t.attempt().note ==
        "power: off failed: exit code 1: Failed: Unable to obtain correct plug status; it reads back "
        "as on (tried 2 times)");
  CHECK(t.story() == std::vector<std::string>{"on"});
}

TEST_CASE("a device that hangs is ended, and is busy until then") {
  scene t;
  t.w->begin({0s, 1h, sim::faults::fence_hangs{{node_name{"n1"}}}});
  t.fence_n1();
  t.run(5s);
  CHECK(t.ask().at == fencing::job{t.attempt().id, fencing::aim::off, node_name{"n1"}});
  CHECK(t.w->inside().now() - t.seen.since < 6s);
  t.run(60s);
  CHECK(t.said == std::vector<std::string>{"applied"});
  CHECK(t.attempt().ended == cluster::attempt::end::failed);
  CHECK(t.attempt().note == "power: off failed: timed out; it reads back as on (tried 2 times)");
}

TEST_CASE("what an earlier life's agents are at is ended before anything is begun") {
  scene t;
  t.w->begin({0s, 3s, sim::faults::fence_hangs{{node_name{"n1"}}}});
  t.fence_n1();
  t.run(2s);
  auto off = std::to_string(t.attempt().id.value) + "-off";
  REQUIRE(t.calls.back() == off + " begins");
  t.calls.clear();
  t.w->kill_daemon(n2, "a test", 1s);
  t.run(1s + fencing::call_grace / 2);
  CHECK(t.calls.empty());
  t.run(20s);
  REQUIRE(t.calls.size() > 2);
  CHECK(t.calls[0] == off + " ended");
  CHECK(t.calls[1] == "metadata begins");
  CHECK(t.said == std::vector<std::string>{"applied"});
  CHECK(t.attempt().ended == cluster::attempt::end::proved);
  CHECK(t.story() == std::vector<std::string>{"on", "fenced off", "on"});
}

TEST_CASE("while it cannot be told which agents are at work, nothing is begun") {
  scene t{false};
  t.fence_n1();
  t.run(10s);
  CHECK(t.calls.empty());
  t.tells_what_lives = true;
  t.run(10s);
  CHECK(t.said == std::vector<std::string>{"applied"});
  CHECK(t.attempt().ended == cluster::attempt::end::proved);
}

TEST_CASE("a proof that the desk has no room for is said again") {
  scene t;
  t.desk_is_full = true;
  t.fence_n1();
  t.run(10s);
  CHECK(t.turned_away >= 5);
  CHECK(t.said.empty());
  t.desk_is_full = false;
  t.run(2s);
  CHECK(t.said == std::vector<std::string>{"applied"});
  CHECK(t.attempt().ended == cluster::attempt::end::proved);
  CHECK(t.story() == std::vector<std::string>{"on", "fenced off", "on"});
}

TEST_CASE(
    "a device that is removed from the configuration under way: its attempt fails, the target is not switched again") {
  scene t;
  t.w->begin({0s, 1h, sim::faults::fence_fails{{node_name{"n1"}}}});
  t.fence_n1();
  t.run(400ms); // the first off has failed, its read-back is under way
  auto next = t.s.s.config().value;
  next.devices.clear();
  t.committed(t.s.operator_says(command::config_set{t.s.s.version_of(cluster::configuration_key{}), next}));
  t.run(10s);
  CHECK(t.attempt().ended == cluster::attempt::end::failed);
  CHECK(t.attempt().note == "power: nobody waits for it any more");
  CHECK(t.story() == std::vector<std::string>{"on"});
}

} // namespace troupe::fencing_actors_test
