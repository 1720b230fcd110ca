// One executor on a stage: virtual time, the seed's order of actors, a ledger that is the kernel itself (script) with a
// door that can be shut, a replica that says what the test wants, and a root that writes down what it is told.
#pragma once

#include "actors/cluster/script.hpp"
#include "actors/resource/executor.hpp"
#include "tests/executor/scripted_processes.hpp"
#include "tools/sim/scheduler.hpp"

namespace troupe::executor_test {

using namespace std::chrono_literals;
using cluster::test::mark;
using cluster::test::script;

struct no_network final : transport::network {
  std::string open(const std::vector<transport::endpoint>&, handler) override { return {}; }
  void send(const transport::endpoint&, byte_buffer) override {}
  transport::stream_id connect(const transport::endpoint&) override { return {}; }
  void write(transport::stream_id, byte_buffer) override {}
  void close(transport::stream_id) override {}
  void end_if_stuck(transport::stream_id) override {}
};
struct no_disk final : env::disk {
  void submit(env::disk_request, done) override {}
};
struct zeros final : env::entropy {
  void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{}); }
};
struct still_calendar final : env::calendar {
  stamp now() override { return {}; }
};
struct kept_log final : env::log_sink {
  void write(env::log_level level, std::string_view where, std::string_view text) override {
    if (level >= env::log_level::warning) lines.push_back(std::string(where) + ": " + std::string(text));
  }
  std::vector<std::string> lines;
};

struct open_door {}; // to the ledger: a promise is kept only inside of its own actor

class stage {
public:
  explicit stage(config::cluster c, std::uint64_t seed = 1);
  ~stage();
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  void run();               // until nothing is ready
  void advance(duration d); // timers on the way fire at their time
  void spawn();             // the executor
  template <class Message>
  void tell(Message m) {
    caf::anon_send(executor, std::move(m));
    run();
  }

  // A command of somebody else, applied and shown to the executor.
  template <class Do>
  void log(Do what) {
    auto before = s.s.index();
    what();
    REQUIRE(s.last.answer.refused == refusal::none);
    REQUIRE(s.s.index() == before.next()); // one command, or the delta would not be the whole change
    show();
    run();
  }
  void show();
  // n1 joins (as the root would have it) and the executor is told.
  void join();
  void end(const std::string& what, const agents::outcome& how = agents::exited{}) {
    processes.end(what, how);
    run();
  }
  [[nodiscard]] std::string under_way() const { return processes.under_way(); }
  void to_instance(const resource::your_turn& t); // to the first that there is
  std::string console();                          // what the executor and its instances say they do
  // Probes of everything asked for, each with this answer.
  void probes_say(int status);

  script s;
  bool ledger_open = true; // submitted commands are applied at once; else they wait
  std::vector<std::pair<cluster::submit, caf::response_promise>> submitted;
  void open_ledger();
  instant leader_heard{};
  bool follow_leader = true; // leader_heard is now
  unsigned contact_asked = 0;
  std::vector<std::string> root_told; // "ready", "rejoin: ..."

  instant now{1000s};
  scripted_processes processes;
  kept_log log_lines;
  caf::actor executor;
  watching::directory_ptr directory = std::make_shared<watching::actor_directory>();

private:
  void answer(cluster::submit& asked, caf::response_promise& promise);
  void spawn_others();

  random_source order_;
  no_network network_;
  no_disk disk_;
  zeros entropy_;
  still_calendar calendar_;
  env::environment env_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  sim::node_scheduler* scheduler_ = nullptr;
  caf::actor ledger_, replica_, root_, watcher_;
};

config::cluster cluster_with(config::no_quorum_policy policy);

} // namespace troupe::executor_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::executor_test::open_door)
