# SPDX-License-Identifier: Apache-2.0
"""One measure of one engine in a process of its own, so that memory and caches are its own.

usage: worker.py ENGINE MEASURE JSON, where the JSON object has the fields of measures.Run but the engine.
Prints the figures as one JSON object, last.
"""

import json
import sys

from engines import make_engine
from measures import MEASURES, Run


def main():
    engine, measure, fields = sys.argv[1:]
    print(json.dumps(MEASURES[measure](Run(make_engine(engine), **json.loads(fields)))))


if __name__ == "__main__":
    main()
