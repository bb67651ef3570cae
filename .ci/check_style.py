# SPDX-License-Identifier: Apache-2.0
"""Checks what a formatter cannot: licence line, header comment, file and function length, leftovers.

Limits: a file over 500 lines says why in a comment that begins with "Length:"; no file exceeds 1,000;
no function exceeds 70. Function lengths are read from the formatted layout: a body starts on a line that ends in
"{" outside any other body and ends on the first "}" of the same indentation.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LICENCE = "SPDX-License-Identifier: Apache-2.0"
CODE = (".h", ".cpp", ".c", ".cu", ".cuh")
SCRIPTS = (".py", ".cmake")
MAX_LINES, REASON_LINES, MAX_FUNCTION = 1000, 500, 70
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
NOT_A_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern|template|using|static_assert|#|//|constexpr|inline constexpr|const )")


def files():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    return sorted(path for path in listed if path and (ROOT / path).is_file())


def is_script(path, first):
    return path.endswith(SCRIPTS) or path.endswith("CMakeLists.txt") or first.startswith("#!")


def check_head(path, lines):
    at = 1 if lines[0].startswith("#!") else 0
    if at >= len(lines) or LICENCE not in lines[at]:
        yield f"{path}:{at + 1}: the licence line is missing ({LICENCE})"
    elif at + 1 >= len(lines) or not lines[at + 1].startswith(("//", "#", '"""', "/*", " *")) or \
            lines[at + 1].startswith(("#include", "#pragma")):
        yield f"{path}:{at + 2}: a header comment that says what the file is for is missing"


def check_length(path, lines):
    if len(lines) > MAX_LINES:
        yield f"{path}: {len(lines)} lines; {MAX_LINES} is the limit, split it by subject"
    elif len(lines) > REASON_LINES and not any(re.match(r"^\s*(//|#|\*|)\s*Length:", line) for line in lines):
        yield f"{path}: {len(lines)} lines; over {REASON_LINES} the header comment says why ('Length: ...')"


def check_functions(path, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if start is None:
            if line.endswith("{") and not line.startswith("  ") and not NOT_A_FUNCTION.match(line) or \
                    line.startswith("    ") and line.endswith(") {") and number > 1 and lines[number - 2][:1].strip():
                start = number
        elif line.startswith("}"):
            if number - start + 1 > MAX_FUNCTION and "(" in lines[start - 1]:
                yield f"{path}:{start}: a function of {number - start + 1} lines; {MAX_FUNCTION} is the limit"
            start = None


def check_lines(path, lines):
    for number, line in enumerate(lines, 1):
        if LEFTOVER.search(line) and path != ".ci/check_style.py":
            yield f"{path}:{number}: a leftover: {line.strip()[:60]}"


def check(path):
    text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
    lines = text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")
    code = path.endswith(CODE)
    if not code and not is_script(path, lines[0] if lines else ""):
        return
    yield from check_head(path, lines)
    yield from check_length(path, lines)
    yield from check_lines(path, lines)
    if code:
        if path.endswith(".h") and "#pragma once" not in lines:
            yield f"{path}: #pragma once is missing"
        if not path.startswith("tests/"):
            yield from check_functions(path, lines)


def main():
    problems = [problem for path in files() for problem in check(path)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"style: {len(problems)} findings", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
