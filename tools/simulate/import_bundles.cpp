// A bundle's implied resources: per replica a container, and as configured an address, a connection and the inner
// instance.
#include "conf/cib/values.hpp"
#include "tools/simulate/bundle_parameters.hpp"
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::simulate {

namespace {

bool is_ipv4(const std::string& address) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return std::sscanf(address.c_str(), "%u.%u.%u.%u", &a, &b, &c, &d) == 4;
}

// The address `offset` after an IPv4 one.
std::string address_after(const std::string& first, unsigned offset) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (std::sscanf(first.c_str(), "%u.%u.%u.%u", &a, &b, &c, &d) != 4) return first;
  std::uint32_t value = (a << 24 | b << 16 | c << 8 | d) + offset;
  return fmt::format("{}.{}.{}.{}", value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255);
}

} // namespace

sched::resource_id importer::add_bundle_part(sched::resource_id bundle, std::string name, const char* provider,
                                             const char* type, std::map<std::string, std::string> params,
                                             std::vector<cib::name_value> monitor) {
  auto& whole = in_.resources[bundle];
  sched::resource r;
  r.name = name;
  r.parent = bundle;
  r.agent = fmt::format("ocf:{}:{}", provider, type);
  r.managed = whole.managed;
  r.maintenance = whole.maintenance;
  r.target = whole.target;
  r.priority = whole.priority;
  r.stickiness = whole.stickiness;
  r.migration_threshold = whole.migration_threshold;
  r.failure_timeout_ms = whole.failure_timeout_ms;
  r.needs = whole.needs;
  auto id = in_.resources.add(std::move(r));
  primitives_.resize(in_.resources.size());
  primitives_[id.at()].standard = "ocf";
  primitives_[id.at()].provider = provider;
  primitives_[id.at()].agent = type;
  primitives_[id.at()].params_known = !params.empty();
  primitives_[id.at()].params = std::move(params);
  resources_.emplace(std::move(name), id);
  cib::resource as_configured; // for the defaults of its operations
  as_configured.standard = "ocf";
  as_configured.provider = provider;
  as_configured.agent = type;
  as_configured.operations.push_back({{}, "monitor", std::move(monitor), {}, {}});
  read_operations(id, as_configured);
  return id;
}

void importer::add_bundle(sched::resource_id id, const cib::resource& from, const lineage& parents) {
  auto& settings = *from.bundle;
  sched::bundle b;
  b.what = id;
  b.image = settings.image;
  b.replicas = settings.replicas;
  bool has_inner = !from.children.empty();
  // Without addresses of their own, two replicas would want the same control port of their host.
  b.per_host = has_inner && settings.ip_range_start.empty() ? 1 : settings.replicas_per_host;
  if (has_inner) {
    sched::resource clone;
    clone.name = fmt::format("{}-{}", from.id, settings.promoted_max > 0 ? "master" : "clone");
    clone.kind = sched::resource_kind::clone;
    clone.parent = id;
    clone.managed = in_.resources[id].managed;
    clone.maintenance = in_.resources[id].maintenance;
    clone.target = in_.resources[id].target;
    clone.priority = in_.resources[id].priority;
    clone.interleave = true;
    clone.unique = b.per_host > 1;
    clone.promotable = settings.promoted_max > 0;
    clone.promoted_max = settings.promoted_max;
    clone.clone_max = settings.replicas;
    clone.clone_node_max = b.per_host;
    auto name = clone.name;
    b.clone = in_.resources.add(std::move(clone));
    primitives_.resize(in_.resources.size());
    resources_.emplace(name, b.clone);
    auto inner = add_resource(from.children[0], b.clone, parents);
    if (!inner.valid()) return;
    in_.resources[b.clone].children.push_back(inner);
    // Of a bundle, unlike a clone, what is inside says whether it is to be told.
    in_.resources[b.clone].notify = flag_in(cib::evaluate(from.children[0].meta, context()), {"notify"}, false);
  }
  if (!settings.ip_range_start.empty() && settings.replicas > 1 && !is_ipv4(std::string{settings.ip_range_start}))
    warn(fmt::format("{}: ip-range-start=\"{}\" is no IPv4 address: all replicas have the same", from.id,
                     settings.ip_range_start));
  std::vector<std::string> addresses(settings.replicas);
  std::string host_entries;
  if (!settings.ip_range_start.empty())
    for (unsigned i = 0; i < settings.replicas; ++i) {
      addresses[i] = address_after(std::string{settings.ip_range_start}, i);
      if (settings.add_host && settings.engine != "rkt")
        host_entries += fmt::format(" --add-host={}-{}:{}", from.id, i, addresses[i]);
    }
  for (unsigned i = 0; i < settings.replicas; ++i) {
    sched::bundle_replica part;
    part.number = i;
    auto& address = addresses[i];
    if (!address.empty()) {
      std::map<std::string, std::string> params{{"ip", address}};
      if (!settings.host_interface.empty()) params.emplace("nic", settings.host_interface);
      params.emplace("cidr_netmask", settings.host_netmask.empty() ? cib::text{"32"} : settings.host_netmask);
      part.ip =
          add_bundle_part(id, fmt::format("{}-ip-{}", from.id, address), "heartbeat", "IPaddr2", std::move(params));
    }
    part.container = add_bundle_part(
        id, fmt::format("{}-{}-{}", from.id, settings.engine, i), "heartbeat", std::string{settings.engine}.c_str(),
        container_parameters(settings, {std::string{from.id}, i, address, host_entries}, has_inner));
    if (has_inner) {
      in_.resources[part.container].uses = in_.resources[in_.resources[b.clone].children.front()].uses;
      auto name = fmt::format("{}-{}", from.id, i);
      std::map<std::string, std::string> params;
      auto port = settings.control_port.empty() ? cib::text{"3121"} : settings.control_port;
      if (!address.empty()) params = {{"addr", address}, {"port", std::string{port}}}; // else wherever the container is
      part.connection = add_bundle_part(id, name, "pacemaker", "remote", std::move(params),
                                        {{"interval", "30s"}, {"timeout", "30s"}});
      auto& link = in_.resources[part.connection];
      link.remote_connection = true;
      link.isolated_ok = false;
      link.container = part.container;
      link.needs = sched::requirement::quorum;
      link.allow_migrate = false;
      add_remote_node(name, sched::node_kind::guest, part.connection, part.container);
      part.guest = nodes_.at(name);
    }
    b.parts.push_back(part);
  }
  if (has_inner) in_.resources[in_.resources[b.clone].children.front()].uses.clear(); // its container has to have it
  in_.bundles.push_back(std::move(b));
}

} // namespace troupe::simulate
