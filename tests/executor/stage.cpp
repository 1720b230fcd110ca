#include "tests/executor/stage.hpp"

namespace troupe::executor_test {

stage::stage(config::cluster c, std::uint64_t seed)
  : s(std::move(c))
  , order_(seed)
  , env_{network_, disk_, processes, entropy_, calendar_, log_lines, {machine_id{mark(1)}, boot_id{mark(1)}}} {
  config_.module_factories.push_back([this](caf::actor_system& system) -> caf::actor_system::module* {
    return new sim::node_scheduler(system, {[this] { return now; }, [] {}, &order_});
  });
  system_ = std::make_unique<caf::actor_system>(config_);
  system_->await_actors_before_shutdown(false);
  scheduler_ = static_cast<sim::node_scheduler*>(&system_->scheduler());
  spawn_others();
  for (auto other : {"n2", "n3"}) { // they have looked, and hold nothing
    s.join(other);
    s.probe(other, "db");
    s.probe(other, "redis");
  }
}

stage::~stage() {
  submitted.clear();
  executor = ledger_ = replica_ = root_ = watcher_ = nullptr;
  scheduler_->cut_power();
  system_.reset();
}

void stage::spawn_others() {
  ledger_ = system_->spawn(
      [this](caf::event_based_actor* self, int) -> caf::behavior {
        return {[this, self](cluster::watch_state& w) {
                  watcher_ = w.who;
                  self->send(w.who, cluster::state_is{std::make_shared<const cluster::state>(s.s)});
                },
                [this, self](cluster::submit& asked) -> caf::result<cluster::told_outcome> {
                  auto promise = self->make_response_promise();
                  if (ledger_open)
                    answer(asked, promise);
                  else
                    submitted.emplace_back(std::move(asked), promise);
                  return caf::delegated<cluster::told_outcome>{};
                },
                [this](open_door) {
                  ledger_open = true;
                  for (auto& [asked, promise] : std::exchange(submitted, {})) answer(asked, promise);
                }};
      },
      0);
  replica_ = system_->spawn(
      [this](caf::event_based_actor*, int) -> caf::behavior {
        return {[this](consensus::ask_contacts) {
          ++contact_asked;
          return consensus::contact_list{follow_leader ? now : leader_heard, {}};
        }};
      },
      0);
  root_ = system_->spawn(
      [this](caf::event_based_actor*, int) -> caf::behavior {
        return {[this](resource::executor_ready) { root_told.emplace_back("ready"); },
                [this](const resource::rejoin_wanted& r) { root_told.push_back("rejoin: " + r.why); }};
      },
      0);
}

void stage::answer(cluster::submit& asked, caf::response_promise& promise) {
  s.say(asked.what.what, asked.what.from.by.node.text.c_str());
  promise.deliver(cluster::told_outcome{s.last.answer}); // before the watchers, as the ledger does it
  show();
}

void stage::open_ledger() {
  caf::anon_send(ledger_, open_door{});
  run();
}

void stage::show() {
  if (!watcher_) return;
  cluster::delta d{s.s.index(), s.s.now(), cluster::changes_of(s.s, s.last.touched), {}};
  caf::anon_send(watcher_, cluster::state_changed{std::make_shared<const cluster::delta>(std::move(d))});
}

void stage::spawn() {
  resource::executor_settings set;
  set.self = node_name{"n1"};
  set.timers = conf::derive({}).value();
  set.ledger = ledger_;
  set.replica = replica_;
  set.root = root_;
  executor = system_->spawn(resource::executor, &env_, directory, std::move(set));
  run();
}

void stage::run() {
  while (scheduler_->ready()) scheduler_->run_one();
}

void stage::advance(duration d) {
  auto until = now + d;
  for (auto next = scheduler_->timers().next_deadline(); next && *next <= until;
       next = scheduler_->timers().next_deadline()) {
    now = std::max(now, *next);
    scheduler_->timers().trigger_expired_timeouts();
    run();
  }
  now = until;
}

void stage::join() {
  log([this] { s.join("n1"); });
  tell(resource::session_is{s.session("n1")});
}

void stage::probes_say(int status) {
  for (;;) {
    auto found = std::find_if(processes.waiting.begin(), processes.waiting.end(),
                              [](auto& w) { return w.what.find("/probe ") != std::string::npos; });
    if (found == processes.waiting.end()) return;
    end(std::string(found->what), agents::exited{status, false, {}, {}});
  }
}

void stage::to_instance(const resource::your_turn& t) {
  system_->spawn(
      [t](caf::event_based_actor* self, caf::actor whom) {
        self->request(whom, std::chrono::seconds{1}, resource::ask_executor{})
            .then([=](const resource::executor_activity& told) { self->send(told.instances.at(0).second, t); });
      },
      executor);
  run();
}

std::string stage::console() {
  std::string out;
  auto asker = system_->spawn(
      [this, &out](caf::event_based_actor* self, caf::actor whom) {
        self->request(whom, std::chrono::seconds{1}, resource::ask_executor{})
            .then([this, self, &out](const resource::executor_activity& told) {
              out += told.mode + ", " + std::to_string(told.under_way) + " under way";
              for (auto& [what, actor] : told.instances)
                self->request(actor, std::chrono::seconds{1}, resource::ask_resource{})
                    .then([this, &out](const resource::resource_activity& r) {
                      out += "; " + resource::slice_of(r.what) + ": " + r.doing.what;
                      if (r.doing.since) out += " for " + conf::to_text(now - *r.doing.since);
                    });
            });
      },
      executor);
  run();
  return out;
}

config::cluster cluster_with(config::no_quorum_policy policy) {
  auto c = cluster::test::three_nodes();
  c.no_quorum = policy;
  for (auto& r : c.resources) r.promotable.reset();
  for (auto& r : c.resources) r.monitors = {{10s, 20s, {}, 0}};
  config::order o; // redis after db, so that it stops first
  o.first = "db";
  o.then = "redis";
  c.orders = {o};
  return c;
}

} // namespace troupe::executor_test
