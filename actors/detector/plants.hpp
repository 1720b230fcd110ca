// Planted bugs of the detector: what a test or the simulator switches on to show that somebody notices. Constant-empty
// in trouped.
#pragma once

namespace troupe::detector {

struct plants {
  bool trust_own_clock_jump = false; // after a pause all that ran out meanwhile counts against others
  bool accuse_after_pause = false;   // notices its pause, but does not wait to hear from others
  bool ignore_refutation = false;    // a higher incarnation does not clear a suspicion
  bool believe_old_news = false;     // does not compare incarnations
  bool skip_indirect = false;        // accuses without asking others to probe
  bool count_accuser_twice = false;  // one accuser's word confirms itself
};

} // namespace troupe::detector
