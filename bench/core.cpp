// SPDX-License-Identifier: Apache-2.0
// Point reads and small durable transactions through the C++ API.
//
//   kith_bench_core [--rows N] [--reads N] [--writes N] [--threads N] [--seed N] [--folder DIR]
//
// Fills a database on disk with N :Person nodes under an index, then measures
//   point read   MATCH (p:Person {id: $id}) RETURN p.name, prepared, a random id each time
//   commit       CREATE (:Person {id: $id, name: $name}), prepared, each its own durable
//                transaction, from one thread and from several
//   floor        what the disk allows one thread: 200 bytes appended and synced by fdatasync, to a
//                file that grows and to one whose bytes are there already and are overwritten
// The floors and the commits of one thread take turns, because disks and neighbours change. Every
// answer is checked. Prints a line for people and, last, one JSON object. The smoke size
// (--rows 1000 --reads 1000 --writes 100) runs in the tests.
#include <fcntl.h>
#include <fmt/format.h>
#include <kith/kith.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// Many short rounds: the disk of a shared machine changes from one second to the next.
constexpr int64_t kRounds = 20;

struct Settings {
  int64_t rows = 100'000;
  int64_t reads = 100'000;
  int64_t writes = 20'000;
  int64_t threads = 4;
  int64_t seed = 42;
  std::string folder;
};

[[noreturn]] void Fail(const std::string& message) {
  fmt::print(stderr, "kith_bench_core: {}\n", message);
  std::exit(1);
}

void Check(const kith::Status& status) {
  if (!status.ok()) Fail(status.ToString());
}

template <typename T>
T Check(kith::Result<T> result) {
  Check(result.status());
  return std::move(result).value();
}

