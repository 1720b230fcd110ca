// Configuration values inside of other messages: for the codecs of commands, of a genesis and of the state.
#pragma once

#include "messages/config.hpp"

#include <config.capnp.h>

namespace troupe::config {

void fill(wire::config::Cluster::Builder b, const cluster& c);
void fill(wire::config::Resource::Builder b, const resource& r);

// Throw `malformed`: inside of decode_message only.
cluster cluster_from(wire::config::Cluster::Reader r);
resource resource_from(wire::config::Resource::Reader r);

} // namespace troupe::config
