#include "actors/resource/node_view.hpp"

#include "actors/cluster/holdings.hpp"
#include "messages/types/assert.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::resource {

void node_view::take(const cluster::state& whole) {
  auto before = here();
  auto held = holdings();
  member_.reset();
  pending_.clear();
  holders_.clear();
  definitions_.clear();
  configuration_.reset();
  maintenance_.clear();
  present_.clear();
  rounds_.clear();
  whole.for_each([this](const auto& key, const auto& entry) {
    using key_type = std::remove_cvref_t<decltype(key)>;
    row(cluster::row_change<key_type>{key, entry});
  });
  index_ = whole.index();
  all_dirty_ = true;
  notice_death(before, std::move(held));
}

void node_view::take(const cluster::delta& news) {
  auto before = here();
  bool about_us = std::any_of(news.changes.begin(), news.changes.end(), [this](auto& c) {
    auto* m = std::get_if<cluster::row_change<cluster::member_key>>(&c);
    return m && m->key.node == self_;
  });
  auto held = about_us ? holdings() : std::vector<holding>{};
  for (auto& c : news.changes) std::visit([this](auto& one) { row(one); }, c);
  index_ = news.at;
  notice_death(before, std::move(held));
}

void node_view::session_is(session_id ours) {
  if (session_ == ours) return;
  session_ = ours;
  all_dirty_ = true;
}

// The proof that frees our holders comes in the same command as the word that we are dead: what we hold must be
// remembered before it is gone from the state.
void node_view::notice_death(standing before, std::vector<holding> held) {
  auto now = here();
  if (now == standing::dead && before != standing::dead) taken_from_us_ = std::move(held);
  if (now != before) all_dirty_ = true;
}

void node_view::row(const cluster::row_change<cluster::configuration_key>& c) {
  if (!c.now) return;
  configuration_ = std::make_shared<const cluster::configuration>(c.now->value);
  group_of_.clear();
  for (auto& g : configuration_->value.groups)
    for (auto& member : g.members) group_of_[member] = g.name.text;
  all_dirty_ = true;
}

void node_view::row(const cluster::row_change<cluster::definition_key>& c) {
  if (c.now)
    definitions_[c.key] = std::make_shared<const config::resource>(c.now->value);
  else
    definitions_.erase(c.key);
}

void node_view::row(const cluster::row_change<cluster::member_key>& c) {
  bool joined = c.now && std::holds_alternative<cluster::joined>(c.now->value.here);
  joined ? void(present_.insert(c.key.node)) : void(present_.erase(c.key.node));
  if (c.key.node != self_) return;
  member_.reset();
  if (c.now) member_ = c.now->value;
}

void node_view::row(const cluster::row_change<cluster::inventory_key>& c) {
  if (c.key.node != self_) return;
  auto before = std::exchange(pending_, {});
  if (c.now) pending_.insert(c.now->value.pending.begin(), c.now->value.pending.end());
  // Only what came or went: the record is rewritten with every report of a long inventory.
  std::vector<resource_name> changed;
  std::set_symmetric_difference(before.begin(), before.end(), pending_.begin(), pending_.end(),
                                std::back_inserter(changed));
  for (auto& name : changed) dirty_.insert({name, 0});
}

void node_view::row(const cluster::row_change<cluster::holder_key>& c) {
  if (c.key.node != self_) return;
  if (c.now)
    holders_.insert_or_assign(c.key, c.now->value);
  else
    holders_.erase(c.key);
  dirty_.insert({c.key.resource, c.key.ordinal});
}

void node_view::row(const cluster::row_change<cluster::directive_key>& c) {
  if (c.key.kind != command::directive_kind::maintenance) return;
  if (c.now)
    maintenance_.insert(c.key.subject);
  else
    maintenance_.erase(c.key.subject);
  all_dirty_ = true;
}

// Who else has been told concerns nobody here: the picture changes with the round, and with our own part in it.
void node_view::row(const cluster::row_change<cluster::notices_key>& c) {
  dirty_.insert({c.key.resource, 0});
  if (!c.now) return void(rounds_.erase(c.key.resource));
  auto& now = c.now->value;
  auto& known = rounds_[c.key.resource];
  if (!known.what || known.what->id != now.id) {
    notice_round made{now.id, now.operation, now.what, now.active, {}, {present_.begin(), present_.end()}};
    if (configuration_)
      for (auto& n : configuration_->value.nodes) made.all_nodes.push_back(n.name);
    known.what = std::make_shared<const notice_round>(std::move(made));
  }
  auto ours = now.asked.find(self_);
  known.tell.reset();
  if (ours == now.asked.end()) return;
  known.tell = telling{now.id, now.stage};
  known.asked = ours->second;
}

bool node_view::this_boot() const {
  return member_ && member_->boot.value != 0 && member_->boot_mark == boot_;
}

// Also when another boot of this node has joined since: a reboot that was none, a copy of this machine.
bool node_view::boot_is_dead() const {
  auto& marks = member_->dead_marks;
  return std::find(marks.begin(), marks.end(), boot_) != marks.end() ||
         (this_boot() && std::holds_alternative<cluster::down>(member_->here));
}

