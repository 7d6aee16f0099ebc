"""River, one row at a time: logistic regression by SGD, and Bayesian linear regression with full information."""

import json
import sys

import numpy as np
from contest import Clock, say, serve
from river import linear_model, optim


def coefficients(weights, features, intercept):
    return [intercept, *(float(weights.get(f"x{k + 1}", 0.0)) for k in range(features))]


def logistic():
    return linear_model.LogisticRegression(optimizer=optim.SGD(0.01))


def rows_of(folder, family, rows):
    x = np.load(f"{folder}/x.npy")[:rows]
    y = np.load(f"{folder}/{'y-linear' if family == 'linear' else 'y'}.npy")[:rows]
    names = [f"x{k + 1}" for k in range(x.shape[1])]
    # An intercept of its own kind is not part of the Bayesian model: a constant feature is.
    constant = {"one": 1.0} if family == "linear" else {}
    return [{**constant, **dict(zip(names, row))} for row in x.tolist()], y.tolist()


def learn(model, xs, ys):
    learn_one = model.learn_one
    for x, y in zip(xs, ys):
        learn_one(x, y)


def run(task):
    family, rows = task["family"], task["rows"]
    xs, ys = rows_of(sys.argv[1], family, rows)
    if family == "linear":
        model = linear_model.BayesianLinearRegression(alpha=1, beta=1)
        with Clock() as clock:
            learn(model, xs, ys)
        # A prediction at a unit vector is the posterior mean of its weight.
        estimates = [model.predict_one({name: 1.0}) for name in xs[0]]
    else:
        model = logistic()
        ys = [y == 1 for y in ys]
        with Clock() as clock:
            learn(model, xs, ys)
        estimates = coefficients(model.weights, len(xs[0]), float(model.intercept))
    return {"ms": clock.ms, "rows": rows, "estimates": estimates}


def file(path):
    """The whole way from a file of NDJSON, as its own process."""
    model = logistic()
    with open(path) as lines:
        for line in lines:
            row = json.loads(line)
            y = row.pop("y")
            model.learn_one(row, y == 1)
    say({"estimates": coefficients(model.weights, 9, float(model.intercept))})


if sys.argv[1] == "--file":
    file(sys.argv[2])
else:
    serve(["river", "numpy"], run)
