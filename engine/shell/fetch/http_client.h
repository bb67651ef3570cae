// SPDX-License-Identifier: Apache-2.0
// HTTP and HTTPS over libcurl, which also brings proxies (http_proxy, https_proxy, no_proxy) and
// passwords out of ~/.netrc.
//
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::shell {

/// How one request ended.
struct HttpOutcome {
  Status status;
  long http_code = 0;     ///< 0: no answer came.
  bool may_pass = false;  ///< The failure is of the moment: trying again may succeed.
  std::string url;        ///< Where redirections led, with any password that was in it.
  std::string content_type;
};

/// `url` without the password in it, for people to read.
std::string ShownUrl(const std::string& url);

/// What `reference` means on the page `base`. When both are on the same host the reference gets the
/// password of the base. InvalidArgument when it is no http(s) URL.
Result<std::string> ResolveUrl(const std::string& base, const std::string& reference);

class HttpClient {
 public:
  /// `certificate_file` empty trusts the system's certificates. `keep_going` is asked several times
  /// a second; false ends the request with Cancelled.
  static Result<std::unique_ptr<HttpClient>> Make(const std::string& certificate_file,
                                                  std::function<bool()> keep_going);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// A page of at most `max_bytes`, asked for as `accept`.
  HttpOutcome GetText(const std::string& url, const std::string& accept, size_t max_bytes,
                      std::string* text);

  /// Takes the bytes of a file as they come; `at` is where they belong. Not OK ends the request.
  using Sink = std::function<Status(uint64_t at, std::string_view bytes)>;
  /// The file from byte `from`. A server that does not know ranges sends it from 0.
  HttpOutcome GetFile(const std::string& url, uint64_t from, const Sink& sink);

 private:
  struct Request;

  HttpClient(void* handle, std::string certificate_file, std::function<bool()> keep_going)
      : handle_(handle),
        certificate_file_(std::move(certificate_file)),
        keep_going_(std::move(keep_going)) {}
  void Prepare(const std::string& url, Request* request);
  HttpOutcome Perform(const std::string& url, Request* request);
  HttpOutcome Failed(int code, const std::string& url, const Request& request) const;

  void* handle_;  ///< CURL*.
  std::string certificate_file_;
  std::function<bool()> keep_going_;
};

}  // namespace kith::shell
