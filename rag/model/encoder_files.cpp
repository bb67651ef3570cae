// SPDX-License-Identifier: Apache-2.0
// modules.json -> pooling -> config.json -> sentence_bert_config.json.
#include "rag/model/encoder_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "rag/model/json_file.h"

namespace kith::rag {
namespace {

// Far above any BERT, far below what would overflow a product of two of them.
constexpr size_t kMaxLayers = 1000;
constexpr size_t kMaxExtent = size_t{1} << 24;

bool EncoderFileExists(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

/// Reads the files and gathers their names.
class EncoderFilesReader {
 public:
  explicit EncoderFilesReader(const std::string& folder) : folder_(folder) {
    files_.transformer_folder = folder;
    files_.config.normalise = false;
  }

  Result<EncoderFiles> Read() {
    const std::string modules = folder_ + "/modules.json";
    if (EncoderFileExists(modules)) KITH_RETURN_IF_ERROR(ReadModules(modules));
    KITH_RETURN_IF_ERROR(ReadConfig(files_.transformer_folder + "/config.json"));
    if (pooled_floats_ != 0 && pooled_floats_ != files_.config.hidden) {
      return Status(StatusCode::kCorruption,
                    fmt::format("{}: its pooling is over {} floats, and its config.json has "
                                "\"hidden_size\" {}; the model's files do not belong together",
                                folder_, pooled_floats_, files_.config.hidden));
    }
    files_.max_tokens = files_.config.positions;
    const std::string limits = files_.transformer_folder + "/sentence_bert_config.json";
    if (EncoderFileExists(limits)) KITH_RETURN_IF_ERROR(ReadLimits(limits));
    return std::move(files_);
  }

 private:
  Result<JsonFile> Open(const std::string& path) {
    files_.read.push_back(path);
    return JsonFile::Read(path);
  }

  Status ReadModules(const std::string& path) {
    KITH_ASSIGN_OR_RETURN(const JsonFile file, Open(path));
    simdjson::dom::array modules;
    if (file.root().get(modules) != simdjson::SUCCESS) return file.Damaged("it is no list");
    bool has_pooling = false;
    for (const simdjson::dom::element module : modules) {
      const std::string type(JsonFile::Text(module, "type").value_or(""));
      const std::string kind = type.substr(type.rfind('.') + 1);
      const std::string part(JsonFile::Text(module, "path").value_or(""));
      if (part.starts_with('/') || part.find("..") != std::string::npos) {
        return file.Damaged(fmt::format("\"path\" {} leaves the model's folder", part));
      }
      const std::string folder = part.empty() ? folder_ : folder_ + "/" + part;
      if (kind == "Transformer") {
        files_.transformer_folder = folder;
      } else if (kind == "Pooling") {
        has_pooling = true;
        KITH_RETURN_IF_ERROR(ReadPooling(folder + "/config.json"));
      } else if (kind == "Normalize") {
        files_.config.normalise = true;
      } else {
        return file.Foreign(fmt::format("a step of type '{}' is not known", type));
      }
    }
    return has_pooling ? Status::Ok() : file.Foreign("it has no pooling");
  }

  Status ReadPooling(const std::string& path) {
    KITH_ASSIGN_OR_RETURN(const JsonFile file, Open(path));
    simdjson::dom::object settings;
    if (file.root().get(settings) != simdjson::SUCCESS) return file.Damaged("it is no object");
    std::vector<std::string> modes;
    for (const auto& [key, value] : settings) {
      bool flag = false;
      if (key.starts_with("pooling_mode_") && value.get(flag) == simdjson::SUCCESS && flag) {
        modes.emplace_back(key.substr(std::string_view("pooling_mode_").size()));
      }
    }
    // Newer files name the one mode instead.
    if (const auto mode = JsonFile::Text(file.root(), "pooling_mode")) modes.emplace_back(*mode);
    if (modes == std::vector<std::string>{"cls_token"} ||
        modes == std::vector<std::string>{"cls"}) {
      files_.config.pooling = Pooling::kCls;
    } else if (modes != std::vector<std::string>{"mean_tokens"} &&
               modes != std::vector<std::string>{"mean"}) {
      return file.Foreign(fmt::format("its pooling is '{}' and neither the mean nor [CLS]",
                                      fmt::join(modes, "' and '")));
    }
    simdjson::dom::element floats;
    if (settings["word_embedding_dimension"].get(floats) == simdjson::SUCCESS) {
      KITH_ASSIGN_OR_RETURN(pooled_floats_,
                            file.Count(file.root(), "word_embedding_dimension", kMaxExtent));
    }
    return Status::Ok();
  }

  Status ReadConfig(const std::string& path) {
    KITH_ASSIGN_OR_RETURN(const JsonFile file, Open(path));
    const simdjson::dom::element root = file.root();
    if (!root.is_object()) return file.Damaged("it is no object");
    KITH_RETURN_IF_ERROR(CheckFamily(file));
    EncoderConfig& config = files_.config;
    KITH_ASSIGN_OR_RETURN(config.vocabulary, file.Count(root, "vocab_size", kMaxExtent));
    KITH_ASSIGN_OR_RETURN(config.positions,
                          file.Count(root, "max_position_embeddings", kMaxExtent));
    KITH_ASSIGN_OR_RETURN(config.layers, file.Count(root, "num_hidden_layers", kMaxLayers));
    KITH_ASSIGN_OR_RETURN(config.hidden, file.Count(root, "hidden_size", kMaxExtent));
    KITH_ASSIGN_OR_RETURN(config.heads, file.Count(root, "num_attention_heads", kMaxExtent));
    KITH_ASSIGN_OR_RETURN(config.intermediate, file.Count(root, "intermediate_size", kMaxExtent));
    if (config.hidden % config.heads != 0) {
      return file.Damaged(
          fmt::format("{} heads do not divide \"hidden_size\" {}", config.heads, config.hidden));
    }
    config.epsilon =
        static_cast<float>(JsonFile::Number(root, "layer_norm_eps").value_or(config.epsilon));
    if (config.epsilon >= 0 && config.epsilon < 1) return Status::Ok();
    return file.Damaged("\"layer_norm_eps\" is no small number");
  }

  static Status CheckFamily(const JsonFile& file) {
    const simdjson::dom::element root = file.root();
    const auto family = JsonFile::Text(root, "model_type").value_or("");
    if (family != "bert") {
      return file.Foreign(fmt::format("it is a model of type '{}'", family));
    }
    const auto activation = JsonFile::Text(root, "hidden_act").value_or("gelu");
    if (activation != "gelu") {
      return file.Foreign(fmt::format("its activation is '{}' and not gelu", activation));
    }
    const auto positions = JsonFile::Text(root, "position_embedding_type").value_or("absolute");
    if (positions == "absolute") return Status::Ok();
    return file.Foreign(fmt::format("its positions are '{}' and not absolute", positions));
  }

  Status ReadLimits(const std::string& path) {
    KITH_ASSIGN_OR_RETURN(const JsonFile file, Open(path));
    files_.lowercase_first = JsonFile::Flag(file.root(), "do_lower_case").value_or(false);
    const auto most = JsonFile::Number(file.root(), "max_seq_length");
    if (!most) return Status::Ok();
    // [CLS], one token and [SEP].
    if (!(*most >= 3)) return file.Damaged("\"max_seq_length\" leaves no room for a token");
    if (*most < static_cast<double>(files_.max_tokens)) {
      files_.max_tokens = static_cast<size_t>(*most);
    }
    return Status::Ok();
  }

  const std::string& folder_;
  EncoderFiles files_;
  size_t pooled_floats_ = 0;  ///< 0: not given.
};

}  // namespace

Result<EncoderFiles> ReadEncoderFiles(const std::string& folder) {
  return EncoderFilesReader(folder).Read();
}

}  // namespace kith::rag
