# What an operator's command and the daemon say to each other (messages/console.hpp). Append only.
@0xb1e6c07d3f52a948;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::console");

using Command = import "command.capnp";
using Config = import "config.capnp";

struct Request @0xc3a58e2f70d1964b {
  protocol @0 :UInt32;
  union {
    status @1 :Void;
    actors @2 :Void;
    history @3 :UInt32;
    init @4 :Config.Cluster;
    order @5 :Data;         # a command of command.capnp; of its provenance nothing counts
    fence @6 :Fence;
    why @7 :Text;
    plan @8 :PlanQuestion;
    askAttribute @9 :Command.AttributeItem; # without a value
    noteAttribute @10 :Command.AttributeItem;
    attributes @11 :Void;
  }
}

struct PlanQuestion @0xa70c4e3d95e186ab {
  hasConfiguration @0 :Bool;
  configuration @1 :Config.Cluster;
  failing @2 :List(Text);
  standby @3 :List(Text);
}

struct Fence @0x96fb3d2c84d0759a {
  target @0 :Text;
  isVouched @1 :Bool;
  vouched @2 :UInt64;
  note @3 :Text;
}

struct ActorLine @0xd4b69f3081e2a75c {
  path @0 :Text;
  kind @1 :Text;
  waiting @2 :UInt64;
  handled @3 :UInt64;
  isBusy @4 :Bool;
  busy @5 :Int64;           # nanoseconds
}

struct Event @0xe5c7a04192f3b86d {
  index @0 :UInt64;
  at @1 :Int64;             # milliseconds since 1970, as all stamps
  node @2 :Text;
  user @3 :Text;
  why @4 :UInt8;
  what @5 :Text;
  refused @6 :UInt8;
  causes @7 :List(UInt64);
}

struct Member @0xf6d8b152a304c97e {
  node @0 :Text;
  configured @1 :Bool;
  here @2 :UInt8;
  hasSince @3 :Bool;
  since @4 :Int64;
  evidence @5 :Text;
  session @6 :UInt64;
  boot @7 :UInt64;
  notProbed @8 :UInt32;
}

struct Voter @0x87e9c263b415da8f {
  node @0 :Text;
  standing @1 :UInt8;
}

struct Holder @0x98fad374c526eb90 {
  resource @0 :Text;
  ordinal @1 :UInt32;
  node @2 :Text;
  phase @3 :UInt8;
  role @4 :UInt8;
  exitCode @5 :Int32;
  hasOpen @6 :Bool;
  open @7 :UInt8;
}

struct Failure @0xa90be485d637fca1 {
  resource @0 :Text;
  node @1 :Text;
  count @2 :UInt32;
  last @3 :Int64;
  exitCode @4 :Int32;
  note @5 :Text;
}

struct Attempt @0xba1cf596e7480db2 {
  target @0 :Text;
  executor @1 :Text;
  openedAt @2 :Int64;
  note @3 :Text;
  failed @4 :Bool;
  age @5 :Int64;
}

struct Directive @0xcb2d06a7f8591ec3 {
  kind @0 :UInt8;
  subject @1 :Text;
  role @2 :UInt8;
  to @3 :Text;
  owner @4 :Text;
  note @5 :Text;
  hasExpiry @6 :Bool;
  expires @7 :Int64;
}

struct Placement @0xc1a6e8d73f9b2045 {
  node @0 :Text;
  ordinal @1 :UInt32;
  role @2 :UInt8;
}

struct Service @0xd2b7f9e8409c3156 {
  resource @0 :Text;
  group @1 :Text;
  cloned @2 :Bool;
  wanted @3 :UInt8;
  managed @4 :Bool;
  assigned @5 :UInt64;
  places @6 :List(Placement);
  now @7 :UInt8;
  promotable @8 :Bool;
  hasAgain @9 :Bool;
  again @10 :Int64;
}

struct Wait @0xe3c80af951ad4267 {
  resource @0 :Text;
  ordinal @1 :UInt32;
  node @2 :Text;
  why @3 :Text;
  what @4 :Text;
}

struct Overdue @0xf4d91b0a62be5378 {
  resource @0 :Text;
  ordinal @1 :UInt32;
  node @2 :Text;
  action @3 :UInt8;
  act @4 :UInt64;
  since @5 :Int64;
  timeout @6 :Int64;        # nanoseconds
  reachable @7 :Bool;
  age @8 :Int64;
}

