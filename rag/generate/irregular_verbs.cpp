// SPDX-License-Identifier: Apache-2.0
// The forms of the common irregular verbs of English. A word that belongs to two verbs ("found",
// "bore") stands in both rows.
#include "rag/generate/irregular_verbs.h"

namespace kith::rag {
namespace {

// Each row is one verb: its forms with a blank before and after each.
constexpr std::string_view kVerbs[] = {
    " bear bears bore borne ",
    " become becomes became ",
    " begin begins began begun ",
    " bind binds bound ",
    " break breaks broke broken ",
    " bring brings brought ",
    " build builds built ",
    " buy buys bought ",
    " catch catches caught ",
    " choose chooses chose chosen ",
    " come comes came ",
    " deal deals dealt ",
    " draw draws drew drawn ",
    " drive drives drove driven ",
    " eat eats ate eaten ",
    " fall falls fell fallen ",
    " feel feels felt ",
    " fight fights fought ",
    " find finds found ",
    " fly flies flew flown ",
    " forget forgets forgot forgotten ",
    " found founds founded ",
    " get gets got gotten ",
    " give gives gave given ",
    " go goes went gone ",
    " grow grows grew grown ",
    " hang hangs hung ",
    " hide hides hid hidden ",
    " hold holds held ",
    " keep keeps kept ",
    " know knows knew known ",
    " lead leads led ",
    " leave leaves left ",
    " lend lends lent ",
    " lose loses lost ",
    " make makes made ",
    " mean means meant ",
    " meet meets met ",
    " pay pays paid ",
    " ride rides rode ridden ",
    " rise rises rose risen ",
    " run runs ran ",
    " say says said ",
    " see sees saw seen ",
    " seek seeks sought ",
    " sell sells sold ",
    " send sends sent ",
    " shoot shoots shot ",
    " sing sings sang sung ",
    " sink sinks sank sunk ",
    " speak speaks spoke spoken ",
    " spend spends spent ",
    " stand stands stood ",
    " steal steals stole stolen ",
    " strike strikes struck stricken ",
    " sweep sweeps swept ",
    " swim swims swam swum ",
    " take takes took taken ",
    " teach teaches taught ",
    " tell tells told ",
    " think thinks thought ",
    " throw throws threw thrown ",
    " wear wears wore worn ",
    " win wins won ",
    " write writes wrote written ",
};

bool HasForm(std::string_view verb, std::string_view word) {
  for (size_t at = verb.find(word); at != std::string_view::npos; at = verb.find(word, at + 1)) {
    if (at > 0 && verb[at - 1] == ' ' && verb[at + word.size()] == ' ') return true;
  }
  return false;
}

}  // namespace

bool AreFormsOfOneVerb(std::string_view a, std::string_view b) {
  for (std::string_view verb : kVerbs) {
    if (HasForm(verb, a) && HasForm(verb, b)) return true;
  }
  return false;
}

}  // namespace kith::rag
