// SPDX-License-Identifier: Apache-2.0
// tokenizer.json as the tokenizers library writes it; vocab.txt as BERT had it.
#include "rag/model/tokenizer_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "rag/model/json_file.h"
#include "rag/model/mapped_file.h"

namespace kith::rag {
namespace {

constexpr size_t kMaxWordCharacters = 1'000'000;
constexpr uint64_t kNoId = UINT64_MAX;

bool TokenizerFileExists(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

std::string TypeOf(simdjson::dom::element root, const char* part) {
  simdjson::dom::element element;
  if (root[part].get(element) != simdjson::SUCCESS) return {};
  return std::string(JsonFile::Text(element, "type").value_or(""));
}

class TokenizerJson {
 public:
  TokenizerJson(const JsonFile& file, TokenizerFiles* files)
      : file_(file), root_(file.root()), files_(*files) {}

  Status Read() {
    if (!root_.is_object()) return file_.Damaged("it is no object");
    KITH_RETURN_IF_ERROR(ReadModel());
    KITH_RETURN_IF_ERROR(ReadNormalizer());
    if (const std::string type = TypeOf(root_, "pre_tokenizer"); type != "BertPreTokenizer") {
      return file_.Foreign(fmt::format("its pre-tokeniser is '{}' and not BERT's", type));
    }
    KITH_RETURN_IF_ERROR(ReadEnds());
    return ReadAddedTokens();
  }

 private:
  Status ReadModel() {
    simdjson::dom::element model;
    if (root_["model"].get(model) != simdjson::SUCCESS) return file_.Damaged("it has no model");
    // Files of old have no type, and WordPiece's key.
    const bool untyped = TypeOf(root_, "model").empty() &&
                         JsonFile::Text(model, "continuing_subword_prefix").has_value();
    if (!untyped && TypeOf(root_, "model") != "WordPiece") {
      return file_.Foreign(
          fmt::format("its tokeniser is '{}' and not WordPiece", TypeOf(root_, "model")));
    }
    WordPieceOptions& options = files_.options;
    options.unknown = JsonFile::Text(model, "unk_token").value_or(options.unknown);
    options.continuation =
        JsonFile::Text(model, "continuing_subword_prefix").value_or(options.continuation);
    if (JsonFile::Number(model, "max_input_chars_per_word")) {
      KITH_ASSIGN_OR_RETURN(options.max_word_characters,
                            file_.Count(model, "max_input_chars_per_word", kMaxWordCharacters));
    }
    return ReadVocabulary(model);
  }

  Status ReadVocabulary(simdjson::dom::element model) {
    simdjson::dom::object vocabulary;
    if (model["vocab"].get(vocabulary) != simdjson::SUCCESS) {
      return file_.Damaged("its model has no vocabulary");
    }
    // Tokens with different ids leave no place empty.
    files_.vocabulary.resize(vocabulary.size());
    for (const auto& [token, element] : vocabulary) {
      uint64_t id = kNoId;
      if (element.get(id) != simdjson::SUCCESS) id = kNoId;
      KITH_RETURN_IF_ERROR(Place(token, id));
    }
    const auto gap = std::find(files_.vocabulary.begin(), files_.vocabulary.end(), "");
    if (gap == files_.vocabulary.end()) return Status::Ok();
    return file_.Damaged(
        fmt::format("its vocabulary has no token {}", gap - files_.vocabulary.begin()));
  }

  /// Puts a token at its id.
  Status Place(std::string_view token, uint64_t id) {
    if (id >= files_.vocabulary.size() || token.empty()) {
      return file_.Damaged(fmt::format("the token '{}' has no id below their number, {}", token,
                                       files_.vocabulary.size()));
    }
    if (!files_.vocabulary[id].empty() && files_.vocabulary[id] != token) {
      return file_.Damaged(fmt::format("the tokens '{}' and '{}' have the same id {}",
                                       files_.vocabulary[id], token, id));
    }
    files_.vocabulary[id] = token;
    return Status::Ok();
  }

  Status ReadNormalizer() {
    if (const std::string type = TypeOf(root_, "normalizer"); type != "BertNormalizer") {
      return file_.Foreign(fmt::format("its normaliser is '{}' and not BERT's", type));
    }
    const simdjson::dom::element normalizer = root_["normalizer"].value_unsafe();
    WordPieceOptions& options = files_.options;
    options.lowercase = JsonFile::Flag(normalizer, "lowercase").value_or(true);
    options.strip_accents = JsonFile::Flag(normalizer, "strip_accents").value_or(options.lowercase);
    options.split_chinese = JsonFile::Flag(normalizer, "handle_chinese_chars").value_or(true);
    options.clean_text = JsonFile::Flag(normalizer, "clean_text").value_or(true);
    return Status::Ok();
  }

  /// The tokens before and after a text.
  Status ReadEnds() {
    const std::string type = TypeOf(root_, "post_processor");
    WordPieceOptions& options = files_.options;
    std::string_view begin;
    std::string_view end;
    if (type == "TemplateProcessing") {
      const auto single = root_["post_processor"]["single"];
      simdjson::dom::array steps;
      simdjson::dom::element text;
      if (single.get(steps) == simdjson::SUCCESS && steps.size() == 3 &&
          single.at(1)["Sequence"].get(text) == simdjson::SUCCESS &&
          single.at(0)["SpecialToken"]["id"].get(begin) == simdjson::SUCCESS &&
          single.at(2)["SpecialToken"]["id"].get(end) == simdjson::SUCCESS) {
        options.begin = begin;
        options.end = end;
        return Status::Ok();
      }
    } else if (type == "BertProcessing" &&
               root_["post_processor"]["cls"].at(0).get(begin) == simdjson::SUCCESS &&
               root_["post_processor"]["sep"].at(0).get(end) == simdjson::SUCCESS) {
      options.begin = begin;
      options.end = end;
      return Status::Ok();
    }
    return file_.Foreign("it does not put one token before a text and one after it");
  }

  Status ReadAddedTokens() {
    simdjson::dom::array added;
    if (root_["added_tokens"].get(added) != simdjson::SUCCESS) return Status::Ok();
    files_.options.specials.clear();
    for (const simdjson::dom::element token : added) {
      const auto text = JsonFile::Text(token, "content");
      if (!text) return file_.Damaged("an added token has no content");
      uint64_t id = kNoId;
      if (token["id"].get(id) != simdjson::SUCCESS) id = kNoId;
      if (id == files_.vocabulary.size()) files_.vocabulary.emplace_back();
      KITH_RETURN_IF_ERROR(Place(*text, id));
      files_.options.specials.emplace_back(*text);
    }
    return Status::Ok();
  }

  const JsonFile& file_;
  simdjson::dom::element root_;
  TokenizerFiles& files_;
};

Status ReadVocabularyText(const std::string& path, TokenizerFiles* files) {
  KITH_ASSIGN_OR_RETURN(const auto mapped, MappedFile::Open(path));
  files->read.push_back(path);
  const std::string_view text(reinterpret_cast<const char*>(mapped->bytes().data()),
                              mapped->bytes().size());
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    files->vocabulary.emplace_back(line);
    begin = end + 1;
  }
  return Status::Ok();
}

/// tokenizer_config.json, with the meaning that BERT's first tokeniser gave its keys.
Status ReadSettings(const std::string& path, WordPieceOptions* options) {
  KITH_ASSIGN_OR_RETURN(const JsonFile file, JsonFile::Read(path));
  const simdjson::dom::element root = file.root();
  if (!root.is_object()) return file.Damaged("it is no object");
  options->lowercase = JsonFile::Flag(root, "do_lower_case").value_or(true);
  options->strip_accents = JsonFile::Flag(root, "strip_accents").value_or(options->lowercase);
  options->split_chinese = JsonFile::Flag(root, "tokenize_chinese_chars").value_or(true);
  options->unknown = JsonFile::Text(root, "unk_token").value_or(options->unknown);
  options->begin = JsonFile::Text(root, "cls_token").value_or(options->begin);
  options->end = JsonFile::Text(root, "sep_token").value_or(options->end);
  return Status::Ok();
}

}  // namespace

Result<TokenizerFiles> ReadTokenizerFiles(const std::string& folder) {
  TokenizerFiles files;
  const std::string json = folder + "/tokenizer.json";
  if (TokenizerFileExists(json)) {
    files.read.push_back(json);
    KITH_ASSIGN_OR_RETURN(const JsonFile file, JsonFile::Read(json));
    KITH_RETURN_IF_ERROR(TokenizerJson(file, &files).Read());
    return files;
  }
  const std::string vocabulary = folder + "/vocab.txt";
  if (!TokenizerFileExists(vocabulary)) {
    return Status(StatusCode::kNotFound,
                  fmt::format("{} has neither tokenizer.json nor vocab.txt; a folder of a BERT "
                              "model has one of them",
                              folder));
  }
  KITH_RETURN_IF_ERROR(ReadVocabularyText(vocabulary, &files));
  const std::string settings = folder + "/tokenizer_config.json";
  if (TokenizerFileExists(settings)) {
    files.read.push_back(settings);
    KITH_RETURN_IF_ERROR(ReadSettings(settings, &files.options));
  }
  std::erase_if(files.options.specials, [&](const std::string& special) {
    return std::find(files.vocabulary.begin(), files.vocabulary.end(), special) ==
           files.vocabulary.end();
  });
  return files;
}

}  // namespace kith::rag
