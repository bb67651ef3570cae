// SPDX-License-Identifier: Apache-2.0
// Options by hand: few enough that a library would be longer, and every error can say what to type.
#include "engine/shell/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "query/parse/spelling.h"

namespace kith::shell {
namespace {

constexpr std::array<std::string_view, 38> kOptionNames = {"--max-document",
                                                           "--import-folder",
                                                           "--into",
                                                           "--nodes",
                                                           "--relationships",
                                                           "--labels",
                                                           "--delimiter",
                                                           "--array-delimiter",
                                                           "--quote-character",
                                                           "--bad-tolerance",
                                                           "--threads",
                                                           "--embedding-model",
                                                           "--accept-licence",
                                                           "--conversation",
                                                           "--batch",
                                                           "--mirror",
                                                           "--keep",
                                                           "--number",
                                                           "--model",
                                                           "--command",
                                                           "--mode",
                                                           "--param",
                                                           "--read-only",
                                                           "--follow",
                                                           "--keep-going",
                                                           "--timer",
                                                           "--timeout",
                                                           "--memory",
                                                           "--db",
                                                           "--picture",
                                                           "--quiet",
                                                           "--help",
                                                           "--version",
                                                           "-c",
                                                           "-m",
                                                           "-p",
                                                           "-q",
                                                           "-h"};

constexpr std::array<std::string_view, 10> kCommandNames = {
    "ingest", "embed", "ask", "forget", "import", "backup", "restore", "check", "model", "help"};

/// kShell for what is no command: a database.
Command CommandOf(std::string_view name) {
  constexpr Command kCommands[] = {
      Command::kIngest, Command::kEmbed,   Command::kAsk,   Command::kForget, Command::kImport,
      Command::kBackup, Command::kRestore, Command::kCheck, Command::kModel,  Command::kHelp};
  static_assert(std::size(kCommands) == kCommandNames.size());
  const auto at = std::find(kCommandNames.begin(), kCommandNames.end(), name);
  return at == kCommandNames.end() ? Command::kShell : kCommands[at - kCommandNames.begin()];
}

constexpr std::array<std::string_view, 3> kModelVerbs = {"list", "get", "path"};

constexpr std::string_view kShortWithValue = "cmp";

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

/// Walks over the arguments; knows "--name=value".
class Parser {
 public:
  explicit Parser(std::span<const std::string> arguments) : arguments_(arguments) {}

  Result<CommandLine> Parse() {
    while (at_ < arguments_.size()) {
      const std::string& argument = arguments_[at_++];
      if (only_operands_ || argument.size() < 2 || argument[0] != '-') {
        operands_.push_back(argument);
      } else if (argument == "--") {
        only_operands_ = true;
      } else {
        KITH_RETURN_IF_ERROR(TakeOption(argument));
      }
    }
    KITH_RETURN_IF_ERROR(PlaceOperands());
    return line_;
  }

 private:
  Result<std::string> ValueOf(std::string_view name, std::string_view what) {
    if (inline_value_) return *std::exchange(inline_value_, std::nullopt);
    if (at_ < arguments_.size()) return arguments_[at_++];
    return Invalid(fmt::format("{} needs {} after it", name, what));
  }

  Status TakeOption(std::string_view argument) {
    const bool is_long = argument.starts_with("--");
    const size_t equals = is_long ? argument.find('=') : std::string_view::npos;
    std::string_view name = argument.substr(0, equals);
    inline_value_.reset();
    if (equals != std::string_view::npos) inline_value_ = std::string(argument.substr(equals + 1));
    // "-mcsv", as other programs let one write it.
    if (!is_long && argument.size() > 2 &&
        kShortWithValue.find(argument[1]) != std::string_view::npos) {
      name = argument.substr(0, 2);
      inline_value_ = std::string(argument.substr(2));
    }
    given_.emplace_back(name);
    KITH_ASSIGN_OR_RETURN(const bool is_flag, TakeFlag(name));
    if (!is_flag) KITH_RETURN_IF_ERROR(TakeValue(name));
    if (inline_value_) return Invalid(fmt::format("{} takes no value", name));
    return Status::Ok();
  }

