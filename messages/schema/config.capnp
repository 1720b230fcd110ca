# The configuration as it travels in the log (ConfigSet) and lies in snapshots: messages/config.hpp, field by field.
# Durations are nanoseconds. An enumeration's numbers are those of its C++ counterpart.
@0xc5d0b6f1a37e4d28;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::config");

enum Role @0x9a3b5f0de4c17a61 { stopped @0; started @1; promoted @2; }
enum ProofKind @0xa1e7c94b20d85f36 { power @0; reboot @1; storage @2; watchdog @3; operatorWord @4; assumed @5; }
enum Action @0xb8d24f6c13a9e507 { start @0; stop @1; promote @2; demote @3; }
enum OrderKind @0xc94e1a7d5b3f2806 { mandatory @0; optional @1; }
enum FencingPolicy @0xd07f3b9a6e5c4812 { devices @0; none @1; off @2; }
enum NoQuorumPolicy @0xe16a8c2d4f7b9035 { stop @0; freeze @1; }
enum MassLossPolicy @0xf25b9d3e6a8c0147 { wait @0; fence @1; }
enum Vote @0x8c36ae4f7b9d1258 { automatic @0; no @1; yes @2; }

struct Pair @0x93c47bd05e8f6a19 {
  name @0 :Text;
  value @1 :Text;
}

struct Address @0xa4d58ce16f907b2a {
  host @0 :Text;
  port @1 :UInt16;
}

struct Node @0xb5e69df270a18c3b {
  name @0 :Text;
  key @1 :Data;
  addresses @2 :List(Address);
  vote @3 :Vote;
  attributes @4 :List(Pair);
}

struct Monitor @0xc6f7ae0381b29d4c {
  interval @0 :Int64;
  timeout @1 :Int64;
  onlyIn :union {
    anyRole @2 :Void;
    role @3 :Role;
  }
  tolerateFailures @4 :UInt32;
}

struct Clone @0xd708bf1492c3ae5d {
  max @0 :UInt32; # 0: one per node
  nodeMax @1 :UInt32;
  interleave @2 :Bool;
  ordered @3 :Bool;
  notify @4 :Bool;
}

struct Promotable @0xe819c025a3d4bf6e {
  max @0 :UInt32;
  nodeMax @1 :UInt32;
}

struct Resource @0xf92ad136b4e5c07f {
  name @0 :Text;
  standard @1 :Text;
  provider @2 :Text;
  type @3 :Text;
  params @4 :List(Pair);
  startTimeout @5 :Int64;
  stopTimeout @6 :Int64;
  promoteTimeout @7 :Int64;
  demoteTimeout @8 :Int64;
  monitors @9 :List(Monitor);
  clone @10 :Clone;           # absent: no clone
  promotable @11 :Promotable; # absent: not promotable
  target @12 :Role;
  managed @13 :Bool;
  priority @14 :Int32;
  stickiness :union {
    ofCluster @15 :Void;
    own @16 :Int32;
  }
  failureThreshold @17 :UInt32;
  failureTimeout @18 :Int64; # 0: never forgotten
  accepts @19 :List(ProofKind);
  hasPromotionScore @20 :Bool; # of an instance whose agent has said none
  promotionScore @21 :Int32;
}

struct Group @0x8a3be247c5f6d180 {
  name @0 :Text;
  members @1 :List(Text);
  clone @2 :Clone; # absent: no clone
}

struct Location @0x9b4cf358d607e291 {
  what @0 :Text;
  node @1 :Text;
  weight @2 :Int32;
}

struct Colocation @0xac5d0469e718f3a2 {
  what @0 :Text;
  whatRole :union {
    any @1 :Void;
    role @2 :Role;
  }
  with @3 :Text;
  withRole :union {
    any @4 :Void;
    role @5 :Role;
  }
  weight @6 :Int32;
}

struct Order @0xbd6e157af82904b3 {
  first @0 :Text;
  firstAction @1 :Action;
  then @2 :Text;
  thenAction @3 :Action;
  kind @4 :OrderKind;
  symmetrical @5 :Bool;
}

struct FenceDevice @0xce7f268b093a15c4 {
  name @0 :Text;
  agent @1 :Text;
  targets @2 :List(Text);
  plugs @3 :List(Pair);
  params @4 :List(Pair);
  reboot @5 :Bool;
  level @6 :UInt32;
  retries @7 :UInt32;
  timeout @8 :Int64;
  budget @9 :Int64;
}

struct Cluster @0xdf80379c1a4b26d5 {
  name @0 :Text;
  tolerate @1 :Int64;
  restartGrace @2 :Int64;
  bootGrace @3 :Int64;
  lateMargin @4 :Int64;
  noQuorum @5 :NoQuorumPolicy;
  massLoss @6 :MassLossPolicy;
  fencing @7 :FencingPolicy;
  stickiness @8 :Int32;
  nodes @9 :List(Node);
  resources @10 :List(Resource);
  groups @11 :List(Group);
  locations @12 :List(Location);
  colocations @13 :List(Colocation);
  orders @14 :List(Order);
  devices @15 :List(FenceDevice);
}
