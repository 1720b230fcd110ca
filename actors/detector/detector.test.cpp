// The detector's actor in virtual time: real actors around the real core, with a network, ledgers and replicas that the
// test plays.
#include "actors/detector/detector.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::detector_actor_test {

using namespace std::chrono_literals;
using gossip::standing;

// --- a world that has nothing but detectors ---

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
struct no_processes final : agents::processes {
  void run(const agents::scope_name&, agents::command, done) override {}
  void end_slice(const std::string&, duration, done) override {}
  void end_scope(const agents::scope_name&, duration, done) override {}
  void list(std::function<void(result<agents::living>)>) override {}
};
struct counting_entropy final : env::entropy {
  random_source from{7};
  void fill(std::span<std::byte> out) override {
    for (auto& b : out) b = static_cast<std::byte>(from.below(256));
  }
};
struct still_calendar final : env::calendar {
  stamp now() override { return stamp{1000s}; }
};
struct kept_log final : env::log_sink {
  std::vector<std::string> lines;
  void write(env::log_level, std::string_view, std::string_view text) override { lines.emplace_back(text); }
};

struct host { // one node: its detector, and what the actors around it were told
  node_name name;
  caf::actor links, replica, ledger, root, watcher, detector;
  bool cut = false; // from the network
  std::vector<consensus::detector_says> said;
  std::vector<detector::opinion> opinions;
  std::vector<detector::host_answer> hosts;
  std::vector<session_id> over;
  std::vector<links::post> posts;
  bool departed = false;
};

config::cluster three_nodes(duration tolerate = 2s) {
  config::cluster c;
  c.tolerate = tolerate;
  for (auto name : {"n1", "n2", "n3"}) {
    config::node n;
    n.name = node_name{name};
    c.nodes.push_back(n);
  }
  return c;
}

struct stage {
  no_network network;
  no_disk disk;
  no_processes processes;
  counting_entropy entropy;
  still_calendar calendar;
  kept_log log;
  env::environment env{network, disk, processes, entropy, calendar, log, {}};
  watching::directory_ptr directory = std::make_shared<watching::actor_directory>();
  std::map<std::string, host> nodes;
  cluster::state_ptr shown;
  std::vector<caf::actor> askers; // may wait for an answer that never comes
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;

