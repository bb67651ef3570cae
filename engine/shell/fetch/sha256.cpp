// SPDX-License-Identifier: Apache-2.0
// The EVP interface, which takes the processor's SHA instructions where there are any.
#include "engine/shell/fetch/sha256.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace kith::shell {
namespace {

constexpr size_t kReadBytes = size_t{4} << 20;

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  bool good = context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;

void Sha256::Add(std::string_view bytes) {
  state_->good = state_->good && EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1;
}

std::string Sha256::Take() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!state_->good || EVP_DigestFinal_ex(state_->context, digest, &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

Result<std::string> Sha256OfFile(const std::string& path,
                                 const std::function<bool(uint64_t)>& keep_going) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  Sha256 sum;
  std::vector<char> buffer(kReadBytes);
  uint64_t done = 0;
  ssize_t got = -1;
  bool stopped = false;
  while (file >= 0 && !stopped && (got = read(file, buffer.data(), buffer.size())) > 0) {
    sum.Add({buffer.data(), static_cast<size_t>(got)});
    done += static_cast<uint64_t>(got);
    stopped = !keep_going(done);
  }
  const int error = errno;
  if (file >= 0) close(file);
  if (stopped) return Status(StatusCode::kCancelled, "stopped");
  if (got == 0) return sum.Take();
  return Status(StatusCode::kIoError,
                fmt::format("{} cannot be read: {}", path, std::strerror(error)));
}

}  // namespace kith::shell
