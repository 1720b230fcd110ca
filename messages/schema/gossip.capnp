# What detectors say to each other. The values and their meaning: messages/gossip.hpp.
@0xb7c05f2a9e31d864;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::gossip");

enum Standing @0xd4e8a17b35c2690f {
  alive @0;
  suspect @1;
  faulty @2;
  left @3;
}

struct News @0xa96d3b1e07f4c258 {
  about @0 :Text;
  session @1 :UInt64;
  incarnation @2 :UInt64;
  is @3 :Standing;
  by @4 :Text;
}

struct Datagram @0xc1527e8d40b9f36a {
  session @0 :UInt64;       # of the sender
  incarnation @1 :UInt64;
  number @2 :UInt64;        # of the probe; unused by onlyNews
  answeredSession @3 :UInt64;     # ack only
  answeredIncarnation @4 :UInt64;
  kind @5 :Kind;
  target @6 :Text;          # pingRequest only
  items @7 :List(News);
  blob @8 :Data;

  enum Kind @0xe5f80c6ab2d71943 {
    ping @0;
    pingRequest @1;
    ack @2;
    nack @3;
    onlyNews @4;
  }
}

struct PushPull @0x9d3c74e1f6a80b25 {
  session @0 :UInt64;
  incarnation @1 :UInt64;
  answerWanted @2 :Bool;
  members @3 :List(News);
}
