// One aim at one plug of one fence device, as a pure core.
//
//   off          off, read back: reached when status says off; else after retry_pause again, `retries` times
//   confirm_off  status: reached when it still says off; not when it says on, that is no trouble of the device
//   on           on: reached when the agent says so
// all within `budget`.
//
// What `off` itself answers proves nothing, either way: one that says "done" may have switched the wrong plug, one that
// timed out may have landed. Only what is read back counts. The agents' own `reboot` is not used: nothing could be read
// back between its halves. `on` is an aim of its own, because a node that hangs on two devices (two power supplies)
// must be off on both before either is switched on again.
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

enum class aim : std::uint8_t { off, confirm_off, on };
std::string_view name_of(aim a);

class attempt {
public:
  struct rules {
    aim what = aim::off;
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
  struct over { // the last output
    bool reached = false;
    std::string note; // why it was not reached
    bool operator==(const over&) const = default;
  };
  using output = std::variant<make_call, over>;

  explicit attempt(const rules& r)
    : rules_(r) {}

  [[nodiscard]] std::vector<output> begin(instant now);
  [[nodiscard]] std::vector<output> answered(instant now, std::uint64_t number, const outcome& how);
  [[nodiscard]] std::vector<output> tick(instant now); // at due(), or at any time
  // Nobody waits for it any more: no further call. One that is under way is let end, because a power switch that is
  // interrupted leaves nobody knows what; what it reads still counts.
  [[nodiscard]] std::vector<output> cancel();
  [[nodiscard]] std::optional<instant> due() const;

private:
  struct calling {
    std::uint64_t number = 0;
    action what = action::off;
  };
  struct pausing {
    instant until{};
  };
  struct ended {};

  [[nodiscard]] std::vector<output> next_call(instant now, action what);
  [[nodiscard]] std::vector<output> read_back(instant now, const outcome& how);
  [[nodiscard]] std::vector<output> again(instant now, std::string why);
  [[nodiscard]] std::vector<output> end(bool reached, std::string note);

  rules rules_;
  std::variant<ended, calling, pausing> now_;
  instant ends_{};
  std::uint64_t calls_ = 0;
  std::uint32_t failures_ = 0;
  std::string off_said_; // why the last off failed, for a reason that helps
  bool cancelled_ = false;
};

} // namespace troupe::agents::fence
