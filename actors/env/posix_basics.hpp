// The small real parts of env: entropy and calendar.
#pragma once

#include "actors/env/env.hpp"

namespace troupe::env {

class posix_entropy final : public entropy { // the kernel's, through libsodium
public:
  posix_entropy();
  void fill(std::span<std::byte> out) override;
};

class posix_calendar final : public calendar {
public:
  stamp now() override;
};

} // namespace troupe::env
