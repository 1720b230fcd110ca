// One attempt to fence one node by one device, as a pure core: off, read back, and where it is wanted, on again.
//
//   off -> status says off                        -> proved, then on (or over)
//       -> status says on, or nobody can tell     -> after retry_pause again, `retries` times, within `budget`
//
// What `off` itself answers proves nothing, either way: one that says "done" may have switched the wrong plug, one that
// timed out may have landed. Only what is read back counts. The agents' own `reboot` is not used: nothing could be read
// back between its halves. That the node does not come on again is no failure of the fencing.
//
// Whoever carries it makes the calls (each in a scope of its own) and gives back what they said, by number; other
// answers are ignored. No call is given more time than the budget has left, so an attempt ends by itself, at most a
// call's grace after its budget.
#pragma once

#include "agents/fence/protocol.hpp"

#include <optional>
#include <variant>

namespace troupe::agents::fence {

inline constexpr duration retry_pause = std::chrono::seconds{1};

class attempt {
public:
  struct rules {
    bool on_again = true;
    std::uint32_t retries = 2; // after the first time
    duration timeout{};        // of one call
    duration budget{};         // of the attempt
  };
  // --- outputs ---
  struct make_call { // with this time-out; then answered()
    std::uint64_t number = 0;
    action what = action::off;
    duration timeout{};
    bool operator==(const make_call&) const = default;
  };
  struct proved_off { // read back: the proof can be committed
    bool operator==(const proved_off&) const = default;
  };
  struct over { // the last output
    bool proved = false;
    std::string note; // why it failed; if proved: that it did not come on again, or empty
    bool operator==(const over&) const = default;
  };
  using output = std::variant<make_call, proved_off, over>;

  explicit attempt(const rules& r)
    : rules_(r) {}

  [[nodiscard]] std::vector<output> begin(instant now);
  [[nodiscard]] std::vector<output> answered(instant now, std::uint64_t number, const outcome& how);
  [[nodiscard]] std::vector<output> tick(instant now); // at due(), or at any time
  [[nodiscard]] std::optional<instant> due() const;

private:
  struct calling {
    std::uint64_t number = 0;
    action what = action::off;
  };
  struct pausing {
    instant until{};
    action then = action::off;
  };
  struct ended {};

  [[nodiscard]] std::vector<output> next_call(instant now, action what);
  [[nodiscard]] std::vector<output> read_back(instant now, const outcome& how);
  [[nodiscard]] std::vector<output> came_on(instant now, const outcome& how);
  [[nodiscard]] std::vector<output> again(instant now, action what, std::string why);
  [[nodiscard]] std::vector<output> end(std::string note);

  rules rules_;
  std::variant<ended, calling, pausing> now_;
  instant ends_{};
  std::uint64_t calls_ = 0;
  std::uint32_t failures_ = 0; // of the present aim, off or on
  std::string off_said_;       // why the last off failed, for a reason that helps
  bool proved_ = false;
};

} // namespace troupe::agents::fence
