#include "actors/history/history_file.hpp"

#include <doctest/doctest.h>

#include <map>

namespace troupe::history_test {

using namespace troupe::history;
using namespace troupe::console;

event numbered(std::uint64_t n, std::string what = "standby n2") {
  return {log_index{n}, stamp{std::chrono::seconds{n}}, "n1", "root (0)", reason::operator_request, std::move(what),
          refusal::none,
          {},
          {}};
}

// A folder that does what a history asks of it.
struct folder {
  std::map<std::string, byte_buffer> files;
  int syncs = 0;

  void run(const env::disk_request& request) {
    for (auto& step : request) std::visit([&](auto& s) { one(s); }, step);
  }
  void one(const env::write_at& w) {
    auto& f = files[w.file];
    if (f.size() < w.offset + w.data.size()) f.resize(w.offset + w.data.size());
    std::copy(w.data.begin(), w.data.end(), f.begin() + static_cast<std::ptrdiff_t>(w.offset));
  }
  void one(const env::set_size& s) { files[s.file].resize(s.size); }
  void one(const env::rename_to& r) {
    files[r.to] = files[r.file];
    files.erase(r.file);
  }
  void one(const env::sync_file&) { ++syncs; }
  void one(const env::sync_folder&) {}
  template <class Other>
  void one(const Other&) {
    FAIL("a step that a history does not use");
  }
  history_book open() {
    history_book book;
    env::disk_answer answer;
    for (auto& step : history_book::read()) {
      auto& name = std::get<env::read_all>(step).file;
      answer.results.push_back(files[name]);
      answer.found.push_back(true);
    }
    book.opened(answer);
    return book;
  }
  void write(history_book& book) {
    while (auto request = book.next_write()) {
      run(*request);
      book.written();
    }
  }
};

TEST_CASE("a line comes back as it was, whatever its texts hold") {
  event e{log_index{7},
          stamp{std::chrono::milliseconds{-5}},
          "n1",
          "a\tb\\n\n\\",
          reason::mass_loss,
          "tab\t, line\n, \\t and \\ at its end\\",
          refusal::would_run_twice,
          {log_index{3}, log_index{4}},
          {{"db", log_index{4}, "db act 4 failed: a\tb\n\\t c\\"}, {"web", {}, ""}}};
  auto line = line_of(e);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(parse_line(std::string_view(line).substr(0, line.size() - 1)) == e);
  CHECK(parse_line(line_of(event{}).substr(0, line_of(event{}).size() - 1)) == event{});
}

TEST_CASE("a line with any one bit changed is none") {
  auto line = line_of(numbered(7));
  line.pop_back();
  for (std::size_t i = 0; i < line.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto bad = line;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      CHECK_FALSE(parse_line(bad));
    }
    CHECK_FALSE(parse_line(line.substr(0, i)));
  }
}

TEST_CASE("what was written is there after a start, and is not noted again") {
  folder disk;
  {
    auto book = disk.open();
    for (std::uint64_t n = 1; n <= 5; ++n) CHECK(book.note(numbered(n)));
    disk.write(book);
  }
  auto book = disk.open();
  CHECK(book.newest(3) == std::vector{numbered(3), numbered(4), numbered(5)});
  CHECK_FALSE(book.note(numbered(5)));
  CHECK(book.note(numbered(6)));
  disk.write(book);
  CHECK(disk.open().newest(99).size() == 6);
  CHECK(disk.open().damaged() == 0);
}

TEST_CASE("a torn end is cut at every byte, and what follows is whole") {
  folder disk;
  auto book = disk.open();
  for (std::uint64_t n = 1; n <= 3; ++n) book.note(numbered(n));
  disk.write(book);
  auto whole = disk.files[history_file];
  auto two = line_of(numbered(1)).size() + line_of(numbered(2)).size();
  for (auto size = two; size < whole.size(); ++size) {
    folder torn;
    torn.files[history_file] = whole;
    torn.files[history_file].resize(size);
    auto again = torn.open();
    CHECK(again.newest(9).size() == 2);
    again.note(numbered(3));
    torn.write(again);
    CHECK(torn.files[history_file] == whole);
  }
}

TEST_CASE("a damaged line costs that line") {
  folder disk;
  auto book = disk.open();
  for (std::uint64_t n = 1; n <= 3; ++n) book.note(numbered(n));
  disk.write(book);
  disk.files[history_file][line_of(numbered(1)).size() + 20] ^= std::byte{1};
  auto again = disk.open();
  CHECK(again.newest(9) == std::vector{numbered(1), numbered(3)});
  CHECK(again.damaged() == 1);
}

TEST_CASE("a full file becomes the older one; two are kept, and the newest lines are known") {
  folder disk;
  auto book = disk.open();
  std::string text(1000, 'x');
  std::uint64_t n = 0;
  while (n < 14'000) {
    for (int i = 0; i < 100; ++i) book.note(numbered(++n, text));
    disk.write(book);
  }
  CHECK(disk.files.size() == 2);
  std::size_t most = max_history_file + 110'000;
  CHECK(disk.files[history_file].size() <= most);
  CHECK(disk.files[history_older].size() <= most);
  CHECK(disk.files[history_older].size() >= max_history_file);
  CHECK(disk.syncs >= 14'000 * 1000 / 1'000'000);
  CHECK(book.newest(99'999).size() == max_kept_events);
  CHECK(book.newest(1) == std::vector{numbered(n, text)});
  CHECK(disk.open().newest(99'999) == book.newest(99'999));
}

TEST_CASE("one request at a time; a disk that does not answer costs lines, not memory") {
  folder disk;
  auto book = disk.open();
  book.note(numbered(1));
  CHECK(book.next_write());
  book.note(numbered(2));
  CHECK_FALSE(book.next_write());
  std::string text(1000, 'x');
  for (std::uint64_t n = 3; n < 2000; ++n) book.note(numbered(n, text));
  CHECK(book.lost() > 900);
  book.written();
  auto request = book.next_write();
  REQUIRE(request);
  CHECK(std::get<env::write_at>(request->at(0)).data.size() <= max_unwritten);
}

} // namespace troupe::history_test
