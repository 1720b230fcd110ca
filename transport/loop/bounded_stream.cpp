#include "transport/loop/bounded_stream.hpp"

namespace troupe::loop {

namespace {

struct write_request {
  uv_write_t request{};
  byte_buffer data;
};

} // namespace

bounded_stream* bounded_stream::make(event_loop& loop, kind what, std::size_t max_backlog) {
  auto* made = new bounded_stream(loop, max_backlog);
  if (what == kind::tcp)
    uv_tcp_init(loop.uv(), &made->handle_.tcp);
  else
    uv_pipe_init(loop.uv(), &made->handle_.pipe, 0);
  uv_timer_init(loop.uv(), &made->drain_);
  made->handle_.stream.data = made->drain_.data = made->shutdown_.data = made->connect_.data = made;
  return made;
}

void bounded_stream::connect(const sockaddr* to) {
  auto connected = [](uv_connect_t* request, int failed) {
    auto tell = std::move(static_cast<bounded_stream*>(request->data)->on_connect);
    if (tell) tell(failed);
  };
  if (int failed = uv_tcp_connect(&connect_, tcp(), to, connected); failed != 0) connected(&connect_, failed);
}

void bounded_stream::start_reading() {
  auto give = [](uv_handle_t* h, std::size_t, uv_buf_t* into) {
    auto& buffer = static_cast<bounded_stream*>(h->data)->loop_.scratch();
    *into = uv_buf_init(buffer.data(), static_cast<unsigned>(buffer.size()));
  };
  auto take = [](uv_stream_t* h, ssize_t size, const uv_buf_t* from) {
    auto* self = static_cast<bounded_stream*>(h->data);
    if (size < 0) return self->end(static_cast<int>(size));
    const auto* first = reinterpret_cast<const std::byte*>(from->base);
    auto call = self->on_data; // which may end the stream, and itself
    if (size > 0 && call) call(byte_buffer(first, first + size));
  };
  uv_read_start(stream(), give, take);
}

bool bounded_stream::write(byte_buffer data) {
  if (closing_) return true; // it is ending anyway
  if (uv_stream_get_write_queue_size(stream()) + data.size() > max_backlog_) return false;
  auto* w = new write_request{{}, std::move(data)};
  w->request.data = w;
  auto bytes = uv_buf_init(reinterpret_cast<char*>(w->data.data()), static_cast<unsigned>(w->data.size()));
  auto written = [](uv_write_t* request, int failed) {
    auto* self = static_cast<bounded_stream*>(request->handle->data);
    delete static_cast<write_request*>(request->data);
    if (failed != 0) self->end(failed);
  };
  if (int failed = uv_write(&w->request, stream(), &bytes, 1, written); failed != 0) {
    delete w;
    end(failed);
  }
  return true;
}

void bounded_stream::finish() {
  on_connect = nullptr;
  on_data = nullptr;
  on_end = nullptr;
  if (closing_) return;
  uv_read_stop(stream());
  auto drained = [](uv_shutdown_t* request, int) { static_cast<bounded_stream*>(request->data)->abort(); };
  if (uv_stream_get_write_queue_size(stream()) == 0 || uv_shutdown(&shutdown_, stream(), drained) != 0) return abort();
  uv_timer_start(
      &drain_, [](uv_timer_t* t) { static_cast<bounded_stream*>(t->data)->abort(); }, drain_milliseconds, 0);
}

void bounded_stream::end(int error) {
  if (closing_) return;
  auto tell = std::move(on_end);
  abort();
  if (tell) tell(error);
}

void bounded_stream::abort() {
  on_connect = nullptr;
  on_data = nullptr;
  on_end = nullptr;
  if (closing_) return;
  closing_ = true;
  auto closed = [](uv_handle_t* h) {
    auto* self = static_cast<bounded_stream*>(h->data);
    if (--self->open_handles_ == 0) delete self;
  };
  uv_close(reinterpret_cast<uv_handle_t*>(stream()), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&drain_), closed);
}

} // namespace troupe::loop
