@0xbea94ff4e4ae21ec;
using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("troupe::wire::config");
struct Resource { name @0 :Text; }
struct Cluster { name @0 :Text; resources @1 :List(Resource); }
