"""scikit-learn's logistic regression. No standard errors: the package has none."""

import sys

import numpy as np
from contest import Clock, serve
from sklearn.linear_model import LogisticRegression, SGDClassifier

folder = sys.argv[1]
# C order is what the solvers convert to; conversion is not part of the timing.
X = np.ascontiguousarray(np.load(f"{folder}/x.npy"))
y = np.load(f"{folder}/y.npy")


def run(task):
    if task["solver"] == "sgd":
        model = SGDClassifier(loss="log_loss", penalty=None, learning_rate="constant", eta0=0.01, average=True, random_state=0)
        with Clock() as clock:
            model.partial_fit(X, y, classes=[0.0, 1.0])
        passes = 1
    else:
        model = LogisticRegression(C=np.inf, solver=task["solver"], tol=1e-6, max_iter=5000)
        with Clock() as clock:
            model.fit(X, y)
        passes = int(model.n_iter_[0])
    return {"ms": clock.ms, "passes": passes, "estimates": [model.intercept_[0], *model.coef_[0]]}


serve(["scikit-learn", "numpy", "scipy"], run)
