# The records of the cluster's state (actors/cluster/records.hpp says what they mean), as they travel in snapshots and
# enter the state's digest. Append only: never change a type or a number.
@0x8af0e689b7c84560;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::state");

using Config = import "config.capnp";
using Command = import "command.capnp";

struct Entry {
  version @0 :UInt64;
  why @1 :UInt8;
  cause @2 :UInt64;
  union {
    configuration @3 :Configuration;
    definition @4 :Definition;
    member @5 :Member;
    inventory @6 :Inventory;
    holder @7 :Holder;
    assignment @8 :Command.Assignment;
    attempt @9 :Attempt;
    failures @10 :Failures;
    directive @11 :StoredDirective;
    answer @12 :Answer;
    charter @13 :Charter;
    attribute @14 :Attribute;
    notices @15 :Notices;
  }
}

struct Snapshot {
  index @0 :UInt64;
  now @1 :Int64;
  entries @2 :List(Entry);
  digest @3 :Data;          # of the whole state; checked after reading
}

struct Standing {
  resource @0 :Text;
  definedAt @1 :UInt64;
  max @2 :UInt32;
  nodeMax @3 :UInt32;
  promotedMax @4 :UInt32;
  promotedNodeMax @5 :UInt32;
}

struct Configuration {
  value @0 :Config.Cluster;
  resources @1 :List(Standing);
}

struct Definition {
  resource @0 :Text;
  definedAt @1 :UInt64;
  value @2 :Config.Resource;
}

struct Member {
  node @0 :Text;
  configured @1 :Bool;
  machine @2 :Data;
  bootMark @3 :Data;
  boot @4 :UInt64;
  session @5 :UInt64;
  presence @6 :UInt8;
  since @7 :Int64;          # or until, of a detached one
  evidence @8 :Text;
  hasDead @9 :Bool;
  deadUpTo @10 :UInt64;
  deadMarks @11 :List(Data);
  reports @12 :UInt64;
  actsFrom @13 :Int64;
  maxLevel @14 :UInt32;
}

struct Inventory {
  node @0 :Text;
  boot @1 :UInt64;
  pending @2 :List(Text);
}

struct Holder {
  resource @0 :Text;
  ordinal @1 :UInt32;
  node @2 :Text;
  boot @3 :UInt64;
  phase @4 :UInt8;
  exitCode @5 :Int32;
  flag @6 :Bool;            # running: healthy; failed: its demote; stop failed: stuck
  role @7 :UInt8;
  openAct @8 :UInt64;       # 0: none
  openAction @9 :UInt8;
  withdrawn @10 :Bool;
  definition @11 :UInt64;
  openSince @12 :Int64;
}

struct Attempt {
  target @0 :Text;
  id @1 :UInt64;
  boot @2 :UInt64;
  executor @3 :Text;
  session @4 :UInt64;
  level @5 :UInt32;
  openedAt @6 :Int64;
  ended @7 :UInt8;
  note @8 :Text;
}

struct Failures {
  resource @0 :Text;
  node @1 :Text;
  count @2 :UInt32;
  last @3 :Int64;
  exitCode @4 :Int32;
  note @5 :Text;
  failedStarts @6 :UInt16; # at most 65535
  diedWithIt @7 :UInt32; # seconds; 0: it did not
  failedPromotes @8 :UInt16; # lies where the upper half of failedStarts was until level 3: 0, like its
}

struct StoredDirective {
  kind @0 :UInt8;
  subject @1 :Text;
  role @2 :UInt8;
  to @3 :Text;
  owner @4 :Text;
  note @5 :Text;
  hasExpiry @6 :Bool;
  expires @7 :Int64;
}

struct Answer {
  client @0 :UInt64;
  sequence @1 :UInt64;
  index @2 :UInt64;
  refused @3 :UInt8;
}

struct Voter {
  node @0 :Text;
  journal @1 :UInt64;
}

struct Loss {
  node @0 :Text;
  at @1 :Int64;
}

struct Charter {
  lineage @0 :Data;
  level @1 :UInt32;
  voters @2 :List(Voter);
  recentLosses @3 :List(Loss);
}

struct Attribute {
  node @0 :Text;
  lasts @1 :UInt8;
  name @2 :Text;
  value @3 :Text;
}

struct Asked {
  node @0 :Text;
  session @1 :UInt64;
}

struct Notices {
  resource @0 :Text;
  id @1 :UInt64;
  operation @2 :UInt8;
  what @3 :Command.Planned;
  active @4 :List(Command.Placement);
  stage @5 :UInt8;
  asked @6 :List(Asked);
}
