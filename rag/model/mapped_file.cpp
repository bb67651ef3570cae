// SPDX-License-Identifier: Apache-2.0
// mmap.
#include "rag/model/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kith::rag {
namespace {

Status Failed(const std::string& path, int error) {
  return Status(error == ENOENT ? StatusCode::kNotFound : StatusCode::kIoError,
                fmt::format("{} cannot be read: {}; check the path and its permissions", path,
                            std::strerror(error)));
}

}  // namespace

Result<std::unique_ptr<MappedFile>> MappedFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failed(path, errno);
  struct stat about {};
  if (fstat(file, &about) != 0) {
    const int error = errno;
    close(file);
    return Failed(path, error);
  }
  if (!S_ISREG(about.st_mode)) {
    close(file);
    return Status(StatusCode::kIoError, fmt::format("{} is not a file; give a file", path));
  }
  const size_t size = static_cast<size_t>(about.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) {
      const int error = errno;
      close(file);
      return Failed(path, error);
    }
  }
  // The mapping outlives the descriptor.
  close(file);
  return std::unique_ptr<MappedFile>(
      new MappedFile(path, static_cast<const std::byte*>(data), size));
}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace kith::rag
