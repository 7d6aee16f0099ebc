"""statsmodels: GLM by iteratively reweighted least squares, and Logit by Newton's method."""

import sys

import numpy as np
import statsmodels.api as sm
from contest import Clock, serve

folder = sys.argv[1]
x = np.load(f"{folder}/x.npy")
y = np.load(f"{folder}/y.npy")
# Fortran order is the faster one for both.
X = np.asfortranarray(np.column_stack([np.ones(len(y)), x]))


def run(task):
    with Clock() as clock:
        if task["solver"] == "glm":
            result = sm.GLM(y, X, family=sm.families.Binomial()).fit()
            passes = result.fit_history["iteration"]
        else:
            result = sm.Logit(y, X).fit(method="newton", disp=0)
            passes = result.mle_retvals["iterations"]
        se = result.bse
    return {"ms": clock.ms, "passes": int(passes), "estimates": list(result.params), "se": list(se)}


serve(["statsmodels", "numpy", "scipy"], run)
