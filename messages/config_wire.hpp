#pragma once
#include "messages/config.hpp"
#include <config.capnp.h>
namespace troupe::config {
inline void fill(wire::config::Resource::Builder w, const resource& r) { w.setName(r.name.text); }
inline void fill(wire::config::Cluster::Builder w, const cluster& c) { w.setName(c.name); }
inline resource resource_from(wire::config::Resource::Reader r) { resource x; x.name = resource_name{std::string(r.getName().cStr())}; return x; }
inline cluster cluster_from(wire::config::Cluster::Reader r) { cluster c; c.name = r.getName().cStr(); return c; }
}
