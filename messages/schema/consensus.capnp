# What replicas of the log say to each other: messages/consensus.hpp tells what each means. Numbers of slots, rounds and
# journals are plain 64-bit values, ages are nanoseconds.
@0xc1f0b6d2a97e4385;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::consensus");

struct Ballot @0x9b1c5d7e30a2f481 {
  round @0 :UInt64;
  proposer @1 :UInt64;
}

struct Contact @0xa2d84f6b1c905e37 {
  node @0 :Text;
  age @1 :UInt64;
}

struct Batch @0xf5738c1e6a40b29d {
  commands @0 :List(Data);
}

struct AcceptedValue @0x8e6a2b9f4c17d053 {
  slot @0 :UInt64;
  number @1 :Ballot;
  value @2 :Batch;
}

struct PreVote @0xd9473a05e8c26bf1 {
  attempt @0 :UInt64;
}

struct PreVoteAnswer @0xb06e91d8572c4fa3 {
  attempt @0 :UInt64;
  granted @1 :Bool;
  promised @2 :Ballot;
  chosen @3 :UInt64;
  leader @4 :Text;
  contacts @5 :List(Contact);
}

struct Prepare @0xe37f5a1b8d06c294 {
  number @0 :Ballot;
  first @1 :UInt64;
}

struct Promise @0x94c8e2073fb5a16d {
  number @0 :Ballot;
  first @1 :UInt64;
  chosen @2 :UInt64;
  more @3 :Bool;
  accepted @4 :List(AcceptedValue);
}

struct Accept @0xcb5d90f7a1e3482f {
  number @0 :Ballot;
  slot @1 :UInt64;
  chosen @2 :UInt64;
  value @3 :Batch;
}

struct Accepted @0xf81a6c3e4b7d9052 {
  number @0 :Ballot;
  slot @1 :UInt64;
}

struct Refusal @0xad02f7c4913b68e5 {
  promised @0 :Ballot;
}

struct Tick @0x87d3b0a65e2c1f49 {
  number @0 :Ballot;
  chosen @1 :UInt64;
  silent @2 :List(Contact);
  mute @3 :List(Text);
}

struct Ack @0xde94160b7ca8f253 {
  number @0 :Ballot;
  applied @1 :UInt64;
  wards @2 :List(Contact);
}

struct Learn @0x9a7e4cf2085db136 {
  first @0 :UInt64;
}

struct Learned @0xb5c1296d0fe84a73 {
  first @0 :UInt64;
  chosen @1 :UInt64;
  values @2 :List(Batch);
}

struct SnapshotAsk @0xe6b8035f9d1a7c42 {
  slot @0 :UInt64;
  offset @1 :UInt64;
}

struct SnapshotChunk @0x8c4f71ea2b6d90f5 {
  slot @0 :UInt64;
  size @1 :UInt64;
  offset @2 :UInt64;
  data @3 :Data;
}

struct Message @0xf27b6a90d38e14c5 {
  sender @0 :UInt64;
  body :union {
    preVote @1 :PreVote;
    preVoteAnswer @2 :PreVoteAnswer;
    prepare @3 :Prepare;
    promise @4 :Promise;
    accept @5 :Accept;
    accepted @6 :Accepted;
    refusal @7 :Refusal;
    tick @8 :Tick;
    ack @9 :Ack;
    learn @10 :Learn;
    learned @11 :Learned;
    snapshotAsk @12 :SnapshotAsk;
    snapshotChunk @13 :SnapshotChunk;
  }
}
