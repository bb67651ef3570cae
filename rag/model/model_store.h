// SPDX-License-Identifier: Apache-2.0
// Where models lie on this machine, and what a name or a path means. Reads the file system only;
// fetching is the shell's (engine/shell/fetch).
//
// A model NAME of the table is the folder NAME of the models folder. It appears there by one
// rename, when all of it is there.
//
// Thread safety: pure functions of the environment and the file system.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "rag/model/known_models.h"

namespace kith::rag {

/// $KITH_MODELS, else $XDG_DATA_HOME/kith/models, else ~/.local/share/kith/models; absolute. It
/// need not exist. InvalidArgument when the environment names none.
Result<std::string> ModelsFolder();

enum class ModelState : uint8_t {
  kAbsent,
  kHere,     ///< Every file, with its size. Checksums were compared when it was fetched.
  kDamaged,  ///< A file is missing or has another size.
};

/// Where a known model lies, or would.
struct ModelPlace {
  std::string folder;  ///< Absolute.
  ModelState state = ModelState::kAbsent;
  std::string damage = {};  ///< kDamaged: which file, and what is wrong with it.
};

Result<ModelPlace> PlaceOfModel(const KnownModel& model);

/// What a script gets for a model: the folder of an embedding model, the GGUF file of a generator.
std::string PathInPlace(const KnownModel& model, const std::string& folder);

struct ResolvedModel {
  std::string name;                   ///< The table's, or the last part of the path.
  std::string path;                   ///< Absolute; exists.
  const KnownModel* known = nullptr;  ///< Null for a path or a folder of the user's own.
};

/// In this order: a name of the table, whatever its case; anything else in the models folder; a
/// path. With a '/' in it, it is a path. NotFound tells how to fetch it, or the nearest name;
/// Corruption when the files of a known model are not whole.
Result<ResolvedModel> ResolveModel(const std::string& name_or_path);

/// NotFound for a name that is not in the table, with the nearest that is.
Status UnknownModel(const std::string& name);

}  // namespace kith::rag
