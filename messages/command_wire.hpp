// Pieces that the codecs of commands and of the state share. For .cpp files that convert; nobody else includes Cap'n
// Proto's generated headers.
#pragma once

#include "messages/capnp_guard.hpp"
#include "messages/command.hpp"
#include <command.capnp.h>

#include <cstring>

namespace troupe {

template <class Enum>
  requires std::is_enum_v<Enum>
std::uint8_t to_wire(Enum value) {
  return static_cast<std::uint8_t>(value);
}
inline std::int64_t to_wire(stamp at) { return at.time_since_epoch().count(); }
inline stamp stamp_from(std::int64_t milliseconds) { return stamp{std::chrono::milliseconds{milliseconds}}; }

inline void set_bytes(capnp::Data::Builder out, byte_view in) {
  TROUPE_ASSERT(out.size() == in.size(), "the builder was made for these bytes");
  if (!in.empty()) std::memcpy(out.begin(), in.data(), in.size());
}

inline void bounded(std::size_t size, std::size_t max, const char* what) {
  if (size > max)
    throw malformed{std::to_string(size) + " " + what + ", at most " + std::to_string(max) + " are allowed"};
}

// An empty name is a name here: which fields need one is the kernel's business.
template <class Name>
Name name_from(capnp::Text::Reader text, const char* what) {
  return Name{text_from(text, config::max_name, what)};
}

inline void fill_places(capnp::List<wire::command::Placement>::Builder w,
                        const std::vector<command::placement>& places) {
  for (unsigned i = 0; i < w.size(); ++i) {
    w[i].setNode(places[i].node.text);
    w[i].setOrdinal(places[i].ordinal);
    w[i].setRole(to_wire(places[i].role));
  }
}

inline std::vector<command::placement> places_from(capnp::List<wire::command::Placement>::Reader r) {
  bounded(r.size(), config::max_nodes * config::max_instances, "places");
  std::vector<command::placement> places;
  for (auto place : r)
    places.push_back({name_from<node_name>(place.getNode(), "node"), place.getOrdinal(),
                      enum_from(place.getRole(), config::role::promoted, "role")});
  return places;
}

inline void fill_attribute(wire::command::AttributeItem::Builder w, const command::attribute_item& item) {
  w.setNode(item.node.text);
  w.setLasts(to_wire(item.lasts));
  w.setName(item.name);
  w.setIsGone(!item.value);
  w.setValue(item.value.value_or(""));
}

inline command::attribute_item attribute_from(wire::command::AttributeItem::Reader r) {
  command::attribute_item item{name_from<node_name>(r.getNode(), "node"),
                               enum_from(r.getLasts(), command::lifetime::forever, "lifetime"),
                               text_from(r.getName(), command::max_attribute_name, "attribute"), std::nullopt};
  if (!r.getIsGone()) item.value = text_from(r.getValue(), command::max_attribute_value, "value");
  return item;
}

inline void fill_planned(wire::command::Planned::Builder w, const command::planned& p) {
  fill_places(w.initStarting(list_size(p.starting)), p.starting);
  fill_places(w.initStopping(list_size(p.stopping)), p.stopping);
  fill_places(w.initPromoting(list_size(p.promoting)), p.promoting);
  fill_places(w.initDemoting(list_size(p.demoting)), p.demoting);
}

inline command::planned planned_from(wire::command::Planned::Reader r) {
  return {places_from(r.getStarting()), places_from(r.getStopping()), places_from(r.getPromoting()),
          places_from(r.getDemoting())};
}

} // namespace troupe
