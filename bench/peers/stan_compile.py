"""Stan through PyStan: translation and C++ compilation of the model. A comment makes each program a new one, since
PyStan keeps what it has built."""

import asyncio
import sys
import time

import httpstan.models
from contest import Clock, serve

PROGRAM = """
data {
  int<lower=0> N; int<lower=1> S;
  array[N] int<lower=1, upper=S> site; matrix[N, 8] x; array[N] int<lower=0> y;
}
parameters { real base; vector[8] w; vector[S] effect; }
model {
  base ~ normal(0, 1); w ~ normal(0, 1); effect ~ normal(0, 1);
  y ~ poisson_log_glm(x, base + effect[site], w);
}
"""


def run(_task):
    program = f"// {time.time_ns()}\n{PROGRAM}"
    with Clock() as clock:
        asyncio.run(httpstan.models.build_services_extension_module(program))
    return {"ms": clock.ms}


serve(["pystan", "httpstan"], run)
