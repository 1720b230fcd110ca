#include "actors/console/history_file.hpp"

#include "messages/types/digest.hpp"
#include "messages/types/utf8.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace troupe::console {

namespace lines {

constexpr std::size_t checksum_digits = 16;
constexpr std::size_t fields = 7;

std::string checksum_of(std::string_view text) {
  return to_hex(byte_view(short_digest_of(view_of(text))).first(checksum_digits / 2));
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\t')
      out += "\\t";
    else if (c == '\n')
      out += "\\n";
    else if (c == '\\')
      out += "\\\\";
    else
      out += c;
  }
  return out;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == 't')
      out += '\t';
    else if (text[i] == 'n')
      out += '\n';
    else if (text[i] == '\\')
      out += '\\';
    else
      return std::nullopt;
  }
  if (out.size() > max_shown || !valid_utf8(out)) return std::nullopt;
  return out;
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

std::optional<std::array<std::string_view, fields>> split(std::string_view text) {
  std::array<std::string_view, fields> out;
  for (std::size_t i = 0; i < fields; ++i) {
    auto tab = text.find('\t');
    if ((tab == std::string_view::npos) != (i + 1 == fields)) return std::nullopt;
    out[i] = text.substr(0, tab);
    if (tab != std::string_view::npos) text.remove_prefix(tab + 1);
  }
  return out;
}

} // namespace lines

std::string line_of(const event& e) {
  auto text = fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", e.index.value, e.at.time_since_epoch().count(),
                          lines::escaped(e.node), lines::escaped(e.user), static_cast<unsigned>(e.why),
                          static_cast<unsigned>(e.refused), lines::escaped(e.what));
  return lines::checksum_of(text) + "\t" + text + "\n";
}

std::optional<event> parse_line(std::string_view line) {
  if (line.size() <= lines::checksum_digits || line[lines::checksum_digits] != '\t') return std::nullopt;
  auto text = line.substr(lines::checksum_digits + 1);
  if (lines::checksum_of(text) != line.substr(0, lines::checksum_digits)) return std::nullopt;
  auto parts = lines::split(text);
  if (!parts) return std::nullopt;
  auto& [index, at, node, user, why, refused, what] = *parts;
  event e;
  std::int64_t milliseconds = 0;
  unsigned why_number = 0, refused_number = 0;
  if (!lines::read_number(index, e.index.value) || !lines::read_number(at, milliseconds) ||
      !lines::read_number(why, why_number) || !lines::read_number(refused, refused_number))
    return std::nullopt;
  if (why_number > static_cast<unsigned>(reason::formation) ||
      refused_number > static_cast<unsigned>(refusal::too_large))
    return std::nullopt;
  auto of_node = lines::unescaped(node), of_user = lines::unescaped(user), told = lines::unescaped(what);
  if (!of_node || !of_user || !told) return std::nullopt;
  e.at = stamp{std::chrono::milliseconds{milliseconds}};
  e.why = static_cast<reason>(why_number);
  e.refused = static_cast<refusal>(refused_number);
  e.node = std::move(*of_node);
  e.user = std::move(*of_user);
  e.what = std::move(*told);
  return e;
}

env::disk_request history_book::read() {
  return {env::read_all{history_older}, env::read_all{history_file}};
}

void history_book::opened(const env::disk_answer& files) {
  read_lines(files.results.at(0));
  size_ = read_lines(files.results.at(1));
  torn_ = size_ != files.results.at(1).size();
}

std::uint64_t history_book::read_lines(byte_view content) {
  std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  std::size_t at = 0;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', at)) {
    auto e = parse_line(text.substr(at, end - at));
    at = end + 1;
    if (!e || e->index <= last_) {
      ++damaged_;
      continue;
    }
    last_ = e->index;
    tail_.push_back(std::move(*e));
    if (tail_.size() > max_history) tail_.pop_front();
  }
  return at;
}

bool history_book::note(event e) {
  if (e.index <= last_) return false;
  last_ = e.index;
  auto line = line_of(e);
  if (waiting_.size() + line.size() <= max_unwritten)
    waiting_ += line;
  else
    ++lost_;
  tail_.push_back(std::move(e));
  if (tail_.size() > max_history) tail_.pop_front();
  return true;
}

std::optional<env::disk_request> history_book::next_write() {
  if (writing_ || waiting_.empty()) return std::nullopt;
  env::disk_request out;
  if (size_ >= max_history_file) {
    out = {env::sync_file{history_file}, env::rename_to{history_file, history_older}, env::sync_folder{}};
    size_ = 0;
    unsynced_ = 0;
    torn_ = false;
  }
  if (std::exchange(torn_, false)) out.push_back(env::set_size{history_file, size_});
  auto bytes = view_of(waiting_);
  out.push_back(env::write_at{history_file, size_, {bytes.begin(), bytes.end()}});
  size_ += waiting_.size();
  unsynced_ += waiting_.size();
  waiting_.clear();
  if (unsynced_ >= history_sync_every) {
    out.push_back(env::sync_file{history_file});
    unsynced_ = 0;
  }
  writing_ = true;
  return out;
}

std::vector<event> history_book::newest(std::size_t count) const {
  auto from = tail_.size() - std::min(count, tail_.size());
  return {tail_.begin() + static_cast<std::ptrdiff_t>(from), tail_.end()};
}

} // namespace troupe::console
