// SPDX-License-Identifier: Apache-2.0
// Checking vector indexes.
#include <fmt/format.h>

#include <algorithm>

#include "index/check_entries.h"
#include "index/check_indexes.h"
#include "index/entity_scan.h"
#include "index/vector/segment_codec.h"
#include "index/vector/vector_keys.h"
#include "index/vector/vector_value.h"

namespace kith::index {
namespace {

using storage::CheckReport;
using storage::KeySpace;
using storage::PropertyList;
using storage::ReadView;

uint64_t EntityOfVectorKey(std::string_view key, const std::string& prefix) {
  uint64_t entity = 0;
  for (const char byte : key.substr(prefix.size())) {
    entity = entity << 8 | static_cast<unsigned char>(byte);
  }
  return entity;
}

class VectorIndexCheck {
 public:
  VectorIndexCheck(ReadView* view, const IndexDefinition& index, CheckReport* report)
      : view_(view), index_(index), report_(*report), stage_(IndexWhere(index)) {}

  Status Run() {
    KITH_RETURN_IF_ERROR(ReadPlaces());
    KITH_ASSIGN_OR_RETURN(EntityScan scan, EntityScan::Start(view_, &index_));
    while (!scan.done()) {
      KITH_RETURN_IF_ERROR(report_.Step({stage_, entities_, 0}));
      KITH_RETURN_IF_ERROR(scan.Next(view_, [&](uint64_t entity, const PropertyList& properties) {
        ++entities_;
        return CheckEntity(entity, properties);
      }));
    }
    const std::string prefix = VectorPrefix(index_.id);
    KITH_RETURN_IF_ERROR(
        VisitEntries(view_, KeySpace::kVector, prefix,
                     [&](const KeyEntries& entries) { return Visit(entries, prefix); }));
    for (size_t i = 0; i < places_.size(); ++i) {
      if (matched_[i]) continue;
      KITH_RETURN_IF_ERROR(
          report_.Add({"search finds a vector that is gone", EntityWhere(index_, places_[i].entity),
                       "none", fmt::format("version {}", places_[i].nonce)}));
    }
    return CheckCounter(view_, index_, "vectors", VectorCountKey(index_.id), vectors_, &report_);
  }

 private:
  // The versions in the tail and in segments that are not removed: what a search finds.
  Status ReadPlaces() {
    KITH_ASSIGN_OR_RETURN(const auto directory, ReadDirectory(&view_->keys(), index_.id));
    dimensions_ = directory ? directory->dimensions : index_.vector.dimensions;
    KITH_ASSIGN_OR_RETURN(places_, ReadVersions(&view_->keys(), TailPrefix(index_.id)));
    KITH_ASSIGN_OR_RETURN(const auto removed,
                          ReadVersions(&view_->keys(), RemovedPrefix(index_.id)));
    for (const SegmentInfo& info : directory.value_or(VectorDirectory()).segments) {
      KITH_RETURN_IF_ERROR(report_.Step({stage_, 0, 0}));
      // Whole, because that checks its links, too.
      KITH_ASSIGN_OR_RETURN(const auto segment,
                            LoadSegment(&view_->keys(), index_.id, directory->dimensions, info));
      for (const VectorVersion& version : segment->versions()) {
        const bool dead = std::binary_search(removed.begin(), removed.end(), version);
        if (!dead) places_.push_back(version);
      }
    }
    std::sort(places_.begin(), places_.end());
    matched_.assign(places_.size(), false);
    return Status::Ok();
  }

  // In how many places a search finds this version; they count as matched.
  size_t Match(const VectorVersion& version) {
    const auto [first, last] = std::equal_range(places_.begin(), places_.end(), version);
    for (auto place = first; place != last; ++place) {
      matched_[static_cast<size_t>(place - places_.begin())] = true;
    }
    return static_cast<size_t>(last - first);
  }

  Status CheckEntity(uint64_t entity, const PropertyList& properties) {
    const Value* value = VectorValueOf(index_, properties);
    if (value == nullptr) return Status::Ok();
    const std::string where = EntityWhere(index_, entity);
    KITH_ASSIGN_OR_RETURN(const std::vector<float> vector,
                          PrepareVector(index_.vector.similarity, ComponentsOf(*value)));
    KITH_RETURN_IF_ERROR(report_.Expect("vector has other dimensions than its index", where,
                                        dimensions_, vector.size()));
    KITH_ASSIGN_OR_RETURN(const auto record,
                          view_->keys().Get(KeySpace::kVector, VectorKey(index_.id, entity)));
    if (!record) return report_.Add({"index lacks a vector", where, "its vector", "none"});
    KITH_ASSIGN_OR_RETURN(const StoredVector stored, DecodeVector(*record));
    if (*record != EncodeVector(stored.nonce, vector)) {
      KITH_RETURN_IF_ERROR(
          report_.Add({"index has another vector", where, "its vector", "another"}));
    }
    return report_.Expect("search finds a vector another number of times than once", where, 1,
                          Match({entity, stored.nonce}));
  }

  Status Visit(const KeyEntries& entries, const std::string& prefix) {
    KITH_RETURN_IF_ERROR(report_.Step({stage_, entities_, 0}));
    vectors_ += entries.size();
    std::vector<uint64_t> entities;
    for (const auto& [key, value] : entries) entities.push_back(EntityOfVectorKey(key, prefix));
    KITH_ASSIGN_OR_RETURN(const auto properties, CoveredProperties(view_, index_, entities));
    for (size_t i = 0; i < entities.size(); ++i) {
      if (properties[i] && VectorValueOf(index_, *properties[i]) != nullptr) continue;
      KITH_RETURN_IF_ERROR(report_.Add(
          {"index has a vector too many", EntityWhere(index_, entities[i]), "none", "a vector"}));
    }
    return Status::Ok();
  }

  ReadView* view_;
  const IndexDefinition& index_;
  CheckReport& report_;
  const std::string stage_;
  std::vector<VectorVersion> places_;
  std::vector<bool> matched_;
  size_t dimensions_ = 0;
  uint64_t entities_ = 0;
  uint64_t vectors_ = 0;
};

}  // namespace

Status CheckVectorIndex(ReadView* view, const IndexDefinition& index, CheckReport* report) {
  return VectorIndexCheck(view, index, report).Run();
}

}  // namespace kith::index
