// SPDX-License-Identifier: Apache-2.0
// A table of commands: name, what follows it, what it does, and the function.
#include "engine/shell/dot_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "engine/shell/csv_import.h"
#include "engine/shell/text_width.h"
#include "query/parse/spelling.h"

namespace kith::shell {
namespace {

struct DotCommand {
  std::string_view name;
  std::string_view arguments;
  std::string_view does;
  CommandOutcome (*run)(const std::string& rest, ShellContext& context);
};

CommandOutcome Done(bool ok) {
  return ok ? CommandOutcome::kDone : CommandOutcome::kFailed;
}

CommandOutcome Complain(std::string_view text) {
  fmt::print(stderr, "{}\n", text);
  return CommandOutcome::kFailed;
}

CommandOutcome Help(const std::string& rest, ShellContext& context);

CommandOutcome Schema(const std::string&, ShellContext& context) {
  StatementRunner& runner = *context.runner;
  bool ok = runner.Run("CALL db.labels() YIELD label RETURN label ORDER BY label");
  ok = runner.Run(
           "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType AS type "
           "ORDER BY type") &&
       ok;
  ok = runner.Run(
           "CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey AS property ORDER BY "
           "property") &&
       ok;
  return Done(runner.Run("SHOW CONSTRAINTS") && ok);
}

CommandOutcome Indexes(const std::string&, ShellContext& context) {
  return Done(context.runner->Run("SHOW INDEXES"));
}

CommandOutcome Mode(const std::string& rest, ShellContext& context) {
  OutputMode& mode = context.runner->settings().mode;
  if (rest.empty()) {
    fmt::print("{} (of {})\n", OutputModeName(mode), kOutputModeNames);
    return CommandOutcome::kDone;
  }
  const auto parsed = ParseOutputMode(rest);
  if (!parsed)
    return Complain(
        fmt::format("there is no mode '{}'; the modes are {}", Printable(rest), kOutputModeNames));
  mode = *parsed;
  return CommandOutcome::kDone;
}

CommandOutcome Timer(const std::string& rest, ShellContext& context) {
  bool& timer = context.runner->settings().timer;
  if (rest != "" && rest != "on" && rest != "off") return Complain(".timer is on or off");
  timer = rest.empty() ? !timer : rest == "on";
  fmt::print("timer {}\n", timer ? "on" : "off");
  return CommandOutcome::kDone;
}

CommandOutcome Param(const std::string& rest, ShellContext& context) {
  if (rest.empty()) {
    for (const auto& [name, value] : context.runner->parameters().entries()) {
      fmt::print("${} = {}\n", Printable(name), Printable(value.ToString()));
    }
    return CommandOutcome::kDone;
  }
  const size_t blank = rest.find_first_of(" =");
  if (blank == std::string::npos)
    return Complain("usage: .param NAME EXPRESSION, for example .param born 1815");
  const size_t begin = rest[0] == '$' ? 1 : 0;
  return Done(
      context.runner->SetParameter(rest.substr(begin, blank - begin), rest.substr(blank + 1)));
}

CommandOutcome Import(const std::string& rest, ShellContext& context) {
  const size_t blank = rest.find_last_of(' ');
  if (rest.empty() || blank == std::string::npos) {
    return Complain("usage: .import FILE.csv LABEL (the file's first line names the properties)");
  }
  StatementRunner& runner = *context.runner;
  const std::string file = rest.substr(0, rest.find_last_not_of(' ', blank) + 1);
  CommandOutcome outcome = CommandOutcome::kDone;
  runner.RunInterruptible([&] {
    const auto created = ImportCsv(runner.connection(), file, rest.substr(blank + 1),
                                   [&] { return runner.interrupted(); });
    if (created.ok()) {
      fmt::print("{} node{} created\n", *created, *created == 1 ? "" : "s");
    } else {
      outcome = Complain(created.status().ToString());
    }
  });
  return outcome;
}

CommandOutcome Read(const std::string& rest, ShellContext& context) {
  if (rest.empty()) return Complain("usage: .read FILE");
  return Done(context.read_file(rest));
}

CommandOutcome Explain(const std::string& rest, ShellContext& context) {
  if (rest.empty()) return Complain("usage: .explain STATEMENT");
  std::string statement = rest;
  while (!statement.empty() && (statement.back() == ';' || statement.back() == ' '))
    statement.pop_back();
  return Done(context.runner->Run("EXPLAIN " + statement));
}

CommandOutcome Quit(const std::string&, ShellContext&) {
  return CommandOutcome::kQuit;
}

constexpr DotCommand kCommands[] = {
    {".help", "", "this list", &Help},
    {".schema", "", "labels, relationship types, properties, constraints", &Schema},
    {".indexes", "", "all indexes and their state", &Indexes},
    {".mode", "[MODE]", "how results look: table, csv, json, jsonl, line", &Mode},
    {".timer", "[on|off]", "print the time that each statement took", &Timer},
    {".param", "[NAME EXPR]", "set $NAME, or list the parameters", &Param},
    {".import", "FILE.csv LABEL", "one node a line, properties named by the first line", &Import},
    {".read", "FILE", "run the statements in a file", &Read},
    {".explain", "STATEMENT", "the plan, without running it", &Explain},
    {".quit", "", "leave (so do .exit and Ctrl-D)", &Quit},
    {".exit", "", "leave", &Quit},
};

CommandOutcome Help(const std::string&, ShellContext&) {
  for (const DotCommand& command : kCommands) {
    fmt::print("{:<25}{}\n", fmt::format("{} {}", command.name, command.arguments), command.does);
  }
  fmt::print(
      "Everything else is Cypher and ends with a semicolon; BEGIN, COMMIT and ROLLBACK span "
      "several.\n"
      "Tab completes, Ctrl-R searches the history, Ctrl-C stops a running query.\n");
  return CommandOutcome::kDone;
}

}  // namespace

const std::vector<std::string>& DotCommandNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const DotCommand& command : kCommands) all.emplace_back(command.name);
    return all;
  }();
  return names;
}

CommandOutcome RunDotCommand(const std::string& line, ShellContext& context) {
  const size_t end = std::min(line.find(' '), line.size());
  const std::string name = line.substr(0, end);
  const size_t begin = line.find_first_not_of(' ', end);
  std::string rest = begin == std::string::npos ? "" : line.substr(begin);
  // Typed as a statement by habit: ".mode csv;".
  if (name != ".explain") {
    while (!rest.empty() && (rest.back() == ';' || rest.back() == ' ')) rest.pop_back();
  }
  std::vector<std::string_view> names;
  for (const DotCommand& command : kCommands) {
    if (command.name == name || fmt::format("{};", command.name) == name)
      return command.run(rest, context);
    names.push_back(command.name);
  }
  const std::string_view near = query::NearestSpelling(name, names);
  return Complain(fmt::format("there is no command {}{}; .help lists them", Printable(name),
                              near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
}

}  // namespace kith::shell
