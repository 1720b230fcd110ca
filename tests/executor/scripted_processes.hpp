// env.processes by hand: what was asked waits until the test says how it ended. A slice is inhabited when the test says
// so.
#pragma once

#include "agents/processes.hpp"

#include <doctest/doctest.h>

namespace troupe::executor_test {

class scripted_processes final : public agents::processes {
public:
  struct asked {
    std::string what; // "db/12 start", "db/probe monitor", "end db/12", "empty db"
    agents::command call;
    done on_end;
  };

  void run(const agents::scope_name& scope, agents::command run, done on_end) override {
    auto what = shown(scope) + " " + run.arguments.at(1);
    waiting.push_back({std::move(what), std::move(run), std::move(on_end)});
  }
  void end_slice(const std::string& slice, duration, done on_end) override {
    waiting.push_back({"empty " + slice, {}, std::move(on_end)});
  }
  void end_scope(const agents::scope_name& scope, duration, done on_end) override {
    waiting.push_back({"end " + shown(scope), {}, std::move(on_end)});
  }
  void list(std::function<void(result<agents::living>)> on_list) override { on_list(lives); }

  // What is under way, sorted, joined by "; ".
  [[nodiscard]] std::string under_way() const {
    std::vector<std::string> all;
    for (auto& w : waiting) all.push_back(w.what);
    std::sort(all.begin(), all.end());
    std::string out;
    for (auto& w : all) out += (out.empty() ? "" : "; ") + w;
    return out;
  }
  void end(const std::string& what, const agents::outcome& how) {
    auto found = std::find_if(waiting.begin(), waiting.end(), [&](auto& w) { return w.what == what; });
    REQUIRE_MESSAGE(found != waiting.end(), what << " is not under way, but: " << under_way());
    auto on_end = std::move(found->on_end);
    waiting.erase(found);
    on_end(how);
  }

  // Scopes of probes and monitors differ each time: only their kind is shown.
  static std::string shown(const agents::scope_name& s) { return s.slice + "/" + s.scope.substr(0, s.scope.find('-')); }

  result<agents::living> lives;
  std::vector<asked> waiting;
};

} // namespace troupe::executor_test
