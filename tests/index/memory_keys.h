// SPDX-License-Identifier: Apache-2.0
// Key spaces in a std::map, for tests of what only needs ordered bytes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/key_space.h"

namespace kith::test {

class MemoryKeys final : public storage::KeySpaceWriter {
 public:
  using Space = std::map<std::string, std::string, std::less<>>;

  Result<std::optional<std::string>> Get(storage::KeySpace space, std::string_view key) override {
    const auto found = spaces[space].find(key);
    if (found == spaces[space].end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Status Scan(storage::KeySpace space, std::string_view lower, std::string_view upper,
              const Visitor& visit) override {
    for (auto it = spaces[space].lower_bound(lower); it != spaces[space].end(); ++it) {
      if ((!upper.empty() && it->first >= upper) || !visit(it->first, it->second)) break;
    }
    return Status::Ok();
  }
  Status ScanBackwards(storage::KeySpace space, std::string_view lower, std::string_view upper,
                       const Visitor& visit) override {
    auto it = upper.empty() ? spaces[space].end() : spaces[space].lower_bound(upper);
    while (it != spaces[space].begin()) {
      --it;
      if (it->first < lower || !visit(it->first, it->second)) break;
    }
    return Status::Ok();
  }
  Result<int64_t> Counter(std::string_view key) override {
    const auto found = counters.find(key);
    return found == counters.end() ? int64_t{0} : found->second;
  }
  Status Put(storage::KeySpace space, std::string_view key, std::string_view value) override {
    spaces[space].insert_or_assign(std::string(key), std::string(value));
    return Status::Ok();
  }
  Status Delete(storage::KeySpace space, std::string_view key) override {
    spaces[space].erase(std::string(key));
    return Status::Ok();
  }
  Status Add(std::string_view counter, int64_t delta) override {
    counters[std::string(counter)] += delta;
    return Status::Ok();
  }
  Status Lock(std::string_view bytes) override {
    locks.emplace_back(bytes);
    return Status::Ok();
  }

  std::map<storage::KeySpace, Space> spaces;
  std::map<std::string, int64_t, std::less<>> counters;
  std::vector<std::string> locks;
};

}  // namespace kith::test
