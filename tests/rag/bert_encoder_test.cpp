// SPDX-License-Identifier: Apache-2.0
// The forward pass against a plain one in double, on random weights.
#include "rag/model/bert_encoder.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

using Rows = std::vector<std::vector<double>>;

// BERT as the paper has it, without any thought of speed.
class PlainBert {
 public:
  PlainBert(const EncoderConfig& config, const std::vector<NamedTensor>& tensors)
      : config_(config) {
    for (const NamedTensor& tensor : tensors) tensors_[tensor.name] = tensor.values;
  }

  std::vector<double> Encode(std::span<const int32_t> tokens) const {
    Rows x;
    for (size_t i = 0; i < tokens.size(); ++i) {
      std::vector<double> row(config_.hidden);
      for (size_t j = 0; j < config_.hidden; ++j) {
        row[j] = double{At("embeddings.word_embeddings.weight",
                           static_cast<size_t>(tokens[i]) * config_.hidden + j)} +
                 At("embeddings.position_embeddings.weight", i * config_.hidden + j) +
                 At("embeddings.token_type_embeddings.weight", j);
      }
      x.push_back(row);
    }
    Normalise("embeddings.LayerNorm", &x);
    for (size_t layer = 0; layer < config_.layers; ++layer) {
      const std::string name = "encoder.layer." + std::to_string(layer) + ".";
      const Rows attended = Attend(Linear(x, name + "attention.self.query", config_.hidden),
                                   Linear(x, name + "attention.self.key", config_.hidden),
                                   Linear(x, name + "attention.self.value", config_.hidden));
      x = Sum(x, Linear(attended, name + "attention.output.dense", config_.hidden));
      Normalise(name + "attention.output.LayerNorm", &x);
      Rows wide = Linear(x, name + "intermediate.dense", config_.intermediate);
      for (auto& row : wide) {
        for (double& v : row) v = v * 0.5 * (1 + std::erf(v / std::sqrt(2.0)));
      }
      x = Sum(x, Linear(wide, name + "output.dense", config_.hidden));
      Normalise(name + "output.LayerNorm", &x);
    }
    return Pool(x);
  }

 private:
  float At(const std::string& name, size_t i) const { return tensors_.at(name)[i]; }

  Rows Linear(const Rows& x, const std::string& name, size_t columns) const {
    Rows y;
    for (const auto& row : x) {
      std::vector<double> out(columns);
      for (size_t c = 0; c < columns; ++c) {
        out[c] = At(name + ".bias", c);
        for (size_t k = 0; k < row.size(); ++k) {
          out[c] += row[k] * At(name + ".weight", c * row.size() + k);
        }
      }
      y.push_back(out);
    }
    return y;
  }

  static Rows Sum(Rows a, const Rows& b) {
    for (size_t i = 0; i < a.size(); ++i) {
      for (size_t j = 0; j < a[i].size(); ++j) a[i][j] += b[i][j];
    }
    return a;
  }

  void Normalise(const std::string& name, Rows* x) const {
    for (auto& row : *x) {
      const double size = static_cast<double>(row.size());
      const double mean = std::accumulate(row.begin(), row.end(), 0.0) / size;
      double variance = 0;
      for (const double v : row) variance += (v - mean) * (v - mean) / size;
      for (size_t j = 0; j < row.size(); ++j) {
        row[j] = (row[j] - mean) / std::sqrt(variance + double{config_.epsilon}) *
                     At(name + ".weight", j) +
                 At(name + ".bias", j);
      }
    }
  }

  Rows Attend(const Rows& q, const Rows& k, const Rows& v) const {
    const size_t size = config_.hidden / config_.heads;
    Rows out(q.size(), std::vector<double>(config_.hidden));
    for (size_t head = 0; head < config_.hidden; head += size) {
      for (size_t i = 0; i < q.size(); ++i) {
        std::vector<double> share(k.size());
        double sum = 0;
        for (size_t j = 0; j < k.size(); ++j) {
          double score = 0;
          for (size_t d = head; d < head + size; ++d) score += q[i][d] * k[j][d];
          share[j] = std::exp(score / std::sqrt(static_cast<double>(size)));
          sum += share[j];
        }
        for (size_t d = head; d < head + size; ++d) {
          for (size_t j = 0; j < k.size(); ++j) out[i][d] += share[j] / sum * v[j][d];
        }
      }
    }
    return out;
  }

  std::vector<double> Pool(const Rows& x) const {
    std::vector<double> vector(config_.hidden);
    const size_t count = config_.pooling == Pooling::kCls ? 1 : x.size();
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = 0; j < config_.hidden; ++j) {
        vector[j] += x[i][j] / static_cast<double>(count);
      }
    }
    if (!config_.normalise) return vector;
    double square = 0;
    for (const double v : vector) square += v * v;
    for (double& v : vector) v /= std::sqrt(square);
    return vector;
  }

  EncoderConfig config_;
  std::map<std::string, std::vector<float>> tensors_;
};

EncoderConfig SmallConfig() {
  EncoderConfig config;
  config.vocabulary = 50;
  config.positions = 40;
  config.layers = 2;
  config.hidden = 24;
  config.heads = 3;
  config.intermediate = 52;
  return config;
}

struct Texts {
  std::vector<int32_t> tokens;
  std::vector<uint32_t> offsets = {0};

  TokenBatch batch() const { return {tokens, offsets}; }
  std::span<const int32_t> text(size_t i) const {
    return std::span(tokens).subspan(offsets[i], offsets[i + 1] - offsets[i]);
  }
};

