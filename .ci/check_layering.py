# SPDX-License-Identifier: Apache-2.0
"""Checks which folder includes which, and that each vendor stays in the folder that wraps it.

The rules are docs/architecture.md's. Reads the #include lines of every tracked source; prints one line
for each breach and exits 1 when there is any.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Folder -> the folders of ours that it may include.
ALLOWED = {
    "base": {"base"},
    "gpu": {"gpu"},
    "storage": {"storage", "base"},
    "index": {"index", "storage", "gpu", "base"},
    "query": {"query", "index", "storage", "gpu", "base"},
    "rag": {"rag", "query", "index", "storage", "gpu", "base"},
    "engine": {"engine", "rag", "query", "index", "storage", "gpu", "base"},
    "tests": {"tests", "engine", "rag", "query", "index", "storage", "gpu", "base"},
    "bench": {"bench", "engine", "rag", "query", "index", "storage", "gpu", "base"},
}

# Vendor header -> the path prefixes that may include it. Tests and benchmarks may include any.
VENDORS = {
    r"rocksdb/": ["storage/"],
    r"faiss/": ["index/"],
    r"boost/": ["query/algorithm/"],
    r"llama|ggml|gguf": ["rag/llama/"],
    r"cuda|cublas": ["gpu/"],
    r"histedit\.h|editline/": ["engine/shell/"],
    r"unicode/": ["index/", "query/", "rag/", "engine/"],
    r"libstemmer": ["index/"],
    r"roaring/": ["storage/", "index/", "query/"],
    r"simdjson": ["rag/", "engine/", "query/"],
    r"gumbo": ["rag/", "engine/shell/fetch/"],
    r"curl/": ["engine/shell/fetch/"],
    r"zip\.h": ["engine/shell/fetch/"],
    r"openssl/": ["engine/shell/fetch/"],
    r"md4c": ["rag/"],
    r"date/": ["query/"],
    r"catch2/": [],
}

STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
    climits clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef
    cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
    set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view strstream
    syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
    variant vector version assert.h stddef.h stdint.h stdbool.h""".split()
)


def sources():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.h", "*.cpp", "*.c", "*.cu", "*.cuh"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return sorted(path for path in listed if path and (ROOT / path).is_file())


def folder_of(path):
    if path.startswith("engine/base/"):
        return "base"
    if path.startswith("kith/"):
        return "engine"
    top = path.split("/")[0]
    return top if top in ALLOWED else None


def includes_of(path):
    text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def is_public(path):
    return path.endswith(".h") and path.startswith(("engine/kith/", "engine/base/"))


def check_file(path, includes):
    folder = folder_of(path)
    for number, quoted, name in includes:
        where = f"{path}:{number}"
        target = folder_of(name)
        if target is not None:
            if target not in ALLOWED[folder]:
                yield f"{where}: {folder} must not include {target} ({name})"
            continue
        if quoted:
            yield f'{where}: "{name}" is no path from the root of the repository'
            continue
        if folder in ("tests", "bench"):
            continue
        if folder in ("base", "gpu") and name not in STANDARD and not (folder == "base" and name.startswith("fmt/")) \
                and not path.endswith((".cu", ".cuh")):
            yield f"{where}: {folder} includes only the standard library{' and fmt' if folder == 'base' else ''}, not <{name}>"
        if is_public(path) and name not in STANDARD:
            yield f"{where}: a public header includes only the standard library, not <{name}>"
        for pattern, homes in VENDORS.items():
            if re.match(pattern, name) and not any(path.startswith(home) for home in homes):
                yield f"{where}: <{name}> belongs in {' or '.join(homes) or 'tests/'}"


def vendor_views(all_includes):
    """A vendor with one home must not reach another folder through a header of ours."""
    def reach(path, seen):
        for _, _, name in all_includes.get(path, ()):
            inner = name if not name.startswith("kith/") else "engine/" + name
            if inner in all_includes and inner not in seen:
                seen.add(inner)
                reach(inner, seen)
        return seen

    single = {pattern: homes[0] for pattern, homes in VENDORS.items() if len(homes) == 1}
    for path in all_includes:
        if path.startswith(("tests/", "bench/")):
            continue
        for header in reach(path, set()):
            for _, quoted, name in all_includes[header]:
                for pattern, home in single.items():
                    if not quoted and re.match(pattern, name) and not path.startswith(home):
                        yield f"{path}: sees <{name}> through {header}; keep vendor types out of that header"


def main():
    all_includes = {path: list(includes_of(path)) for path in sources() if folder_of(path)}
    problems = []
    for path, includes in all_includes.items():
        problems.extend(check_file(path, includes))
    problems.extend(sorted(set(vendor_views(all_includes))))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"layering: {len(problems)} breaches; the rules are in docs/architecture.md", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
