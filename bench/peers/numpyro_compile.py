"""NumPyro: from the model to the first update. A model built anew is traced and compiled anew; what JAX keeps between
models, it keeps."""

import sys

import jax
import numpy as np
import numpyro
import numpyro.distributions as dist
from contest import Clock, say, serve
from counts import read
from jax import random
from numpyro.infer import MCMC, NUTS, SVI, Trace_ELBO
from numpyro.infer.autoguide import AutoNormal

jax.config.update("jax_enable_x64", True)


def start(site, x, y, sites, engine):
    def model(site, x, y):
        base = numpyro.sample("base", dist.Normal(0.0, 1.0))
        w = numpyro.sample("w", dist.Normal(0.0, 1.0).expand([x.shape[1]]).to_event(1))
        effect = numpyro.sample("effect", dist.Normal(0.0, 1.0).expand([sites]).to_event(1))
        numpyro.sample("y", dist.Poisson(jax.numpy.exp(base + x @ w + effect[site])), obs=y)

    if engine == "svi":
        svi = SVI(model, AutoNormal(model), numpyro.optim.Adam(0.01), Trace_ELBO())
        state = svi.init(random.PRNGKey(0), site, x, y)
        state, loss = jax.jit(svi.update)(state, site, x, y)
        loss.block_until_ready()
    else:
        # One step of adaptation and one draw: the least that compiles the whole sampler.
        mcmc = MCMC(NUTS(model, max_tree_depth=1), num_warmup=1, num_samples=1, progress_bar=False)
        mcmc.run(random.PRNGKey(0), site, x, y)
        jax.block_until_ready(mcmc.get_samples())


def run(task):
    site, x, y = read(task["file"])
    with Clock() as clock:
        start(site, x, y, int(site.max()) + 1, task["engine"])
    return {"ms": clock.ms}


if sys.argv[1:2] == ["--once"]:
    run({"file": sys.argv[2], "engine": sys.argv[3]})
    say({})
else:
    serve(["numpyro", "jax"], run)
