// SPDX-License-Identifier: Apache-2.0
// See measured_noun.h.
#include "rag/generate/measured_noun.h"

#include <algorithm>
#include <array>

#include "rag/generate/plain_words.h"

namespace kith::rag {
namespace {

constexpr std::array kUnitsOfHeat = std::to_array<std::string_view>(
    {"degree", "degrees", "celsius", "fahrenheit", "kelvin", "c", "f", "k"});
constexpr std::array kUnitsOfLength = std::to_array<std::string_view>(
    {"metre",       "metres",      "meter",      "meters",      "kilometre",
     "kilometres",  "kilometer",   "kilometers", "centimetres", "centimeters",
     "millimetres", "millimeters", "mile",       "miles",       "foot",
     "feet",        "inch",        "inches",     "yards",       "fathoms",
     "m",           "km",          "cm",         "mm",          "ft"});
constexpr std::array kUnitsOfSpeed =
    std::to_array<std::string_view>({"knot", "knots", "mph", "kmh", "kph"});
/// What makes a speed of a length: "40 miles an hour", "12 m/s".
constexpr std::array kBetweenLengthAndTime =
    std::to_array<std::string_view>({"per", "an", "a", "h", "s"});
constexpr std::array kUnitsOfWeight = std::to_array<std::string_view>(
    {"gram",  "grams",  "kilogram", "kilograms", "kilo", "kilos", "tonne", "tonnes", "ton", "tons",
     "pound", "pounds", "ounces",   "stone",     "g",    "kg",    "t",     "lb",     "lbs", "oz"});
constexpr std::array kNounsOfLength =
    std::to_array<std::string_view>({"height", "depth", "distance", "length", "width", "altitude"});

/// `next` is the word behind it, empty at the end.
bool IsUnitOf(std::string_view noun, std::string_view word, std::string_view next) {
  if (noun == "temperature") return In(kUnitsOfHeat, word);
  if (noun == "weight") return In(kUnitsOfWeight, word);
  const bool is_length = In(kUnitsOfLength, word);
  if (noun != "speed") return is_length;
  return In(kUnitsOfSpeed, word) || (is_length && In(kBetweenLengthAndTime, next));
}

bool IsMeasuredNoun(std::string_view word) {
  return word == "temperature" || word == "weight" || word == "speed" || In(kNounsOfLength, word);
}

}  // namespace

std::string_view MeasuredNoun(const std::vector<std::string>& question) {
  for (size_t i = 0; i + 1 < question.size(); ++i) {
    const bool asks = question[i] == "what" || question[i] == "which";
    if (asks && IsMeasuredNoun(question[i + 1])) return question[i + 1];
  }
  return {};
}

bool HoldsMeasureOf(std::string_view noun, const std::vector<std::string>& sentence) {
  const auto word_at = [&](size_t i) -> std::string_view {
    return i < sentence.size() ? std::string_view(sentence[i]) : std::string_view();
  };
  for (size_t i = 0; i < sentence.size(); ++i) {
    const std::string_view word = sentence[i];
    const size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
    if (digits == 0 && !IsNumberWord(word)) continue;
    // "40m" is one word.
    const std::string_view behind = digits > 0 ? word.substr(digits) : std::string_view();
    if (!behind.empty() && IsUnitOf(noun, behind, word_at(i + 1))) return true;
    if (IsUnitOf(noun, word_at(i + 1), word_at(i + 2))) return true;
  }
  return false;
}

}  // namespace kith::rag
