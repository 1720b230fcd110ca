#include "tools/trouped/daemon.hpp"

#include "actors/console/service/console.hpp"
#include "actors/env/posix_basics.hpp"
#include "actors/env/posix_disk.hpp"
#include "actors/threads/loop_scheduler.hpp"
#include "agents/ocf/operation.hpp"
#include "agents/runner/claim.hpp"
#include "agents/runner/runner.hpp"
#include "transport/loop/loop_control.hpp"
#include "transport/loop/loop_network.hpp"
#include "transport/loop/watch.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <optional>
#include <pwd.h>
#include <unistd.h>

namespace troupe::daemon {

namespace {

// A child of an earlier life that was killed before it became its program holds copies of that life's sockets for a
// moment. Who still listens after this long is another daemon, and the console says so.
constexpr std::chrono::milliseconds sockets_outlive_by{1000};

// Only root and the daemon's own user can open the control socket, so their names are looked up once, at the start:
// a name service may take seconds, and no actor waits for one.
std::function<std::string(std::uint32_t)> user_names() {
  std::map<std::uint32_t, std::string> known;
  for (auto id : {uid_t{0}, ::geteuid()})
    if (auto* entry = ::getpwuid(id)) known[id] = fmt::format("{} ({})", entry->pw_name, id);
  return [known](std::uint32_t id) {
    auto found = known.find(id);
    return found == known.end() ? fmt::format("({})", id) : found->second;
  };
}

// The first one to say so decides how the daemon ended.
class end_of_node {
public:
  void expect() { asked_ = true; }
  void node_ended() { tell(asked_ ? ending::asked : ending::failed); }
  void tell(ending how) {
    if (!told_.exchange(true)) promise_.set_value(how);
  }
  ending wait() { return promise_.get_future().get(); }

private:
  std::atomic<bool> asked_{false};
  std::atomic<bool> told_{false};
  std::promise<ending> promise_;
};

void on_end_of(const caf::actor& one, end_of_node& end) {
  caf::actor_cast<caf::abstract_actor*>(one)->attach_functor([&end](const caf::error&) { end.node_ended(); });
}

// What the actors use. It ends before the actor system does: what the disk and the sockets still say must find it.
struct world {
  loop::loop_network network;
  loop::loop_control control;
  std::unique_ptr<env::posix_disk> disk;
  agents::process_runner processes;
  env::posix_entropy entropy;
  env::posix_calendar calendar;

  world(loop::event_loop& on, std::unique_ptr<env::posix_disk> opened, const agents::process_runner::options& places)
    : network(on)
    , control(on)
    , disk(std::move(opened))
    , processes(on, places) {}
};

// What no other daemon may have meanwhile.
struct claims {
  agents::descriptor scopes, cgroup;
  std::optional<std::string> no_cgroup; // why this user may not have it; then it is not used
};

result<claims> claim(const std::string& scopes, const std::string& cgroup) {
  claims out;
  auto one = agents::claim_folder(scopes);
  if (!one) return failure(std::move(one.error().text));
  out.scopes = std::move(*one);
  if (cgroup.empty() || !agents::in_cgroup2(cgroup)) return out;
  auto other = agents::claim_folder(cgroup);
  if (other) {
    out.cgroup = std::move(*other);
    return out;
  }
  auto why = other.error().error_number;
  if (why != EACCES && why != EPERM && why != EROFS) return failure(std::move(other.error().text));
  out.no_cgroup = std::move(other.error().text);
  return out;
}

ending live(caf::actor_system& system, loop::event_loop& on, world& real, settings& what, env::log_sink& log) {
  env::environment environment{real.network, *real.disk, real.processes, real.entropy, real.calendar, log, what.host};
  auto directory = std::make_shared<watching::actor_directory>();
  what.node.directory = directory;
  end_of_node end;
  auto root = node::node_main(system, environment, what.node);
  on_end_of(root, end);
  auto talk = system.spawn(console::console, &environment, directory,
                           console::console_settings{&real.control, what.control, what.node.name, root, user_names()});
  on_end_of(talk, end);

  // The first signal asks the node to leave, which takes as long as its services need; the second one ends it at once.
  int asked = 0; // the loop's thread's alone
  auto on_signal = [&, leaver = root] {
    if (++asked > 1) std::_Exit(1);
    log.write(env::log_level::info, "trouped", "asked to end: leaves the cluster; again to end at once");
    end.expect();
    caf::anon_send(leaver, node::leave{});
  };
  loop::signal_watch term(on, SIGTERM, on_signal), interrupt(on, SIGINT, on_signal);
  auto how = end.wait();
  caf::anon_send_exit(talk, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  root = talk = nullptr;
  system.await_all_actors_done();
  return how;
}

} // namespace

// Without it some agents fail at every start. An unprivileged daemon may not make it, and then it is not our affair.
static void make_scratch_folder(env::log_sink& log) {
  std::error_code wrong;
  std::filesystem::create_directory(agents::ocf::scratch_folder, wrong);
  if (wrong && ::geteuid() == 0)
    log.write(
        env::log_level::warning, "trouped",
        fmt::format("{}, where agents keep files, cannot be made: {}", agents::ocf::scratch_folder, wrong.message()));
}

result<ending> run(settings what, env::log_sink& log) {
  std::signal(SIGPIPE, SIG_IGN); // a caller that goes while it is written to
  auto disk = env::posix_disk::open(what.data);
  if (!disk) return tl::unexpected(disk.error());
  loop::nobody_listens(what.control, sockets_outlive_by);
  auto scopes = std::filesystem::path(what.control).parent_path() / "scopes"; // gone at boot, as the socket is
  make_scratch_folder(log);
  auto claimed = claim(scopes, what.cgroup);
  if (!claimed) return tl::unexpected(claimed.error());
  loop::event_loop on;
  caf::actor_system_config config;
  config.set("scheduler.max-throughput", 64u); // one flooded actor must not keep its thread
  threads::loop_scheduler::use(config, on);
  caf::actor_system system(config);
  agents::process_runner::options places{scopes, what.cgroup};
  if (claimed->no_cgroup) places = {scopes, {}, *claimed->no_cgroup};
  world real(on, std::move(*disk), places); // gone before the system
  log.write(env::log_level::info, "trouped",
            fmt::format("{} starts, data in {}, {}", what.node.name.text, what.data, real.processes.confinement()));
  if (what.cgroup_was_named && !real.processes.exact())
    log.write(env::log_level::warning, "trouped",
              "the cgroup that node.toml names cannot be used, so that a process can leave its service: " +
                  real.processes.confinement());
  auto how = live(system, on, real, what, log);
  log.write(env::log_level::info, "trouped", how == ending::asked ? "ended in order" : "the node gave up");
  return how;
}

} // namespace troupe::daemon
