// Between the two files that convert the console's conversation. Throw `malformed`: inside of decode_message only.
#pragma once

#include "messages/console.hpp"

#include <console.capnp.h>

namespace troupe::console::codec {

namespace schema = wire::console;

void put(schema::Cluster::Builder out, const cluster_status& c);
cluster_status cluster_from(schema::Cluster::Reader in);
void put_services(schema::Cluster::Builder out, const cluster_status& c);
void put_waits(capnp::List<schema::Wait>::Builder out, const std::vector<wait_line>& waits);
std::vector<wait_line> waits_from(capnp::List<schema::Wait>::Reader in);
void put(schema::Event::Builder out, const event& e);
event event_from(schema::Event::Reader in);
void put(schema::Explanation::Builder out, const explanation& e);
explanation explanation_from(schema::Explanation::Reader in);
void put(schema::Plan::Builder out, const plan_answer& p);
plan_answer plan_from(schema::Plan::Reader in);
void put_texts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts); // sentences
std::vector<std::string> texts_from(capnp::List<capnp::Text>::Reader in);
void read_services(cluster_status& c, schema::Cluster::Reader in);

} // namespace troupe::console::codec
