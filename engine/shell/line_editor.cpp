// SPDX-License-Identifier: Apache-2.0
// libedit's callbacks find their editor through EL_CLIENTDATA.
#include "engine/shell/line_editor.h"

#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cwchar>

#include "engine/shell/text_width.h"

namespace kith::shell {

struct LineEditor::State {
  EditLine* edit = nullptr;
  History* history = nullptr;
  std::string history_file;
  std::string prompt;
  Completer completer;
  InterruptKey* interrupt = nullptr;
  bool dropped = false;  // Ctrl-C ended the line.
};

namespace {

constexpr int kHistoryEntries = 2000;

LineEditor::State* StateOf(EditLine* edit) {
  LineEditor::State* state = nullptr;
  el_get(edit, EL_CLIENTDATA, &state);
  return state;
}

char* PromptOf(EditLine* edit) {
  return StateOf(edit)->prompt.data();
}

/// The bytes that all candidates begin with.
std::string CommonPrefix(const std::vector<std::string>& candidates) {
  std::string common = candidates[0];
  for (const std::string& candidate : candidates) {
    size_t same = 0;
    while (same < common.size() && same < candidate.size() && common[same] == candidate[same]) {
      ++same;
    }
    common.resize(same);
  }
  // Never half of a character.
  while (!common.empty() && common.size() < candidates[0].size() &&
         (static_cast<unsigned char>(candidates[0][common.size()]) & 0xC0) == 0x80) {
    common.pop_back();
  }
  return common;
}

void List(const std::vector<std::string>& candidates) {
  constexpr size_t kShown = 60;
  std::string text = "\n";
  for (size_t i = 0; i < std::min(candidates.size(), kShown); ++i) {
    text += Printable(candidates[i]);
    text += i + 1 == candidates.size() ? "" : "  ";
  }
  if (candidates.size() > kShown) text += "... " + std::to_string(candidates.size()) + " in all";
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stdout);
}

unsigned char Complete(EditLine* edit, int) {
  LineEditor::State* state = StateOf(edit);
  const LineInfo* info = el_line(edit);
  const std::string_view before(info->buffer, static_cast<size_t>(info->cursor - info->buffer));
  size_t replaced = 0;
  const std::vector<std::string> candidates = state->completer(before, &replaced);
  if (candidates.empty()) return CC_REFRESH_BEEP;
  const std::string insert = CommonPrefix(candidates);
  // Nothing to add: show the choices.
  if (candidates.size() > 1 && insert.size() <= replaced) {
    List(candidates);
    return CC_REDISPLAY;
  }
  // el_deletestr counts characters.
  size_t characters = 0;
  for (const char c : before.substr(before.size() - replaced)) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++characters;
  }
  el_deletestr(edit, static_cast<int>(characters));
  return el_insertstr(edit, insert.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
}

/// Ctrl-C, which is a key like others while a line is edited.
unsigned char DropLine(EditLine* edit, int) {
  StateOf(edit)->dropped = true;
  return CC_EOF;
}

unsigned char Suspend(EditLine* edit, int) {
  el_set(edit, EL_PREP_TERM, 0);
  std::raise(SIGTSTP);
  el_set(edit, EL_PREP_TERM, 1);
  return CC_REDISPLAY;
}

/// Reads one character. libedit's own reader goes on after an interrupted read; this one gives up,
/// so that a SIGINT that another process sends comes back to the caller.
int ReadCharacter(EditLine* edit, wchar_t* character) {
  const InterruptKey& interrupt = *StateOf(edit)->interrupt;
  std::mbstate_t conversion{};
  while (true) {
    char byte = 0;
    const ssize_t got = interrupt.Read(STDIN_FILENO, &byte, 1);
    if (got <= 0) return static_cast<int>(got);
    const size_t used = std::mbrtowc(character, &byte, 1, &conversion);
    if (used == static_cast<size_t>(-2)) continue;
    if (used == static_cast<size_t>(-1)) {
      conversion = {};
      continue;
    }
    return 1;
  }
}

}  // namespace

LineEditor::LineEditor(std::string history_file, Completer completer, InterruptKey* interrupt)
    : state_(std::make_unique<State>()) {
  state_->history_file = std::move(history_file);
  state_->completer = std::move(completer);
  state_->interrupt = interrupt;
  state_->history = history_init();
  HistEvent event;
  history(state_->history, &event, H_SETSIZE, kHistoryEntries);
  history(state_->history, &event, H_SETUNIQUE, 1);
  if (!state_->history_file.empty()) {
    history(state_->history, &event, H_LOAD, state_->history_file.c_str());
  }
  state_->edit = el_init("kith", stdin, stdout, stderr);
  el_set(state_->edit, EL_CLIENTDATA, state_.get());
  el_set(state_->edit, EL_GETCFN, &ReadCharacter);
  el_set(state_->edit, EL_PROMPT, &PromptOf);
  el_set(state_->edit, EL_EDITOR, "emacs");
  el_set(state_->edit, EL_HIST, history, state_->history);
  // libedit keeps copies of narrow names and never frees them; wide ones it borrows.
  el_wset(state_->edit, EL_ADDFN, L"kith-complete", L"Complete the word", &Complete);
  el_set(state_->edit, EL_BIND, "^I", "kith-complete", nullptr);
  el_set(state_->edit, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_source(state_->edit, nullptr);
  // While a line is edited no key sends a signal: with Ctrl-C the terminal would throw away what
  // was typed, at times between the poll that saw it and the read, which then waits for good.
  el_set(state_->edit, EL_SETTY, "-d", "-isig", nullptr);
  el_wset(state_->edit, EL_ADDFN, L"kith-drop-line", L"Drop the line", &DropLine);
  el_set(state_->edit, EL_BIND, "^C", "kith-drop-line", nullptr);
  el_wset(state_->edit, EL_ADDFN, L"kith-suspend", L"Stop the process", &Suspend);
  el_set(state_->edit, EL_BIND, "^Z", "kith-suspend", nullptr);
}

LineEditor::~LineEditor() {
  el_end(state_->edit);
  history_end(state_->history);
}

LineEditor::Outcome LineEditor::Read(const std::string& prompt, std::string* line) {
  state_->prompt = prompt;
  state_->interrupt->TakePressed();
  state_->dropped = false;
  int length = 0;
  const char* text = el_gets(state_->edit, &length);
  if (text == nullptr || length <= 0) {
    const bool pressed = state_->interrupt->TakePressed();
    if (!pressed && !state_->dropped) return Outcome::kEnd;
    el_reset(state_->edit);  // The line so far is thrown away, as every shell does.
    return Outcome::kInterrupted;
  }
  line->assign(text, static_cast<size_t>(length));
  return Outcome::kLine;
}

void LineEditor::Remember(const std::string& statement) {
  HistEvent event;
  history(state_->history, &event, H_ENTER, statement.c_str());
  if (state_->history_file.empty()) return;
  const mode_t mask = umask(0077);  // What people type may hold secrets.
  history(state_->history, &event, H_SAVE, state_->history_file.c_str());
  umask(mask);
}

}  // namespace kith::shell
