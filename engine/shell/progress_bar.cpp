// SPDX-License-Identifier: Apache-2.0
// One line, rewritten in place.
#include "engine/shell/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "engine/shell/text_width.h"

namespace kith::shell {
namespace {

constexpr size_t kBarCells = 30;
constexpr double kMegabyte = 1e6;
constexpr auto kBetweenDraws = std::chrono::milliseconds(100);

size_t Columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string Remaining(double seconds) {
  const auto whole = static_cast<uint64_t>(seconds + 0.5);
  return whole >= 60 ? fmt::format("{} min {} s", whole / 60, whole % 60)
                     : fmt::format("{} s", whole);
}

}  // namespace

ProgressBar::ProgressBar(bool wanted, ProgressUnit unit)
    : enabled_(wanted && isatty(STDERR_FILENO) != 0), unit_(unit) {}

ProgressBar::~ProgressBar() {
  Clear();
}

void ProgressBar::Show(uint64_t done, uint64_t total, std::string_view what) {
  const auto now = std::chrono::steady_clock::now();
  if (!enabled_ || (drawn_ && now - last_ < kBetweenDraws && done != total)) return;
  last_ = now;
  drawn_ = true;
  std::string text;
  if (total == 0) {
    if (done > 0) text = fmt::format("{}  ", done);
  } else {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<size_t>(share * kBarCells);
    for (size_t i = 0; i < kBarCells; ++i) text += i < filled ? "█" : "░";
    if (unit_ == ProgressUnit::kBytes) {
      text += fmt::format(" {:3.0f}%  {:.1f}/{:.1f} MB  ", share * 100,
                          static_cast<double>(done) / kMegabyte,
                          static_cast<double>(total) / kMegabyte);
    } else {
      text += fmt::format(" {:3.0f}%  {}/{}  ", share * 100, done, total);
    }
    if (total != total_) {
      total_ = total;
      begin_ = now;
      first_share_ = share;
    }
    const std::chrono::duration<double> taken = now - begin_;
    const double gained = share - first_share_;
    // A first guess out of a few documents is worse than none.
    if (taken.count() > 1 && gained > 0.02 && share < 1) {
      text += Remaining(taken.count() / gained * (1 - share)) + " left  ";
    }
  }
  text += Printable(what);
  fmt::print(stderr, "\r\x1b[K{}", FitToWidth(text, Columns() - 1));
  std::fflush(stderr);
}

void ProgressBar::Clear() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace kith::shell
