#include "tools/sim/active_faults.hpp"

#include <algorithm>

namespace troupe::sim {

active_faults::active_faults(std::vector<node_name> machines)
  : machines_(std::move(machines)) {
  work_out();
}

active_faults::ticket active_faults::begin(const fault& f) {
  active_.push_back({++last_, f});
  work_out();
  return last_;
}

bool active_faults::end(ticket which) {
  bool there = std::erase_if(active_, [&](const acting& a) { return a.number == which; }) != 0;
  if (there) work_out();
  return there;
}

void active_faults::clear() {
  active_.clear();
  work_out();
}

bool active_faults::names(const nodes& list, machine_index machine) const {
  return list.empty() || std::find(list.begin(), list.end(), machines_[machine.value]) != list.end();
}

void active_faults::each_link(const nodes& from, const nodes& to, auto&& change) {
  for (std::uint32_t a = 0; a < machines_.size(); ++a)
    for (std::uint32_t b = 0; b < machines_.size(); ++b)
      if (a != b && names(from, machine_index{a}) && names(to, machine_index{b}))
        change(links_[a * machines_.size() + b]);
}

void active_faults::work_out() {
  links_.assign(machines_.size() * machines_.size(), {});
  disks_.assign(machines_.size(), {});
  auto disk_of = [&](const node_name& name) -> disk_trouble& {
    auto found = std::find(machines_.begin(), machines_.end(), name);
    return disks_[static_cast<std::size_t>(found - machines_.begin())];
  };
  auto max_rate = [](rate& into, rate other) { into.ppm = std::max(into.ppm, other.ppm); };
  for (const auto& [number, f] : active_) {
    if (auto* p = std::get_if<faults::partition>(&f.what)) {
      each_link(p->from, p->to, [&](link_state& l) {
        l.cut = true;
        l.one_way = p->one_way;
      });
      if (!p->one_way) each_link(p->to, p->from, [](link_state& l) { l.cut = true; });
    } else if (auto* x = std::get_if<faults::loss>(&f.what)) {
      each_link(x->from, x->to, [&](link_state& l) { max_rate(l.loss, x->of); });
    } else if (auto* d = std::get_if<faults::duplication>(&f.what)) {
      each_link(d->from, d->to, [&](link_state& l) { max_rate(l.duplication, d->of); });
    } else if (auto* s = std::get_if<faults::delay>(&f.what)) {
      each_link(s->from, s->to, [&](link_state& l) { l.delay += s->by; });
    } else if (auto* r = std::get_if<faults::reordering>(&f.what)) {
      each_link(r->from, r->to, [&](link_state& l) { l.reordering += r->up_to; });
    } else if (auto* io = std::get_if<faults::disk_sync_fails>(&f.what)) {
      disk_of(io->node).sync_fails = true;
    } else if (auto* full = std::get_if<faults::disk_full>(&f.what)) {
      disk_of(full->node).full = true;
    } else if (auto* slow = std::get_if<faults::disk_slow>(&f.what)) {
      disk_of(slow->node).slower += slow->by;
    }
  }
}

agent_trouble active_faults::agent(machine_index machine, std::string_view slice, std::string_view action) const {
  agent_trouble found;
  auto befalls = [&](const auto& kind) {
    return names(kind.on, machine) && (kind.slice.empty() || kind.slice == slice) &&
           (kind.action.empty() || kind.action == action);
  };
  for (const auto& [number, f] : active_) {
    if (auto* slow = std::get_if<faults::agent_slow>(&f.what); slow && befalls(*slow)) found.slower += slow->by;
    if (auto* fails = std::get_if<faults::agent_fails>(&f.what); fails && befalls(*fails)) found.fails = fails->status;
    if (auto* hangs = std::get_if<faults::agent_hangs>(&f.what); hangs && befalls(*hangs)) found.hangs = true;
    if (auto* stuck = std::get_if<faults::agent_stuck>(&f.what); stuck && befalls(*stuck)) found.stuck = true;
  }
  return found;
}

fence_trouble active_faults::fence(machine_index target) const {
  fence_trouble found;
  for (const auto& [number, f] : active_) {
    if (auto* fails = std::get_if<faults::fence_fails>(&f.what); fails && names(fails->target, target))
      found.fails = true;
    if (auto* hangs = std::get_if<faults::fence_hangs>(&f.what); hangs && names(hangs->target, target))
      found.hangs = true;
    if (auto* late = std::get_if<faults::fence_late>(&f.what); late && names(late->target, target))
      found.late = late->by;
  }
  return found;
}

} // namespace troupe::sim
