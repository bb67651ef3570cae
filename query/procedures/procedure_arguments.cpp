// SPDX-License-Identifier: Apache-2.0
// See procedure_arguments.h.
#include "query/procedures/procedure_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace kith::query {
namespace {

/// The bits of a node or relationship; nullopt for anything else.
std::optional<uint64_t> EntityOf(const Value& value, index::EntityKind kind) {
  if (kind == index::EntityKind::kNode && value.IsNode()) return value.AsNodeId().bits();
  if (kind == index::EntityKind::kRelationship && value.IsRelationship()) {
    return value.AsRelId().bits();
  }
  return std::nullopt;
}

/// "a, b and c"
std::string Enumerate(std::span<const std::string_view> names) {
  if (names.size() < 2) return std::string(names.empty() ? "none" : names[0]);
  return fmt::format("{} and {}", fmt::join(names.first(names.size() - 1), ", "), names.back());
}

}  // namespace

Status BadArgument(std::string message) {
  return Status(StatusCode::kArgumentError, std::move(message)).WithPhase(ErrorPhase::kRuntime);
}

Status CheckNotNull(const ProcedureSignature& signature, std::span<const Value> arguments,
                    size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (!arguments[i].IsNull()) continue;
    return BadArgument(fmt::format("{}: the argument {} is null; give it a value", signature.name,
                                   signature.inputs[i].name));
  }
  return Status::Ok();
}

Result<Map> GivenOptions(const Value& map, std::span<const std::string_view> known,
                         std::string_view of) {
  Map given;
  if (map.IsNull()) return given;
  if (!map.IsMap()) {
    return BadArgument(fmt::format("the options of {} are a map, not {}", of, map.ToString()));
  }
  for (const auto& [name, value] : map.AsMap()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return BadArgument(
          fmt::format("unknown option '{}' of {}; known are {}", name, of, Enumerate(known)));
    }
    if (!value.IsNull()) given.emplace_back(name, value);
  }
  return given;
}

Result<std::vector<double>> VectorArgument(const Value& list) {
  std::vector<double> components;
  components.reserve(list.AsList().size());
  for (const Value& component : list.AsList()) {
    if (!component.IsNumber()) {
      return BadArgument(fmt::format("a vector query takes a list of numbers, and {} is none",
                                     component.ToString()));
    }
    components.push_back(component.AsNumber());
  }
  return components;
}

Result<std::vector<uint64_t>> EntitiesArgument(const Value& value, index::EntityKind kind,
                                               std::string_view what) {
  const std::string_view entities = kind == index::EntityKind::kNode ? "nodes" : "relationships";
  if (!value.IsList()) {
    return BadArgument(
        fmt::format("{} must be a list of {}, not {}", what, entities, value.ToString()));
  }
  std::vector<uint64_t> ids;
  for (const Value& element : value.AsList()) {
    if (element.IsNull()) continue;
    const auto entity = EntityOf(element, kind);
    if (!entity.has_value()) {
      return BadArgument(fmt::format("{} holds {}, not {}", what, element.ToString(), entities));
    }
    ids.push_back(*entity);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace kith::query
