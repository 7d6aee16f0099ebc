"""PyMC: from the model to the first value of its log-density and gradient, by the compiled function its samplers use."""

import os
import sys
import tempfile

if sys.argv[1:2] == ["--fresh"]:
    empty = tempfile.TemporaryDirectory()
    os.environ["PYTENSOR_FLAGS"] = f"base_compiledir={empty.name}"
    os.environ["NUMBA_CACHE_DIR"] = empty.name

import pymc as pm
from contest import Clock, say, serve
from counts import read


def start(site, x, y, sites):
    with pm.Model() as model:
        base = pm.Normal("base", 0, 1)
        w = pm.Normal("w", 0, 1, shape=x.shape[1])
        effect = pm.Normal("effect", 0, 1, shape=sites)
        pm.Poisson("y", pm.math.exp(base + x @ w + effect[site]), observed=y)
    function = model.logp_dlogp_function(ravel_inputs=True)
    function.set_extra_values({})
    point = model.initial_point()
    function(pm.blocking.DictToArrayBijection.map(point))


def run(task):
    site, x, y = read(task["file"])
    with Clock() as clock:
        start(site, x, y, int(site.max()) + 1)
    return {"ms": clock.ms}


if sys.argv[1:2] in (["--once"], ["--fresh"]):
    run({"file": sys.argv[2]})
    say({})
else:
    serve(["pymc", "pytensor"], run)
