// SPDX-License-Identifier: Apache-2.0
// See hybrid_options.h.
#include "query/procedures/hybrid_options.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "query/procedures/procedure_arguments.h"

namespace kith::query {
namespace {

Status WrongHybridOption(std::string_view name, const Value& value, std::string_view right) {
  return BadArgument(
      fmt::format("option {} of search.hybrid must be {}, not {}", name, right, value.ToString()));
}

Result<double> NumberOption(std::string_view name, const Value& value, double least, double most) {
  const double number = value.IsNumber() ? value.AsNumber() : std::nan("");
  if (number >= least && number <= most) return number;
  return WrongHybridOption(name, value, fmt::format("a number from {} to {}", least, most));
}

Result<size_t> CountOption(std::string_view name, const Value& value, size_t most) {
  if (value.IsInteger() && value.AsInteger() >= 1 &&
      static_cast<uint64_t>(value.AsInteger()) <= most) {
    return static_cast<size_t>(value.AsInteger());
  }
  return WrongHybridOption(name, value, fmt::format("an integer from 1 to {}", most));
}

Result<FusionMethod> MethodOption(const Value& value) {
  if (value.IsString() && value.AsString() == "rrf") return FusionMethod::kReciprocalRank;
  if (value.IsString() && value.AsString() == "weighted") return FusionMethod::kWeighted;
  return WrongHybridOption("method", value, "'rrf' or 'weighted'");
}

Result<storage::Direction> DirectionOption(const Value& value) {
  const std::string_view word = value.IsString() ? value.AsString() : std::string_view();
  if (word == "both") return storage::Direction::kBoth;
  if (word == "outgoing") return storage::Direction::kOutgoing;
  if (word == "incoming") return storage::Direction::kIncoming;
  return WrongHybridOption("expand.direction", value, "'both', 'outgoing' or 'incoming'");
}

/// A type that the database does not have leads nowhere, as in a pattern.
Status ReadTypes(const Value& value, const storage::Catalog& catalog, HybridExpansion* expansion) {
  constexpr std::string_view kWanted = "a list of names of relationship types";
  if (!value.IsList()) return WrongHybridOption("expand.types", value, kWanted);
  expansion->has_types = !value.AsList().empty();
  for (const Value& name : value.AsList()) {
    if (!name.IsString()) return WrongHybridOption("expand.types", value, kWanted);
    if (const auto type = catalog.FindRelType(name.AsString())) {
      expansion->spread.types.push_back(*type);
    }
  }
  return Status::Ok();
}

Result<HybridExpansion> ReadExpansion(const Value& map, const storage::Catalog& catalog) {
  constexpr std::string_view kKnown[] = {"seeds", "types", "direction", "depth", "decay"};
  HybridExpansion expansion;
  if (!map.IsMap()) return WrongHybridOption("expand", map, "a map");
  KITH_ASSIGN_OR_RETURN(const Map given, GivenOptions(map, kKnown, "expand of search.hybrid"));
  for (const auto& [key, value] : given) {
    if (key == "seeds") {
      KITH_ASSIGN_OR_RETURN(expansion.seeds,
                            EntitiesArgument(value, index::EntityKind::kNode,
                                             "option expand.seeds of search.hybrid"));
    } else if (key == "types") {
      KITH_RETURN_IF_ERROR(ReadTypes(value, catalog, &expansion));
    } else if (key == "direction") {
      KITH_ASSIGN_OR_RETURN(expansion.spread.direction, DirectionOption(value));
    } else if (key == "depth") {
      KITH_ASSIGN_OR_RETURN(expansion.spread.depth,
                            CountOption("expand.depth", value, kMaxHybridDepth));
    } else if (key == "decay") {
      KITH_ASSIGN_OR_RETURN(expansion.spread.decay, NumberOption("expand.decay", value, 0, 1));
    }
  }
  return expansion;
}

Status TakeHybridOption(std::string_view key, const Value& value, const storage::Catalog& catalog,
                        HybridOptions* options) {
  constexpr double kMostWeight = 1e6;
  if (key == "method") {
    KITH_ASSIGN_OR_RETURN(options->method, MethodOption(value));
  } else if (key == "rankConstant") {
    KITH_ASSIGN_OR_RETURN(options->rank_constant, NumberOption(key, value, 0, kMostWeight));
  } else if (key == "textWeight") {
    KITH_ASSIGN_OR_RETURN(options->weights.text, NumberOption(key, value, 0, kMostWeight));
  } else if (key == "vectorWeight") {
    KITH_ASSIGN_OR_RETURN(options->weights.vector, NumberOption(key, value, 0, kMostWeight));
  } else if (key == "graphWeight") {
    KITH_ASSIGN_OR_RETURN(options->weights.graph, NumberOption(key, value, 0, kMostWeight));
  } else if (key == "candidates") {
    KITH_ASSIGN_OR_RETURN(options->candidates, CountOption(key, value, kMaxHybridCandidates));
  } else if (key == "filter") {
    KITH_ASSIGN_OR_RETURN(options->filter, EntitiesArgument(value, index::EntityKind::kNode,
                                                            "option filter of search.hybrid"));
  } else if (key == "expand") {
    KITH_ASSIGN_OR_RETURN(options->expansion, ReadExpansion(value, catalog));
  }
  return Status::Ok();
}

}  // namespace

Result<HybridOptions> ReadHybridOptions(const Value& map, const storage::Catalog& catalog) {
  constexpr std::string_view kKnown[] = {"method",       "rankConstant", "textWeight",
                                         "vectorWeight", "graphWeight",  "candidates",
                                         "filter",       "expand"};
  HybridOptions options;
  KITH_ASSIGN_OR_RETURN(const Map given, GivenOptions(map, kKnown, "search.hybrid"));
  for (const auto& [key, value] : given) {
    KITH_RETURN_IF_ERROR(TakeHybridOption(key, value, catalog, &options));
  }
  return options;
}

}  // namespace kith::query
