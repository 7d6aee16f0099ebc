"""Vowpal Wabbit's own loop over its text format, and learn() of parsed examples from Python."""

import json
import sys

from contest import Clock, serve, say
from vowpalwabbit import Workspace

SETTINGS = "--loss_function logistic --quiet"
# The hash of Vowpal Wabbit's own intercept.
CONSTANT = 11650396


def estimates(vw, features=9):
    weight = vw.get_weight_from_name
    return [vw.get_weight(CONSTANT), *(weight(f"x{k + 1}") for k in range(features))]


def whole_file(path):
    vw = Workspace(f"{SETTINGS} --data {path} --no_stdin")
    vw.run_parser()
    return vw


def run(task):
    path = f"{sys.argv[1]}/{task['file']}"
    if task["way"] == "file":
        with Clock() as clock:
            vw = whole_file(path)
        rows = task["rows"]
    else:
        vw = Workspace(SETTINGS)
        with open(path) as lines:
            examples = [vw.parse(next(lines)) for _ in range(task["rows"])]
        with Clock() as clock:
            learn = vw.learn
            for example in examples:
                learn(example)
        rows = len(examples)
        for example in examples:
            vw.finish_example(example)
    found = estimates(vw, task.get("features", 9))
    vw.finish()
    return {"ms": clock.ms, "rows": rows, "estimates": found}


if sys.argv[1] == "--file":
    say({"estimates": estimates(whole_file(sys.argv[2]))})
else:
    serve(["vowpalwabbit"], run)
