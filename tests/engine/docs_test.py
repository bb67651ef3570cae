# SPDX-License-Identifier: Apache-2.0
"""Runs what the documents show: each ```cypher block in a database of its own must succeed statement by statement, each
```cypher-error block must fail at its last statement."""

import pathlib
import re
import subprocess
import sys
import unittest

from hang_limit import HANG_SECONDS

SHELL = sys.argv.pop(1) if len(sys.argv) > 1 else "build/kith"
ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(cypher|cypher-error)\n(.*?)^```$", re.M | re.S)


def run(text):
    return subprocess.run([SHELL, "-m", "jsonl"], input=text, capture_output=True, text=True, timeout=HANG_SECONDS)


class Docs(unittest.TestCase):
    def test_blocks(self):
        blocks = [(page, kind, text) for page in sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
                  for kind, text in BLOCK.findall(page.read_text(encoding="utf-8"))]
        self.assertGreater(len(blocks), 10)
        for page, kind, text in blocks:
            with self.subTest(page=page.name, block=text):
                if kind == "cypher":
                    result = run(text)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    continue
                lines = text.splitlines()
                self.assertEqual(run("\n".join(lines[:-1])).returncode, 0)
                self.assertEqual(run(text).returncode, 1)


if __name__ == "__main__":
    unittest.main()
