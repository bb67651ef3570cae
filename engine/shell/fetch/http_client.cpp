// SPDX-License-Identifier: Apache-2.0
// libcurl's easy interface.
#include "engine/shell/fetch/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace kith::shell {
namespace {

constexpr long kConnectSeconds = 30;
// A connection over which nothing came for so long is dead.
constexpr long kSilentSeconds = 60;
constexpr long kReceiveBytes = 512 * 1024;

struct CurlUrl {
  CURLU* url = curl_url();
  ~CurlUrl() { curl_url_cleanup(url); }

  std::string Part(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    std::string copy(text);
    curl_free(text);
    return copy;
  }
};

bool MayPass(CURLcode code) {
  switch (code) {
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return true;
    default: return false;
  }
}

bool IsSecure(const std::string& url) {
  return url.starts_with("https:");
}

Status HttpError(long code, const std::string& url) {
  const std::string shown = ShownUrl(url);
  if (code == 404 || code == 410) {
    return Status(StatusCode::kNotFound, fmt::format("{} is not there (HTTP {})", shown, code));
  }
  if (code == 401 || code == 403 || code == 407) {
    return Status(StatusCode::kIoError,
                  fmt::format("{} refuses access (HTTP {}); put a name and password for its host "
                              "into ~/.netrc, or into the URL in pip's settings",
                              shown, code));
  }
  return Status(StatusCode::kIoError,
                fmt::format("{} answered with HTTP {}; try again later", shown, code));
}

}  // namespace

// What one transfer needs; libcurl's callbacks get a pointer to it.
struct HttpClient::Request {
  HttpClient* client = nullptr;
  std::function<Status(std::string_view)> take;
  Status taken;  ///< The first failure of `take`.
  char error[CURL_ERROR_SIZE] = {};

  static size_t OnBytes(char* bytes, size_t one, size_t count, void* self) {
    auto* request = static_cast<Request*>(self);
    request->taken = request->take({bytes, one * count});
    return request->taken.ok() ? one * count : CURL_WRITEFUNC_ERROR;
  }

  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Request*>(self)->client->keep_going_() ? 0 : 1;
  }
};

