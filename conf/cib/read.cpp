#include "conf/cib/read.hpp"

#include "conf/cib/values.hpp"
#include "messages/types/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::conf::cib {

namespace {

text attribute(pugi::xml_node e, const char* name) {
  return e.attribute(name).value();
}

std::vector<name_value> attributes_of(pugi::xml_node e) {
  std::vector<name_value> all;
  for (auto a : e.attributes()) all.emplace_back(a.name(), a.value());
  return all;
}

bool refers(pugi::xml_node top) { // does anything use id-ref?
  struct finder : pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& n) override { return !n.attribute("id-ref"); }
  } walk;
  return !top.traverse(walk);
}

} // namespace

pugi::xml_node cib_element(const pugi::xml_document& xml) {
  auto is_cib = [](pugi::xml_node n) { return std::string_view{n.name()} == "cib"; };
  auto outermost = xml.document_element();
  return is_cib(outermost) ? outermost : outermost.find_child(is_cib);
}

bool too_deep(pugi::xml_node top, unsigned outside) {
  unsigned depth = 0;
  for (auto at = top; at;) {
    if (depth + outside > max_depth) return true;
    if (at.first_child()) {
      at = at.first_child();
      ++depth;
      continue;
    }
    while (at && at != top && !at.next_sibling()) {
      at = at.parent();
      --depth;
    }
    if (!at || at == top) return false;
    at = at.next_sibling();
  }
  return false;
}

