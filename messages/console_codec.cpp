#include "messages/console_codec.hpp"

#include "messages/command_codec.hpp"
#include "messages/command_wire.hpp"
#include "messages/config_wire.hpp"
#include "messages/console_wire.hpp"

#include <utility>

namespace troupe::console {

namespace codec {

template <class Line, class Readers, class Convert>
std::vector<Line> all_from(Readers in, std::size_t max, Convert convert) {
  bounded(in.size(), max, "lines");
  std::vector<Line> lines;
  for (auto item : in) lines.push_back(convert(item));
  return lines;
}

std::string shown(capnp::Text::Reader in) {
  return text_from(in, max_shown, "text");
}
node_name node_from(capnp::Text::Reader in) {
  return name_from<node_name>(in, "node");
}

void put(schema::ActorLine::Builder out, const actor_line& a) {
  out.setPath(a.path);
  out.setKind(a.kind);
  out.setWaiting(a.waiting);
  out.setHandled(a.handled);
  out.setIsBusy(a.busy.has_value());
  if (a.busy) out.setBusy(a.busy->count());
}
actor_line actor_from(schema::ActorLine::Reader in) {
  actor_line a{shown(in.getPath()), shown(in.getKind()), in.getWaiting(), in.getHandled(), {}};
  if (in.getIsBusy()) a.busy = duration{in.getBusy()};
  return a;
}

void put(schema::Event::Builder out, const event& e) {
  out.setIndex(e.index.value);
  out.setAt(to_wire(e.at));
  out.setNode(e.node);
  out.setUser(e.user);
  out.setWhy(to_wire(e.why));
  out.setWhat(e.what);
  out.setRefused(to_wire(e.refused));
  auto causes = out.initCauses(list_size(e.causes));
  for (unsigned i = 0; i < causes.size(); ++i) causes.set(i, e.causes[i].value);
}
event event_from(schema::Event::Reader in) {
  event e{log_index{in.getIndex()},
          stamp_from(in.getAt()),
          shown(in.getNode()),
          shown(in.getUser()),
          enum_from(in.getWhy(), reason::formation, "reason"),
          shown(in.getWhat()),
          enum_from(in.getRefused(), last_refusal, "refusal"),
          {},
          {}};
  bounded(in.getCauses().size(), max_event_causes, "causes");
  for (auto cause : in.getCauses()) e.causes.push_back(log_index{cause});
  return e;
}

void put(schema::Link::Builder out, const link_line& l) {
  out.setPeer(l.peer.text);
  out.setDatagrams(l.datagrams);
  out.setStream(l.stream);
}
void put(schema::Refused::Builder out, const refused_line& r) {
  out.setWhy(r.why);
  out.setCount(r.count);
  out.setLastFrom(r.last_from);
  out.setLastWho(r.last_who);
  out.setLast(to_wire(r.last));
  out.setAge(r.age.count());
}

template <class Builders, class Lines>
void put_all(Builders out, const Lines& lines) {
  for (unsigned i = 0; i < out.size(); ++i) put(out[i], lines[i]);
}

void put(schema::Status::Builder out, const node_status& s) {
  out.setNode(s.node.text);
  out.setSession(s.session.value_or(session_id{}).value);
  out.setKeptOut(s.kept_out);
  out.setBelongs(s.cluster.has_value());
  if (s.cluster) put(out.initCluster(), *s.cluster);
  out.setPart(to_wire(s.replica.as));
  out.setLeader(s.replica.leader.text);
  out.setChosen(s.replica.chosen.value);
  out.setNewestKnown(s.replica.newest_known.value);
  out.setSnapshot(s.replica.snapshot.value);
  put_all(out.initLinks(list_size(s.links)), s.links);
  put_all(out.initRefused(list_size(s.refused)), s.refused);
  put_texts(out.initFenceTroubles(list_size(s.fence_troubles)), s.fence_troubles);
  out.setHistoryTrouble(s.history_trouble);
  put_texts(out.initResourceAgents(list_size(s.agents.resource)), s.agents.resource);
  put_texts(out.initFenceAgents(list_size(s.agents.fence)), s.agents.fence);
}
node_status status_from(schema::Status::Reader in) {
  node_status s;
  s.node = node_from(in.getNode());
  if (in.getSession() != 0) s.session = session_id{in.getSession()};
  s.kept_out = shown(in.getKeptOut());
  if (in.getBelongs()) s.cluster = cluster_from(in.getCluster());
  s.replica = {enum_from(in.getPart(), part::leader, "part"), node_from(in.getLeader()), slot_number{in.getChosen()},
               slot_number{in.getNewestKnown()}, slot_number{in.getSnapshot()}};
  s.links = all_from<link_line>(in.getLinks(), config::max_nodes, [](auto l) {
    return link_line{node_from(l.getPeer()), l.getDatagrams(), l.getStream()};
  });
  s.refused = all_from<refused_line>(in.getRefused(), max_rows, [](auto r) {
    return refused_line{shown(r.getWhy()),       r.getCount(),        shown(r.getLastFrom()), shown(r.getLastWho()),
                        stamp_from(r.getLast()), duration{r.getAge()}};
  });
  s.fence_troubles = texts_from(in.getFenceTroubles());
  s.history_trouble = shown(in.getHistoryTrouble());
  s.agents = {texts_from(in.getResourceAgents()), texts_from(in.getFenceAgents())};
  return s;
}

void put(schema::Answer::Builder out, const failed& a) {
  out.setFailed(a.why);
}
void put(schema::Answer::Builder out, const formed& a) {
  set_bytes(out.initFormed(16), a.lineage.bytes);
}
void put(schema::Answer::Builder out, const ordered& a) {
  out.initOrdered().setIndex(a.what.index.value);
  out.getOrdered().setRefused(to_wire(a.what.refused));
}
void put(schema::Answer::Builder out, const actor_list& a) {
  auto list = out.initActors();
  list.setLeftOut(a.left_out);
  put_all(list.initActors(list_size(a.actors)), a.actors);
}
void put(schema::Answer::Builder out, const event_list& a) {
  put_all(out.initEvents(list_size(a.events)), a.events);
}
void put(schema::Answer::Builder out, const node_status& a) {
  put(out.initStatus(), a);
}

void put(schema::Answer::Builder out, const explanation& a) {
  put(out.initExplanation(), a);
}
void put(schema::Answer::Builder out, const plan_answer& a) {
  put(out.initPlan(), a);
}

void put(schema::Answer::Builder out, const attribute_value& a) {
  auto w = out.initAttribute();
  w.setHasValue(a.value.has_value());
  w.setValue(a.value.value_or(""));
}
void put(schema::Answer::Builder out, const attribute_list& a) {
  auto w = out.initAttributes();
  w.setLeftOut(a.left_out);
  auto list = w.initItems(list_size(a.items));
  for (unsigned i = 0; i < list.size(); ++i) fill_attribute(list[i], a.items[i]);
}
void put(schema::Answer::Builder out, const noted&) {
  out.setNoted();
}

answer answer_from(schema::Answer::Reader in) {
  switch (in.which()) {
  case schema::Answer::FAILED: return failed{text_from(in.getFailed(), 4 * max_shown, "reason")};
  case schema::Answer::FORMED: return formed{lineage_id{bytes_from<16>(in.getFormed(), "lineage")}};
  case schema::Answer::ORDERED:
    return ordered{{log_index{in.getOrdered().getIndex()},
                    enum_from(in.getOrdered().getRefused(), last_refusal, "refusal")}};
  case schema::Answer::ACTORS:
    return actor_list{all_from<actor_line>(in.getActors().getActors(), max_rows, actor_from),
                      in.getActors().getLeftOut()};
  case schema::Answer::EVENTS: return event_list{all_from<event>(in.getEvents(), max_history, event_from)};
  case schema::Answer::STATUS: return status_from(in.getStatus());
  case schema::Answer::EXPLANATION: return explanation_from(in.getExplanation());
  case schema::Answer::PLAN: return plan_from(in.getPlan());
  case schema::Answer::ATTRIBUTE: {
    if (!in.getAttribute().getHasValue()) return attribute_value{};
    return attribute_value{text_from(in.getAttribute().getValue(), command::max_attribute_value, "value")};
  }
  case schema::Answer::NOTED: return noted{};
  case schema::Answer::ATTRIBUTES:
    return attribute_list{all_from<command::attribute_item>(in.getAttributes().getItems(), max_rows, attribute_from),
                          in.getAttributes().getLeftOut()};
  }
  throw malformed{"an answer of a newer daemon"};
}

void put(schema::Request::Builder out, const ask_status&) {
  out.setStatus();
}
void put(schema::Request::Builder out, const ask_actors&) {
  out.setActors();
}
void put(schema::Request::Builder out, const ask_history& r) {
  out.setHistory(r.last);
}
void put(schema::Request::Builder out, const init& r) {
  config::fill(out.initInit(), r.configuration);
}
void put(schema::Request::Builder out, const order& r) {
  command::command c;
  c.what = r.what;
  auto bytes = command::encode(c);
  set_bytes(out.initOrder(list_size(bytes)), bytes);
}

void put(schema::Request::Builder out, const fence& r) {
  auto f = out.initFence();
  f.setTarget(r.target.text);
  f.setIsVouched(r.vouched.has_value());
  f.setVouched(r.vouched.value_or(log_index{}).value);
  f.setNote(r.note);
}
fence fence_from(schema::Fence::Reader in) {
  fence f{node_from(in.getTarget()), {}, text_from(in.getNote(), command::max_note, "note")};
  if (in.getIsVouched()) f.vouched = log_index{in.getVouched()};
  return f;
}

void put(schema::Request::Builder out, const ask_why& r) {
  out.setWhy(r.subject);
}
void put(schema::Request::Builder out, const ask_plan& r) {
  auto p = out.initPlan();
  p.setHasConfiguration(r.configuration.has_value());
  if (r.configuration) config::fill(p.initConfiguration(), *r.configuration);
  auto put_nodes = [](auto list, const std::vector<node_name>& nodes) {
    for (unsigned i = 0; i < list.size(); ++i) list.set(i, nodes[i].text);
  };
  put_nodes(p.initFailing(list_size(r.failing)), r.failing);
  put_nodes(p.initStandby(list_size(r.standby)), r.standby);
}
void put(schema::Request::Builder out, const ask_attribute& r) {
  fill_attribute(out.initAskAttribute(), {r.node, r.lasts, r.name, std::nullopt});
}
void put(schema::Request::Builder out, const note_attribute& r) {
  fill_attribute(out.initNoteAttribute(), r.what);
}
void put(schema::Request::Builder out, const ask_attributes&) {
  out.setAttributes();
}
ask_plan plan_question_from(schema::PlanQuestion::Reader in) {
  ask_plan p;
  if (in.getHasConfiguration()) p.configuration = config::cluster_from(in.getConfiguration());
  p.failing = all_from<node_name>(in.getFailing(), config::max_nodes, node_from);
  p.standby = all_from<node_name>(in.getStandby(), config::max_nodes, node_from);
  return p;
}

order order_from(capnp::Data::Reader in) {
  auto read = command::decode(std::as_bytes(std::span(in.begin(), in.size())));
  if (!read) throw malformed{read.error().text};
  if (!may_order(read->what)) throw malformed{"a command that only a node may give"};
  return {std::move(read->what)};
}

request request_from(schema::Request::Reader in) {
  if (in.getProtocol() != protocol)
    throw malformed{"the daemon speaks protocol " + std::to_string(protocol) + ", the command " +
                    std::to_string(in.getProtocol()) + "; use those of one version"};
  switch (in.which()) {
  case schema::Request::STATUS: return ask_status{};
  case schema::Request::ACTORS: return ask_actors{};
  case schema::Request::HISTORY: return ask_history{in.getHistory()};
  case schema::Request::INIT: return init{config::cluster_from(in.getInit())};
  case schema::Request::ORDER: return order_from(in.getOrder());
  case schema::Request::FENCE: return fence_from(in.getFence());
  case schema::Request::WHY: return ask_why{text_from(in.getWhy(), config::max_name, "subject")};
  case schema::Request::PLAN: return plan_question_from(in.getPlan());
  case schema::Request::ASK_ATTRIBUTE: {
    auto asked = attribute_from(in.getAskAttribute());
    return ask_attribute{asked.node, asked.lasts, asked.name};
  }
  case schema::Request::NOTE_ATTRIBUTE: return note_attribute{attribute_from(in.getNoteAttribute())};
  case schema::Request::ATTRIBUTES: return ask_attributes{};
  }
  throw malformed{"a request of a newer command"};
}

} // namespace codec

byte_buffer encode(const request& r) {
  return encode_message<codec::schema::Request>([&](codec::schema::Request::Builder out) {
    out.setProtocol(protocol);
    std::visit([&](auto& what) { codec::put(out, what); }, r);
  });
}

byte_buffer encode(const answer& a) {
  return encode_message<codec::schema::Answer>(
      [&](codec::schema::Answer::Builder out) { std::visit([&](auto& what) { codec::put(out, what); }, a); });
}

result<request> decode_request(byte_view bytes) {
  return decode_message<codec::schema::Request>(bytes, {.max_bytes = max_request}, codec::request_from);
}
result<answer> decode_answer(byte_view bytes) {
  return decode_message<codec::schema::Answer>(bytes, {.max_bytes = max_answer}, codec::answer_from);
}

byte_buffer frame(byte_view bytes) {
  byte_buffer out;
  out.reserve(4 + bytes.size());
  put_le(out, static_cast<std::uint32_t>(bytes.size()));
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

void frame_reader::feed(byte_view bytes) {
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, 0)));
  held_.insert(held_.end(), bytes.begin(), bytes.end());
}

result<std::optional<byte_buffer>> frame_reader::next() {
  if (held() < 4) return std::nullopt;
  auto size = get_le<std::uint32_t>(held_, taken_);
  if (size == 0 || size > max_)
    return failure("a frame of " + std::to_string(size) + " bytes, at most " + std::to_string(max_) + " are allowed");
  if (held() < 4 + std::size_t{size}) return std::nullopt;
  auto begin = held_.begin() + static_cast<std::ptrdiff_t>(taken_ + 4);
  byte_buffer out(begin, begin + static_cast<std::ptrdiff_t>(size));
  taken_ += 4 + size;
  return out;
}

} // namespace troupe::console
