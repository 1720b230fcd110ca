// The files of a scope, below the runner's folder: SLICE.slice/SCOPE.scope/{out,err,process}. They are there as long as
// anything lives in the scope, so that a child outlives the daemon: output is a file and not a pipe (writing into a
// pipe without a reader kills), `process` says who the operation was (the kernel's boot id, then the child's own
// /proc/self/stat), for the next life of the daemon. No sync: what a power loss takes is dead anyway.
//
// The folder belongs on a file system that is emptied at boot (/run). Each call is one or a few short file operations.
// Rejected: RLIMIT_FSIZE or sealed memory as a cap: the service that a start leaves behind would inherit it, or an
// agent that says too much would fail for it.
#pragma once

#include "agents/processes.hpp"
#include "agents/runner/descriptor.hpp"
#include "agents/runner/proc_stat.hpp"
#include "messages/types/result.hpp"

#include <optional>

namespace troupe::agents {

inline constexpr std::size_t max_scope_name = 200; // bytes of each part, escaped

// A name as that of a folder: what is not a letter, digit or one of _ - : . becomes %XX, a leading dot too.
std::string folder_name(const std::string& name, const std::string& suffix);
std::optional<std::string> name_of_folder(const std::string& folder, const std::string& suffix);
inline const std::string slice_suffix = ".slice", scope_suffix = ".scope";

class scope_files {
public:
  struct opened { // for reading and appending
    descriptor output, error_output, record;
  };

  explicit scope_files(std::string folder)
    : folder_(std::move(folder)) {}

  result<opened> make(const scope_name& scope); // replaces what a former one of this name left
  // An error: it cannot be told (small_files.hpp).
  [[nodiscard]] result<std::vector<scope_name>> scopes() const;
  [[nodiscard]] result<std::vector<scope_name>> scopes_of(const std::string& slice) const;
  // Its own program, as it recorded itself in this boot of the kernel; it may have ended. None: no program was begun.
  [[nodiscard]] result<std::optional<process_stat>> process(const scope_name& scope) const;
  bool cut(const scope_name& scope); // drops output beyond the cap that nobody will read; true: it is a flood
  void remove(const scope_name& scope);

private:
  [[nodiscard]] std::string slice_path(const std::string& slice) const;
  [[nodiscard]] std::string path(const scope_name& scope) const;

  std::string folder_;
};

// What one stream said, up to max_captured_output.
struct captured {
  std::string text;
  bool cut = false;
};
captured read_captured(const descriptor& file);

// Whether so much at one look is more than a talkative program says.
constexpr bool is_flood(std::int64_t bytes) {
  return bytes > static_cast<std::int64_t>(16 * max_captured_output);
}

} // namespace troupe::agents
