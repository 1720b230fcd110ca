#include "tools/simulate/digests.hpp"

#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

#include <nettle/md5.h>

namespace troupe::simulate {

std::string md5_hex(std::string_view data) {
  md5_ctx context;
  md5_init(&context);
  md5_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
  std::uint8_t digest[MD5_DIGEST_SIZE];
  md5_digest(&context, sizeof digest, digest);
  std::string hex;
  for (auto byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string parameters_element(const std::map<std::string, std::string>& parameters) {
  std::string text = " <parameters"; // with the blank
  for (auto& [name, value] : parameters) {
    text += fmt::format(" {}=\"", name);
    for (char c : value) {
      switch (c) {
      case '&': text += "&amp;"; break;
      case '<': text += "&lt;"; break;
      case '>': text += "&gt;"; break;
      case '"': text += "&quot;"; break;
      case '\'': text += "&apos;"; break;
      case '\n': text += "\\n"; break;
      case '\r': text += "\\r"; break;
      case '\t': text += "\\t"; break;
      default: text += c;
      }
    }
    text += '"';
  }
  return text + "/>\n";
}

namespace {

bool listed(cib::text list, cib::text name) { // " a  b "
  while (!list.empty()) {
    auto blank = std::min(list.find(' '), list.size());
    if (list.substr(0, blank) == name) return true;
    list.remove_prefix(std::min(blank + 1, list.size()));
  }
  return false;
}

std::int64_t interval_of(const cib::operation& op) {
  for (auto& [name, value] : op.attributes)
    if (name == "interval") return cib::to_interval_ms(value).value_or(0);
  return 0;
}

} // namespace

// The time-out is a parameter of what recurs: it goes on with the one that it began with.
std::int64_t importer::timeout_of(sched::resource_id r, cib::text operation, std::int64_t interval_ms) const {
  for (auto& op : in_.resources[r].operations)
    if (op.name == operation && op.interval_ms == interval_ms) return op.timeout_ms;
  return sched::operation{}.timeout_ms;
}

// Whether that is the digest of the parameters that an operation of that name would get now: all, `only` those listed,
// or `without` those. A large CIB asks the same few questions about a resource on each node.
bool importer::has_digest(cib::text wanted, sched::resource_id r, sched::node_id n, cib::text operation,
                          std::int64_t interval_ms, cib::text only, cib::text without) {
  if (primitives_[r.at()].node_dependent) return digest_text(r, n, operation, interval_ms, only, without) == wanted;
  digests_.resize(std::max(digests_.size(), r.at() + 1));
  auto& known = digests_[r.at()];
  for (auto& d : known)
    if (d.interval_ms == interval_ms && d.operation == operation && d.only == only && d.without == without)
      return d.digest == wanted;
  auto digest = digest_text(r, n, operation, interval_ms, only, without);
  if (known.size() < max_known_digests)
    known.push_back({std::string(operation), interval_ms, std::string(only), std::string(without), digest});
  return digest == wanted;
}

std::string importer::digest_text(sched::resource_id r, sched::node_id n, cib::text operation, std::int64_t interval_ms,
                                  cib::text only, cib::text without) const {
  auto& p = primitives_[r.at()];
  std::map<std::string, std::string> params = p.params;
  auto c = context_of(n);
  if (p.node_dependent) {
    params = parameters(p, c);
  }
  if (interval_ms > 0) params.emplace("CRM_meta_timeout", std::to_string(timeout_of(r, operation, interval_ms)));
  if (p.source())
    for (auto& op : p.source()->operations) {
      if (op.name != operation || op.params.empty()) continue;
      if (interval_ms > 0 && interval_of(op) != interval_ms) continue;
      for (auto& [k, v] : cib::evaluate(op.params, c)) params.emplace(k, v);
    }
  std::erase_if(params, [&](auto& entry) {
    cib::text name = entry.first;
    if ((name.starts_with("CRM_meta_") && (interval_ms <= 0 || name != "CRM_meta_timeout")) ||
        name == "crm_feature_set")
      return true;
    if (!only.empty() && !listed(only, name)) return true;
    if (without.empty()) return false;
    bool for_the_fencer = p.standard == "stonith" && name.starts_with("pcmk_");
    return for_the_fencer || listed(without, name);
  });
  return md5_hex(parameters_element(params));
}

// What the start rests on comes first: another digest of that means a restart whatever the rest says. A record without
// a digest tells nothing, which counts as a difference. `but_secrets`: it is the same if only secrets differ, which a
// copied CIB does not contain.
sched::definition importer::compare_digests(const cib::operation_record& op, const sched::history& h, sched::node_id n,
                                            bool but_secrets) {
  using sched::definition;
  if (!op.comparable) return definition::same;
  auto& p = primitives_[h.what.at()];
  auto what = task_named(op.operation);
  bool uses_start = what == sched::task::monitor || what == sched::task::start || what == sched::task::promote ||
                    what == sched::task::migrate_from;
  if ((!p.source() && !p.params_known) || h.other_agent) return definition::same;
  if (op.interval_ms > 0) return compare_recurring(op, h.what, n, but_secrets);
  if (!uses_start) return definition::same;
  bool restarts = !op.restart_digest.empty() && !op.restart_params.empty() &&
                  !has_digest(op.restart_digest, h.what, n, "start", 0, op.restart_params, {});
  if (!restarts && !op.digest.empty() && has_digest(op.digest, h.what, n, "start", 0, {}, {})) return definition::same;
  if (but_secrets && !op.secure_digest.empty()) {
    auto without = op.secure_params.empty() ? cib::text{"passwd password user"} : op.secure_params;
    if (has_digest(op.secure_digest, h.what, n, "start", 0, {}, without)) return definition::same;
  }
  return restarts || op.restart_digest.empty() ? definition::changed : definition::reloadable;
}

// What recurs is begun anew with the new parameters; nothing else is restarted for it.
sched::definition importer::compare_recurring(const cib::operation_record& op, sched::resource_id r, sched::node_id n,
                                              bool but_secrets) {
  using sched::definition;
  if (op.digest.empty() || task_named(op.operation) != sched::task::monitor) return definition::same;
  if (has_digest(op.digest, r, n, op.operation, op.interval_ms, {}, {})) return definition::same;
  if (but_secrets && !op.secure_digest.empty()) {
    auto without = op.secure_params.empty() ? cib::text{"passwd password user"} : op.secure_params;
    if (has_digest(op.secure_digest, r, n, op.operation, 0, {}, without)) return definition::same;
  }
  return definition::reloadable;
}

} // namespace troupe::simulate
