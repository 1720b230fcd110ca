// troupe fence: have a node switched off, or vouch for it that it is.
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/status_text.hpp"
#include "tools/troupe/vouch_text.hpp"

#include <iostream>

namespace troupe::cli {

namespace fence_detail {

struct options : talk_options {
  console::fence what;
  bool confirmed = false;
};

// The operator's word is the one proof that nothing checks: he is shown what it does, and types the node's name.
bool confirmed(const console::cluster_status& c, const console::member_line& m, log_index boot) {
  std::fputs(vouch_text(c, m, boot).c_str(), stderr);
  std::string line;
  std::getline(std::cin, line);
  return line == m.node.text;
}

bool talks(const console::member_line& m) {
  return m.here == console::presence::joined || m.here == console::presence::detached;
}

int vouch_for(const options& o, const console::cluster_status& c, const console::member_line& m, log_index boot) {
  if (boot == m.boot && talks(m))
    return fail(o, o.what.target.text +
                       " is a joined member: it talks to this cluster, so it is not off. Once it is off and "
                       "was missed, `troupe status` calls it lost; vouch for it then");
  if (!confirmed(c, m, boot)) return fail(o, "not confirmed; nothing was done");
  auto proof = o.what;
  proof.vouched = boot;
  return give_request(o, proof, o.what.target.text + " is taken for dead, by your word");
}

int vouch(const options& o) {
  return ask_for<console::node_status>(o, console::ask_status{}, [&](const console::node_status& s) {
    if (!s.cluster) return fail(o, why_no_cluster(s));
    auto& members = s.cluster->members;
    auto found = std::find_if(members.begin(), members.end(), [&](auto& m) { return m.node == o.what.target; });
    if (found == members.end())
      return fail(o, "there is no node " + o.what.target.text + " in this cluster; `troupe status` lists them");
    auto& proofs = s.cluster->proofs;
    auto left = std::find_if(proofs.begin(), proofs.end(),
                             [&](auto& p) { return p.node == o.what.target && p.left_over; });
    // What a dead boot has left over is settled first, whatever the machine's present boot does.
    return vouch_for(o, *s.cluster, *found, left == proofs.end() ? found->boot : left->boot);
  });
}

int run(const options& o) {
  if (o.confirmed) return vouch(o);
  return give_request(o, o.what, o.what.target.text + " is to be fenced; `troupe status` follows it");
}

} // namespace fence_detail

void add_fence(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "fence", "Have a node switched off, or vouch for it that it is off",
              "  troupe fence n1\n"
              "  troupe fence n1 --confirmed-off --reason 'pulled both power cords'\n"
              "The first asks the fence devices that have it as a target; what runs there is cut off.\n"
              "The second is for when no device can: what may run on n1 is started elsewhere on your word. Look\n"
              "first that it is off. It asks for the node's name on standard input before it does anything.");
  auto o = std::make_shared<fence_detail::options>();
  sub.add_option("NODE", o->what.target.text, "The node")->required();
  auto* off = sub.add_flag("--confirmed-off", o->confirmed, "It is off, I have seen to it");
  auto* reason =
      sub.add_option("--reason", o->what.note, "How you know, for those who see it later")
          ->needs(off)
          ->check([](const std::string& text) {
            if (text.empty()) return std::string("say how you know that it is off");
            return text.size() <= command::max_note ? std::string() : std::string("at most 1024 bytes are kept");
          });
  off->needs(reason);
  add_talk_options(sub, *o);
  sub.callback([o, &chosen] { chosen = [o] { return fence_detail::run(*o); }; });
}

} // namespace troupe::cli