  Result<bool> TakeFlag(std::string_view name) {
    if (name == "--read-only") {
      line_.options.read_only = true;
    } else if (name == "--follow") {
      line_.options.read_only = true;
      line_.options.follow = true;
    } else if (name == "--keep-going") {
      line_.keep_going = true;
    } else if (name == "--timer") {
      line_.timer = true;
    } else if (name == "--mirror") {
      line_.mirror = true;
    } else if (name == "--accept-licence") {
      line_.accept_licence = true;
    } else if (name == "--quiet" || name == "-q") {
      line_.quiet = true;
    } else if (name == "--help" || name == "-h") {
      line_.command = Command::kHelp;
    } else if (name == "--version") {
      line_.command = Command::kVersion;
    } else {
      return false;
    }
    return true;
  }

  Status TakeValue(std::string_view name) {
    if (name == "--command" || name == "-c") {
      KITH_ASSIGN_OR_RETURN(std::string text, ValueOf(name, "a statement"));
      line_.statements.push_back(std::move(text));
      return Status::Ok();
    }
    if (name == "--mode" || name == "-m") return TakeMode(name);
    if (name == "--param" || name == "-p") return TakeParameter(name);
    if (name == "--timeout") return TakeTimeout(name);
    if (name == "--memory") {
      KITH_ASSIGN_OR_RETURN(const std::string text, ValueOf(name, "a size such as 512MB"));
      KITH_ASSIGN_OR_RETURN(line_.options.memory_limit_bytes, ParseByteSize(text));
      return Status::Ok();
    }
    if (name == "--embedding-model") {
      KITH_ASSIGN_OR_RETURN(line_.options.embedding_model, ValueOf(name, "a name or a folder"));
      return Status::Ok();
    }
    if (name == "--max-document") {
      KITH_ASSIGN_OR_RETURN(const std::string text, ValueOf(name, "a size such as 64MB"));
      KITH_ASSIGN_OR_RETURN(line_.max_document_bytes, ParseByteSize(text));
      if (line_.max_document_bytes > 0) return Status::Ok();
      return Invalid(fmt::format("{} {}: give at least 1 byte, or leave it out", name, text));
    }
    if (name == "--batch") return TakeCount(name, "documents", &line_.batch);
    if (name == "--keep") return TakeCount(name, "backups", &line_.keep);
    if (name == "--number") return TakeNumber(name);
    if (name == "--db") {
      KITH_ASSIGN_OR_RETURN(line_.database, ValueOf(name, "a folder"));
      return line_.database.empty() ? Invalid("--db: the name of the folder is empty")
                                    : Status::Ok();
    }
    if (name == "--into") {
      KITH_ASSIGN_OR_RETURN(line_.database, ValueOf(name, "a folder"));
      return line_.database.empty() ? Invalid("--into: the name of the folder is empty")
                                    : Status::Ok();
    }
    if (IsImportOption(name)) {
      KITH_ASSIGN_OR_RETURN(const std::string value, ValueOf(name, ImportValueOf(name)));
      return TakeImportOption(name, value, &line_.import);
    }
    if (name == "--import-folder") {
      KITH_ASSIGN_OR_RETURN(line_.options.import_folder, ValueOf(name, "a folder"));
      return Status::Ok();
    }
    if (name == "--picture") return TakePicture(name);
    if (name == "--conversation") {
      KITH_ASSIGN_OR_RETURN(line_.conversation, ValueOf(name, "the name of a conversation"));
      return line_.conversation.empty() ? Invalid("--conversation: the name is empty")
                                        : Status::Ok();
    }
    if (name == "--model") {
      KITH_ASSIGN_OR_RETURN(line_.model, ValueOf(name, "the path of a .gguf file"));
      return line_.model.empty() ? Invalid("--model: the name of the file is empty") : Status::Ok();
    }
    const std::string_view near = query::NearestSpelling(name, kOptionNames);
    return Invalid(
        fmt::format("there is no option {}{}", name,
                    near.empty() ? std::string() : fmt::format("; did you mean {}?", near)));
  }

