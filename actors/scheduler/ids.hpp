// Dense ids and the arrays they index. An id is a position, given in input order; `none` is a value of its own.
#pragma once

#include "messages/types/assert.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::scheduler {

template <class Tag>
struct dense_id {
  std::int32_t value = -1;

  constexpr dense_id() = default;
  constexpr explicit dense_id(std::size_t v)
    : value(static_cast<std::int32_t>(v)) {}
  constexpr auto operator<=>(const dense_id&) const = default;
  [[nodiscard]] constexpr bool valid() const { return value >= 0; }
  [[nodiscard]] constexpr std::size_t at() const { return static_cast<std::size_t>(value); }
};

using node_id = dense_id<struct node_tag>;
using resource_id = dense_id<struct resource_tag>; // as configured
using unit_id = dense_id<struct unit_tag>;         // a resource, or one instance of it
using action_id = dense_id<struct action_tag>;
using ticket_id = dense_id<struct ticket_tag>;
using constraint_id = dense_id<struct constraint_tag>; // position in the configuration, for explanations

// An array indexed by one kind of id only.
template <class Id, class T>
class table {
public:
  table() = default;
  explicit table(std::size_t n, const T& fill = T{})
    : items_(n, fill) {}

  T& operator[](Id id) { return items_[id.at()]; }
  const T& operator[](Id id) const { return items_[id.at()]; }
  Id add(T item) {
    items_.push_back(std::move(item));
    return Id{items_.size() - 1};
  }
  void reserve(std::size_t n) { items_.reserve(n); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] Id end_id() const { return Id{items_.size()}; }
  void resize(std::size_t n, const T& fill = T{}) { items_.resize(n, fill); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

private:
  std::vector<T> items_;
};

// Every id of a table, in order.
template <class Id>
class id_range {
public:
  explicit id_range(std::size_t n)
    : n_(n) {}
  struct iterator {
    std::size_t i;
    Id operator*() const { return Id{i}; }
    iterator& operator++() {
      ++i;
      return *this;
    }
    bool operator==(const iterator&) const = default;
  };
  [[nodiscard]] iterator begin() const { return {0}; }
  [[nodiscard]] iterator end() const { return {n_}; }

private:
  std::size_t n_;
};

template <class Id, class T>
id_range<Id> ids_of(const table<Id, T>& t) {
  return id_range<Id>{t.size()};
}

} // namespace troupe::scheduler
