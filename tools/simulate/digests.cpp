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

// The digest of the parameters that an operation of that name would get now: all, `only` those listed, or `without`
// those.
std::string importer::digest_text(sched::resource_id r, sched::node_id n, cib::text operation, std::int64_t interval_ms,
                                  cib::text only, cib::text without) {
  auto& p = primitives_[r.at()];
  std::string key;
  if (!p.node_dependent) {
    key = fmt::format("{}/{}/{}/{}/{}", r.value, operation, interval_ms, only, without);
    if (auto found = digests_.find(key); found != digests_.end()) return found->second;
  }
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
  auto digest = md5_hex(parameters_element(params));
  if (!p.node_dependent) digests_.emplace(std::move(key), digest);
  return digest;
}

// What the start rests on comes first: another digest of that means a restart whatever the rest says. A record without
// a digest tells nothing, which counts as a difference.
sched::definition importer::compare_digests(const cib::operation_record& op, const sched::history& h,
                                            sched::node_id n) {
  using sched::definition;
  if (!op.comparable) return definition::same;
  auto& p = primitives_[h.what.at()];
  auto what = task_named(op.operation);
  bool uses_start = what == sched::task::monitor || what == sched::task::start || what == sched::task::promote ||
                    what == sched::task::migrate_from;
  if ((!p.source() && !p.params_known) || h.other_agent) return definition::same;
  if (op.interval_ms > 0) return compare_recurring(op, h.what, n);
  if (!uses_start) return definition::same;
  bool restarts = !op.restart_digest.empty() && !op.restart_params.empty() &&
                  digest_text(h.what, n, "start", 0, op.restart_params, {}) != op.restart_digest;
  if (!restarts && !op.digest.empty() && digest_text(h.what, n, "start", 0, {}, {}) == op.digest)
    return definition::same;
  if (!op.secure_digest.empty()) {
    auto without = op.secure_params.empty() ? cib::text{"passwd password user"} : op.secure_params;
    if (digest_text(h.what, n, "start", 0, {}, without) == op.secure_digest) return definition::same;
  }
  return restarts || op.restart_digest.empty() ? definition::changed : definition::reloadable;
}

// What recurs is begun anew with the new parameters; nothing else is restarted for it.
sched::definition importer::compare_recurring(const cib::operation_record& op, sched::resource_id r, sched::node_id n) {
  using sched::definition;
  if (op.digest.empty() || task_named(op.operation) != sched::task::monitor) return definition::same;
  if (digest_text(r, n, op.operation, op.interval_ms, {}, {}) == op.digest) return definition::same;
  if (!op.secure_digest.empty()) {
    auto without = op.secure_params.empty() ? cib::text{"passwd password user"} : op.secure_params;
    if (digest_text(r, n, op.operation, 0, {}, without) == op.secure_digest) return definition::same;
  }
  return definition::reloadable;
}

} // namespace troupe::simulate
