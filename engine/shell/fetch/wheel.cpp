// SPDX-License-Identifier: Apache-2.0
// libzip checks each member's CRC-32 when it has been read to the end.
#include "engine/shell/fetch/wheel.h"

#include <fmt/format.h>
#include <zip.h>

#include <vector>

namespace kith::shell {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;

Status WheelDamaged(const std::string& path, const std::string& what) {
  return Status(StatusCode::kCorruption, fmt::format("{}: {}", path, what));
}

}  // namespace

Result<std::unique_ptr<Wheel>> Wheel::Open(const std::string& path) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive != nullptr) return std::unique_ptr<Wheel>(new Wheel(path, archive));
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const Status status = WheelDamaged(path, zip_error_strerror(&error));
  zip_error_fini(&error);
  return status;
}

Wheel::~Wheel() {
  zip_discard(static_cast<zip_t*>(archive_));
}

Status Wheel::Read(const std::string& member, const std::function<Status(std::string_view)>& take) {
  zip_t* archive = static_cast<zip_t*>(archive_);
  zip_file_t* file = zip_fopen(archive, member.c_str(), 0);
  if (file == nullptr) {
    return WheelDamaged(path_, fmt::format("{}: {}", member, zip_strerror(archive)));
  }
  std::vector<char> buffer(kChunkBytes);
  Status status;
  zip_int64_t got = 0;
  while (status.ok() && (got = zip_fread(file, buffer.data(), buffer.size())) > 0) {
    status = take({buffer.data(), static_cast<size_t>(got)});
  }
  if (status.ok() && got < 0) {
    status = WheelDamaged(path_, fmt::format("{}: {}", member, zip_file_strerror(file)));
  }
  const int closed = zip_fclose(file);
  if (status.ok() && closed != 0) {
    status = WheelDamaged(path_, fmt::format("{}: its bytes are damaged", member));
  }
  return status;
}

}  // namespace kith::shell
