#include "tools/simulate/order_loops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace troupe::simulate {

using namespace scheduler;

namespace {

constexpr task steps[] = {task::start, task::promote, task::demote, task::stop};
constexpr std::size_t points_of_resource = 2 * std::size(steps); // each step's beginning and end

using point = std::uint32_t;

std::optional<std::size_t> step_of(task t) {
  auto found = std::find(std::begin(steps), std::end(steps), t);
  if (found == std::end(steps)) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(steps));
}

std::size_t inverse(std::size_t step) {
  return std::size(steps) - 1 - step;
}

bool upwards(std::size_t step) {
  return steps[step] == task::start || steps[step] == task::promote;
}

point beginning(resource_id r, std::size_t step) {
  return static_cast<point>(points_of_resource * r.at() + 2 * step);
}
point end(resource_id r, std::size_t step) {
  return beginning(r, step) + 1;
}

struct edge {
  point from, to;
  constraint_id origin{}; // none: it follows from what the resources are
};

std::vector<edge> edges_of(const input& in) {
  std::vector<edge> all;
  for (auto r : ids_of(in.resources)) {
    auto& resource = in.resources[r];
    all.push_back({end(r, 0), beginning(r, 1)}); // promoted after the start
    all.push_back({end(r, 2), beginning(r, 3)}); // stopped after the demotion
    for (std::size_t s = 0; s < std::size(steps); ++s) {
      all.push_back({beginning(r, s), end(r, s)});
      if (resource.parent.valid()) {
        all.push_back({beginning(resource.parent, s), beginning(r, s)});
        all.push_back({end(r, s), end(resource.parent, s)});
      }
      if (resource.kind != resource_kind::group || !resource.members_in_order) continue;
      for (std::size_t i = 1; i < resource.children.size(); ++i) {
        auto former = resource.children[i - 1], latter = resource.children[i];
        if (!upwards(s)) std::swap(former, latter);
        all.push_back({end(former, s), beginning(latter, s)});
      }
    }
  }
  for (auto& o : in.orders) {
    auto first = step_of(o.first_task), then = step_of(o.then_task);
    if (o.kind == order_kind::serialize || !first || !then) continue;
    all.push_back({end(o.first, *first), beginning(o.then, *then), o.origin});
    if (o.symmetrical) all.push_back({end(o.then, inverse(*then)), beginning(o.first, inverse(*first)), o.origin});
  }
  return all;
}

// Which component each point is in. Without recursion: a chain of orders may be as long as a CIB.
class components {
public:
  components(std::size_t points, const std::vector<edge>& edges)
    : first_(points + 1, 0)
    , targets_(edges.size())
    , met_(points, 0)
    , lowest_(points, 0)
    , of_(points, 0) {
    for (auto& e : edges) ++first_[e.from + 1];
    for (std::size_t p = 0; p < points; ++p) first_[p + 1] += first_[p];
    auto next = first_;
    for (auto& e : edges) targets_[next[e.from]++] = e.to;
    for (point p = 0; p < points; ++p)
      if (met_[p] == 0) visit_from(p);
  }

  [[nodiscard]] std::uint32_t of(point p) const { return of_[p]; }

private:
  struct visit {
    point at;
    std::uint32_t next; // which of its edges is due
  };

  void meet(point p) {
    met_[p] = lowest_[p] = ++count_;
    open_.push_back(p);
    way_.push_back({p, first_[p]});
  }

  void visit_from(point start) {
    meet(start);
    while (!way_.empty()) {
      auto& [at, next] = way_.back();
      if (next < first_[at + 1]) {
        auto to = targets_[next++];
        if (met_[to] == 0)
          meet(to);
        else if (of_[to] == 0)
          lowest_[at] = std::min(lowest_[at], met_[to]);
        continue;
      }
      auto done = at;
      way_.pop_back();
      if (!way_.empty()) lowest_[way_.back().at] = std::min(lowest_[way_.back().at], lowest_[done]);
      if (lowest_[done] == met_[done]) close(done);
    }
  }

  void close(point root) {
    ++closed_;
    for (;;) {
      auto p = open_.back();
      open_.pop_back();
      of_[p] = closed_;
      if (p == root) return;
    }
  }

  std::vector<std::uint32_t> first_; // of a point's edges, in `targets_`
  std::vector<point> targets_;
  std::vector<std::uint32_t> met_, lowest_; // 0: not yet
  std::vector<std::uint32_t> of_;           // 0: still open
  std::vector<point> open_;
  std::vector<visit> way_;
  std::uint32_t count_ = 0, closed_ = 0;
};

template <class Item>
void sort_once(std::vector<Item>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

} // namespace

std::vector<order_loop> order_loops(const input& in) {
  if (in.orders.empty()) return {};
  auto points = points_of_resource * in.resources.size();
  auto edges = edges_of(in);
  components c{points, edges};
  std::map<std::uint32_t, order_loop> loops; // by component
  for (auto& e : edges)                      // without an order there is no loop
    if (e.origin.valid() && c.of(e.from) == c.of(e.to)) loops[c.of(e.from)].orders.push_back(e.origin);
  for (point p = 0; p < points; ++p)
    if (auto found = loops.find(c.of(p)); found != loops.end())
      found->second.resources.push_back(resource_id{p / points_of_resource});
  std::vector<order_loop> all;
  for (auto& [component, loop] : loops) {
    sort_once(loop.resources);
    sort_once(loop.orders);
    all.push_back(std::move(loop));
  }
  sort_once(all); // going down mirrors going up
  return all;
}

std::string loop_text(const input& in, const order_loop& loop) {
  constexpr std::size_t most = 10;
  auto listed = [&](auto& ids, auto name) {
    std::string text;
    for (std::size_t i = 0; i < std::min(ids.size(), most); ++i) text += (i == 0 ? "" : ", ") + name(ids[i]);
    return ids.size() > most ? fmt::format("{} and {} more", text, ids.size() - most) : text;
  };
  return fmt::format("{}: a loop of orders, in which {} wait for each other: they are planned as if they did not",
                     listed(loop.orders, [&](constraint_id o) { return in.constraint_names[o.at()]; }),
                     listed(loop.resources, [&](resource_id r) { return in.resources[r].name; }));
}

} // namespace troupe::simulate