  stage() {
    config.set("scheduler.policy", caf::atom("testing"));
    system = std::make_unique<caf::actor_system>(config);
    show(three_nodes(), {{"n1", 11}, {"n2", 12}, {"n3", 13}});
  }
  ~stage() {
    for (auto& a : askers) caf::anon_send_exit(a, caf::exit_reason::kill);
    askers.clear();
    for (auto& [name, h] : nodes)
      for (auto* a : {&h.detector, &h.links, &h.replica, &h.ledger, &h.root, &h.watcher})
        if (*a) caf::anon_send_exit(*a, caf::exit_reason::kill), *a = nullptr;
    settle();
  }
  caf::scheduler::test_coordinator& time() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler());
  }
  void settle() { time().run(); }
  instant now() { return instant{time().clock().now().time_since_epoch()}; }
  void run_for(duration d) {
    auto& clock = time().clock();
    auto end = clock.now() + d;
    settle();
    while (!clock.schedule().empty() && clock.schedule().begin()->first <= end) {
      clock.trigger_timeout();
      settle();
    }
    clock.current_time = end;
  }

  // What every ledger shows: this configuration, and these members joined in these sessions.
  void show(const config::cluster& c, const std::map<std::string, std::uint64_t>& sessions) {
    cluster::restorer made;
    made.put(cluster::configuration_key{}, {c, {}}, log_index{1}, {});
    made.put(cluster::charter_key{}, {}, log_index{1}, {});
    for (auto& [name, session] : sessions) {
      cluster::member m;
      m.session = session_id{session};
      m.here = cluster::joined{};
      made.put(cluster::member_key{node_name{name}}, m, log_index{session}, {});
    }
    shown = std::make_shared<const cluster::state>(made.finish(log_index{20}, stamp{1000s}));
    for (auto& [name, h] : nodes) caf::anon_send(h.detector, cluster::state_is{shown});
  }

  template <class Make>
  caf::actor play(Make make) {
    return system->spawn([make](caf::event_based_actor*, int) { return make(); }, 0);
  }
  void carry(const node_name& from, const links::post& p) {
    auto& sender = nodes.at(from.text);
    sender.posts.push_back(p);
    auto to = nodes.find(p.to.text);
    if (sender.cut || to == nodes.end() || to->second.cut) return;
    if (p.by == transport::route::datagram && p.payload.size() > transport::max_datagram_payload) return;
    caf::anon_send(to->second.detector, links::delivered{from, {p.kind, 0, {}, {}}, p.payload});
  }
  host& boot(const std::string& name, std::optional<std::uint64_t> session) {
    auto& h = nodes[name];
    auto* its = &h;
    h.name = node_name{name};
    h.links = play([=, this] {
      return caf::behavior{[=, this](const links::post& p) { carry(its->name, p); }, [](const links::subscribe&) {}};
    });
    h.replica = play([=] { return caf::behavior{[=](const consensus::detector_says& d) { its->said.push_back(d); },
                           [](const consensus::watch_vouched&) {}}; });
    h.ledger = play([=, this] {
      return caf::behavior{
          [=, this](const cluster::watch_state& w) { caf::anon_send(w.who, cluster::state_is{shown}); }};
    });
    h.root = play([=] { return caf::behavior{[=](const detector::life_is_over& l) { its->over.push_back(l.by); }}; });
    h.watcher = play([=] {
      return caf::behavior{[=](const detector::opinion_is& o) { its->opinions.push_back(o.what); },
                           [=](const detector::host_answer& a) { its->hosts.push_back(a); }};
    });
    detector::settings s{h.name, {}, h.links, h.replica, h.ledger, h.root, {}};
    h.detector = system->spawn(detector::detector, &env, directory, s);
    if (session) caf::anon_send(h.detector, detector::joined_as{session_id{*session}});
    return h;
  }
  void boot_all() {
    boot("n1", 11), boot("n2", 12), boot("n3", 13);
    run_for(3s);
  }
  void watch(const std::string& on) {
    caf::anon_send(nodes.at(on).detector, detector::watch_opinions{nodes.at(on).watcher});
    settle();
  }
  detector::opinion_list list(const std::string& on) {
    detector::opinion_list got;
    askers.push_back(system->spawn(
        [&got](caf::event_based_actor* self, caf::actor whom) {
          self->request(whom, 1s, detector::ask_opinions{}).then([&got](detector::opinion_list& l) {
            got = std::move(l);
          });
        },
        nodes.at(on).detector));
    settle();
    return got;
  }
  standing view(const std::string& on, const std::string& of) {
    for (auto& o : list(on).opinions)
      if (o.node.text == of) return o.is;
    return standing::left;
  }
};

TEST_CASE("three detectors find each other alive, each under its session, in datagrams that fit") {
  stage s;
  s.boot_all();
  CHECK(s.list("n1").self.session == session_id{11});
  for (auto on : {"n1", "n2", "n3"})
    for (auto& o : s.list(on).opinions) {
      CHECK(o.is == standing::alive);
      CHECK(o.answered); // over the wire, both ways
    }
  CHECK(s.list("n3").opinions.size() == 2);
  CHECK(s.nodes.at("n1").said.empty());
  bool by_stream = false, by_datagram = false;
  for (auto& p : s.nodes.at("n1").posts) {
    CHECK(p.kind == transport::message_kind::gossip);
    auto read = gossip::from_wire(p.payload);
    REQUIRE(read);
    bool whole = std::holds_alternative<gossip::push_pull>(*read);
    CHECK((p.by == transport::route::stream) == whole);
    (whole ? by_stream : by_datagram) = true;
  }
  CHECK(by_stream);
  CHECK(by_datagram);
}

TEST_CASE("a silent node: replica and watchers are told once that it is faulty, and once that it is back") {
  stage s;
  s.boot_all();
  s.watch("n1");
  auto& n1 = s.nodes.at("n1");
  REQUIRE(n1.opinions.size() == 2); // what is known, at once
  n1.opinions.clear();
  s.nodes.at("n3").cut = true;
  auto died = s.now();
  s.run_for(400ms); // suspected for certain, and not yet for long enough
  CHECK(s.view("n1", "n3") == standing::suspect);
  CHECK(n1.said.empty());
  s.run_for(conf::detection_bound(conf::derive({}).value(), 3) - 300ms);
  REQUIRE(n1.said.size() == 1);
  CHECK(n1.said[0].node.text == "n3");
  CHECK(n1.said[0].suspected);
  REQUIRE(!n1.opinions.empty());
  CHECK(n1.opinions.front().is == standing::suspect);
  CHECK(n1.opinions.back().is == standing::faulty);
  CHECK(n1.opinions.back().session == session_id{13});
  CHECK(n1.opinions.back().since > died);
  CHECK(std::ranges::any_of(s.log.lines, [](auto& l) { return l.starts_with("n3 does not answer: n"); }));
  s.nodes.at("n3").cut = false;
  s.run_for(5s);
  REQUIRE(n1.said.size() == 2);
  CHECK_FALSE(n1.said[1].suspected);
  CHECK(n1.opinions.back().is == standing::alive);
}

