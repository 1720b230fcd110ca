#include "actors/attributes/book.hpp"

#include <iterator>

namespace troupe::attributes {

using cluster::attribute_key;

void book::take(const cluster::state& whole) {
  said_.clear();
  configured_.clear();
  whole.for_each([this](const auto& key, const auto& entry) {
    using key_type = std::remove_cvref_t<decltype(key)>;
    row(cluster::row_change<key_type>{key, entry});
  });
  index_ = whole.index();
  forget_landed();
}

void book::take(const cluster::delta& news) {
  for (auto& c : news.changes) std::visit([this](auto& one) { row(one); }, c);
  index_ = news.at;
  forget_landed();
}

void book::row(const cluster::row_change<attribute_key>& c) {
  if (c.now)
    said_[c.key] = c.now->value.value;
  else
    said_.erase(c.key);
}

void book::row(const cluster::row_change<cluster::configuration_key>& c) {
  configured_.clear();
  if (!c.now) return;
  for (auto& n : c.now->value.value.nodes)
    for (auto& [name, value] : n.attributes) configured_[{n.name, command::lifetime::forever, name}] = value;
}

void book::forget_landed() {
  if (index_ >= landing_at_) landing_.clear();
}

std::optional<std::string> book::read(const attribute_key& key) const {
  for (auto* known : {&waiting_, &on_its_way_, &landing_})
    if (auto found = known->find(key); found != known->end()) return found->second.value;
  for (auto* known : {&said_, &configured_})
    if (auto found = known->find(key); found != known->end()) return found->second;
  return {};
}

std::map<attribute_key, std::string> book::all() const {
  auto out = said_;
  out.insert(configured_.begin(), configured_.end());
  for (auto* changed : {&landing_, &on_its_way_, &waiting_}) // the last word last
    for (auto& [key, change] : *changed)
      if (change.value)
        out[key] = *change.value;
      else
        out.erase(key);
  return out;
}

book::noted book::note(const command::attribute_item& item) {
  attribute_key key{item.node, item.lasts, item.name};
  bool new_word = !waiting_.contains(key);
  auto sent = on_its_way_.find(key);
  if (new_word && sent == on_its_way_.end() && read(key) == item.value) return {taken::same, 0};
  if (new_word && sent != on_its_way_.end() && sent->second.value == item.value) {
    sent->second.tickets.push_back(++last_);
    return {taken::pending, last_};
  }
  if (new_word && waiting_.size() >= max_pending) return {taken::full, 0};
  auto& change = waiting_[key];
  change.value = item.value;
  change.tickets.push_back(++last_);
  return {taken::pending, last_};
}

std::optional<command::attributes> book::next() {
  if (!on_its_way_.empty() || waiting_.empty()) return {};
  command::attributes out;
  while (!waiting_.empty() && out.items.size() < command::max_attribute_items) {
    auto first = waiting_.extract(waiting_.begin());
    auto& key = first.key();
    out.items.push_back({key.node, key.lasts, key.name, first.mapped().value});
    on_its_way_.insert(std::move(first));
  }
  return out;
}

std::vector<ticket> book::answered(const outcome& what) {
  std::vector<ticket> done;
  for (auto& [key, change] : on_its_way_) done.insert(done.end(), change.tickets.begin(), change.tickets.end());
  landing_.clear();
  if (what.refused == refusal::none) {
    landing_ = std::move(on_its_way_);
    landing_at_ = what.index;
    forget_landed();
  }
  on_its_way_.clear();
  return done;
}

void book::not_taken() {
  for (auto& [key, change] : on_its_way_) {
    auto [at, fresh] = waiting_.try_emplace(key, change);
    if (!fresh) at->second.tickets.insert(at->second.tickets.end(), change.tickets.begin(), change.tickets.end());
  }
  on_its_way_.clear();
}

} // namespace troupe::attributes
