#include "actors/history/history.hpp"

#include "actors/history/describe.hpp"

#include <fmt/format.h>

namespace troupe::history {

using namespace console;

namespace {

struct history_read {
  env::disk_result result;
};
struct history_written {
  env::disk_result result;
};

} // namespace
} // namespace troupe::history

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history::history_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history::history_written)

namespace troupe::history {

namespace {

// The disk holds the actor weakly: who is not there any more is told nothing.
template <class Said>
void ask_history_disk(history_actor* self, env::disk_request request) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  self->state.env->disk.submit(std::move(request), [here](env::disk_result r) {
    if (auto alive = caf::actor_cast<caf::actor>(here)) caf::anon_send(alive, Said{std::move(r)});
  });
}

bool history_failed(history_actor* self, const env::disk_result& result) {
  auto* failure = std::get_if<env::disk_failure>(&result);
  if (!failure) return false;
  self->state.failed = failure->what;
  self->state.env->log.write(env::log_level::error, "history",
                             "nothing more is written to the history: " + failure->what);
  return true;
}

void write_history(history_actor* self) {
  auto& state = self->state;
  if (!state.failed.empty()) return;
  if (auto request = state.book.next_write()) ask_history_disk<history_written>(self, std::move(*request));
}

caf::behavior keeping(history_actor* self) {
  return {
      [=](const note_command& n) {
        auto& s = self->state;
        auto lost = s.book.lost();
        if (s.book.note(event_of(n.at, n.what, n.refused))) write_history(self);
        if (s.book.lost() > lost && lost == 0 && s.failed.empty())
          s.env->log.write(env::log_level::warning, "history", "the disk is too slow: lines of the history are lost");
      },
      [=](const history_written& w) {
        if (history_failed(self, w.result)) return;
        self->state.book.written();
        write_history(self);
      },
      [=](ask_history_trouble) { return history_trouble{self->state.failed}; },
      [=](ask_kept_events) {
        auto& all = self->state.book.kept();
        return kept_events{std::make_shared<const std::vector<event>>(all.begin(), all.end())};
      },
      [=](const ask_history& a) {
        return event_list{self->state.book.newest(std::min<std::size_t>(a.last, max_history))};
      },
  };
}

} // namespace

caf::behavior history(history_actor* self, env::environment* env, const watching::directory_ptr& directory) {
  auto& state = self->state;
  self->publish(directory, "node/history", "history");
  state.env = env;
  self->set_default_handler(caf::skip); // until the files are read
  ask_history_disk<history_read>(self, history_book::read());
  return {[=](const history_read& r) {
    auto& s = self->state;
    if (!history_failed(self, r.result)) s.book.opened(std::get<env::disk_answer>(r.result));
    if (s.book.damaged() > 0)
      s.env->log.write(env::log_level::warning, "history",
                       fmt::format("{} damaged lines of the history are left out", s.book.damaged()));
    self->set_default_handler(caf::print_and_drop);
    self->become(keeping(self));
  }};
}

} // namespace troupe::history
