// bench-journal FOLDER [COMMITS]: durable commits per second of the journal on the disk under FOLDER, one after the
// other (each waits for the one before), with batches of 1 and 32 records of 300 bytes; and what a frame's checksum
// costs.
#include "actors/consensus/journal/writer.hpp"
#include "actors/env/posix_disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>

namespace troupe::bench_journal {

using namespace consensus;
using clock = std::chrono::steady_clock;

static double micros(clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

static void run(env::disk& disk, env::disk_request request) {
  std::promise<env::disk_result> end;
  disk.submit(std::move(request), [&](env::disk_result r) { end.set_value(std::move(r)); });
  auto r = end.get_future().get();
  if (auto* f = std::get_if<env::disk_failure>(&r)) {
    fmt::print(stderr, "bench-journal: {}\n", f->what);
    std::exit(1);
  }
}

static void commits(env::disk& disk, journal_writer& writer, std::size_t records, std::size_t count) {
  std::vector<double> times;
  auto begin = clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    journal_batch batch(records, {record_kind::accepted, slot_number{i + 1}, byte_buffer(300)});
    auto start = clock::now();
    run(disk, writer.append(batch));
    times.push_back(micros(clock::now() - start));
  }
  auto seconds = micros(clock::now() - begin) / 1e6;
  std::sort(times.begin(), times.end());
  fmt::print("batches of {:2}: {:6.0f} commits/s, p50 {:5.0f} us, p99 {:6.0f} us\n", records,
             static_cast<double>(count) / seconds, times[count / 2], times[count * 99 / 100]);
}

static int main(const std::string& folder, std::size_t count) {
  auto disk = env::posix_disk::open(folder);
  if (!disk) {
    fmt::print(stderr, "bench-journal: {}\n", disk.error().text);
    return 1;
  }
  journal_writer writer(new_journal({{}, node_name{"bench"}, {}, journal_id{1}}));
  run(**disk, writer.open());
  for (std::size_t records : {1U, 32U}) commits(**disk, writer, records, count);
  for (std::size_t size : {512U, 10'240U}) {
    byte_buffer data(size);
    auto start = clock::now();
    for (int i = 0; i < 10'000; ++i) data[0] = short_digest_of(data)[0];
    fmt::print("checksum of {:5} bytes: {:.2f} us\n", size, micros(clock::now() - start) / 10'000);
  }
  for (std::uint32_t s = 1; s <= writer.state().end.segment; ++s) run(**disk, {env::remove_file{segment_name(s)}});
  return 0;
}

} // namespace troupe::bench_journal

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fmt::print(stderr, "usage: bench-journal FOLDER [COMMITS]\n");
    return 2;
  }
  auto count = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 2000;
  return troupe::bench_journal::main(argv[1], std::max<std::size_t>(count, 1));
}
