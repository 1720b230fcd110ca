// Without cgroups: a scope is the session that its program leads. Its number stays taken as long as any process is in
// it, so a leader of that number with another start time means that ours are all gone.
#include "agents/runner/enclosure.hpp"
#include "agents/runner/signal_all.hpp"
#include "transport/loop/watch.hpp"

#include <algorithm>
#include <csignal>
#include <set>

namespace troupe::agents {

namespace {

// Nobody tells when the last process of a session ends, so it is looked up, while an end is under way only.
constexpr duration look_first = std::chrono::milliseconds{5}, look_longest = std::chrono::milliseconds{200};

class sessions final : public enclosure {
public:
  sessions(loop::event_loop& loop, const scope_files& files, std::string why)
    : loop_(loop)
    , files_(files)
    , why_(std::move(why)) {}

  [[nodiscard]] std::string describe() const override {
    return "sessions, which a process can leave, because cgroups cannot be used: " + why_;
  }
  [[nodiscard]] bool exact() const override { return false; }
  result<descriptor> enter(const scope_name&) override { return descriptor{}; }
  [[nodiscard]] result<bool> occupied(const place& where) const override {
    return members(where).map([](const auto& all) { return !all.empty(); });
  }
  [[nodiscard]] result<std::vector<process_stat>> members(const place& where) const override {
    if (where.scope) return members_of({{where.slice, *where.scope}});
    return files_.scopes_of(where.slice).and_then([&](const auto& scopes) { return members_of(scopes); });
  }
  [[nodiscard]] bool signal(const place& where, int number) override {
    return signal_all([&] { return members(where); }, [&](int pid) { ::kill(pid, number); });
  }
  std::unique_ptr<watch> observe(const place& where, std::function<void()> on_change) override;
  void clear(const place&) override {}
  [[nodiscard]] result<std::vector<std::string>> occupied_slices() const override;

private:
  [[nodiscard]] result<std::vector<process_stat>> members_of(const std::vector<scope_name>& scopes) const;
  static void add_members(const process_stat& leader, const std::vector<process_stat>& all,
                          std::vector<process_stat>& found);

  loop::event_loop& loop_;
  const scope_files& files_;
  std::string why_;
};

class session_watch final : public enclosure::watch {
public:
  session_watch(loop::event_loop& loop, std::function<void()> look)
    : loop_(loop)
    , look_(std::move(look)) {
    arm();
  }

private:
  void arm() {
    timer_ = std::make_unique<loop::timer>(loop_, wait_, [this] {
      wait_ = std::min(2 * wait_, look_longest);
      auto look = look_;
      arm();
      look(); // may destroy us
    });
  }

  loop::event_loop& loop_;
  std::function<void()> look_;
  duration wait_ = look_first;
  std::unique_ptr<loop::timer> timer_;
};

result<std::vector<process_stat>> sessions::members_of(const std::vector<scope_name>& scopes) const {
  std::vector<process_stat> leaders, found;
  for (const auto& scope : scopes) {
    auto leader = files_.process(scope);
    if (!leader) return tl::unexpected(std::move(leader.error()));
    if (*leader) leaders.push_back(std::move(**leader));
  }
  if (leaders.empty()) return found;
  auto all = all_processes();
  if (!all) return all;
  for (const auto& leader : leaders) add_members(leader, *all, found);
  return found;
}

void sessions::add_members(const process_stat& leader, const std::vector<process_stat>& all,
                           std::vector<process_stat>& found) {
  bool taken = std::any_of(all.begin(), all.end(),
                           [&](const auto& p) { return p.pid == leader.pid && !p.same_process(leader); });
  if (taken) return;
  for (const auto& each : all)
    if (each.session == leader.pid && each.started >= leader.started && each.alive()) found.push_back(each);
}

std::unique_ptr<enclosure::watch> sessions::observe(const place&, std::function<void()> on_change) {
  return std::make_unique<session_watch>(loop_, std::move(on_change));
}

result<std::vector<std::string>> sessions::occupied_slices() const {
  std::set<std::string> slices;
  auto scopes = files_.scopes();
  if (!scopes) return tl::unexpected(std::move(scopes.error()));
  for (const auto& scope : *scopes) {
    if (slices.contains(scope.slice)) continue;
    auto lives = occupied({scope.slice, scope.scope});
    if (!lives) return tl::unexpected(std::move(lives.error()));
    if (*lives) slices.insert(scope.slice);
  }
  return std::vector<std::string>{slices.begin(), slices.end()};
}

} // namespace

std::unique_ptr<enclosure> make_sessions(loop::event_loop& loop, const scope_files& files, std::string why) {
  return std::make_unique<sessions>(loop, files, std::move(why));
}

} // namespace troupe::agents
