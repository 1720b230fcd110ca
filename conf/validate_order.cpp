// Orders that run in a circle: none of their actions could ever be the first.
//
// A directed graph over the steps of all resources and groups: an edge says "not before". A group's members are a chain
// between its own beginning and end. Optional orders count too: they bind whenever both actions are due at once. A
// symmetrical order's inverse adds nothing: it has a circle exactly when the order has one. Depth-first search with an
// explicit stack (a chain may be as long as max_resources); each edge back into the current path closes a circle.
#include "conf/validation.hpp"

#include <algorithm>

namespace troupe::conf::validation {

namespace order_graph {

enum step : std::size_t { begins, started, promoted, demoted, stopped, steps };

struct edge {
  std::size_t to;
  std::optional<std::size_t> because; // the order's index; none: it is so by itself
};

class graph {
public:
  explicit graph(const subject& s)
    : s_(s)
    , edges_(s.entities() * steps) {
    for (entity e = 0; e < s.entities(); ++e) add_steps(e);
    for (std::size_t i = 0; i < s.c.orders.size(); ++i) add_order(i);
  }

  [[nodiscard]] std::size_t size() const { return edges_.size(); }
  [[nodiscard]] const std::vector<edge>& from(std::size_t v) const { return edges_[v]; }
  [[nodiscard]] static entity entity_of(std::size_t v) { return v / steps; }

private:
  static std::size_t vertex(entity e, step at) { return e * steps + at; }
  void link(std::size_t from, std::size_t to, std::optional<std::size_t> because = {}) {
    edges_[from].push_back({to, because});
  }

  void add_steps(entity e) {
    link(vertex(e, started), vertex(e, promoted));
    link(vertex(e, demoted), vertex(e, stopped));
    const auto* g = s_.group_of(e);
    auto last = vertex(e, begins);
    if (g)
      for (const auto& member : g->members)
        if (auto m = s_.find(member.text); m && s_.resource_of(*m)) {
          link(last, vertex(*m, begins));
          last = vertex(*m, started);
        }
    link(last, vertex(e, started));
  }

  static step end_of(config::action a) {
    static constexpr step ends[] = {started, stopped, promoted, demoted};
    return ends[static_cast<std::size_t>(a)];
  }
  static step start_of(config::action a) { return a == config::action::start ? begins : end_of(a); }

  void add_order(std::size_t i) {
    const auto& o = s_.c.orders[i];
    auto first = s_.find(o.first), then = s_.find(o.then);
    if (first && then && *first != *then)
      link(vertex(*first, end_of(o.first_action)), vertex(*then, start_of(o.then_action)), i);
  }

  const subject& s_;
  std::vector<std::vector<edge>> edges_;
};

struct frame {
  std::size_t vertex;
  std::size_t next = 0;                    // edge to look at
  std::optional<std::size_t> because = {}; // of the edge that led here
};

// The names along a circle, each once where it comes up, the middle of a long one left out.
static std::string names_along(const subject& s, const std::vector<frame>& path, std::size_t start) {
  std::vector<entity> along;
  for (std::size_t i = start; i < path.size(); ++i)
    if (auto e = graph::entity_of(path[i].vertex); along.empty() || along.back() != e) along.push_back(e);
  if (along.size() > 1 && along.back() == along.front()) along.pop_back();
  std::string out;
  for (std::size_t i = 0; i < along.size() && i < max_listed; ++i) out += s.name_of(along[i]) + " -> ";
  if (along.size() > max_listed) out += std::to_string(along.size() - max_listed) + " more -> ";
  return out + s.name_of(graph::entity_of(path[start].vertex));
}

// `path` from `start` on, closed by an edge: said at the last of its orders in the file.
static void report(subject& s, const std::vector<frame>& path, std::size_t start, std::optional<std::size_t> closing) {
  auto last = closing;
  for (std::size_t i = start + 1; i < path.size(); ++i) last = std::max(last, path[i].because);
  if (!last) return; // a member twice in a group: said there
  s.error(key_path{"order"}[*last], "orders run in a circle: " + names_along(s, path, start), "remove one of them");
}

static void search(subject& s, const graph& g, std::size_t root, std::vector<char>& colour) {
  enum : char { unseen, on_path, done };
  std::vector<frame> path{{root}};
  colour[root] = on_path;
  while (!path.empty()) {
    auto& top = path.back();
    if (top.next == g.from(top.vertex).size()) {
      colour[top.vertex] = done;
      path.pop_back();
      continue;
    }
    const auto& e = g.from(top.vertex)[top.next++];
    if (colour[e.to] == unseen) {
      colour[e.to] = on_path;
      path.push_back({e.to, 0, e.because});
    } else if (colour[e.to] == on_path && s.found.size() < max_diagnostics) {
      auto at = std::find_if(path.begin(), path.end(), [&](const frame& f) { return f.vertex == e.to; });
      report(s, path, static_cast<std::size_t>(at - path.begin()), e.because);
    }
  }
}

} // namespace order_graph

void check_order_circles(subject& s) {
  order_graph::graph g(s);
  std::vector<char> colour(g.size());
  for (std::size_t v = 0; v < g.size(); ++v)
    if (colour[v] == 0) order_graph::search(s, g, v, colour);
}

} // namespace troupe::conf::validation
