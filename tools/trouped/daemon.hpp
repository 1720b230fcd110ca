// One life of the daemon: the real environment around the node, from the first file opened to the last one closed.
#pragma once

#include "messages/types/result.hpp"
#include "tools/trouped/settings.hpp"

namespace troupe::daemon {

enum class ending : std::uint8_t {
  asked,  // by a signal, in order
  failed, // the node gave up; its log says why
};

// Runs until a signal asks it to end (TERM, INT) or the node gives up. An error: it could not start. A second signal
// ends the process at once.
result<ending> run(settings what, env::log_sink& log);

} // namespace troupe::daemon
