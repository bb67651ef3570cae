// SPDX-License-Identifier: Apache-2.0
// Encodes what word_piece_oracle.py sends: argv[1] names a vocabulary, one token a line; standard
// input has texts, each behind its length in four little-endian bytes; a line of ids comes out for
// each.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "rag/model/word_piece.h"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::vector<std::string> vocabulary;
  std::ifstream file(arguments[1]);
  for (std::string line; std::getline(file, line);) vocabulary.push_back(line);
  const auto pieces = kith::rag::WordPiece::Make(vocabulary);
  if (!pieces.ok()) {
    std::cerr << pieces.status().message() << "\n";
    return 1;
  }
  unsigned char length[4];
  std::string text;
  std::vector<int32_t> ids;
  while (std::fread(length, 1, sizeof length, stdin) == sizeof length) {
    text.resize(length[0] | size_t{length[1]} << 8 | size_t{length[2]} << 16 |
                size_t{length[3]} << 24);
    if (std::fread(text.data(), 1, text.size(), stdin) != text.size()) return 1;
    ids.clear();
    pieces->Encode(text, 512, &ids);
    for (const int32_t id : ids) std::cout << id << ' ';
    std::cout << '\n';
  }
  return 0;
}
