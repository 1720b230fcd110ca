#include "agents/runner/runner.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/mman.h>
#include <sys/wait.h>

namespace troupe::agents {

namespace runner_detail {

// What a child reads: from memory, because it may hold passwords; and not through a pipe, which would have to be fed.
tl::expected<descriptor, not_started> input_of(const std::string& text) {
  descriptor file{text.empty() ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : ::memfd_create("input", MFD_CLOEXEC)};
  std::size_t sent = 0;
  while (file && sent < text.size()) {
    auto n = ::write(file.get(), text.data() + sent, text.size() - sent);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  if (!file || sent < text.size() || (!text.empty() && ::lseek(file.get(), 0, SEEK_SET) != 0))
    return tl::unexpected(not_started{errno, std::string("no room for its input: ") + std::strerror(errno)});
  return file;
}

// Exit code as a shell says it; none: it has not ended.
std::optional<int> reap(const child& process) {
  siginfo_t info{};
  constexpr auto by_pidfd = static_cast<idtype_t>(3); // P_PIDFD, which glibc 2.36 keeps in a header that clashes
  int failed = ::waitid(by_pidfd, static_cast<id_t>(process.pidfd.get()), &info, WEXITED | WNOHANG);
  TROUPE_ASSERT(failed == 0, "somebody else has waited for our child");
  if (info.si_pid == 0) return {};
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

captured shortened(const descriptor& file, captured&& kept) {
  return kept.cut ? std::move(kept) : read_captured(file);
}

// True: it has outgrown its cap many times.
bool keep_first_part(const descriptor& file, captured& kept) {
  auto size = ::lseek(file.get(), 0, SEEK_END);
  if (size <= static_cast<off_t>(max_captured_output)) return false;
  if (!kept.cut) kept = read_captured(file);
  [[maybe_unused]] auto failed = ::ftruncate(file.get(), 0); // it is looked at again soon
  return is_flood(size);
}

} // namespace runner_detail

using namespace runner_detail;

process_runner::process_runner(loop::event_loop& loop, const options& where)
  : process_runner(loop, where.folder, nullptr) {
  auto grouped = where.cgroup_base.empty() ? failure(where.why_none) : make_cgroups(loop, where.cgroup_base);
  enclosure_ = grouped ? std::move(*grouped) : make_sessions(loop, files_, grouped.error().text);
  loop_.call([this] { find_leftovers(); });
}

process_runner::process_runner(loop::event_loop& loop, const std::string& folder, std::unique_ptr<enclosure> confines,
                               duration settle_time)
  : loop_(loop)
  , files_(folder)
  , enclosure_(std::move(confines))
  , settle_(settle_time) {}

process_runner::~process_runner() {
  loop_.call([this] {
    endings_.clear();
    running_.clear();
    unreaped_.clear();
    look_.reset();
    birth_.reset();
    births_.clear();
  });
}

void process_runner::run(const scope_name& scope, command call, done on_end) {
  loop_.post([this, wanted = birth_wanted{scope, std::move(call), std::move(on_end)}]() mutable {
    TROUPE_ASSERT(births_.size() < max_running, "a node starts operations without bound");
    births_.push_back(std::move(wanted));
    if (!birth_) next_birth();
  });
}

void process_runner::next_birth() {
  birth_.reset();
  if (births_.empty()) return;
  auto first = std::move(births_.front());
  births_.pop_front();
  start(first.scope, first.call, first.on_end);
  // Also behind the last one: who is asked for later in this turn waits for the next.
  birth_ = std::make_unique<loop::timer>(loop_, duration{}, [this] { next_birth(); });
}

// Whoever asks for an end means what was asked for before as well.
void process_runner::births_in(const place& where) {
  auto rest =
      std::stable_partition(births_.begin(), births_.end(), [&](const auto& b) { return !where.holds(b.scope); });
  std::vector<birth_wanted> now{std::make_move_iterator(rest), std::make_move_iterator(births_.end())};
  births_.erase(rest, births_.end());
  for (auto& b : now) start(b.scope, b.call, b.on_end);
}

void process_runner::start(const scope_name& scope, command& call, done& on_end) {
  if (auto there = running_.find(scope); there != running_.end()) {
    there->second.waiting.push_back(std::move(on_end));
    return;
  }
  TROUPE_ASSERT(running_.size() < max_running, "a node starts operations without bound");
  auto launched = launch(scope, call);
  if (!launched) {
    if (launched.error().error_number != EBUSY) leave_or_clear(scope);
    return on_end(launched.error());
  }
  auto& op = running_[scope] = std::move(*launched);
  op.waiting.push_back(std::move(on_end));
  op.exit =
      std::make_unique<loop::readable_watch>(loop_, op.process.pidfd.get(), [this, scope] { program_ended(scope); });
  if (call.timeout > duration{})
    op.timeout = std::make_unique<loop::timer>(loop_, call.timeout, [this, scope] { timed_out(scope); });
  leftovers_.erase(scope);
  arm_look();
}

tl::expected<process_runner::operation, not_started> process_runner::launch(const scope_name& scope,
                                                                            const command& call) {
  if (call.arguments.empty()) return tl::unexpected(not_started{EINVAL, "no program is named"});
  auto lives = enclosure_->occupied({scope.slice, scope.scope});
  if (!lives) return tl::unexpected(not_started{EBUSY, not_known({scope.slice, scope.scope}, lives.error()).what});
  if (*lives)
    return tl::unexpected(not_started{EBUSY, survivors({scope.slice, scope.scope}).what + " from an earlier time"});
  auto input = input_of(call.input);
  if (!input) return tl::unexpected(std::move(input.error()));
  auto files = files_.make(scope);
  if (!files) return tl::unexpected(not_started{EIO, std::move(files.error().text)});
  auto room = enclosure_->enter(scope);
  if (!room) return tl::unexpected(not_started{EIO, std::move(room.error().text)});
  auto born = spawn({call.arguments, call.environment, input->get(), files->output.get(), files->error_output.get(),
                     files->record.get(), room->get()});
  if (!born) return tl::unexpected(std::move(born.error()));
  operation op;
  op.process = std::move(*born);
  op.grace = call.grace;
  op.output = std::move(files->output);
  op.error_output = std::move(files->error_output);
  return op;
}

void process_runner::program_ended(const scope_name& scope) {
  auto found = running_.find(scope);
  if (found == running_.end()) return;
  auto& op = found->second;
  if (!op.status) op.status = reap(op.process);
  if (!op.status) return;
  op.exit.reset();
  if (op.timed_out) return; // then the scope's end is what counts
  finish(scope, result_of(op));
}

exited process_runner::result_of(operation& op) {
  auto out = shortened(op.output, std::move(op.kept_output));
  auto err = shortened(op.error_output, std::move(op.kept_error));
  return {*op.status, op.timed_out, std::move(out.text), std::move(err.text), out.cut || err.cut};
}

void process_runner::timed_out(const scope_name& scope) {
  auto& op = running_.at(scope);
  op.timed_out = true;
  op.timeout.reset();
  end({scope.slice, scope.scope}, op.grace, [this, scope](const outcome& how) { late_end(scope, how); });
}

// The scope of an operation that was timed out has come to its end.
void process_runner::late_end(const scope_name& scope, const outcome& how) {
  auto found = running_.find(scope);
  if (found == running_.end()) return;
  auto& late = found->second;
  if (!late.status) late.status = reap(late.process);
  if (!late.status) reap_later(late);
  if (!std::holds_alternative<exited>(how)) return finish(scope, how);
  // The kernel takes a process out of its cgroup before it lets us wait for it. What is empty only then was killed.
  if (!late.status) late.status = 128 + SIGKILL;
  finish(scope, result_of(late));
}

void process_runner::reap_later(operation& op) {
  op.exit.reset(); // a descriptor has one watch
  auto pid = op.process.pid;
  auto& [process, watch] = unreaped_[pid];
  process = std::move(op.process);
  watch = std::make_unique<loop::readable_watch>(loop_, process.pidfd.get(), [this, pid] {
    if (reap(unreaped_.at(pid).first)) unreaped_.erase(pid);
  });
}

void process_runner::finish(const scope_name& scope, const outcome& how) {
  auto op = running_.extract(scope);
  const auto* end = std::get_if<exited>(&how);
  TROUPE_ASSERT(end == nullptr || end->timed_out == op.mapped().timed_out,
                "an operation that was timed out is told as one that ended by itself");
  leave_or_clear(scope);
  for (auto& each : op.mapped().waiting) each(how);
}

bool process_runner::keep_within_cap(operation& op) {
  bool out = keep_first_part(op.output, op.kept_output);
  bool error = keep_first_part(op.error_output, op.kept_error);
  return out || error;
}

// Programs whose end is known, before it is told that their place is empty.
void process_runner::reap_in(const place& where) {
  std::vector<scope_name> names;
  for (const auto& [scope, op] : running_)
    if (where.holds(scope)) names.push_back(scope);
  for (const auto& scope : names) program_ended(scope);
}

} // namespace troupe::agents