std::string ShownUrl(const std::string& url) {
  const CurlUrl parts;
  if (curl_url_set(parts.url, CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return url;
  curl_url_set(parts.url, CURLUPART_USER, nullptr, 0);
  curl_url_set(parts.url, CURLUPART_PASSWORD, nullptr, 0);
  curl_url_set(parts.url, CURLUPART_QUERY, nullptr, 0);
  return parts.Part(CURLUPART_URL);
}

Result<std::string> ResolveUrl(const std::string& base, const std::string& reference) {
  const CurlUrl from;
  const CurlUrl to;
  // libcurl takes a reference relative to what the handle holds.
  if (curl_url_set(from.url, CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
      curl_url_set(to.url, CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
      curl_url_set(to.url, CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("'{}' is no URL; check the package index in pip's settings", ShownUrl(base)));
  }
  curl_url_set(to.url, CURLUPART_FRAGMENT, nullptr, 0);
  const std::string user = from.Part(CURLUPART_USER);
  if (!user.empty() && to.Part(CURLUPART_USER).empty() &&
      from.Part(CURLUPART_SCHEME) == to.Part(CURLUPART_SCHEME) &&
      from.Part(CURLUPART_HOST) == to.Part(CURLUPART_HOST) &&
      from.Part(CURLUPART_PORT) == to.Part(CURLUPART_PORT)) {
    curl_url_set(to.url, CURLUPART_USER, user.c_str(), 0);
    curl_url_set(to.url, CURLUPART_PASSWORD, from.Part(CURLUPART_PASSWORD).c_str(), 0);
  }
  return to.Part(CURLUPART_URL);
}

Result<std::unique_ptr<HttpClient>> HttpClient::Make(const std::string& certificate_file,
                                                     std::function<bool()> keep_going) {
  CURL* handle = curl_easy_init();
  if (handle == nullptr) return Status(StatusCode::kInternal, "libcurl could not start");
  return std::unique_ptr<HttpClient>(
      new HttpClient(handle, certificate_file, std::move(keep_going)));
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(handle_);
}

void HttpClient::Prepare(const std::string& url, Request* request) {
  request->client = this;
  // Keeps connections, forgets the options of the last request.
  curl_easy_reset(handle_);
  curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle_, CURLOPT_USERAGENT, "kith");
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, request->error);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  // What began encrypted stays so.
  curl_easy_setopt(handle_, CURLOPT_REDIR_PROTOCOLS_STR, IsSecure(url) ? "https" : "http,https");
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle_, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(handle_, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(handle_, CURLOPT_NETRC, long{CURL_NETRC_OPTIONAL});
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(handle_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle_, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  curl_easy_setopt(handle_, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Request::OnBytes);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, request);
  curl_easy_setopt(handle_, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle_, CURLOPT_XFERINFOFUNCTION, &Request::OnProgress);
  curl_easy_setopt(handle_, CURLOPT_XFERINFODATA, request);
  if (!certificate_file_.empty()) {
    curl_easy_setopt(handle_, CURLOPT_CAINFO, certificate_file_.c_str());
  }
}

HttpOutcome HttpClient::Failed(int code, const std::string& url, const Request& request) const {
  const CURLcode error = static_cast<CURLcode>(code);
  HttpOutcome outcome;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &outcome.http_code);
  if (!request.taken.ok()) {
    outcome.status = request.taken;
  } else if (error == CURLE_ABORTED_BY_CALLBACK) {
    outcome.status = Status(StatusCode::kCancelled, "stopped");
  } else if (error == CURLE_HTTP_RETURNED_ERROR) {
    outcome.status = HttpError(outcome.http_code, url);
    outcome.may_pass = outcome.http_code == 429 || outcome.http_code >= 500;
  } else {
    const char* reason = request.error[0] != '\0' ? request.error : curl_easy_strerror(error);
    outcome.status = Status(
        StatusCode::kIoError,
        fmt::format("{} could not be fetched: {}; check the network, or the package index in "
                    "pip's settings",
                    ShownUrl(url), reason));
    outcome.may_pass = MayPass(error);
  }
  return outcome;
}

HttpOutcome HttpClient::Perform(const std::string& url, Request* request) {
  const CURLcode code = curl_easy_perform(handle_);
  if (code != CURLE_OK) return Failed(code, url, *request);
  HttpOutcome outcome;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &outcome.http_code);
  char* text = nullptr;
  if (curl_easy_getinfo(handle_, CURLINFO_EFFECTIVE_URL, &text) == CURLE_OK && text != nullptr) {
    outcome.url = text;
  }
  text = nullptr;
  if (curl_easy_getinfo(handle_, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text != nullptr) {
    outcome.content_type = text;
  }
  return outcome;
}

HttpOutcome HttpClient::GetText(const std::string& url, const std::string& accept, size_t max_bytes,
                                std::string* text) {
  Request request;
  Prepare(url, &request);
  request.take = [&](std::string_view bytes) {
    text->append(bytes);
    if (text->size() <= max_bytes) return Status::Ok();
    return Status(StatusCode::kCorruption,
                  fmt::format("{} has over {} bytes, which no package index sends; check the "
                              "package index in pip's settings",
                              ShownUrl(url), max_bytes));
  };
  curl_slist* headers = curl_slist_append(nullptr, ("Accept: " + accept).c_str());
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "");
  HttpOutcome outcome = Perform(url, &request);
  curl_slist_free_all(headers);
  return outcome;
}

HttpOutcome HttpClient::GetFile(const std::string& url, uint64_t from, const Sink& sink) {
  Request request;
  Prepare(url, &request);
  if (from > 0) curl_easy_setopt(handle_, CURLOPT_RANGE, fmt::format("{}-", from).c_str());
  uint64_t at = from;
  bool first = true;
  request.take = [&](std::string_view bytes) {
    if (std::exchange(first, false)) {
      long code = 0;
      curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &code);
      if (code != 206) at = 0;
    }
    const Status status = sink(at, bytes);
    at += bytes.size();
    return status;
  };
  return Perform(url, &request);
}

}  // namespace kith::shell