TEST_CASE("a life that has not joined is not over because others speak of the one before it") {
  stage s;
  s.boot("n1", 11), s.boot("n2", 12), s.boot("n3", std::nullopt); // the log still shows session 13
  s.run_for(3s);
  auto& n3 = s.nodes.at("n3");
  CHECK(n3.over.empty());
  CHECK(s.list("n3").self.session == session_id{0}); // the log's session is not its own
  s.show(three_nodes(), {{"n1", 11}, {"n2", 12}, {"n3", 14}});
  caf::anon_send(n3.detector, detector::joined_as{session_id{14}});
  s.run_for(3s);
  CHECK(n3.over.empty());
  CHECK(s.view("n1", "n3") == standing::alive);
  // Another daemon under the same name.
  s.show(three_nodes(), {{"n1", 11}, {"n2", 12}, {"n3", 15}});
  s.run_for(3s);
  REQUIRE(!n3.over.empty());
  CHECK(n3.over.front() == session_id{15});
}

TEST_CASE("goodbye: answered when the word has spread; others pass it on as unreachable") {
  stage s;
  s.boot_all();
  auto& n3 = s.nodes.at("n3");
  bool answered = false;
  s.askers.push_back(s.system->spawn(
      [&answered](caf::event_based_actor* self, caf::actor whom) {
        self->request(whom, 10s, detector::leave{}).then([&answered](detector::departed) { answered = true; });
      },
      n3.detector));
  s.settle();
  CHECK_FALSE(answered);
  s.run_for(1s); // leave-limit
  CHECK(answered);
  CHECK(s.view("n1", "n3") == standing::left);
  REQUIRE(s.nodes.at("n1").said.size() == 1);
  CHECK(s.nodes.at("n1").said[0].suspected);
  auto sent = n3.posts.size();
  s.run_for(5s);
  CHECK(n3.posts.size() == sent); // it says nothing more
}

TEST_CASE("a node taken out of the configuration: forgotten, and its suspicion taken back") {
  stage s;
  s.boot_all();
  s.nodes.at("n3").cut = true;
  s.run_for(2s);
  REQUIRE(s.view("n1", "n3") == standing::faulty);
  auto two = three_nodes();
  two.nodes.pop_back();
  s.show(two, {{"n1", 11}, {"n2", 12}});
  s.settle();
  CHECK(s.list("n1").opinions.size() == 1);
  REQUIRE(s.nodes.at("n1").said.size() == 2);
  CHECK_FALSE(s.nodes.at("n1").said[1].suspected);
}

TEST_CASE("hosts that answered for an absent daemon are kept, and told to whoever begins to watch") {
  stage s;
  s.boot_all();
  caf::anon_send(s.nodes.at("n1").detector, links::host_is_up{node_name{"n3"}});
  s.settle();
  auto at = s.now();
  s.run_for(500ms);
  s.watch("n1");
  auto& told = s.nodes.at("n1").hosts;
  REQUIRE(told.size() == 1);
  CHECK(told[0].node.text == "n3");
  CHECK(told[0].at == at);
  s.run_for(100ms);
  caf::anon_send(s.nodes.at("n1").detector, links::host_is_up{node_name{"n3"}});
  s.settle();
  REQUIRE(told.size() == 2);
  CHECK(told[1].at == at + 600ms);
}

TEST_CASE("another tolerate in the configuration changes the pace") {
  stage s;
  s.boot_all();
  s.show(three_nodes(20s), {{"n1", 11}, {"n2", 12}, {"n3", 13}});
  s.run_for(10s);
  auto before = s.list("n1").counts.probes;
  s.run_for(10s);
  CHECK(s.list("n1").counts.probes - before == 10); // one a second
}

TEST_CASE("what is no gossip is refused, with a line in the log") {
  stage s;
  s.boot_all();
  caf::anon_send(
      s.nodes.at("n1").detector,
      links::delivered{node_name{"n2"}, {transport::message_kind::gossip, 0, {}, {}}, byte_buffer{std::byte{9}}});
  s.settle();
  CHECK(std::ranges::count(s.log.lines, "refused a message of n2: malformed message: unknown form of gossip 9") == 1);
}

} // namespace troupe::detector_actor_test
