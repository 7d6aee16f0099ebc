"""River, predicting each row before it learns it: logistic regression by SGD, the best of a few rates."""

import math
import sys

import numpy as np
from contest import Clock, serve
from river import linear_model, optim, preprocessing


def ahead(model, xs, ys):
    score, right = 0.0, 0
    for x, y in zip(xs, ys):
        p = model.predict_proba_one(x).get(True, 0.5)
        score += math.log(max(1e-9, p if y else 1 - p))
        right += (p >= 0.5) == y
        model.learn_one(x, y)
    return score / len(ys), right / len(ys)


def run(task):
    x = np.load(f"{sys.argv[1]}/x.npy")
    ys = [y == 1 for y in np.load(f"{sys.argv[1]}/y.npy").tolist()]
    names = [f"x{k + 1}" for k in range(x.shape[1])]
    xs = [dict(zip(names, row)) for row in x.tolist()]
    best = None
    for rate in task["rates"]:
        for scaled in (False, True):
            model = linear_model.LogisticRegression(optimizer=optim.SGD(rate), intercept_lr=rate)
            if scaled:
                model = preprocessing.StandardScaler() | model
            with Clock() as clock:
                score, accuracy = ahead(model, xs, ys)
            if best is None or score > best["figures"]["score"]:
                figures = {"score": score, "accuracy": accuracy, "setting": rate}
                best = {"ms": clock.ms, "rows": len(ys), "figures": figures}
    return best


serve(["river", "numpy"], run)
