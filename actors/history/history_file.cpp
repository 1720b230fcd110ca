#include "actors/history/history_file.hpp"

#include "messages/types/digest.hpp"
#include "messages/types/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace troupe::history {

using namespace console;

namespace lines {

constexpr std::size_t checksum_digits = 16;
constexpr std::size_t fields = 9;

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

std::optional<std::string> unescaped(std::string_view text, std::size_t max = max_shown) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (auto plain = std::min(text.find('\\', i), text.size()); plain > i) {
      out += text.substr(i, plain - i);
      i = plain - 1;
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
  if (out.size() > max || !valid_utf8(out)) return std::nullopt;
  return out;
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view text) {
  std::array<std::string_view, N> out;
  for (std::size_t i = 0; i < N; ++i) {
    auto tab = text.find('\t');
    if ((tab == std::string_view::npos) != (i + 1 == N)) return std::nullopt;
    out[i] = text.substr(0, tab);
    if (tab != std::string_view::npos) text.remove_prefix(tab + 1);
  }
  return out;
}

// Calls take(piece) for each piece between separators; an empty text has none. False: take() was false.
template <class Take>
bool each_piece(std::string_view text, char separator, Take take) {
  while (!text.empty()) {
    auto end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return true;
}

std::string text_of_causes(const std::vector<log_index>& causes) {
  std::string out;
  for (auto& c : causes) out += (out.empty() ? "" : ",") + std::to_string(c.value);
  return out;
}
bool read_causes(std::string_view text, std::vector<log_index>& out) {
  return each_piece(text, ',', [&](std::string_view piece) {
    std::uint64_t value = 0;
    if (out.size() == max_event_causes || !read_number(piece, value)) return false;
    out.push_back(log_index{value});
    return true;
  });
}

// A line within the field: escaped once for itself, once for the field.
std::string text_of_parts(const std::vector<event_part>& parts) {
  std::string out;
  for (auto& p : parts)
    out += fmt::format("{}{}\t{}\t{}", out.empty() ? "" : "\n", escaped(p.subject), p.cause.value, escaped(p.text));
  return escaped(out);
}
bool read_parts(std::string_view field, std::vector<event_part>& out) {
  // Escaping twice makes at most four bytes of one.
  auto text = unescaped(field, 2 * (max_parts_bytes + max_event_parts * (config::max_name + 24)));
  if (!text) return false;
  return each_piece(*text, '\n', [&](std::string_view piece) {
    auto fields_of = split<3>(piece);
    if (out.size() == max_event_parts || !fields_of) return false;
    auto& [subject, cause, told] = *fields_of;
    event_part p;
    auto of = unescaped(subject), what = unescaped(told);
    if (!of || !what || !read_number(cause, p.cause.value)) return false;
    p.subject = std::move(*of);
    p.text = std::move(*what);
    out.push_back(std::move(p));
    return true;
  });
}

} // namespace lines

std::string line_of(const event& e) {
  auto text = fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", e.index.value, e.at.time_since_epoch().count(),
                          lines::escaped(e.node), lines::escaped(e.user), static_cast<unsigned>(e.why),
                          static_cast<unsigned>(e.refused), lines::escaped(e.what), lines::text_of_causes(e.causes),
                          lines::text_of_parts(e.parts));
  return lines::checksum_of(text) + "\t" + text + "\n";
}

std::optional<event> parse_line(std::string_view line) {
  if (line.size() <= lines::checksum_digits || line[lines::checksum_digits] != '\t') return std::nullopt;
  auto text = line.substr(lines::checksum_digits + 1);
  if (lines::checksum_of(text) != line.substr(0, lines::checksum_digits)) return std::nullopt;
  auto parts = lines::split<lines::fields>(text);
  if (!parts) return std::nullopt;
  auto& [index, at, node, user, why, refused, what, causes, items] = *parts;
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
  if (!of_node || !of_user || !told || !lines::read_causes(causes, e.causes) || !lines::read_parts(items, e.parts))
    return std::nullopt;
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
    if (tail_.size() > max_kept_events) tail_.pop_front();
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
  if (tail_.size() > max_kept_events) tail_.pop_front();
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
  std::vector<event> out;
  for (auto at = tail_.begin() + static_cast<std::ptrdiff_t>(from); at != tail_.end(); ++at) {
    auto flat = *at;
    flat.what = text_of(*at);
    flat.parts.clear();
    out.push_back(std::move(flat));
  }
  return out;
}

} // namespace troupe::history
