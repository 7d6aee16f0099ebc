"""NumPyro: stochastic variational inference of a logistic regression, one pass of mini-batches, a Normal for each
coefficient. The compiled pass is kept between tasks, so that compilation is in the warm-up."""

import sys

import jax
import numpy as np
import numpyro
import numpyro.distributions as dist
from contest import Clock, serve
from jax import lax, random
from jax import numpy as jnp
from numpyro.infer import SVI, Trace_ELBO
from numpyro.infer.autoguide import AutoNormal

folder = sys.argv[1]
X = np.ascontiguousarray(np.load(f"{folder}/x.npy"), dtype=np.float32)
Y = np.load(f"{folder}/y.npy").astype(np.float32)
passes = {}


def model(x, y):
    base = numpyro.sample("base", dist.Normal(0.0, 10.0))
    w = numpyro.sample("w", dist.Normal(0.0, 10.0).expand([X.shape[1]]).to_event(1))
    with numpyro.plate("rows", len(X), subsample_size=len(x)):
        numpyro.sample("y", dist.Bernoulli(logits=base + x @ w), obs=y)


def pass_of(lr, batch):
    guide = AutoNormal(model, init_loc_fn=numpyro.infer.init_to_value(values={"base": 0.0, "w": jnp.zeros(X.shape[1])}), init_scale=0.01)
    svi = SVI(model, guide, numpyro.optim.Adam(lr), Trace_ELBO())
    steps = len(X) // batch
    xs, ys = X[: steps * batch].reshape(steps, batch, -1), Y[: steps * batch].reshape(steps, batch)
    start = svi.init(random.PRNGKey(0), xs[0], ys[0])

    @jax.jit
    def whole(state, xs, ys):
        return lax.scan(lambda s, rows: svi.update(s, *rows), state, (xs, ys))[0]

    return lambda: svi.get_params(whole(start, xs, ys))


def run(task):
    key = (task["lr"], task["batch"])
    work = passes.setdefault(key, pass_of(*key))
    with Clock() as clock:
        found = jax.block_until_ready(work())
    mean, sd = ([float(found[f"base_auto_{k}"]), *map(float, found[f"w_auto_{k}"])] for k in ("loc", "scale"))
    return {"ms": clock.ms, "passes": 1, "estimates": mean, "se": sd}


serve(["numpyro", "jax"], run)
