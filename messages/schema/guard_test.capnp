# Not a conversation: something of every shape for the tests of the guard (messages/capnp_guard.test.cpp).
@0xd3a1f0c64b7e9215;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::guard_test");

enum Colour @0xb1f6a1b0c9d24e37 {
  red @0;
  green @1;
}

struct Node @0xe84c2a6f13d7b590 {
  name @0 :Text;
  colour @1 :Colour;
  blob @2 :Data;
  children @3 :List(Node);
}