  Status TakePicture(std::string_view name) {
    KITH_ASSIGN_OR_RETURN(line_.picture, ValueOf(name, "a file name"));
    if (line_.picture.ends_with(".svg") || line_.picture.ends_with(".html")) return Status::Ok();
    return Invalid(fmt::format("{} {}: the name must end with .svg or .html", name, line_.picture));
  }

  Status TakeMode(std::string_view name) {
    KITH_ASSIGN_OR_RETURN(const std::string text, ValueOf(name, "a mode"));
    line_.mode = ParseOutputMode(text);
    if (line_.mode) return Status::Ok();
    return Invalid(fmt::format("there is no mode '{}'; the modes are {}", text, kOutputModeNames));
  }

  Status TakeParameter(std::string_view name) {
    KITH_ASSIGN_OR_RETURN(const std::string text, ValueOf(name, "NAME=EXPRESSION"));
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Invalid(fmt::format("'{}' is no parameter; write {} NAME=EXPRESSION", text, name));
    }
    const size_t begin = text[0] == '$' ? 1 : 0;
    line_.parameters.emplace_back(text.substr(begin, equals - begin), text.substr(equals + 1));
    return Status::Ok();
  }

  Status TakeTimeout(std::string_view name) {
    KITH_ASSIGN_OR_RETURN(const std::string text, ValueOf(name, "milliseconds"));
    constexpr uint64_t kMaxMs = 1'000ull * 3600 * 24 * 365;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), line_.timeout_ms);
    if (error == std::errc() && end == text.data() + text.size() && line_.timeout_ms <= kMaxMs) {
      return Status::Ok();
    }
    return Invalid(
        fmt::format("--timeout {}: give whole milliseconds, at most a year; 0 is no limit", text));
  }

  Status TakeCount(std::string_view name, std::string_view what, size_t* count) {
    KITH_ASSIGN_OR_RETURN(const std::string text,
                          ValueOf(name, fmt::format("a number of {}", what)));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *count);
    if (error == std::errc() && end == text.data() + text.size() && *count > 0) {
      return Status::Ok();
    }
    return Invalid(fmt::format("{} {}: give a number of {}, 1 or more", name, text, what));
  }

