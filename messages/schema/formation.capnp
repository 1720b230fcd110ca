# How a cluster is formed and how a node finds it (messages/genesis.hpp). Append only.
@0x9d5a41a1f27bd0a3;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::formation");

using Config = import "config.capnp";

struct Voter {
  node @0 :Text;
  journal @1 :UInt64;
}

struct Genesis {
  lineage @0 :Data;
  at @1 :Int64;
  configuration @2 :Config.Cluster;
  voters @3 :List(Voter);
  level @4 :UInt32 = 1;
}

struct Message {
  round @0 :UInt64;         # reserve, reserved, taken
  lineage @1 :Data;         # taken, formed, refused
  union {
    reserve @2 :Void;
    reserved @3 :UInt64;    # the journal
    taken @4 :Void;
    form @5 :Genesis;
    formed @6 :Void;
    refused @7 :Text;
    seek @8 :Void;
  }
  member @9 :Bool;          # form
}