double Micros(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

std::string NameOf(int64_t id) {
  return "person " + std::to_string(id);
}

void Fill(kith::Connection& connection, int64_t rows) {
  Check(connection.Execute("CREATE INDEX person_id FOR (p:Person) ON (p.id)"));
  constexpr int64_t kChunk = 10'000;
  for (int64_t begin = 0; begin < rows; begin += kChunk) {
    kith::Parameters range{{"from", kith::Value(begin)},
                           {"to", kith::Value(std::min(rows, begin + kChunk) - 1)}};
    Check(
        connection.Execute("UNWIND range($from, $to) AS i "
                           "CREATE (:Person {id: i, name: 'person ' + toString(i)})",
                           range));
  }
}

struct Latency {
  double p50 = 0;
  double p99 = 0;
};

Latency MeasureReads(kith::Connection& connection, const Settings& settings) {
  kith::Statement statement = Check(connection.Prepare("MATCH (p:Person {id: $id}) RETURN p.name"));
  std::mt19937_64 random(static_cast<uint64_t>(settings.seed));
  std::uniform_int_distribution<int64_t> pick(0, settings.rows - 1);
  std::vector<double> micros;
  micros.reserve(static_cast<size_t>(settings.reads));
  for (int64_t i = 0; i < settings.reads; ++i) {
    const int64_t id = pick(random);
    const auto begin = Clock::now();
    statement.Bind("id", kith::Value(id));
    kith::Cursor cursor = Check(statement.Execute());
    const bool found = cursor.Next();
    const bool right = found && cursor.Get(0).AsString() == NameOf(id) && !cursor.Next();
    micros.push_back(Micros(Clock::now() - begin));
    if (!right) Fail(fmt::format("the point read of id {} gave a wrong answer", id));
  }
  std::sort(micros.begin(), micros.end());
  return {micros[micros.size() / 2], micros[micros.size() * 99 / 100]};
}

// Transactions per second, each with one node, from `threads` connections at once.
double MeasureCommits(kith::Database& database, const Settings& settings, int64_t threads,
                      int64_t first_id) {
  const int64_t each = settings.writes / threads;
  const auto begin = Clock::now();
  std::vector<std::thread> writers;
  for (int64_t t = 0; t < threads; ++t) {
    writers.emplace_back([&, t] {
      auto connection = database.Connect();
      kith::Statement statement =
          Check(connection->Prepare("CREATE (:Person {id: $id, name: $name})"));
      for (int64_t i = 0; i < each; ++i) {
        const int64_t id = first_id + t * each + i;
        statement.Bind("id", kith::Value(id)).Bind("name", kith::Value(NameOf(id)));
        Check(statement.Execute());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const double seconds = Micros(Clock::now() - begin) / 1e6;
  return static_cast<double>(each * threads) / seconds;
}

// Synced appends per second to a file in `folder`: to its end, or over zeros that are on the disk.
double MeasureAppends(const std::string& folder, int64_t appends, bool overwrite) {
  const std::string record(200, 'r');
  const std::string path = folder + ".floor";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) Fail("cannot write " + path);
  const auto write_all = [&](const std::string& bytes) {
    if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      Fail("cannot write " + path);
    }
  };
  if (overwrite) {
    write_all(std::string(static_cast<size_t>(appends) * record.size(), '\0'));
    if (fsync(file) != 0 || lseek(file, 0, SEEK_SET) != 0) Fail("cannot sync " + path);
  }
  const auto begin = Clock::now();
  for (int64_t i = 0; i < appends; ++i) {
    write_all(record);
    if (fdatasync(file) != 0) Fail("cannot sync " + path);
  }
  const double seconds = Micros(Clock::now() - begin) / 1e6;
  close(file);
  std::filesystem::remove(path);
  return static_cast<double>(appends) / seconds;
}

struct CommitRates {
  double one = 0;
  double growing = 0;
  double overwritten = 0;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int64_t WritesOfRound(const Settings& settings) {
  return std::max<int64_t>(1, settings.writes / kRounds);
}

CommitRates MeasureBesideFloor(kith::Database& database, const Settings& settings,
                               const std::string& folder) {
  std::vector<double> one;
  std::vector<double> growing;
  std::vector<double> overwritten;
  Settings part = settings;
  part.writes = WritesOfRound(settings);
  for (int64_t round = 0; round < kRounds; ++round) {
    growing.push_back(MeasureAppends(folder, part.writes, false));
    overwritten.push_back(MeasureAppends(folder, part.writes, true));
    one.push_back(MeasureCommits(database, part, 1, settings.rows + round * part.writes));
  }
  return {Median(one), Median(growing), Median(overwritten)};
}

void CheckCount(kith::Connection& connection, int64_t expected) {
  kith::Cursor cursor = Check(connection.Execute("MATCH (p:Person) RETURN count(p)"));
  if (!cursor.Next() || cursor.Get(0).AsInteger() != expected) {
    Fail(fmt::format("expected {} persons at the end", expected));
  }
}

Settings ReadArguments(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--folder") {
      settings.folder = argv[i + 1];
      continue;
    }
    const int64_t number = std::strtoll(argv[i + 1], nullptr, 10);
    int64_t* target = name == "--rows"      ? &settings.rows
                      : name == "--reads"   ? &settings.reads
                      : name == "--writes"  ? &settings.writes
                      : name == "--threads" ? &settings.threads
                      : name == "--seed"    ? &settings.seed
                                            : nullptr;
    if (target == nullptr || number < 1) Fail("unknown option or bad number: " + name);
    *target = number;
  }
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = ReadArguments(argc, argv);
  const bool temporary = settings.folder.empty();
  const std::string folder =
      temporary
          ? (std::filesystem::temp_directory_path() / fmt::format("kith_bench_core.{}", getpid()))
                .string()
          : settings.folder;
  {
    auto database = Check(kith::Database::Open(folder));
    auto connection = database->Connect();
    Fill(*connection, settings.rows);
    const Latency read = MeasureReads(*connection, settings);
    const CommitRates rates = MeasureBesideFloor(*database, settings, folder);
    const int64_t written = kRounds * WritesOfRound(settings);
    const double several =
        MeasureCommits(*database, settings, settings.threads, settings.rows + written);
    CheckCount(*connection,
               settings.rows + written + settings.writes / settings.threads * settings.threads);
    fmt::print("point read by indexed property, prepared: p50 {:.1f} us, p99 {:.1f} us\n", read.p50,
               read.p99);
    fmt::print("durable transactions of one node: {:.0f}/s from 1 thread, {:.0f}/s from {}\n",
               rates.one, several, settings.threads);
    fmt::print("synced appends of 200 bytes: {:.0f}/s growing, {:.0f}/s overwriting\n",
               rates.growing, rates.overwritten);
    fmt::print(
        "{{\"rows\": {}, \"point_read_us\": {{\"p50\": {:.2f}, \"p99\": {:.2f}}}, "
        "\"commits_per_second\": {{\"1\": {:.0f}, \"{}\": {:.0f}}}, "
        "\"appends_per_second\": {{\"growing\": {:.0f}, \"overwriting\": {:.0f}}}}}\n",
        settings.rows, read.p50, read.p99, rates.one, settings.threads, several, rates.growing,
        rates.overwritten);
  }
  if (temporary) std::filesystem::remove_all(folder);
  return 0;
}
