#include "actors/detector/member.hpp"

namespace troupe::detector {

gossip::standing standing_of(const member& m) {
  constexpr gossip::standing by_index[] = {gossip::standing::alive, gossip::standing::suspect, gossip::standing::faulty,
                                           gossip::standing::left};
  return by_index[m.state.index()];
}

std::vector<node_name> accusers_of(const member& m) {
  if (const auto* s = std::get_if<suspicion>(&m.state)) return s->accusers();
  if (const auto* f = std::get_if<faulty>(&m.state)) return f->accusers;
  return {};
}

effect effect_of(const gossip::news& n, const member& m, const plants& planted) {
  using gossip::standing;
  auto outdoes_if = [](bool yes) { return yes ? effect::outdoes : effect::ignored; };
  if (n.of.session != m.life.session) return outdoes_if(n.of.session > m.life.session);
  auto known = standing_of(m);
  if (known == standing::left) return effect::ignored;
  bool newer = n.of.incarnation > m.life.incarnation || planted.believe_old_news;
  bool not_older = n.of.incarnation >= m.life.incarnation || planted.believe_old_news;
  switch (n.is) {
  case standing::alive: return outdoes_if(newer && !(planted.ignore_refutation && known != standing::alive));
  case standing::suspect:
    if (known == standing::alive) return outdoes_if(not_older);
    if (known == standing::suspect && n.of.incarnation == m.life.incarnation) return effect::confirms;
    return outdoes_if(newer);
  case standing::faulty: return outdoes_if(known == standing::faulty ? newer : not_older);
  case standing::left: break;
  }
  return outdoes_if(not_older);
}

} // namespace troupe::detector
