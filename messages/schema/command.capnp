# The commands of the log (messages/command.hpp says what they mean). Append only: never change a type or a number.
@0x9c38f72495670fdc;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::command");

using Config = import "config.capnp";

struct Principal {
  node @0 :Text;
  isUser @1 :Bool;
  user @2 :Text;
}

struct Provenance {
  level @0 :UInt32;
  at @1 :Int64;             # milliseconds since 1970
  causes @2 :List(UInt64);
  why @3 :UInt8;
  by @4 :Principal;
  client @5 :UInt64;
  sequence @6 :UInt64;
}

struct Placement {
  node @0 :Text;
  ordinal @1 :UInt32;
  role @2 :UInt8;
}

struct Cell {
  resource @0 :Text;
  ordinal @1 :UInt32;
  node @2 :Text;
}

struct Command {
  from @0 :Provenance;
  union {
    nodeJoined :group {
      node @1 :Text;
      machine @2 :Data;
      boot @3 :Data;
      replaces @4 :UInt64;
      maxLevel @5 :UInt32;
    }
    nodeLeft @6 :NodeLeft;
    detach @7 :Detach;
    suspected @8 :Suspected;
    nodeLost @9 :NodeLost;
    configSet @10 :ConfigSet;
    directive @11 :Directive;
    cleanup @12 :Cleanup;
    assigned @13 :List(Assignment);
    act @14 :Act;
    withdraw @15 :Withdraw;
    report @16 :Report;
    fenceAttempt @17 :FenceAttempt;
    fenceFailed @18 :FenceFailed;
    fenceProof @19 :FenceProof;
    levelSet @20 :UInt32;
    tick @21 :Void;
    attributes @22 :List(AttributeItem);
    noticeBegun @23 :NoticeBegun;
    noticeTurned @24 :NoticeTurned;
  }
}

struct NodeLeft {
  node @0 :Text;
  session @1 :UInt64;
}

struct Detach {
  node @0 :Text;
  session @1 :UInt64;
  until @2 :Int64;
}

struct Suspected {
  node @0 :Text;
  session @1 :UInt64;
  lifted @2 :Bool;
  evidence @3 :Text;
}

struct NodeLost {
  node @0 :Text;
  session @1 :UInt64;
  evidence @2 :Text;
}

struct ConfigSet {
  replaces @0 :UInt64;
  configuration @1 :Config.Cluster;
}

struct Directive {
  kind @0 :UInt8;
  subject @1 :Text;
  lifted @2 :Bool;
  role @3 :UInt8;
  to @4 :Text;
  note @5 :Text;
  hasExpiry @6 :Bool;
  expires @7 :Int64;
}

struct Cleanup {
  resource @0 :Text;
  node @1 :Text;
}

struct Assignment {
  resource @0 :Text;
  places @1 :List(Placement);
}

struct ReliesOn {
  kind @0 :UInt8;
  resource @1 :Text;
  ordinal @2 :UInt32;
  node @3 :Text;
  version @4 :UInt64;
}

struct Act {
  at @0 :Cell;
  action @1 :UInt8;
  session @2 :UInt64;
  ifs @3 :List(ReliesOn);
}

struct Withdraw {
  at @0 :Cell;
  act @1 :UInt64;
}

struct ReportItem {
  resource @0 :Text;
  ordinal @1 :UInt32;
  exitCode @2 :Int32;
  note @3 :Text;
  union {
    actDone :group {
      act @4 :UInt64;
      end @5 :UInt8;
    }
    probed @6 :UInt8;       # the finding
    monitored @7 :Bool;     # healthy
    notified :group {
      round @8 :UInt64;
      stage @9 :UInt8;
    }
  }
}

struct Report {
  node @0 :Text;
  session @1 :UInt64;
  number @2 :UInt64;
  items @3 :List(ReportItem);
}

struct FenceAttempt {
  target @0 :Text;
  boot @1 :UInt64;
  executor @2 :Text;
  session @3 :UInt64;
  level @4 :UInt32;
}

struct FenceFailed {
  target @0 :Text;
  attempt @1 :UInt64;
  note @2 :Text;
}

struct FenceProof {
  target @0 :Text;
  boot @1 :UInt64;
  kind @2 :UInt8;
  attempt @3 :UInt64;
  note @4 :Text;
}

struct AttributeItem {
  node @0 :Text;
  lasts @1 :UInt8;
  name @2 :Text;
  isGone @3 :Bool;
  value @4 :Text;
}

struct Planned {
  starting @0 :List(Placement);
  stopping @1 :List(Placement);
  promoting @2 :List(Placement);
  demoting @3 :List(Placement);
}

struct NoticeBegun {
  resource @0 :Text;
  operation @1 :UInt8;
  what @2 :Planned;
}

struct NoticeTurned {
  resource @0 :Text;
  round @1 :UInt64;
  from @2 :UInt8;
}
