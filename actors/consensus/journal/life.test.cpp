// Long random lives: appends, rolls, settles, truncations, kills and power losses in any order, against a model that
// only knows which batches were synced.
#include "actors/consensus/journal/journal_fixture.hpp"

namespace troupe::journal_test {

class life {
public:
  explicit life(std::uint64_t seed)
    : random_(seed) {
    disk_.run(writer_.open());
  }

  void step() {
    auto what = random_.below(100);
    if (what < 70)
      append();
    else if (what < 80)
      disk_.run(writer_.settle());
    else if (what < 88)
      truncate();
    else if (what < 94)
      restart(synced_, synced_); // killed at rest: the cache lives on
    else
      lose_power_in(append_request());
  }

private:
  std::string text() { return std::string(random_.below(700), static_cast<char>('a' + random_.below(26))); }
  journal_batch batch() {
    journal_batch b;
    for (auto n = 1 + random_.below(3); n > 0; --n) {
      if (random_.chance(700'000))
        b.push_back(accepted(synced_.snapshot.value + 1 + random_.below(20), text()));
      else if (random_.chance(500'000))
        b.push_back(chosen(random_.below(500)));
      else
        b.push_back(promise("b" + std::to_string(random_.below(1'000'000))));
    }
    return b;
  }
  env::disk_request append_request() {
    auto b = batch();
    next_ = synced_;
    for (const auto& r : b) next_.take(r);
    return writer_.append(b);
  }
  void append() {
    disk_.run(append_request());
    synced_ = next_;
  }
  void truncate() {
    journal_record covered{record_kind::snapshot, slot_number{synced_.snapshot.value + random_.below(15)}, {}};
    next_ = synced_;
    next_.take(covered);
    auto request = writer_.truncate(covered.slot);
    if (random_.chance(300'000)) return lose_power_in(request);
    disk_.run(request);
    synced_ = next_;
  }
  void lose_power_in(const env::disk_request& request) {
    disk_.run(request, random_.below(request.size() + 1));
    disk_.lose_power(random_);
    restart(synced_, next_);
  }
  // What comes back is `low`, or `high`; a promise may come back alone.
  void restart(const memory& low, const memory& high) {
    auto r = recovered(disk_.files());
    auto m = memory_of(r);
    auto low_promised = low;
    low_promised.promise = high.promise;
    REQUIRE((m == low || m == high || m == low_promised));
    synced_ = m;
    writer_ = journal_writer(r.state);
    auto open = writer_.open();
    if (random_.chance(200'000)) { // and again, while it opens
      disk_.run(open, random_.below(open.size()));
      disk_.lose_power(random_);
      return restart(low, high);
    }
    disk_.run(open);
  }

  random_source random_;
  memory_disk disk_;
  journal_writer writer_{new_journal(identity, 2 * min_segment_size)};
  memory synced_, next_;
};

TEST_CASE("random lives keep what was synced") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    life l(seed);
    for (int i = 0; i < 200; ++i) l.step();
  }
}

} // namespace troupe::journal_test