standing node_view::here() const {
  if (!member_) return standing::none;
  auto& p = member_->here;
  if (boot_is_dead()) return standing::dead;
  bool ours = session_.value != 0 && member_->session == session_;
  if (!ours && !any_session_) return standing::none;
  if (std::holds_alternative<cluster::lost>(p)) return standing::cast_out;
  return cluster::is_present(*member_) ? standing::active : standing::none;
}

const cluster::holder* node_view::held(const instance& what) const {
  if (!this_boot()) return nullptr;
  auto found = holders_.find({what.resource, what.ordinal, self_, member_->boot});
  return found == holders_.end() ? nullptr : &found->second;
}

bool node_view::is_open(const instance& what, log_index act) const {
  auto* h = held(what);
  return h && h->open && h->open->id == act;
}

const config::cluster& node_view::configuration() const {
  TROUPE_ASSERT(configuration_, "a cluster without a configuration");
  return configuration_->value;
}

// Several alike: as configured; of what is configured no more, as it was defined (what its group said is forgotten).
static std::optional<cluster::allowance> copies_of(const config::resource& d, const cluster::standing* configured) {
  if (configured) {
    bool plain = configured->may == cluster::allowance{} && !d.clone && !d.promotable;
    return plain ? std::nullopt : std::optional(configured->may);
  }
  if (!d.clone && !d.promotable) return {};
  auto clone = d.clone.value_or(config::clone_options{});
  auto promotable = d.promotable.value_or(config::promotable_options{0, 0});
  return cluster::allowance{clone.max.value_or(1), clone.node_max, promotable.max, promotable.node_max};
}

// As configured; of what is configured no more, as it was defined.
static bool notifies(const config::resource& d, const cluster::configuration* c, const std::string& group) {
  if (c)
    for (auto& g : c->value.groups)
      if (g.name.text == group) return g.clone && g.clone->notify;
  return d.clone && d.clone->notify;
}

std::optional<blueprint> node_view::blueprint_of(const instance& what, const cluster::holder* h) const {
  const cluster::standing* configured = nullptr;
  if (configuration_) {
    auto found = configuration_->resources.find(what.resource);
    if (found != configuration_->resources.end()) configured = &found->second;
  }
  if (!h && !configured) return {};
  auto defined_at = h ? h->definition : configured->defined_at;
  auto found = definitions_.find({what.resource, defined_at});
  TROUPE_ASSERT(found != definitions_.end(), "a definition lives as long as somebody refers to it");
  auto group = group_of_.find(what.resource);
  bool told = notifies(*found->second, configuration_.get(), group == group_of_.end() ? std::string{} : group->second);
  return blueprint{defined_at, found->second, copies_of(*found->second, configured), told};
}

bool node_view::maintained(const resource_name& resource) const {
  if (maintenance_.empty()) return false;
  auto group = group_of_.find(resource);
  return maintenance_.contains("") || maintenance_.contains(self_.text) || maintenance_.contains(resource.text) ||
         (group != group_of_.end() && maintenance_.contains(group->second));
}

wanted node_view::want(const instance& what) const {
  wanted out;
  if (here() != standing::active) return out;
  auto* h = held(what);
  out.session = any_session_ ? member_->session : session_;
  out.held = h != nullptr;
  out.probe = what.ordinal == 0 && pending_.contains(what.resource);
  out.how = blueprint_of(what, h);
  if (!h) return out;
  out.act = h->open;
  if (auto round = rounds_.find(what.resource); round != rounds_.end()) {
    out.round = round->second.what;
    if (round->second.asked == out.session) out.tell = round->second.tell;
  }
  auto* r = std::get_if<cluster::running>(&h->now);
  if (r && !h->open && !out.probe && !maintained(what.resource)) out.watch = upkeep{h->role, r->healthy};
  return out;
}

std::set<instance> node_view::known() const {
  std::set<instance> all;
  for (auto& [what, last] : last_) all.insert(what);
  for (auto& name : pending_) all.insert({name, 0});
  for (auto& [key, h] : holders_) all.insert({key.resource, key.ordinal});
  return all;
}

std::vector<picture> node_view::changes() {
  if (all_dirty_) dirty_ = known();
  all_dirty_ = false;
  std::vector<picture> out;
  for (auto& what : std::exchange(dirty_, {})) {
    auto now = want(what);
    auto before = last_.find(what);
    bool same = before == last_.end() ? now.nothing() : before->second == now;
    if (same) continue;
    if (now.nothing())
      last_.erase(what);
    else
      last_.insert_or_assign(what, now);
    out.push_back({what, std::move(now)});
  }
  return out;
}

std::vector<holding> node_view::holdings() const {
  auto out = taken_from_us_;
  if (!this_boot()) return out;
  for (auto& [key, h] : holders_) {
    if (key.boot != member_->boot) continue;
    instance what{key.resource, key.ordinal};
    if (auto how = blueprint_of(what, &h)) out.push_back({what, std::move(*how)});
  }
  return out;
}

} // namespace troupe::resource
