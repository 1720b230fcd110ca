#include "actors/node/founder.hpp"

#include <algorithm>

namespace troupe::node {

namespace {

std::string names(const std::vector<node_name>& missing) {
  std::string text;
  for (auto& n : missing) text += (text.empty() ? "" : ", ") + n.text;
  return text;
}

} // namespace

founder::founder(config::cluster c, lineage_id lineage, std::uint64_t round, stamp at, instant now, founding_options o)
  : round_(round)
  , options_(o)
  , genesis_{lineage, at, std::move(c), {}}
  , voters_(config::voters(genesis_.configuration))
  , give_up_(now + o.patience)
  , ask_again_(now) {
  if (voters_.empty()) fail("no node of the configuration may vote");
  else ask_missing(now);
}

void founder::fail(std::string why) { outcome_ = failed{std::move(why)}; }

void founder::ask_missing(instant now) {
  for (auto& v : voters_) {
    if (!fixed_ && !reserved_.contains(v)) orders_.push_back({v, formation::reserve{round_}});
    if (fixed_ && !formed_.contains(v)) orders_.push_back({v, formation::form{genesis_}});
  }
  ask_again_ = now + options_.retry;
}

void founder::fix_genesis(instant now) {
  for (auto& [node, journal] : reserved_) genesis_.voters.push_back({node, journal});
  fixed_ = true;
  give_up_ = now + options_.patience;
  ask_missing(now);
}

void founder::receive(const node_name& from, const formation::message& m, instant now) {
  if (outcome_ || std::find(voters_.begin(), voters_.end(), from) == voters_.end()) return;
  if (auto* r = std::get_if<formation::reserved>(&m); r && r->round == round_ && !fixed_) {
    reserved_[from] = r->journal;
    if (reserved_.size() == voters_.size()) fix_genesis(now);
  } else if (auto* t = std::get_if<formation::taken>(&m); t && t->round == round_ && !fixed_) {
    fail(from.text + " belongs to a cluster already; to form a new one there, empty its data folder first");
  } else if (auto* f = std::get_if<formation::formed>(&m); f && fixed_ && f->lineage == genesis_.lineage) {
    formed_.insert(from);
    if (formed_.size() == voters_.size()) outcome_ = success{genesis_.lineage};
  } else if (auto* no = std::get_if<formation::refused>(&m); no && fixed_ && no->lineage == genesis_.lineage) {
    fail(from.text + " refused to take part: " + no->why);
  }
}

void founder::on_time(instant now) {
  if (outcome_) return;
  if (now >= give_up_) {
    std::vector<node_name> missing;
    for (auto& v : voters_)
      if (fixed_ ? !formed_.contains(v) : !reserved_.contains(v)) missing.push_back(v);
    return fail(fixed_ ? "the cluster may be formed, but " + names(missing) +
                             " did not confirm; see `troupe status` on the others, it takes part as soon as it is reached"
                       : "no answer from " + names(missing) + "; nothing was formed. Start trouped there and try again");
  }
  if (now >= ask_again_) ask_missing(now);
}

std::optional<instant> founder::next_deadline() const {
  if (outcome_) return std::nullopt;
  return std::min(give_up_, ask_again_);
}

} // namespace troupe::node
