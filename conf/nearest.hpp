// "Did you mean": the known word that is least far from what was written, by the edit distance that also counts the
// swap of two neighbours as one (optimal string alignment; Damerau, CACM 7(3), 1964), because that is how people err.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::conf {

std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known` if it is near: at most a third of the longer word's letters, and one at least. Else empty. The
// first one wins among equals. Words beyond max_name are compared by their start.
std::string nearest(std::string_view written, const std::vector<std::string>& known);

// The sentence for a diagnostic: "did you mean 'agent'?", else "known here: a, b, c" (`kind` in place of "known here").
// At most `max_listed` names are listed.
inline constexpr std::size_t max_listed = 12;
std::string suggestion(std::string_view written, const std::vector<std::string>& known, std::string_view kind);

} // namespace troupe::conf