  Status TakeNumber(std::string_view name) {
    KITH_ASSIGN_OR_RETURN(const std::string text, ValueOf(name, "the number of a backup"));
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, line_.number);
    if (error == std::errc() && rest == end && line_.number > 0) return Status::Ok();
    return Invalid(fmt::format("{} {}: give the number of a backup; kith restore FOLDER lists them",
                               name, text));
  }

  Status PlaceOperands() {
    if (line_.command != Command::kShell) return Status::Ok();
    const std::string first = operands_.empty() ? "" : operands_[0];
    line_.command = CommandOf(first);
    KITH_RETURN_IF_ERROR(CheckApplies(first));
    if (line_.command == Command::kShell) return PlaceShellOperands();
    if (line_.command == Command::kModel) return PlaceModelOperands();
    if (line_.command == Command::kRestore) return PlaceRestoreOperands();
    if (line_.command == Command::kCheck) return PlaceCheckOperands();
    if (line_.command == Command::kImport) return PlaceImportOperands();
    if (line_.database.empty()) line_.database = kDefaultDatabase;
    if (line_.database == ":memory:" && line_.command != Command::kHelp) {
      return Invalid(
          fmt::format("{}: a database in memory ends with this command; name a folder "
                      "after --db",
                      first));
    }
    line_.arguments.assign(operands_.begin() + 1, operands_.end());
    return CheckDocumentOperands();
  }

  Status CheckDocumentOperands() const {
    const bool any = !line_.arguments.empty();
    switch (line_.command) {
      case Command::kBackup:
        if (line_.arguments.size() == 1) return Status::Ok();
        return Invalid("one folder for backups; usage: kith backup FOLDER [--db DATABASE]");
      case Command::kEmbed:
        if (!any) return Status::Ok();
        return Invalid("all documents get vectors; usage: kith embed [--db DATABASE]");
      case Command::kIngest:
        if (any) return Status::Ok();
        return Invalid("which documents? usage: kith ingest PATH... [--db DATABASE]");
      case Command::kForget:
        if (any) return Status::Ok();
        return Invalid("which documents? usage: kith forget DOCUMENT... [--db DATABASE]");
      case Command::kAsk:
        if (any || !line_.conversation.empty()) return Status::Ok();
        return Invalid("what is the question? usage: kith ask \"QUESTION\" [--db DATABASE]");
      default: return Status::Ok();
    }
  }

  /// An option that the command would pass over in silence is an error.
  Status CheckApplies(std::string_view command) const {
    for (const std::string& name : given_) {
      const bool statements = name == "--command" || name == "-c" || name == "--param" ||
                              name == "-p" || name == "--keep-going" || name == "--timer" ||
                              name == "--timeout" || name == "--import-folder";
      if (statements && line_.command != Command::kShell) {
        return Invalid(fmt::format("{} runs no statements, so {} does not apply", command, name));
      }
      const bool mode = name == "--mode" || name == "-m";
      if ((name == "--picture" || name == "--model" || name == "--conversation" ||
           (mode && line_.command != Command::kShell)) &&
          line_.command != Command::kAsk) {
        return Invalid(fmt::format("{} does not apply here; kith ask takes it", name));
      }
      const bool writes = line_.command == Command::kIngest || line_.command == Command::kEmbed ||
                          line_.command == Command::kForget || line_.command == Command::kBackup;
      const bool reads = name == "--read-only" || name == "--follow";
      if (reads && (writes || !line_.conversation.empty())) {
        return Invalid(fmt::format("{} writes{}, so {} does not apply", command,
                                   writes ? "" : " the turns of a conversation", name));
      }
      const bool of_ingest = name == "--max-document" || name == "--mirror" || name == "--batch";
      if (of_ingest && line_.command != Command::kIngest) {
        return Invalid(fmt::format("{} does not apply here; kith ingest takes it", name));
      }
      const bool of_import = name == "--into" || IsImportOption(name);
      if (of_import && line_.command != Command::kImport) {
        return Invalid(fmt::format("{} does not apply here; kith import takes it", name));
      }
      if (line_.command == Command::kImport &&
          (name == "--db" || name == "--read-only" || name == "--embedding-model")) {
        return Invalid(fmt::format(
            "kith import makes a database, which --into names; {} does not apply", name));
      }
      if (name == "--keep" && line_.command != Command::kBackup) {
        return Invalid("--keep does not apply here; kith backup takes it");
      }
      if (name == "--number" && line_.command != Command::kRestore) {
        return Invalid("--number does not apply here; kith restore takes it");
      }
      if (name == "--accept-licence" && line_.command != Command::kModel) {
        return Invalid(fmt::format("{} does not apply here; kith model get takes it", name));
      }
      const bool database =
          name == "--db" || name == "--memory" || reads || name == "--embedding-model";
      const bool opens_none =
          line_.command == Command::kModel || line_.command == Command::kRestore;
      if (database && opens_none) {
        return Invalid(
            fmt::format("kith {} opens no database, so {} does not apply", command, name));
      }
    }
    const bool as_json = line_.mode == OutputMode::kJson || line_.mode == OutputMode::kJsonLines;
    if (line_.command == Command::kAsk && line_.mode && !as_json) {
      return Invalid("kith ask prints text, or with --mode json an object");
    }
    return Status::Ok();
  }

  Status PlaceRestoreOperands() {
    line_.arguments.assign(operands_.begin() + 1, operands_.end());
    if (line_.arguments.empty() || line_.arguments.size() > 2) {
      return Invalid("usage: kith restore FOLDER DATABASE, or kith restore FOLDER to list backups");
    }
    if (line_.number != 0 && line_.arguments.size() == 1) {
      return Invalid(fmt::format("restored to what? usage: kith restore {} DATABASE --number {}",
                                 line_.arguments[0], line_.number));
    }
    return Status::Ok();
  }

  Status PlaceCheckOperands() {
    if (operands_.size() != 2 || !line_.database.empty()) {
      return Invalid("which database? usage: kith check DATABASE");
    }
    line_.database = operands_[1];
    if (line_.database != ":memory:") return Status::Ok();
    return Invalid(
        "a database in memory begins empty, so there is nothing to check; name a folder");
  }

  Status PlaceImportOperands() {
    line_.arguments.assign(operands_.begin() + 1, operands_.end());
    const ImportInput& input = line_.import.input;
    if (line_.arguments.empty() && input.nodes.empty() && input.relationships.empty()) {
      return Invalid("which files? usage: kith import PATH... --into DATABASE");
    }
    if (line_.database.empty()) {
      return Invalid("into which database? usage: kith import PATH... --into DATABASE");
    }
    return Status::Ok();
  }

  Status PlaceModelOperands() {
    line_.arguments.assign(operands_.begin() + 1, operands_.end());
    const std::string verb = line_.arguments.empty() ? "" : line_.arguments[0];
    const bool known = std::find(kModelVerbs.begin(), kModelVerbs.end(), verb) != kModelVerbs.end();
    if (known && (verb == "list") == (line_.arguments.size() == 1)) return Status::Ok();
    if (verb == "list") {
      return Invalid(
          fmt::format("kith model list takes no name, and got '{}'; usage: kith model list",
                      line_.arguments[1]));
    }
    if (known) {
      return Invalid(
          fmt::format("which model? usage: kith model {} NAME; kith model list names "
                      "them",
                      verb));
    }
    const std::string_view near = query::NearestSpelling(verb, kModelVerbs);
    return Invalid(
        fmt::format("usage: kith model list, kith model get NAME or kith model path NAME"
                    "{}",
                    near.empty() ? "" : fmt::format("; did you mean {}?", near)));
  }

  static Status TwoDatabases(std::string_view first, std::string_view second) {
    return Invalid(fmt::format("one database at a time: '{}' and '{}'; put statements after -c",
                               first, second));
  }

  Status PlaceShellOperands() {
    if (operands_.size() > 1) {
      const std::string_view near = query::NearestSpelling(operands_[0], kCommandNames);
      if (near.empty()) return TwoDatabases(operands_[0], operands_[1]);
      return Invalid(
          fmt::format("there is no command '{}'; did you mean kith {}?", operands_[0], near));
    }
    if (!operands_.empty()) {
      if (!line_.database.empty() && line_.database != operands_[0]) {
        return TwoDatabases(operands_[0], line_.database);
      }
      line_.database = operands_[0];
      if (line_.database == "-") {
        return Invalid("'-' is no database; statements come from standard input without it");
      }
    } else if (line_.database.empty()) {
      line_.database = ":memory:";
    }
    return Status::Ok();
  }

  std::span<const std::string> arguments_;
  size_t at_ = 0;
  bool only_operands_ = false;
  std::optional<std::string> inline_value_;
  std::vector<std::string> operands_;
  std::vector<std::string> given_;  ///< The options, as they were named.
  CommandLine line_;
};

}  // namespace

Result<CommandLine> ParseCommandLine(std::span<const std::string> arguments) {
  return Parser(arguments).Parse();
}

Result<size_t> ParseByteSize(std::string_view text) {
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(rest, text.data() + text.size());
  unit.erase(std::remove(unit.begin(), unit.end(), ' '), unit.end());
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  double factor = 0;
  if (unit.empty() || unit == "b") factor = 1;
  if (unit == "k" || unit == "kb" || unit == "kib") factor = 1024.0;
  if (unit == "m" || unit == "mb" || unit == "mib") factor = 1024.0 * 1024;
  if (unit == "g" || unit == "gb" || unit == "gib") factor = 1024.0 * 1024 * 1024;
  const double bytes = number * factor;
  if (error == std::errc() && factor > 0 && number >= 0 && bytes < 1e18) {
    return static_cast<size_t>(bytes);
  }
  return Invalid(
      fmt::format("'{}' is no size; write a number and a unit, such as 512MB or 2GB", text));
}

}  // namespace kith::shell
