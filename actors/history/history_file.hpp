// The history's file: a line of text for each event, appended; when the file is full it becomes the older one, and the
// older one goes. A line is a checksum and fields between tabs, with tabs, line ends and backslashes escaped; a
// line that was damaged is left out and counted, a last one without its end is a torn write.
//
// It serves people and is no part of what must be durable: lines are synced when sync_every bytes have come together.
// What a power loss takes is told again by the ledger, which reads its log anew, unless a snapshot was made meanwhile.
// Rejected: a sync for each line, on the thread where the journal's syncs wait; SQLite, for a file that is only
// appended to.
#pragma once

#include "actors/env/disk.hpp"
#include "messages/console.hpp"

#include <deque>
#include <optional>

namespace troupe::history {

inline const std::string history_file = "history";
inline const std::string history_older = "history.old";
inline constexpr std::uint64_t max_history_file = std::uint64_t{4} << 20; // then it becomes the older one
inline constexpr std::size_t history_sync_every = std::size_t{64} << 10;
inline constexpr std::size_t max_kept_events = 4096; // in memory: how far back `why` can look
inline constexpr std::size_t max_unwritten = std::size_t{1} << 20; // bytes that wait for the disk; then lines are lost

std::string line_of(const console::event& e);                    // with its end
std::optional<console::event> parse_line(std::string_view line); // without its end

class history_book {
public:
  static env::disk_request read();
  // The answer to read(). A torn end is cut by the first write.
  void opened(const env::disk_answer& files);

  // False: it was noted before.
  bool note(console::event e);
  // What is to be written now; nullopt: nothing, or the last request is not answered yet.
  std::optional<env::disk_request> next_write();
  void written() { writing_ = false; }

  [[nodiscard]] std::vector<console::event>
  newest(std::size_t count) const; // oldest first; their parts within their text
  [[nodiscard]] const std::deque<console::event>& kept() const { return tail_; }
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; } // lines that the disk was too slow for

private:
  std::uint64_t read_lines(byte_view content); // the length of its whole lines

  std::deque<console::event> tail_; // at most max_kept_events, oldest first
  log_index last_;
  std::string waiting_;
  std::uint64_t size_ = 0; // of the file, what waits not counted
  std::size_t unsynced_ = 0;
  bool torn_ = false;
  bool writing_ = false;
  std::uint64_t damaged_ = 0;
  std::uint64_t lost_ = 0;
};

} // namespace troupe::history
