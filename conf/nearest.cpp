#include "conf/nearest.hpp"

#include "messages/config.hpp"

#include <algorithm>
#include <utility>

namespace troupe::conf {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string nearest(std::string_view written, const std::vector<std::string>& known) {
  auto start = [](std::string_view word) { return word.substr(0, config::max_name); };
  std::string best;
  std::size_t least = 0;
  for (const auto& word : known) {
    auto longer = std::max(start(written).size(), start(word).size());
    auto distance = edit_distance(start(written), start(word));
    bool near = distance <= std::max<std::size_t>(1, longer / 3) && distance < longer;
    if (near && (best.empty() || distance < least)) {
      best = word;
      least = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view written, const std::vector<std::string>& known, std::string_view kind) {
  if (auto word = nearest(written, known); !word.empty()) return "did you mean '" + word + "'?";
  if (known.empty()) return std::string(kind) + ": none";
  std::string out;
  for (std::size_t i = 0; i < known.size() && i < max_listed; ++i) out += (i ? ", " : "") + known[i];
  if (known.size() > max_listed) out += " and " + std::to_string(known.size() - max_listed) + " more";
  return std::string(kind) + ": " + out;
}

} // namespace troupe::conf
