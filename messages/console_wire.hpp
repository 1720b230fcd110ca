// Between the two files that convert the console's conversation. Throw `malformed`: inside of decode_message only.
#pragma once

#include "messages/console.hpp"

#include <console.capnp.h>

namespace troupe::console::codec {

namespace schema = wire::console;

void put(schema::Cluster::Builder out, const cluster_status& c);
cluster_status cluster_from(schema::Cluster::Reader in);
void put_services(schema::Cluster::Builder out, const cluster_status& c);
void read_services(cluster_status& c, schema::Cluster::Reader in);

} // namespace troupe::console::codec