Texts RandomTexts(const EncoderConfig& config, std::vector<size_t> lengths) {
  std::mt19937 random(9);
  Texts texts;
  for (const size_t length : lengths) {
    for (size_t i = 0; i < length; ++i) {
      texts.tokens.push_back(static_cast<int32_t>(random() % config.vocabulary));
    }
    texts.offsets.push_back(static_cast<uint32_t>(texts.tokens.size()));
  }
  return texts;
}

double Cosine(std::span<const float> a, const std::vector<double>& b) {
  double product = 0;
  double squares[2] = {};
  for (size_t i = 0; i < b.size(); ++i) {
    product += a[i] * b[i];
    squares[0] += double{a[i]} * a[i];
    squares[1] += b[i] * b[i];
  }
  return product / std::sqrt(squares[0] * squares[1]);
}

struct Accuracy {
  Precision precision;
  double cosine;   // At least.
  double element;  // The largest error of one number, at most.
};
constexpr Accuracy kAccuracies[] = {{Precision::kFloat32, 1 - 1e-9, 2e-5},
                                    {Precision::kInt16, 1 - 1e-5, 1e-2},
                                    {Precision::kInt8, 0.99, 1}};

TEST_CASE("texts of a batch become the vectors of plain BERT", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  EncoderConfig config = SmallConfig();
  const std::vector<NamedTensor> tensors = RandomBert(config, 7);
  WriteBytes(path, SafetensorsBytes(tensors));
  const Texts texts = RandomTexts(config, {1, 7, 40, 13, 2});
  for (const char* name : {"portable", "avx2", "avx512", "avx512vnni"}) {
    const EncoderKernels* kernels = FindEncoderKernels(name);
    if (kernels == nullptr) continue;
    for (const bool cls : {false, true}) {
      config.pooling = cls ? Pooling::kCls : Pooling::kMean;
      config.normalise = !cls;
      const PlainBert plain(config, tensors);
      for (const Accuracy& accuracy : kAccuracies) {
        CAPTURE(name, cls, static_cast<int>(accuracy.precision));
        const auto encoder = BertEncoder::Load(path, config, accuracy.precision, *kernels);
        REQUIRE(encoder.ok());
        std::vector<float> vectors(texts.batch().texts() * config.hidden);
        REQUIRE((*encoder)->Encode(texts.batch(), nullptr, vectors.data()).ok());
        for (size_t i = 0; i < texts.batch().texts(); ++i) {
          const std::vector<double> expected = plain.Encode(texts.text(i));
          const auto vector = std::span(vectors).subspan(i * config.hidden, config.hidden);
          CHECK(Cosine(vector, expected) > accuracy.cosine);
          for (size_t j = 0; j < config.hidden; ++j) {
            CHECK(std::abs(vector[j] - expected[j]) < accuracy.element);
          }
        }
      }
    }
  }
}

TEST_CASE("a text's vector does not depend on its batch", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  const EncoderConfig config = SmallConfig();
  WriteBytes(path, SafetensorsBytes(RandomBert(config, 8)));
  const Texts texts = RandomTexts(config, {5, 1, 31, 40, 2, 17, 40, 9});
  for (const Precision precision : {Precision::kFloat32, Precision::kInt16, Precision::kInt8}) {
    const auto encoder = BertEncoder::Load(path, config, precision);
    REQUIRE(encoder.ok());
    std::vector<float> together(texts.batch().texts() * config.hidden);
    REQUIRE((*encoder)->Encode(texts.batch(), nullptr, together.data()).ok());
    for (size_t i = 0; i < texts.batch().texts(); ++i) {
      const std::span<const int32_t> text = texts.text(i);
      const uint32_t offsets[] = {0, static_cast<uint32_t>(text.size())};
      std::vector<float> alone(config.hidden);
      REQUIRE((*encoder)->Encode({text, offsets}, nullptr, alone.data()).ok());
      CHECK(std::equal(alone.begin(), alone.end(),
                       together.begin() + static_cast<ptrdiff_t>(i * config.hidden)));
    }
  }
}

TEST_CASE("batches and files that do not fit the model are refused", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  const EncoderConfig config = SmallConfig();
  std::vector<NamedTensor> tensors = RandomBert(config, 7);
  WriteBytes(path, SafetensorsBytes(tensors));
  const auto encoder = BertEncoder::Load(path, config);
  REQUIRE(encoder.ok());
  std::vector<float> vectors(2 * config.hidden);
  const auto encode = [&](const Texts& texts) {
    return (*encoder)->Encode(texts.batch(), nullptr, vectors.data()).code();
  };
  CHECK(encode(RandomTexts(config, {41})) == StatusCode::kInvalidArgument);
  CHECK(encode(RandomTexts(config, {3, 0})) == StatusCode::kInvalidArgument);
  Texts foreign = RandomTexts(config, {3});
  foreign.tokens[1] = 50;
  CHECK(encode(foreign) == StatusCode::kInvalidArgument);
  foreign.tokens[1] = -1;
  CHECK(encode(foreign) == StatusCode::kInvalidArgument);

  EncoderConfig other = config;
  other.hidden = 48;
  CHECK(BertEncoder::Load(path, other).status().code() == StatusCode::kCorruption);
  other.heads = 5;
  CHECK(BertEncoder::Load(path, other).status().code() == StatusCode::kInvalidArgument);
  tensors.front().values[3] = std::numeric_limits<float>::quiet_NaN();
  WriteBytes(path, SafetensorsBytes(tensors));
  CHECK(BertEncoder::Load(path, config).status().code() == StatusCode::kCorruption);
  tensors.front().values[3] = 0;
  tensors.pop_back();
  WriteBytes(path, SafetensorsBytes(tensors));
  const auto cut = BertEncoder::Load(path, config);
  REQUIRE_FALSE(cut.ok());
  CHECK_THAT(cut.status().message(), Catch::Contains("output.LayerNorm.bias"));
}

}  // namespace
}  // namespace kith::rag