struct Proof @0x85ea2c1b73cf6489 {
  node @0 :Text;
  boot @1 :UInt64;
  here @2 :Bool;
  attempt @3 :Bool;
  devices @4 :List(Text);
  lastFailure @5 :Text;
  held @6 :List(Text);
  more @7 :UInt32;
  leftOver @8 :Bool;
  spared @9 :Text;
}

struct Cluster @0xdc3e17b8096a2fd4 {
  name @0 :Text;
  lineage @1 :Data;
  level @2 :UInt32;
  index @3 :UInt64;
  now @4 :Int64;
  configuration @5 :UInt64;
  fencing @6 :UInt8;
  members @7 :List(Member);
  voters @8 :List(Voter);
  holders @9 :List(Holder);
  failures @10 :List(Failure);
  attempts @11 :List(Attempt);
  directives @12 :List(Directive);
  leftOut @13 :UInt64;
  halted @14 :Text;
  services @15 :List(Service);
  waits @16 :List(Wait);
  overdue @17 :List(Overdue);
  proofs @18 :List(Proof);
  tolerate @19 :Int64; # nanoseconds, like all durations
  restartGrace @20 :Int64;
  bootGrace @21 :Int64;
  lateMargin @22 :Int64;
}

struct Link @0xed4f28c91a7b30e5 {
  peer @0 :Text;
  datagrams @1 :Bool;
  stream @2 :Bool;
}

struct Refused @0xfe5039da2b8c41f6 {
  why @0 :Text;
  count @1 :UInt64;
  lastFrom @2 :Text;
  lastWho @3 :Text;
  last @4 :Int64;
  age @5 :Int64;
}

struct Status @0x8f614aeb3c9d5207 {
  node @0 :Text;
  session @1 :UInt64;       # 0: none
  belongs @2 :Bool;
  cluster @3 :Cluster;
  part @4 :UInt8;
  leader @5 :Text;
  chosen @6 :UInt64;
  newestKnown @7 :UInt64;
  snapshot @8 :UInt64;
  links @9 :List(Link);
  refused @10 :List(Refused);
  keptOut @11 :Text;
  fenceTroubles @12 :List(Text);
  resourceAgents @13 :List(Text); # folders
  fenceAgents @14 :List(Text);
  historyTrouble @15 :Text;
}

struct ActorList @0xa0725bfc4dae6318 {
  actors @0 :List(ActorLine);
  leftOut @1 :UInt64;
}

struct Score @0xb81d5f4ea6f297bc {
  rule @0 :Text;
  value @1 :Int32;
}

struct NodeScore @0xc92e605fb703a8cd {
  node @0 :Text;
  use @1 :Text;
  out @2 :Bool;
  total @3 :Int32;
  failedStarts @4 :UInt32;
  chosen @5 :Bool;
  parts @6 :List(Score);
}

struct Explanation @0xda3f7160c814b9de {
  subject @0 :Text;
  now @1 :List(Text);
  chain @2 :List(Event);
  forgotten @3 :List(UInt64);
  longer @4 :Bool;
  placement @5 :List(Text);
  nodes @6 :List(NodeScore);
  waits @7 :List(Wait);
  others @8 :List(Text);
  unled @9 :Bool;
  asOf @10 :Int64;
}

struct Change @0xeb408271d925caef {
  kind @0 :UInt8;
  subject @1 :Text;
  details @2 :List(Text);
  restarts @3 :Bool;
}

struct Step @0xfc519382ea36dbf0 {
  wave @0 :UInt32;
  kind @1 :Text;
  resource @2 :Text;
  node @3 :Text;
  what @4 :Text;
  because @5 :Text;
}

struct Plan @0x8d62a493fb47ec01 {
  version @0 :UInt64;
  refused @1 :Text;
  fencing @2 :UInt8;
  changes @3 :List(Change);
  steps @4 :List(Step);
  waits @5 :List(Wait);
  others @6 :List(Text);
  leftOut @7 :UInt64;
  cut @8 :Bool;
  unled @9 :Bool;
  asOf @10 :Int64;
}

struct Answer @0xb1836c0d5ebf7429 {
  union {
    failed @0 :Text;
    formed @1 :Data;        # the lineage
    ordered :group {
      index @2 :UInt64;
      refused @3 :UInt8;
    }
    actors @4 :ActorList;
    events @5 :List(Event);
    status @6 :Status;
    explanation @7 :Explanation;
    plan @8 :Plan;
    attribute :group {
      hasValue @9 :Bool;
      value @10 :Text;
    }
    noted @11 :Void;
    attributes :group {
      items @12 :List(Command.AttributeItem);
      leftOut @13 :UInt64;
    }
  }
}
