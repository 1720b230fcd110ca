// Read piece by piece a CIB gives what it gives as a whole; and every way to be no CIB is said.
#include "conf/cib/reading.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

namespace troupe::conf::cib::reading_test {

// Gives at most `step` bytes at a time.
text_source slowly(std::string_view whole, std::size_t step) {
  return [=](char* into, std::size_t room) mutable {
    auto n = std::min({room, whole.size(), step});
    std::memcpy(into, whole.data(), n);
    whole.remove_prefix(n);
    return n;
  };
}

std::string told(const node_state& s) {
  std::string text = std::string{s.uname} + ":";
  for (auto& set : s.transient)
    for (auto& [name, value] : set.values) text += " " + std::string{name} + "=" + std::string{value};
  for (auto& h : s.resources) {
    text += " " + std::string{h.id};
    for (auto& op : h.operations)
      text += "/" + std::string{op.operation} + "," + std::to_string(op.call_id) + "," + std::to_string(op.rc) + "," +
              std::to_string(op.status);
  }
  return text + "\n";
}

// All states and tickets, or the error.
std::string by_pieces(std::string_view text, std::size_t step = 7) {
  auto r = reading::begin(slowly(text, step));
  if (!r) return r.error().text;
  std::string all;
  for (;;) {
    auto s = (*r)->next();
    if (!s) return s.error().text;
    if (!*s) break;
    all += told(**s);
  }
  for (auto& t : (*r)->head().tickets) all += "ticket " + std::string{t.id} + "\n";
  return all;
}
std::string whole(std::string_view text) {
  auto c = parse(std::string{text});
  if (!c) return c.error().text;
  std::string all;
  for (auto& s : c->states) all += told(s);
  for (auto& t : c->tickets) all += "ticket " + std::string{t.id} + "\n";
  return all;
}

const std::string head = "<cib have-quorum=\"1\"><configuration><!-- <status> <node_state> --><nodes><node id=\"1\" "
                         "uname=\"n1\"/></nodes></configuration>";
const std::string first =
    "<node_state id=\"1\" uname=\"n1\"><lrm id=\"1\"><lrm_resources><lrm_resource id=\"db\" class=\"ocf\" "
    "provider=\"p\" type=\"D\">"
    "<lrm_rsc_op id=\"o\" operation=\"start\" call-id=\"5\" rc-code=\"0\" op-status=\"0\" interval=\"0\"/>"
    "<lrm_rsc_op id=\"p\" operation=\"monitor\" call_id=\"6\" transition-magic=\"2:198;1:2:0:u\"/>"
    "</lrm_resource></lrm_resources></lrm></node_state>";
const std::string second = "<node_state id='2' uname='a&gt;b>c'/>";
const std::string third =
    "<node_state id=\"3\" uname=\"n3\"><!-- </node_state> --><transient_attributes id=\"3\"><instance_attributes "
    "id=\"i\">"
    "<nvpair id=\"x\" name=\"standby\" value=\"on\"/></instance_attributes></transient_attributes></node_state>";
const std::string tickets = "<tickets><ticket_state id=\"T\" granted=\"true\"/></tickets>";

TEST_CASE("in pieces as in one: comments, empty states, what stands between them") {
  auto text = head + "\n<status>\n" + first + "<!-- <node_state uname=\"no\"/> -->" + second + "\n" + tickets + third +
              "</status></cib>\n";
  auto expected = "n1: db/start,5,0,0/monitor,6,198,2\na>b>c:\nn3: standby=on\nticket T\n";
  CHECK(whole(text) == expected);
  for (std::size_t step : {1u, 7u, 64u, 100'000u}) CHECK(by_pieces(text, step) == expected);
  CHECK(by_pieces("<?xml version=\"1.0\"?><out>" + text + "</out>") == expected);
}

TEST_CASE("without a node state, or with one where none belongs, it is read as one") {
  CHECK(by_pieces(head + "<status/></cib>") == "");
  CHECK(by_pieces(head + "</cib>") == "");
  CHECK(by_pieces("<cib><status>" + first + "</status><configuration/></cib>") ==
        whole("<cib><status>" + first + "</status><configuration/></cib>"));
  CHECK(by_pieces("<cib><status>" + first + "</status><configuration/></cib>") ==
        "n1: db/start,5,0,0/monitor,6,198,2\n");
}

TEST_CASE("bad texts: an error that says what and where") {
  auto good = head + "<status>" + first;
  CHECK(by_pieces("") == "no well-formed XML: No document element found at byte 0");
  CHECK(by_pieces("<html/>") == "this is no CIB: the outermost element is <html>");
  CHECK(by_pieces("<cib><status>" + first + "</status></cib>") == "the CIB has no <configuration>");
  CHECK(by_pieces(good.substr(0, good.size() - 20)) ==
        "no well-formed XML: the text ends inside of a <node_state> at byte " + std::to_string(good.size() - 20));
  CHECK(by_pieces(good + "</status>") ==
        "no well-formed XML: Start-end tags mismatch at byte " + std::to_string(good.size() + 8));
  CHECK(by_pieces(good + "<node_state><lrm></node_state></status></cib>")
            .find("no well-formed XML: Start-end tags mismatch at byte") == 0);
  CHECK(by_pieces(head + "<status><node_state" + std::string(5000, ' '))
            .find("no well-formed XML: the text ends inside of a <node_state>") == 0);
}

TEST_CASE("limits: depth, in a node state too; size") {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<x>";
  for (int i = 0; i < 100; ++i) deep += "</x>";
  CHECK(by_pieces(head + "<status><node_state id=\"1\">" + deep + "</node_state></status></cib>") ==
        "elements are nested deeper than 64");
  std::size_t given = 0;
  auto endless = reading::begin(
      [&](char* into, std::size_t room) {
        room = std::min<std::size_t>(room, 1000);
        std::memset(into, given == 0 ? '<' : ' ', room);
        given += room;
        return room;
      },
      1'000'000);
  REQUIRE_FALSE(endless);
  CHECK(endless.error().text.find("the CIB is too large: 1") == 0);
}

TEST_CASE("what was kept stays valid while more is read") {
  auto text = head + "<status>" + first + third + "</status></cib>";
  auto r = reading::begin(source_of(text));
  REQUIRE(r);
  auto kept = **(*r)->next();
  (*r)->keep_last();
  auto before = told(kept);
  while (*(*r)->next()) {
  }
  CHECK(told(kept) == before);
}

} // namespace troupe::conf::cib::reading_test
