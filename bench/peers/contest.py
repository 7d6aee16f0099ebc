"""The line protocol of bench/contestant.ts for Python peers."""

import json
import os
import sys
import time
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")

# Packages may print; only answers go to the harness.
_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(message):
    _answers.write(json.dumps(message, default=float) + "\n")
    _answers.flush()


def serve(packages, run):
    """Says that this process is ready, then answers tasks until the input ends."""
    say({"versions": {"python": sys.version.split()[0], **{name: version(name) for name in packages}}})
    for line in sys.stdin:
        say(run(json.loads(line)))


class Clock:
    """Milliseconds spent inside a `with` block."""

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.ms = (time.perf_counter() - self.start) * 1000
