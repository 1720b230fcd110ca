// The attributes' actor: agents' commands read and set attributes here (by way of the console), and what changes goes
// to the log.
//
// Whoever sets one is answered when it stands in the log, so that what an agent has noted in its start is known to the
// cluster before the start is reported. But an agent has its own time-out, and without a leader nothing gets there:
// what lasts until a restart is taken for noted after `patience`; it goes to the log when there is a leader. What is
// meant to last for ever is refused then: it must not be believed noted when it is not.
#pragma once

#include "actors/attributes/book.hpp"
#include "actors/cluster/messages.hpp"
#include "actors/env/clock.hpp"
#include "actors/watching/observed.hpp"

namespace troupe::attributes {

inline constexpr duration patience = std::chrono::seconds{1};
inline constexpr duration long_patience = std::chrono::seconds{10};
inline constexpr duration desk_retry = std::chrono::milliseconds{200}; // the ledger's desk was full

struct note_attribute { // answered with attribute_noted, or an error that says why
  command::attribute_item what;
};
struct attribute_noted {};
struct read_attribute { // answered with attribute_read
  cluster::attribute_key what;
};
struct list_attributes {}; // answered with console::attribute_list
struct attribute_read {
  std::optional<std::string> value;
};

struct asked {
  caf::response_promise by;
  instant until{};
  bool for_ever = false;
};

struct attributes_state {
  node_name self;
  caf::actor ledger;
  book notes;
  std::map<ticket, asked> waiting;
  std::optional<instant> again_at; // the desk was full
  env::alarm alarm;
};
using attributes_actor = caf::stateful_actor<attributes_state, watching::observed<caf::event_based_actor>>;

caf::behavior attributes(attributes_actor* self, const watching::directory_ptr& directory, node_name name,
                         caf::actor ledger);

} // namespace troupe::attributes

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::attributes::note_attribute)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::attributes::attribute_noted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::attributes::read_attribute)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::attributes::list_attributes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::attribute_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::attributes::attribute_read)
