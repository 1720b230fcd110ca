#include "tests/fuzz/any_cib.hpp"

#include "actors/scheduler/schedule.hpp"
#include "conf/cluster_file.hpp"
#include "tools/import/cib_of.hpp"
#include "tools/import/cluster_toml.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_text.hpp"

#include <stdexcept>

namespace troupe::fuzz {

namespace {

constexpr stamp now{std::chrono::seconds{1'700'000'000}};
// What costs time by being large is not what is looked for.
constexpr std::size_t most_nodes = 40, most_units = 2'000;

void plan(scheduler::input in) {
  std::size_t units = 0;
  for (auto& r : in.resources) units += r.clone_max.value_or(static_cast<std::uint32_t>(in.nodes.size())) + 1;
  if (in.nodes.size() > most_nodes || units > most_units) return;
  auto planned = scheduler::schedule(in);
  simulate::status_text(in, planned.state, true);
  simulate::summary_text(in, planned);
  auto after = scheduler::execute(std::move(in), planned);
  scheduler::unpack(after);
}

void import(const conf::cib::contents& from, const scheduler::input& in) {
  auto d = import_cib::draft_of(from, in, {});
  if (d.cluster.nodes.empty()) return;
  auto text = import_cib::cluster_toml(d, "a CIB");
  conf::diagnostics found;
  auto read = conf::parse_cluster_file(text, found);
  if (!read) throw std::logic_error("what was imported is refused: " + found.text("cluster.toml"));
}

} // namespace

void any_cib(std::string_view text) {
  auto whole = conf::cib::parse(std::string{text});
  auto pieces = conf::cib::reading::begin(conf::cib::source_of(text));
  if (whole) {
    auto imported = simulate::from_cib(*whole, now);
    import(*whole, imported.input);
  }
  if (!pieces) return;
  auto imported = simulate::from_cib(**pieces, now);
  if (imported) plan(std::move(imported->input));
}

} // namespace troupe::fuzz
