#include "actors/cluster/arrivals.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::arrivals_test {

byte_buffer large(std::size_t size, int fill) {
  return byte_buffer(size, std::byte(fill));
}

byte_buffer dense(std::size_t size) { // is not shortened by packing
  byte_buffer out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::byte>(1 + i % 255));
  return out;
}

TEST_CASE("arrivals: a command as it is, and in pieces that mix with those of other senders") {
  arrivals desk;
  const node_name n1{"n1"}, n2{"n2"};
  CHECK(**desk.add(n1, large(8, 1)) == large(8, 1));
  auto a = command::cut(dense(4000), 1000), b = command::cut(dense(3200), 1000);
  REQUIRE(a.size() >= 4);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK_FALSE(*desk.add(n1, a[i]));
    CHECK_FALSE(*desk.add(n2, b[i]));
  }
  CHECK(**desk.add(n1, large(8, 2)) == large(8, 2)); // between pieces: another lane's
  CHECK(**desk.add(n2, b[3]) == dense(3200));
  for (std::size_t i = 3; i + 1 < a.size(); ++i) CHECK_FALSE(*desk.add(n1, a[i]));
  CHECK(**desk.add(n1, a.back()) == dense(4000));
  CHECK(desk.claimed() == 0);
  CHECK_FALSE(desk.add(n1, a[1]));
  CHECK(desk.claimed() == 0);
}

TEST_CASE("arrivals: what is open is limited; whoever finds no room begins anew") {
  arrivals desk;
  auto row = command::cut(dense(std::size_t{5} << 19), std::size_t{1} << 20); // 2.5 MiB in three pieces
  REQUIRE(row.size() == 3);
  int refused = 0;
  for (int sender = 0; sender < 20; ++sender)
    for (int i = 0; i < 2; ++i)
      if (!desk.add(node_name{"n" + std::to_string(sender)}, row[static_cast<std::size_t>(i)])) ++refused;
  CHECK(refused == 2 * 14); // 6 x 2.5 MiB are 15
  CHECK(desk.claimed() <= arrivals::max_open);
  CHECK(desk.claimed() > arrivals::max_open / 2);
  CHECK(**desk.add(node_name{"n0"}, row[2]) == dense(std::size_t{5} << 19));
  desk.forget();
  CHECK(desk.claimed() == 0);
}

} // namespace troupe::cluster::arrivals_test
