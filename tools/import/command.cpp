#include "tools/import/command.hpp"

#include "tools/import/cluster_toml.hpp"
#include "tools/simulate/cib_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <sys/stat.h>

namespace troupe::import_cib {

namespace {

int fail(const std::string& sentence) {
  std::cerr << "troupe import-cib: " << sentence << "\n";
  return 1;
}

result<draft> read(const arguments& args) {
  auto file = simulate::open_cib(args.cib);
  if (!file) return tl::unexpected(file.error());
  auto opened = cib::reading::begin([&](char* into, std::size_t room) {
    file->read(into, static_cast<std::streamsize>(room));
    return static_cast<std::size_t>(file->gcount());
  });
  if (!opened) return failure(fmt::format("{}: {}", args.cib, opened.error().text));
  for (;;) { // only the configuration matters, but a text that is cut off is not to be trusted
    auto state = (*opened)->next();
    if (!state) return failure(fmt::format("{}: {}", args.cib, state.error().text));
    if (!*state) break;
  }
  auto& head = (*opened)->head();
  auto imported = simulate::from_cib(head, args.clock(), args.now);
  auto can = args.all ? all_abilities(head) : conf::abilities{};
  auto d = draft_of(head, imported.input, can);
  for (auto& w : imported.warnings) d.notes.push_back({false, "warning", w});
  if (d.cluster.nodes.empty()) return failure(fmt::format("{}: it names no node", args.cib));
  return d;
}

std::string counted(std::size_t n, const char* thing) {
  return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

} // namespace

int import(const arguments& args) {
  auto d = read(args);
  if (!d) return fail(d.error().text);
  auto text = cluster_toml(*d, args.cib);
  if (args.output.empty()) {
    std::cout << text;
  } else {
    ::umask(077); // fence devices have passwords
    std::ofstream out{args.output, std::ios::binary};
    out << text;
    if (!out.flush()) return fail(fmt::format("cannot write {}", args.output));
  }
  auto& c = d->cluster;
  auto differ =
      static_cast<std::size_t>(std::count_if(d->notes.begin(), d->notes.end(), [](auto& n) { return n.differs; }));
  std::cerr << fmt::format("{}, {}, {}, {}, {}; ", counted(c.nodes.size(), "node"),
                           counted(c.resources.size(), "resource"), counted(c.groups.size(), "group"),
                           counted(c.locations.size() + c.colocations.size() + c.orders.size(), "constraint"),
                           counted(c.devices.size(), "fence device"))
            << (differ == 0 ? "nothing that matters was left out"
                            : fmt::format("{} handled otherwise: see the head of the file", counted(differ, "item")))
            << "\n";
  return 0;
}

} // namespace troupe::import_cib
