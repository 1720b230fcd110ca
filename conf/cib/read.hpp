// What the readers of the parts of a CIB share: the parsed document, `id-ref`, warnings.
#pragma once

#include "conf/cib/expectation.hpp"

#include <pugixml.hpp>

#include <array>
#include <map>
#include <set>

namespace troupe::conf::cib {

struct document {
  std::string source; // parsed in place: every text points into it
  pugi::xml_document xml;
};

struct record_attribute;

class reader {
public:
  explicit reader(contents& out)
    : out_(out) {}

  void read(pugi::xml_node cib);
  // Its parts.
  void read_configuration(pugi::xml_node cib);
  node_state read_node_state(pugi::xml_node element);
  void read_tickets(pugi::xml_node status);

  void warn(std::string sentence); // once

private:
  // Says so if something is written in that attribute that does not belong there.
  void judge(text whose, pugi::xml_node element, const expectation& expected);
  // The element an `id-ref` names, or the element itself.
  pugi::xml_node resolve(pugi::xml_node element);
  void index_ids(pugi::xml_node element, unsigned depth);

  nv_sets read_sets(pugi::xml_node parent, const char* tag);
  void append_sets(pugi::xml_node parent, const char* tag, nv_sets& into);
  condition read_rule(pugi::xml_node element, unsigned depth);
  std::optional<condition> read_lifetime(pugi::xml_node constraint);
  scored_rule read_scored_rule(pugi::xml_node element);

  void read_nodes(pugi::xml_node nodes);
  void read_resources(pugi::xml_node resources);
  std::optional<resource> read_resource(pugi::xml_node element); // nothing: it is unusable, which was said
  bool read_children(pugi::xml_node element, resource& into);
  bool read_primitive(pugi::xml_node element, resource& into);
  pugi::xml_node template_of(const resource& user);
  void read_operations(pugi::xml_node primitive, resource& into);
  void read_bundle(pugi::xml_node element, resource& into);
  void read_tags(pugi::xml_node tags);

  void read_constraints(pugi::xml_node constraints);
  void read_location(pugi::xml_node element);
  std::vector<resource_set> read_resource_sets(pugi::xml_node element);
  void read_fencing(pugi::xml_node topology);

  const record_attribute* attribute_of_record(std::size_t place, text name); // nullptr: of no use
  operation_record read_record(pugi::xml_node element);

  contents& out_;
  static constexpr std::size_t max_in_order = 32;
  std::array<const record_attribute*, max_in_order> in_order_{}; // of the last record, as they came
  std::set<std::string> said_;
  std::size_t conditions_ = 0;                            // read so far
  std::size_t listed_ = 0;                                // resources in the last node state
  std::map<std::pair<text, text>, pugi::xml_node> by_id_; // (tag, id), where something refers by id-ref
  std::map<text, pugi::xml_node> templates_;
};

// What the parser lets through and would become part of a name: bytes that are no UTF-8, and entities that only a
// document type could explain. `before`: how many bytes of the text came before these.
std::string text_fault(text source, std::size_t before = 0);
bool is_resource(pugi::xml_node element);
pugi::xml_node cib_element(const pugi::xml_document& xml); // the outermost element, or the one in it; or none
bool too_deep(pugi::xml_node top, unsigned outside = 0);   // `outside`: how many elements are around it

} // namespace troupe::conf::cib
