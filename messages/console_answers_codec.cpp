// `why` and `plan`: answers that were worked out.
#include "messages/command_wire.hpp"
#include "messages/console_wire.hpp"

namespace troupe::console::codec {

void put_texts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts) {
  for (unsigned i = 0; i < out.size(); ++i) out.set(i, texts[i]);
}
std::vector<std::string> texts_from(capnp::List<capnp::Text>::Reader in) {
  bounded(in.size(), max_rows, "lines");
  std::vector<std::string> out;
  for (auto text : in) out.push_back(text_from(text, max_shown, "text"));
  return out;
}

namespace answer_lines {

using namespace codec;

std::string word_from(capnp::Text::Reader in) {
  return text_from(in, config::max_name, "word");
}

void put_score(schema::NodeScore::Builder out, const node_score& n) {
  out.setNode(n.node.text);
  out.setUse(n.use);
  out.setOut(n.out);
  out.setTotal(n.total);
  out.setFailedStarts(n.failed_starts);
  out.setChosen(n.chosen);
  auto parts = out.initParts(list_size(n.parts));
  for (unsigned i = 0; i < parts.size(); ++i) {
    parts[i].setRule(n.parts[i].rule);
    parts[i].setValue(n.parts[i].value);
  }
}
node_score score_from(schema::NodeScore::Reader in) {
  node_score n{name_from<node_name>(in.getNode(), "node"),
               word_from(in.getUse()),
               in.getOut(),
               in.getTotal(),
               in.getFailedStarts(),
               in.getChosen(),
               {}};
  bounded(in.getParts().size(), max_score_parts, "parts of a score");
  for (auto part : in.getParts()) n.parts.push_back({text_from(part.getRule(), max_shown, "rule"), part.getValue()});
  return n;
}

void put_change(schema::Change::Builder out, const change_line& c) {
  out.setKind(to_wire(c.kind));
  out.setSubject(c.subject);
  put_texts(out.initDetails(list_size(c.details)), c.details);
  out.setRestarts(c.restarts);
}
change_line change_from(schema::Change::Reader in) {
  return {enum_from(in.getKind(), change_kind::changed, "change"), text_from(in.getSubject(), max_shown, "subject"),
          texts_from(in.getDetails()), in.getRestarts()};
}

void put_step(schema::Step::Builder out, const step_line& s) {
  out.setWave(s.wave);
  out.setKind(s.kind);
  out.setResource(s.resource.text);
  out.setNode(s.node.text);
  out.setWhat(s.what);
  out.setBecause(s.because);
}
step_line step_from(schema::Step::Reader in) {
  return {in.getWave(),
          word_from(in.getKind()),
          name_from<resource_name>(in.getResource(), "resource"),
          name_from<node_name>(in.getNode(), "node"),
          text_from(in.getWhat(), max_shown, "step"),
          text_from(in.getBecause(), max_shown, "reason")};
}

template <class Builder>
void put_unled(Builder out, const std::optional<stamp>& unled) {
  out.setUnled(unled.has_value());
  if (unled) out.setAsOf(to_wire(*unled));
}
template <class Reader>
std::optional<stamp> unled_from(Reader in) {
  if (!in.getUnled()) return {};
  return stamp_from(in.getAsOf());
}

} // namespace answer_lines

void put(schema::Explanation::Builder out, const explanation& e) {
  using namespace answer_lines;
  out.setSubject(e.subject);
  put_texts(out.initNow(list_size(e.now)), e.now);
  auto chain = out.initChain(list_size(e.chain));
  for (unsigned i = 0; i < chain.size(); ++i) put(chain[i], e.chain[i]);
  auto forgotten = out.initForgotten(list_size(e.forgotten));
  for (unsigned i = 0; i < forgotten.size(); ++i) forgotten.set(i, e.forgotten[i].value);
  out.setLonger(e.longer);
  put_texts(out.initPlacement(list_size(e.placement)), e.placement);
  auto nodes = out.initNodes(list_size(e.nodes));
  for (unsigned i = 0; i < nodes.size(); ++i) put_score(nodes[i], e.nodes[i]);
  put_waits(out.initWaits(list_size(e.waits)), e.waits);
  put_texts(out.initOthers(list_size(e.others)), e.others);
  put_unled(out, e.unled);
}

explanation explanation_from(schema::Explanation::Reader in) {
  using namespace answer_lines;
  explanation e;
  e.subject = word_from(in.getSubject());
  e.now = texts_from(in.getNow());
  bounded(in.getChain().size(), max_chain, "events");
  for (auto each : in.getChain()) e.chain.push_back(event_from(each));
  bounded(in.getForgotten().size(), max_rows, "causes");
  for (auto index : in.getForgotten()) e.forgotten.push_back(log_index{index});
  e.longer = in.getLonger();
  e.placement = texts_from(in.getPlacement());
  bounded(in.getNodes().size(), config::max_nodes, "nodes");
  for (auto node : in.getNodes()) e.nodes.push_back(score_from(node));
  e.waits = waits_from(in.getWaits());
  e.others = texts_from(in.getOthers());
  e.unled = unled_from(in);
  return e;
}

void put(schema::Plan::Builder out, const plan_answer& p) {
  using namespace answer_lines;
  out.setVersion(p.version.value);
  out.setRefused(p.refused);
  out.setFencing(to_wire(p.fencing));
  auto changes = out.initChanges(list_size(p.changes));
  for (unsigned i = 0; i < changes.size(); ++i) put_change(changes[i], p.changes[i]);
  auto steps = out.initSteps(list_size(p.steps));
  for (unsigned i = 0; i < steps.size(); ++i) put_step(steps[i], p.steps[i]);
  put_waits(out.initWaits(list_size(p.waits)), p.waits);
  put_texts(out.initOthers(list_size(p.others)), p.others);
  out.setLeftOut(p.left_out);
  out.setCut(p.cut);
  put_unled(out, p.unled);
}

plan_answer plan_from(schema::Plan::Reader in) {
  using namespace answer_lines;
  plan_answer p;
  p.version = log_index{in.getVersion()};
  p.refused = text_from(in.getRefused(), max_shown, "reason");
  p.fencing = enum_from(in.getFencing(), config::fencing_policy::off, "fencing");
  bounded(in.getChanges().size(), max_rows, "changes");
  for (auto c : in.getChanges()) p.changes.push_back(change_from(c));
  bounded(in.getSteps().size(), max_rows, "steps");
  for (auto s : in.getSteps()) p.steps.push_back(step_from(s));
  p.waits = waits_from(in.getWaits());
  p.others = texts_from(in.getOthers());
  p.left_out = in.getLeftOut();
  p.cut = in.getCut();
  p.unled = unled_from(in);
  return p;
}

} // namespace troupe::console::codec
