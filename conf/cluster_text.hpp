// For tests: a small good cluster to stand behind the tables that a test is about. What a test writes comes first, so
// that its lines count from 1.
#pragma once

#include <string>

namespace troupe::conf::cluster_text {

inline const std::string key1 = "troupe-ed25519:ZXhhbXBsZS1rZXktb2Ytbm9kZS1uMS1ub3QtcmVhbCE=";
inline const std::string key2 = "troupe-ed25519:ZXhhbXBsZS1rZXktb2Ytbm9kZS1uMi1ub3QtcmVhbCE=";
inline const std::string key3 = "troupe-ed25519:ZXhhbXBsZS1rZXktb2Ytbm9kZS1uMy1ub3QtcmVhbCE=";

inline const std::string head = "[cluster]\nname = \"c\"\n";
inline const std::string nodes = "[node.n1]\nkey = \"" + key1 +
                                 "\"\naddresses = [\"10.0.0.1:5410\"]\n" //
                                 "[node.n2]\nkey = \"" +
                                 key2 +
                                 "\"\naddresses = [\"10.0.0.2:5410\"]\n" //
                                 "[node.n3]\nkey = \"" +
                                 key3 + "\"\naddresses = [\"10.0.0.3:5410\"]\n";
inline const std::string device = "[fence.f]\nagent = \"fence_dummy\"\ntargets = [\"n1\", \"n2\", \"n3\"]\n";

inline std::string with_rest(const std::string& text) {
  return text + head + nodes + device;
}

// A resource that is fine, with more of its keys.
inline std::string dummy(const std::string& name, const std::string& more = {}) {
  return "[resource." + name + "]\nagent = \"ocf:heartbeat:Dummy\"\nmonitor = { interval = \"10s\" }\n" + more;
}

} // namespace troupe::conf::cluster_text