namespace {

// What it was packed by, and what unpacks it; nothing: it is as it should be.
text packed_by(text source) {
  if (source.starts_with("BZh")) return "bzip2 -d";
  if (source.starts_with("\x1f\x8b")) return "gzip -d";
  if (source.starts_with(text{"\xfd"
                              "7zXZ\0",
                              6}))
    return "xz -d";
  if (source.starts_with("\x28\xb5\x2f\xfd")) return "zstd -d";
  return {};
}

constexpr std::size_t max_entity = 64; // bytes of its name

constexpr bool is_known_entity(text name) {
  return name.starts_with('#') || name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos";
}

// Behind the < at `at`; behind the whole of a comment or the like, where an & is nothing but that.
std::size_t after_opening(text source, std::size_t at) {
  constexpr std::pair<text, text> asides[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
  for (auto& [open, close] : asides)
    if (source.substr(at).starts_with(open)) {
      auto end = source.find(close, at + open.size());
      return end == text::npos ? source.size() : end + close.size();
    }
  return at + 1;
}

std::string fault_of_entity(text source, std::size_t at, std::size_t before) {
  auto name = source.substr(at + 1, max_entity);
  auto end = name.find(';');
  if (end != text::npos && is_known_entity(name.substr(0, end))) return {};
  if (end == text::npos || name.find_first_of(" \"'<>&=\n") < end)
    return fmt::format("an & at byte {} begins no entity: write &amp;", before + at);
  return fmt::format("the entity &{}; at byte {} is not known: write what it stands for", name.substr(0, end),
                     before + at);
}

} // namespace

std::string text_fault(text source, std::size_t before) {
  if (!valid_utf8(source))
    for (std::size_t from = 0, end = 0; from < source.size(); from = end) {
      end = std::min(source.find('\n', from), source.size() - 1) + 1;
      if (!valid_utf8(source.substr(from, end - from)))
        return fmt::format("the line at byte {} is no UTF-8: say at the top what it is, or convert it with iconv",
                           before + from);
    }
  if (source.find('&') == text::npos) return {}; // as usual: no need to look at every element
  for (auto at = source.find_first_of("&<"); at != text::npos;) {
    auto next = at + 1;
    if (source[at] == '<')
      next = after_opening(source, at);
    else if (auto fault = fault_of_entity(source, at, before); !fault.empty())
      return fault;
    at = source.find_first_of("&<", next);
  }
  return {};
}

result<contents> parse(std::string xml) {
  if (xml.size() > max_bytes) return failure(fmt::format("the CIB has {} bytes, more than {}", xml.size(), max_bytes));
  if (auto unpack = packed_by(xml); !unpack.empty())
    return failure(fmt::format("it is compressed: unpack it first, with {}", unpack));
  auto owner = std::make_shared<document>();
  auto unreadable = text_fault(xml);
  owner->source = std::move(xml);
  auto parsed = owner->xml.load_buffer_inplace(owner->source.data(), owner->source.size());
  if (!parsed) return failure(fmt::format("no well-formed XML: {} at byte {}", parsed.description(), parsed.offset));
  if (parsed.encoding == pugi::encoding_utf8 && !unreadable.empty())
    return failure(unreadable); // the rest is converted
  auto cib = cib_element(owner->xml);
  if (!cib)
    return failure(fmt::format("this is no CIB: the outermost element is <{}>", owner->xml.document_element().name()));
  if (too_deep(cib)) return failure(fmt::format("elements are nested deeper than {}", max_depth));
  if (!cib.child("configuration")) return failure("the CIB has no <configuration>");
  contents out;
  reader{out}.read(cib);
  out.owner = std::move(owner);
  return out;
}

void reader::warn(std::string sentence) {
  if (said_.insert(sentence).second) out_.warnings.push_back(std::move(sentence));
}

void reader::judge(text whose, pugi::xml_node element, const expectation& expected) {
  auto given = element.attribute(expected.name.data());
  if (!given) return;
  if (auto wrong = fault(expected, given.value()); !wrong.empty())
    warn(fmt::format("{}: {}=\"{}\" {}", whose, expected.name, given.value(), wrong));
}

void reader::index_ids(pugi::xml_node element, unsigned depth) {
  for (auto child : element.children()) {
    if (auto id = child.attribute("id")) by_id_.emplace(std::pair<text, text>{child.name(), id.value()}, child);
    if (depth < max_depth) index_ids(child, depth + 1);
  }
}

pugi::xml_node reader::resolve(pugi::xml_node element) {
  auto ref = element.attribute("id-ref");
  if (!ref) return element;
  auto found = by_id_.find({element.name(), ref.value()});
  if (found != by_id_.end()) return found->second;
  warn(fmt::format("<{} id-ref=\"{}\"> refers to nothing: ignored", element.name(), ref.value()));
  return {};
}

void reader::read(pugi::xml_node cib) {
  read_configuration(cib);
  auto status = cib.child("status");
  for (auto e : status.children("node_state")) out_.states.push_back(read_node_state(e));
  read_tickets(status);
}

namespace {

// As `validate-with` names them: of a later one nobody here knows what its words mean.
bool known_schema(text name) {
  if (name.empty() || name == "none" || name == "pacemaker-next" || name.starts_with("transitional")) return true;
  auto major = name.starts_with("pacemaker-") ? name.substr(10, 2) : text{};
  return major == "0." || major == "1." || major == "2." || major == "3.";
}

} // namespace

void reader::read_configuration(pugi::xml_node cib) {
  out_.have_quorum = attribute(cib, "have-quorum");
  out_.dc_uuid = attribute(cib, "dc-uuid");
  out_.execution_date = attribute(cib, "execution-date");
  out_.feature_set = attribute(cib, "crm_feature_set");
  out_.no_quorum_panic = attribute(cib, "no-quorum-panic");
  out_.validate_with = attribute(cib, "validate-with");
  if (!known_schema(out_.validate_with))
    warn(fmt::format("the schema \"{}\" is not known (pacemaker-1.0 to 3.x are): it is read as if it were one of them",
                     out_.validate_with));
  auto configuration = cib.child("configuration");
  if (refers(configuration)) index_ids(configuration, 0);
  auto crm_config = configuration.child("crm_config");
  out_.options = read_sets(crm_config, "cluster_property_set");
  std::stable_partition(out_.options.begin(), out_.options.end(),
                        [](const nv_set& s) { return s.id == "cib-bootstrap-options"; });
  for (auto loose : crm_config.children("nvpair")) // as very old versions had it
    out_.options.push_back(
        {.id = {}, .weight = {}, .when = {}, .values = {{attribute(loose, "name"), attribute(loose, "value")}}});
  read_nodes(configuration.child("nodes"));
  read_resources(configuration.child("resources"));
  read_tags(configuration.child("tags"));
  out_.resource_defaults = read_sets(configuration.child("rsc_defaults"), "meta_attributes");
  out_.operation_defaults = read_sets(configuration.child("op_defaults"), "meta_attributes");
  read_constraints(configuration.child("constraints"));
  read_fencing(configuration.child("fencing-topology"));
}

nv_sets reader::read_sets(pugi::xml_node parent, const char* tag) {
  nv_sets sets;
  append_sets(parent, tag, sets);
  // The better score wins; among equals the later block does (seen with crm_simulate 2.1.5).
  std::reverse(sets.begin(), sets.end());
  std::stable_sort(sets.begin(), sets.end(), [](const nv_set& a, const nv_set& b) { return a.weight > b.weight; });
  return sets;
}

void reader::append_sets(pugi::xml_node parent, const char* tag, nv_sets& into) {
  for (auto element : parent.children(tag)) {
    auto e = resolve(element);
    if (!e) continue;
    nv_set set;
    set.id = attribute(e, "id");
    judge(set.id, e, {"score", notation::score, "taken as 0"});
    set.weight = to_score(attribute(e, "score")).value_or(score{});
    auto pairs = e.child("attributes") ? e.child("attributes") : e;
    for (auto child : pairs.children("nvpair")) {
      auto p = resolve(child);
      if (!p) continue;
      text name = child.attribute("name") ? attribute(child, "name") : attribute(p, "name");
      if (name.empty()) {
        warn(fmt::format("an nvpair of {} has no name: ignored", set.id));
        continue;
      }
      if (p.attribute("value") && attribute(p, "value") != "#default")
        set.values.emplace_back(name, attribute(p, "value"));
    }
    if (auto rule = e.child("rule")) set.when = read_rule(resolve(rule), 0);
    into.push_back(std::move(set));
  }
}

condition reader::read_rule(pugi::xml_node element, unsigned depth) {
  condition rule, never;
  never.all = false;
  if (!element) return never; // an id-ref to nothing, which was said
  if (depth > max_depth) {
    warn(fmt::format("the rule {} is in more than {} others: it never holds", attribute(element, "id"), max_depth));
    return never;
  }
  judge(attribute(element, "id"), element, {"boolean-op", notation::word, "taken as and", "and|or"});
  rule.all = !same_text(attribute(element, "boolean-op"), "or");
  for (auto child : element.children()) {
    if (++conditions_ == max_conditions + 1)
      warn(fmt::format("the rules have more than {} conditions: those that are left over never hold", max_conditions));
    if (conditions_ > max_conditions) return never;
    auto e = resolve(child);
    text name = child.name();
    condition part;
    if (name == "rule") {
      part = read_rule(e, depth + 1);
    } else if (name == "expression") {
      part.kind = condition_kind::attribute;
      part.attribute = attribute(e, "attribute");
      part.operation = attribute(e, "operation");
      part.type = attribute(e, "type");
      part.value = attribute(e, "value");
      part.has_value = static_cast<bool>(e.attribute("value"));
    } else if (name == "date_expression") {
      part.kind = condition_kind::date;
      part.operation = attribute(e, "operation");
      part.start = attribute(e, "start");
      part.end = attribute(e, "end");
      for (text date : {part.start, part.end})
        if (!date.empty() && !to_date(date))
          warn(fmt::format("a rule's date \"{}\" is none: it counts as not given", date));
      part.date_spec = attributes_of(e.child("date_spec"));
      part.duration = attributes_of(e.child("duration"));
    } else if (name == "rsc_expression") {
      part.kind = condition_kind::resource_type;
      part.standard = attribute(e, "class");
      part.provider = attribute(e, "provider");
      part.agent = attribute(e, "type");
    } else if (name == "op_expression") {
      part.kind = condition_kind::operation;
      part.op_name = attribute(e, "name");
      part.op_interval = attribute(e, "interval");
    } else {
      continue;
    }
    rule.parts.push_back(std::move(part));
  }
  if (rule.parts.empty())
    warn(fmt::format("the rule {} has no conditions: it {} holds", attribute(element, "id"),
                     rule.all ? "always" : "never"));
  return rule;
}

scored_rule reader::read_scored_rule(pugi::xml_node element) {
  auto e = resolve(element);
  return {.when = read_rule(e, 0),
          .score_text = attribute(e, "score"),
          .score_attribute = attribute(e, "score-attribute"),
          .role = attribute(e, "role")};
}

void reader::read_nodes(pugi::xml_node nodes) {
  for (auto e : nodes.children("node")) {
    if (!e.attribute("uname") || !e.attribute("id")) {
      warn("a <node> without id or uname: ignored");
      continue;
    }
    out_.nodes.push_back({.id = attribute(e, "id"),
                          .uname = attribute(e, "uname"),
                          .type = attribute(e, "type"),
                          .score_text = attribute(e, "score"),
                          .attributes = read_sets(e, "instance_attributes"),
                          .utilization = read_sets(e, "utilization")});
  }
}

void reader::read_tags(pugi::xml_node tags) {
  for (auto e : tags.children("tag")) {
    tag t{.id = attribute(e, "id"), .members = {}};
    for (auto ref : e.children("obj_ref")) t.members.push_back(attribute(ref, "id"));
    out_.tags.push_back(std::move(t));
  }
}

void reader::read_fencing(pugi::xml_node topology) {
  for (auto e : topology.children("fencing-level")) {
    fencing_level level{.target = attribute(e, "target"),
                        .target_pattern = attribute(e, "target-pattern"),
                        .target_attribute = attribute(e, "target-attribute"),
                        .target_value = attribute(e, "target-value"),
                        .index = static_cast<int>(to_number(attribute(e, "index")).value_or(0)),
                        .devices = {}};
    text list = attribute(e, "devices");
    while (!list.empty()) {
      auto comma = std::min(list.find(','), list.size());
      if (comma > 0) level.devices.push_back(list.substr(0, comma));
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
    auto unusable = level.index < 1 || level.index > 9 ? "its index is not from 1 to 9"
                    : level.target.empty() && level.target_pattern.empty() && level.target_attribute.empty()
                        ? "it has no target"
                    : level.devices.empty() ? "it names no device"
                                            : nullptr;
    if (unusable) {
      warn(fmt::format("the fencing level {} is ignored: {}", attribute(e, "id"), unusable));
      continue;
    }
    out_.fencing_levels.push_back(std::move(level));
  }
}

} // namespace troupe::conf::cib
