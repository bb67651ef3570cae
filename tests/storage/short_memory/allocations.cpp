// SPDX-License-Identifier: Apache-2.0
// Replaces operator new and delete for the whole program, in all their forms: those that are left
// out may come from a sanitizer, whose memory free() must not get.
#include "tests/storage/short_memory/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace kith::storage {
namespace {

std::atomic<int64_t> allocations_left{0};
thread_local bool takes_part = false;

bool Fails() {
  return takes_part && allocations_left.fetch_sub(1, std::memory_order_relaxed) == 1;
}

void* Allocate(size_t bytes) noexcept {
  return Fails() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

void* AllocateAligned(size_t bytes, std::align_val_t alignment) noexcept {
  const size_t step = static_cast<size_t>(alignment);
  return Fails() ? nullptr : std::aligned_alloc(step, (bytes + step - 1) / step * step);
}

void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

ShortMemory::ShortMemory(int64_t at) {
  allocations_left = at;
}
ShortMemory::~ShortMemory() {
  allocations_left = 0;
}
bool ShortMemory::struck() const {
  return allocations_left <= 0;
}
ShortMemory::Participant::Participant() {
  takes_part = true;
}
ShortMemory::Participant::~Participant() {
  takes_part = false;
}

}  // namespace kith::storage

using kith::storage::Allocate;
using kith::storage::AllocateAligned;
using kith::storage::OrThrow;

void* operator new(size_t bytes) {
  return OrThrow(Allocate(bytes));
}
void* operator new[](size_t bytes) {
  return OrThrow(Allocate(bytes));
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return Allocate(bytes);
}
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  return Allocate(bytes);
}
void* operator new(size_t bytes, std::align_val_t alignment) {
  return OrThrow(AllocateAligned(bytes, alignment));
}
void* operator new[](size_t bytes, std::align_val_t alignment) {
  return OrThrow(AllocateAligned(bytes, alignment));
}
void* operator new(size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return AllocateAligned(bytes, alignment);
}
void* operator new[](size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return AllocateAligned(bytes, alignment);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
