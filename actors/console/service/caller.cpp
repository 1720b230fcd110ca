#include "actors/console/service/caller.hpp"

#include "actors/attributes/attributes.hpp"
#include "actors/cluster/messages.hpp"
#include "actors/consensus/messages.hpp"
#include "actors/console/inquiry/cleanup_orders.hpp"
#include "actors/console/inquiry/fence_order.hpp"
#include "actors/console/inquiry/inquiry.hpp"
#include "actors/console/service/summary.hpp"
#include "actors/env/clock.hpp"
#include "actors/fencing/messages.hpp"
#include "actors/history/messages.hpp"
#include "actors/links/messages.hpp"
#include "actors/node/node_main.hpp"
#include "messages/config_codec.hpp"
#include "transport/endpoint.hpp"
#include "transport/peer_link.hpp"

#include <fmt/format.h>

namespace troupe::console {

namespace {

struct next_request {};

} // namespace
} // namespace troupe::console

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::next_request)

namespace troupe::console {

namespace {

constexpr std::size_t max_waiting = max_request + (std::size_t{64} << 10); // bytes of a caller: a request and a read
// One message of a formation: a larger configuration could never arrive. It is applied once the cluster is formed.
constexpr std::size_t max_founded = transport::max_stream_payload - 4096;

// The next request is a message of its own: a caller may have sent thousands that are answered at once.
void reply(caller_actor* self, const answer& a) {
  auto& state = self->state;
  auto bytes = encode(a);
  if (bytes.size() > max_answer) bytes = encode(failed{"the answer is too large to be sent"});
  state.set.socket->write(state.id, frame(bytes));
  state.busy = false;
  self->send(self, next_request{});
}

void send_away(caller_actor* self, const std::string& why) {
  auto& state = self->state;
  state.set.socket->write(state.id, frame(encode(failed{why})));
  state.set.socket->close(state.id);
  self->quit(caf::exit_reason::user_shutdown);
}

std::string text_of(caller_actor* self, const caf::error& e) {
  if (e.context().match_elements<std::string>()) return e.context().get_as<std::string>(0);
  if (e == caf::sec::request_timeout) return "a part of this node does not answer; see `troupe actors`";
  if (e == caf::sec::request_receiver_down) return "this node is ending";
  return self->system().render(e);
}

auto fail(caller_actor* self) {
  return [self](const caf::error& e) { reply(self, failed{cut(text_of(self, e), max_shown)}); };
}

caf::actor start_inquiry(caller_actor* self) {
  auto& state = self->state;
  return self->spawn(inquiry, state.directory, fmt::format("node/console/{}/inquiry", state.id.value));
}

// --- status: from links, replica and ledger, each by itself ---

struct gathering {
  node_status so_far;
  std::optional<consensus::replica_status> replica;
  int missing = 0;
};
using gathering_ptr = std::shared_ptr<gathering>;

void gathered(caller_actor* self, const gathering_ptr& g) {
  if (--g->missing > 0) return;
  auto& out = g->so_far;
  if (g->replica) {
    out.replica = line_of(*g->replica);
    if (out.cluster) set_standings(out.cluster->voters, out.node, *g->replica);
  }
  reply(self, std::move(out));
}

// A part that is silent is left out rather than the whole answer: status is for when something is wrong.
template <class Answer, class Asked, class Take>
void ask_one(caller_actor* self, const gathering_ptr& g, const caf::actor& whom, Asked what, Take take) {
  ++g->missing;
  self->request(whom, part_patience, what)
      .then(
          [self, g, take](Answer& a) {
            take(*g, a);
            gathered(self, g);
          },
          [self, g](const caf::error&) { gathered(self, g); });
}

// The ledger's part takes thinking: on a copy of the state, in an actor of its own.
void ask_state_part(caller_actor* self, const gathering_ptr& g, const caf::actor& ledger) {
  ++g->missing;
  auto silent = [self, g](const caf::error&) { gathered(self, g); };
  self->request(ledger, part_patience, cluster::ask_state{})
      .then(
          [self, g, silent](const cluster::state_is& s) {
            inquire_status question{s.whole, s.halted, self->state.env->calendar.now()};
            self->request(start_inquiry(self), inquiry_patience, question)
                .then(
                    [self, g](cluster_status& told) {
                      g->so_far.cluster = std::move(told);
                      gathered(self, g);
                    },
                    silent);
          },
          silent);
}

void take_links(gathering& g, links::links_status& s) {
  for (auto& l : s.links) g.so_far.links.push_back({l.peer, l.datagrams, l.stream});
  for (auto& r : s.refused_so_far)
    g.so_far.refused.push_back({r.why, r.count, transport::to_text(r.last_from), r.last_who.text, r.last, r.age});
}

void take_troubles(gathering& g, fencing::device_troubles& found) {
  for (auto& [device, why] : found.why) {
    if (g.so_far.fence_troubles.size() == max_rows) return;
    g.so_far.fence_troubles.push_back(cut(
        fmt::format("fence device {} cannot be used from {}: {}", device.text, g.so_far.node.text, why), max_shown));
  }
}

void gather(caller_actor* self, const node::node_parts& parts) {
  auto g = std::make_shared<gathering>();
  g->so_far.node = self->state.set.self;
  g->so_far.session = parts.session;
  g->so_far.kept_out = cut(parts.kept_out, max_shown);
  g->so_far.agents = parts.agents;
  ++g->missing; // until all are asked
  ask_one<links::links_status>(self, g, parts.links, links::ask_links{}, take_links);
  if (parts.replica)
    ask_one<consensus::replica_status>(self, g, parts.replica, consensus::ask_status{},
                                       [](gathering& to, consensus::replica_status& s) { to.replica = s; });
  if (parts.fencing) ask_one<fencing::device_troubles>(self, g, parts.fencing, fencing::ask_troubles{}, take_troubles);
  ask_one<history::history_trouble>(
      self, g, parts.history, history::ask_history_trouble{},
      [](gathering& to, history::history_trouble& t) { to.so_far.history_trouble = cut(std::move(t.why), max_shown); });
  if (parts.ledger) ask_state_part(self, g, parts.ledger);
  gathered(self, g);
}

// --- requests ---

void carry_out(caller_actor* self, const ask_actors&) {
  auto now = env::now_of(self);
  actor_list out;
  for (auto& row : self->state.directory->list()) {
    if (out.actors.size() == max_rows) {
      ++out.left_out;
      continue;
    }
    out.actors.push_back({row.path, row.kind, row.waiting, row.handled, {}});
    if (row.busy_since) out.actors.back().busy = now - *row.busy_since;
  }
  reply(self, out);
}

void carry_out(caller_actor* self, const ask_status&) {
  self->request(self->state.set.root, part_patience, node::ask_parts{})
      .then([self](const node::node_parts& parts) { gather(self, parts); }, fail(self));
}

void carry_out(caller_actor* self, const ask_history& asked) {
  self->request(self->state.set.root, part_patience, node::ask_parts{})
      .then(
          [self, asked](const node::node_parts& parts) {
            self->request(parts.history, part_patience, asked)
                .then([self](event_list& events) { reply(self, std::move(events)); }, fail(self));
          },
          fail(self));
}

void carry_out(caller_actor* self, init& asked) {
  if (auto size = config::encode(asked.configuration).size(); size > max_founded)
    return reply(self, failed{fmt::format("the configuration takes {} bytes, at most {} can be formed with", size,
                                          max_founded)});
  self->request(self->state.set.root, caf::infinite, node::init_cluster{std::move(asked.configuration)})
      .then([self](const node::formed_cluster& done) { reply(self, formed{done.lineage}); }, fail(self));
}

// Calls use(outcome) with what became of it.
template <class Use>
void submit_then(caller_actor* self, command::body what, const caf::actor& ledger, std::vector<log_index> causes,
                 Use use) {
  auto& state = self->state;
  state.ledger = ledger; // empty: the root says why
  node::operator_command said{fmt::format("console/{}", state.id.value), state.user, std::move(what)};
  said.causes = std::move(causes);
  self->request(state.set.root, caf::infinite, std::move(said))
      .then([use](const cluster::told_outcome& told) { use(told.answer); }, fail(self));
}

void submit(caller_actor* self, command::body what, const caf::actor& ledger, std::vector<log_index> causes = {}) {
  submit_then(self, std::move(what), ledger, std::move(causes),
              [self](const outcome& became) { reply(self, ordered{became}); });
}

// Calls use(state, parts) with a copy of the state.
template <class Use>
void with_state(caller_actor* self, Use use) {
  self->request(self->state.set.root, part_patience, node::ask_parts{})
      .then(
          [self, use](const node::node_parts& parts) {
            if (!parts.ledger) return reply(self, failed{"this node belongs to no cluster; see `troupe init`"});
            self->request(parts.ledger, part_patience, cluster::ask_state{})
                .then([use, parts](const cluster::state_is& s) { use(s.whole, parts); }, fail(self));
          },
          fail(self));
}

// Calls use(true) if no leader is heard, also if the replica cannot say.
template <class Use>
void with_leadership(caller_actor* self, const caf::actor& replica, Use use) {
  self->request(replica, part_patience, consensus::ask_status{})
      .then([use](const consensus::replica_status& s) { use(s.leader.empty()); },
            [use](const caf::error&) { use(true); });
}

// Whoever applies what is applied already is told so, and nothing is done.
void apply_unless_same(caller_actor* self, command::config_set& asked) {
  with_state(self, [self, asked = std::move(asked)](const cluster::state_ptr& s, const node::node_parts& parts) {
    bool same =
        s->version_of(cluster::configuration_key{}) == asked.replaces && s->config().value == asked.configuration;
    if (same) return reply(self, ordered{{s->index(), refusal::nothing_changes}});
    submit(self, asked, parts.ledger);
  });
}

// One after the other, as a lane takes them anyway; the first that is refused is the answer, else the last.
using cleanups = std::shared_ptr<const std::vector<command::cleanup>>;
void clean_up_from(caller_actor* self, const cleanups& all, std::size_t next, const caf::actor& ledger) {
  submit_then(self, (*all)[next], ledger, {}, [=](const outcome& became) {
    if (became.refused != refusal::none || next + 1 == all->size()) return reply(self, ordered{became});
    clean_up_from(self, all, next + 1, ledger);
  });
}

void carry_out(caller_actor* self, order& asked) {
  if (auto* apply = std::get_if<command::config_set>(&asked.what)) return apply_unless_same(self, *apply);
  if (auto* clean = std::get_if<command::cleanup>(&asked.what); clean && !clean->resource.empty())
    return with_state(self, [self, asked = *clean](const cluster::state_ptr& s, const node::node_parts& parts) {
      auto all = std::make_shared<const std::vector<command::cleanup>>(cleanup_orders(*s, asked));
      clean_up_from(self, all, 0, parts.ledger);
    });
  self->request(self->state.set.root, part_patience, node::ask_parts{})
      .then([self, what = std::move(asked.what)](
                const node::node_parts& parts) mutable { submit(self, std::move(what), parts.ledger); },
            fail(self));
}

void carry_out(caller_actor* self, const fence& asked) {
  with_state(self, [self, asked](const cluster::state_ptr& s, const node::node_parts& parts) {
    auto order = order_fence(*s, asked, self->state.set.self);
    if (!order) return reply(self, failed{cut(order.error().text, max_shown)});
    submit(self, std::move(order->what), parts.ledger, std::move(order->causes));
  });
}

template <class Question>
void inquire(caller_actor* self, Question question) {
  self->request(start_inquiry(self), inquiry_patience, std::move(question))
      .then([self](worked_out& told) { reply(self, told.what); }, fail(self));
}

void carry_out(caller_actor* self, const ask_why& asked) {
  with_state(self, [self, asked](const cluster::state_ptr& s, const node::node_parts& parts) {
    with_leadership(self, parts.replica, [self, asked, s, history = parts.history](bool unled) {
      self->request(history, part_patience, history::ask_kept_events{})
          .then(
              [self, asked, s, unled](const history::kept_events& kept) {
                inquire(self, inquire_why{s, kept.events, asked.subject, unled});
              },
              fail(self));
    });
  });
}

void carry_out(caller_actor* self, const ask_plan& asked) {
  with_state(self, [self, asked](const cluster::state_ptr& s, const node::node_parts& parts) {
    with_leadership(self, parts.replica, [self, asked, s](bool unled) {
      inquire(self, inquire_plan{s, asked, self->state.set.self, unled});
    });
  });
}

template <class Answered, class Asked, class Use>
void ask_book(caller_actor* self, Asked asked, Use use) {
  self->request(self->state.set.root, part_patience, node::ask_parts{})
      .then(
          [self, asked = std::move(asked), use](const node::node_parts& parts) {
            if (!parts.attributes) return reply(self, failed{"this node belongs to no cluster; see `troupe init`"});
            self->request(parts.attributes, caf::infinite, asked)
                .then([self, use](Answered& told) { reply(self, use(told)); }, fail(self));
          },
          fail(self));
}

void carry_out(caller_actor* self, const ask_attribute& asked) {
  ask_book<attributes::attribute_read>(
      self, attributes::read_attribute{{asked.node, asked.lasts, asked.name}},
      [](attributes::attribute_read& told) { return attribute_value{std::move(told.value)}; });
}

void carry_out(caller_actor* self, const ask_attributes&) {
  ask_book<attribute_list>(self, attributes::list_attributes{}, [](attribute_list& told) { return std::move(told); });
}

void carry_out(caller_actor* self, const note_attribute& asked) {
  ask_book<attributes::attribute_noted>(self, attributes::note_attribute{asked.what},
                                        [](attributes::attribute_noted&) { return noted{}; });
}

void take_next(caller_actor* self) {
  auto& state = self->state;
  if (state.busy) return;
  auto next = state.reader.next();
  if (!next) return send_away(self, next.error().text);
  if (!*next) return;
  auto read = decode_request(**next);
  if (!read) return send_away(self, read.error().text);
  state.busy = true;
  std::visit([self](auto& asked) { carry_out(self, asked); }, *read);
}

} // namespace

caf::behavior caller(caller_actor* self, env::environment* env, const watching::directory_ptr& directory,
                     console_settings settings, transport::caller_id id, std::string user) {
  auto& state = self->state;
  state.env = env;
  self->publish(directory, fmt::format("node/console/{}", id.value), "caller");
  state.directory = directory;
  state.set = std::move(settings);
  state.id = id;
  state.user = std::move(user);
  self->set_exit_handler([self](const caf::exit_msg& e) {
    auto& s = self->state;
    if (s.ledger) self->send(s.ledger, cluster::close_lane{fmt::format("console/{}", s.id.value)});
    self->quit(e.reason);
  });
  return {[=](const caller_sent& sent) {
            auto& s = self->state;
            s.reader.feed(sent.data);
            if (s.reader.held() > max_waiting) return send_away(self, "too many requests at once");
            take_next(self);
          },
          [=](next_request) { take_next(self); }};
}

} // namespace troupe::console
