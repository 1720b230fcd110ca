// A callable that is moved, called once and never allocates: what an event does when its time has come. std::function
// allocates for anything above two words, and a simulated cluster makes thousands of events per virtual second.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace troupe::sim {

class task {
public:
  static constexpr std::size_t room = 96; // bytes of captures; more does not compile: capture a ticket instead

  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, task>) task(F&& f) { // NOLINT: a lambda is a task
    using callable = std::remove_cvref_t<F>;
    static_assert(sizeof(callable) <= room && alignof(callable) <= alignof(std::max_align_t));
    static_assert(std::is_nothrow_move_constructible_v<callable>);
    new (&storage_) callable(std::forward<F>(f));
    kind_ = &kind_of<callable>;
  }
  task(task&& other) noexcept { take(other); }
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      clear();
      take(other);
    }
    return *this;
  }
  task(const task&) = delete;
  task& operator=(const task&) = delete;
  ~task() { clear(); }

  void operator()() { kind_->call(&storage_); }

private:
  struct kind {
    void (*call)(void*);
    void (*relocate)(void* from, void* to);
    void (*destroy)(void*);
  };
  template <class C>
  static constexpr kind kind_of{[](void* c) { (*static_cast<C*>(c))(); },
                                [](void* from, void* to) {
                                  new (to) C(std::move(*static_cast<C*>(from)));
                                  static_cast<C*>(from)->~C();
                                },
                                [](void* c) { static_cast<C*>(c)->~C(); }};

  void take(task& other) noexcept {
    kind_ = other.kind_;
    if (kind_) kind_->relocate(&other.storage_, &storage_);
    other.kind_ = nullptr;
  }
  void clear() noexcept {
    if (kind_) kind_->destroy(&storage_);
    kind_ = nullptr;
  }

  alignas(std::max_align_t) std::byte storage_[room];
  const kind* kind_ = nullptr;
};

} // namespace troupe::sim
