// SPDX-License-Identifier: Apache-2.0
// A layered drawing (after Sugiyama, Tagawa and Toda, 1981): a node's column is its distance from
// the question, rows within a column follow the mean row of its neighbours to the left, edges are
// curves from border to border.
#include "rag/evidence_picture.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

#include "engine/base/utf8.h"

namespace kith::rag {
namespace {

constexpr double kBoxWidth = 168;
constexpr double kBoxHeight = 46;
constexpr double kColumnGap = 96;
constexpr double kRowGap = 26;
constexpr double kMargin = 28;
constexpr double kTop = 92;
/// Width of the text in a box, in units of a narrow character; East Asian ones count two.
constexpr size_t kNameUnits = 21;
constexpr size_t kTitleUnits = 110;

struct Style {
  const char* fill;
  const char* stroke;
  const char* text;
  double radius;
};

Style StyleOf(std::string_view label) {
  if (label == "Question") return {"#1f2a44", "#1f2a44", "#ffffff", 12};
  if (label == "Entity") return {"#fff3d6", "#d39a1e", "#4a3200", 23};
  if (label == "Document") return {"#e2f1e7", "#3c8c5a", "#123d22", 4};
  return {"#e5eefb", "#3f72bd", "#14315e", 4};
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string Fitted(std::string_view text, size_t units) {
  size_t at = 0;
  size_t used = 0;
  size_t keep = 0;
  while (at < text.size()) {
    const char32_t c = TakeUtf8(text, &at);
    used += c >= 0x1100 ? 2 : 1;
    if (used > units) return Escaped(text.substr(0, keep)) + "…";
    if (used < units) keep = at;
  }
  return Escaped(text);
}

/// A document with one passage in the evidence is drawn as that passage: the two say the same, and
/// a path of several hops would be too wide to read.
Evidence WithoutSinglePassageDocuments(const Evidence& evidence) {
  std::map<NodeId, std::vector<NodeId>> chunks_of;
  for (const EvidenceEdge& edge : evidence.edges) {
    if (edge.type == "HAS_CHUNK") chunks_of[edge.start].push_back(edge.end);
  }
  std::map<NodeId, NodeId> drawn_as;
  for (const EvidenceNode& node : evidence.nodes) {
    const auto found = chunks_of.find(node.node);
    if (node.label == "Document" && found != chunks_of.end() && found->second.size() == 1) {
      drawn_as[node.node] = found->second.front();
    }
  }
  const auto drawn = [&](NodeId node) {
    const auto found = drawn_as.find(node);
    return found == drawn_as.end() ? node : found->second;
  };
  Evidence shown;
  for (const EvidenceNode& node : evidence.nodes) {
    if (!drawn_as.contains(node.node)) shown.nodes.push_back(node);
  }
  for (const EvidenceEdge& edge : evidence.edges) {
    const NodeId start = drawn(edge.start);
    const NodeId end = drawn(edge.end);
    if (start != end) shown.edges.push_back({start, end, edge.type});
  }
  return shown;
}

struct Placed {
  const EvidenceNode* node = nullptr;
  size_t column = 0;
  double row = 0;
  double x = 0;
  double y = 0;
};

class Drawing {
 public:
  explicit Drawing(const Evidence& evidence) : evidence_(evidence) {
    for (const EvidenceNode& node : evidence.nodes) {
      index_[node.node] = placed_.size();
      placed_.push_back({&node});
    }
    for (const EvidenceEdge& edge : evidence.edges) {
      const auto start = index_.find(edge.start);
      const auto end = index_.find(edge.end);
      if (start == index_.end() || end == index_.end()) continue;
      edges_.push_back({start->second, end->second, &edge});
    }
    AssignColumns();
    AssignRows();
  }

  std::string Svg(std::string_view title) const {
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" height=\"{1:.0f}\" font-family=\"'Helvetica Neue', Helvetica, Arial, "
        "'Noto Sans', 'Noto Sans CJK SC', sans-serif\">\n"
        "<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" "
        "markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\" "
        "fill=\"#8a93a6\"/></marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        "<text x=\"{2}\" y=\"38\" font-size=\"18\" font-weight=\"600\" "
        "fill=\"#1f2a44\">{3}</text>\n",
        width_, height_, kMargin, Fitted(title, kTitleUnits));
    svg += Legend();
    for (const Edge& edge : edges_) svg += EdgeSvg(edge);
    for (const Edge& edge : edges_) svg += EdgeLabel(edge);
    for (const Placed& placed : placed_) svg += NodeSvg(placed);
    if (placed_.size() < 2) {
      svg += fmt::format(
          "<text x=\"{}\" y=\"{}\" font-size=\"14\" fill=\"#5b6579\">No evidence was "
          "found.</text>\n",
          kMargin + kBoxWidth + 24, kTop + kBoxHeight / 2 + 5);
    }
    return svg + "</svg>\n";
  }

 private:
  struct Edge {
    size_t start = 0;
    size_t end = 0;
    const EvidenceEdge* edge = nullptr;
  };

  /// Breadth first from the question over edges in either direction.
  void AssignColumns() {
    if (placed_.empty()) return;
    std::vector<size_t> queue = {0};
    std::vector<bool> seen(placed_.size());
    seen[0] = true;
    for (size_t next = 0; next < queue.size(); ++next) {
      const size_t at = queue[next];
      for (const Edge& edge : edges_) {
        if (edge.start != at && edge.end != at) continue;
        const size_t other = edge.start == at ? edge.end : edge.start;
        if (seen[other]) continue;
        seen[other] = true;
        placed_[other].column = placed_[at].column + 1;
        queue.push_back(other);
      }
    }
  }

  void AssignRows() {
    std::map<size_t, std::vector<size_t>> columns;
    for (size_t i = 0; i < placed_.size(); ++i) columns[placed_[i].column].push_back(i);
    size_t tallest = 1;
    for (const auto& [column, members] : columns) tallest = std::max(tallest, members.size());
    const double step = kBoxHeight + kRowGap;
    for (auto& [column, members] : columns) {
      std::stable_sort(members.begin(), members.end(), [&, column = column](size_t a, size_t b) {
        return MeanRow(a, column) < MeanRow(b, column);
      });
      const double offset = static_cast<double>(tallest - members.size()) / 2;
      for (size_t i = 0; i < members.size(); ++i) {
        Placed& placed = placed_[members[i]];
        placed.row = offset + static_cast<double>(i);
        placed.x = kMargin + static_cast<double>(column) * (kBoxWidth + kColumnGap);
        placed.y = kTop + placed.row * step;
      }
    }
    const size_t count = columns.empty() ? 1 : columns.rbegin()->first + 1;
    width_ = 2 * kMargin + static_cast<double>(count) * (kBoxWidth + kColumnGap) - kColumnGap;
    width_ = std::max(width_, 760.0);
    height_ = kTop + static_cast<double>(tallest) * step - kRowGap + kMargin;
  }

  double MeanRow(size_t node, size_t column) const {
    double sum = 0;
    double count = 0;
    for (const Edge& edge : edges_) {
      if (edge.start != node && edge.end != node) continue;
      const Placed& other = placed_[edge.start == node ? edge.end : edge.start];
      if (other.column + 1 != column) continue;
      sum += other.row;
      ++count;
    }
    return count == 0 ? 0 : sum / count;
  }

  struct Curve {
    double x1, y1, x2, y2, bend;
  };

  /// Between facing borders; within a column around the right side.
  Curve CurveOf(const Edge& edge) const {
    const Placed& a = placed_[edge.start];
    const Placed& b = placed_[edge.end];
    const double middle = kBoxHeight / 2;
    if (a.column == b.column) {
      return {a.x + kBoxWidth, a.y + middle, b.x + kBoxWidth, b.y + middle, kColumnGap * 0.6};
    }
    const bool forward = a.column < b.column;
    const double bend = kColumnGap * 0.5;
    return {forward ? a.x + kBoxWidth : a.x, a.y + middle, forward ? b.x : b.x + kBoxWidth,
            b.y + middle, forward ? bend : -bend};
  }

  std::string EdgeSvg(const Edge& edge) const {
    const Curve c = CurveOf(edge);
    const bool same = placed_[edge.start].column == placed_[edge.end].column;
    return fmt::format(
        "<path d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\" fill=\"none\" "
        "stroke=\"#a9b1c2\" stroke-width=\"1.5\" marker-end=\"url(#arrow)\"/>\n",
        c.x1, c.y1, c.x1 + c.bend, c.y1, same ? c.x2 + c.bend : c.x2 - c.bend, c.y2, c.x2, c.y2);
  }

  /// Beside the node that the edge reaches on its right, where lines do not cross yet.
  std::string EdgeLabel(const Edge& edge) const {
    const Curve c = CurveOf(edge);
    const bool same = placed_[edge.start].column == placed_[edge.end].column;
    const double x = same ? c.x1 + kColumnGap * 0.45 : (c.x1 + c.x2) / 2;
    const double y = (c.y1 + c.y2) / 2 - 4;
    std::string type = edge.edge->type;
    std::replace(type.begin(), type.end(), '_', ' ');
    std::transform(type.begin(), type.end(), type.begin(),
                   [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
    return fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"10.5\" text-anchor=\"middle\" "
        "fill=\"#5b6579\" stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\">{}</text>\n",
        x, y, Escaped(type));
  }

  static std::string NodeSvg(const Placed& placed) {
    const Style style = StyleOf(placed.node->label);
    const bool question = placed.node->label == "Question";
    const std::string name = question ? "The question" : placed.node->name;
    std::string svg = fmt::format(
        "<g><title>{}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" rx=\"{}\" "
        "fill=\"{}\" stroke=\"{}\" stroke-width=\"1.4\"/>",
        Escaped(name), placed.x, placed.y, kBoxWidth, kBoxHeight, style.radius, style.fill,
        style.stroke);
    svg += fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"13\" font-weight=\"600\" "
        "text-anchor=\"middle\" fill=\"{}\">{}</text>",
        placed.x + kBoxWidth / 2, placed.y + (question ? 28 : 20), style.text,
        Fitted(name, kNameUnits));
    if (!question) {
      svg += fmt::format(
          "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"10.5\" text-anchor=\"middle\" fill=\"{}\" "
          "opacity=\"0.75\">{}</text>",
          placed.x + kBoxWidth / 2, placed.y + 36, style.text,
          placed.node->label == "Chunk" ? "passage" : Escaped(Lower(placed.node->label)));
    }
    return svg + "</g>\n";
  }

  static std::string Lower(std::string text) {
    if (!text.empty())
      text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
  }

  static std::string Legend() {
    std::string svg;
    double x = kMargin;
    for (const auto& [label, shown] :
         {std::pair("Entity", "entity"), std::pair("Document", "document"),
          std::pair("Chunk", "passage")}) {
      const Style style = StyleOf(label);
      svg += fmt::format(
          "<rect x=\"{}\" y=\"54\" width=\"16\" height=\"12\" rx=\"{}\" fill=\"{}\" stroke=\"{}\"/>"
          "<text x=\"{}\" y=\"64.5\" font-size=\"12\" fill=\"#5b6579\">{}</text>\n",
          x, std::min(style.radius, 6.0), style.fill, style.stroke, x + 22, shown);
      x += 96;
    }
    return svg;
  }

  const Evidence& evidence_;
  std::map<NodeId, size_t> index_;
  std::vector<Placed> placed_;
  std::vector<Edge> edges_;
  double width_ = 760;
  double height_ = 200;
};

constexpr std::string_view kPageStyle =
    "body{font:16px/1.55 'Helvetica Neue',Helvetica,Arial,'Noto Sans','Noto Sans CJK "
    "SC',sans-serif;"
    "color:#1f2a44;max-width:1100px;margin:40px auto;padding:0 24px}"
    "h1{font-size:24px;margin:0 0 12px}h2{font-size:17px;margin:32px 0 8px}"
    ".answer{font-size:18px;border-left:4px solid #3f72bd;padding:8px 16px;background:#f4f7fc}"
    ".answer.none{border-color:#d39a1e;background:#fffaf0}"
    ".where{color:#5b6579;font-size:13.5px}blockquote{margin:4px 0 14px;padding-left:12px;"
    "border-left:3px solid #dfe4ee;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".picture{overflow-x:auto;border:1px solid #dfe4ee;border-radius:6px}"
    "pre{background:#f6f7fa;padding:12px;overflow-x:auto;font-size:13px;border-radius:6px}";

}  // namespace

std::string EvidenceToSvg(const Evidence& evidence, std::string_view title) {
  const Evidence shown = WithoutSinglePassageDocuments(evidence);
  return Drawing(shown).Svg(title);
}

std::string AnswerToHtml(std::string_view question, const Answer& answer) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{0}</title><style>{1}</style>"
      "</head><body>\n<h1>{0}</h1>\n<p class=\"answer{2}\">{3}</p>\n",
      Escaped(question), kPageStyle, answer.abstained ? " none" : "", Escaped(answer.text));
  if (!answer.citations.empty()) html += "<h2>Sources</h2>\n";
  for (const Citation& citation : answer.citations) {
    html += fmt::format(
        "<div class=\"where\">[{}] {} · {} · bytes {} to {}</div><blockquote>{}</blockquote>\n",
        citation.number, Escaped(citation.title), Escaped(citation.document), citation.begin_byte,
        citation.end_byte, Escaped(citation.quote));
  }
  const Route& route = answer.retrieval.route;
  html += fmt::format("<h2>Route: {}</h2>\n<ul>", RouteName(route.kind));
  for (const std::string& reason : route.reasons) {
    html += fmt::format("<li>{}</li>", Escaped(reason));
  }
  html += fmt::format("</ul>\n<pre>{}</pre>\n<h2>Evidence</h2>\n<div class=\"picture\">{}</div>\n",
                      Escaped(route.statement), EvidenceToSvg(answer.retrieval.evidence, question));
  html += "<h2>Passages</h2>\n<ol>";
  for (const Passage& passage : answer.retrieval.passages) {
    html += fmt::format("<li>{} <span class=\"where\">· {} · by {} · score {:.2f}</span></li>",
                        Escaped(passage.title), Escaped(passage.document),
                        Escaped(passage.found_by), passage.score);
  }
  return html + "</ol>\n</body></html>\n";
}

}  // namespace kith::rag
