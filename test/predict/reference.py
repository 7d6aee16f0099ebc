"""Quantiles and distribution functions of plug-in and mixed predictives, by SciPy.

Run with SciPy 1.11 or later: python3 reference.py > reference.json
Mixtures: weights of a normal in the unbounded scale of the arguments on a grid of 801 points out to 8 sd (trapezoid rule,
which is exact to rounding there), quantiles by brentq on the mixed distribution function.
"""

import json

import numpy as np
import scipy
from scipy import optimize, stats

P = [0.025, 0.5, 0.975]


def continuous(dist, ys):
    return {
        "quantiles": [float(dist.ppf(p)) for p in P],
        "cdf": [[float(y), float(dist.cdf(y))] for y in ys],
        "logpdf": [[float(y), float(dist.logpdf(y))] for y in ys],
    }


def discrete(dist, ys):
    return {
        "quantiles": [float(dist.ppf(p)) for p in P],
        "cdf": [[float(y), float(dist.cdf(y))] for y in ys],
        "logpdf": [[float(y), float(dist.logpmf(y))] for y in ys],
    }


def grid(n):
    z = np.linspace(-8, 8, n)
    w = np.exp(-0.5 * z * z)
    return z, w / w.sum()


def nb(mean, size):
    return stats.nbinom(size, size / (size + mean))


def mixed(make, means, sds, ys, is_discrete, n):
    """make(u1, u2) is a frozen distribution of arrays; u_i ~ N(means[i], sds[i]) independently."""
    z, w = grid(n)
    if len(means) == 1:
        u = [means[0] + sds[0] * z]
        weights = w
    else:
        a, b = np.meshgrid(z, z)
        u = [(means[0] + sds[0] * a).ravel(), (means[1] + sds[1] * b).ravel()]
        weights = np.outer(w, w).ravel()
    dist = make(*u)
    cdf = lambda y: float(np.sum(weights * dist.cdf(y)))
    pdf = lambda y: float(np.log(np.sum(weights * (dist.pmf(y) if is_discrete else dist.pdf(y)))))
    if is_discrete:
        quantiles = []
        for p in P:
            y = 0
            while cdf(y) < p:
                y += 1
            quantiles.append(y)
    else:
        lo, hi = ys[0], ys[-1]
        quantiles = [float(optimize.brentq(lambda y: cdf(y) - p, lo / 1e3 if lo > 0 else 1e3 * lo, 1e3 * hi, xtol=1e-12)) for p in P]
    m, v = dist.mean(), dist.var()
    mean = float(np.sum(weights * m))
    sd = float(np.sqrt(np.sum(weights * (v + (m - mean) ** 2))))
    return {
        "quantiles": quantiles,
        "cdf": [[float(y), cdf(y)] for y in ys],
        "logpdf": [[float(y), pdf(y)] for y in ys],
        "mean": mean,
        "sd": sd,
    }


out = {
    "scipy": scipy.__version__,
    "plugin": {
        "Gamma(3, 0.5)": continuous(stats.gamma(3, scale=2), [1, 6, 20]),
        "Gamma(0.2, 2)": continuous(stats.gamma(0.2, scale=0.5), [1e-3, 0.1, 1]),
        "Beta(2, 5)": continuous(stats.beta(2, 5), [0.05, 0.3, 0.7]),
        "Beta(0.5, 0.5)": continuous(stats.beta(0.5, 0.5), [0.05, 0.3, 0.7]),
        "StudentT(5, 1, 2)": continuous(stats.t(5, 1, 2), [-4, 1, 7]),
        "StudentT(1.5, 1, 2)": continuous(stats.t(1.5, 1, 2), [-4, 1, 7]),
        "InverseGamma(3, 2)": continuous(stats.invgamma(3, scale=2), [0.3, 1, 3]),
        "Normal(1, 2)": continuous(stats.norm(1, 2), [-4, 1, 7]),
        "Weibull(1.5, 2)": continuous(stats.weibull_min(1.5, scale=2), [0.3, 1, 3]),
        "LogNormal(1, 0.7)": continuous(stats.lognorm(0.7, scale=np.exp(1)), [0.3, 1, 9]),
        "Poisson(3.2)": discrete(stats.poisson(3.2), [0, 3, 9]),
        "Poisson(5000)": discrete(stats.poisson(5000), [4900, 5000, 5100]),
        "Poisson(1000000)": discrete(stats.poisson(1000000), [999000, 1000000, 1001000]),
        "NegativeBinomial(30, 0.7)": discrete(nb(30, 0.7), [0, 20, 100]),
        "NegativeBinomial(4, 0.05)": discrete(nb(4, 0.05), [0, 3, 40]),
        "Binomial(20, 0.3)": discrete(stats.binom(20, 0.3), [2, 6, 12]),
        "Binomial(4000, 0.3)": discrete(stats.binom(4000, 0.3), [1100, 1200, 1300]),
        "Geometric(0.2)": discrete(stats.geom(0.2, loc=-1), [0, 3, 12]),
    },
    "mixed": {
        "NegativeBinomial(log: a, size: s)": mixed(
            lambda a, s: nb(np.exp(a), np.exp(s)), [2.0, 0.5], [0.3, 0.4], [0, 5, 30], True, 161
        ),
        "Poisson(log: a)": mixed(lambda a: stats.poisson(np.exp(a)), [2.0], [0.5], [0, 7, 25], True, 801),
        "Gamma(s, rate: r)": mixed(
            lambda s, r: stats.gamma(np.exp(s), scale=np.exp(-r)), [1.0, 0.2], [0.4, 0.3], [0.3, 2, 9], False, 161
        ),
        "Normal(a, s)": mixed(lambda a, s: stats.norm(a, np.exp(s)), [1.0, -0.3], [0.4, 0.5], [-2, 1, 4], False, 161),
        "Bernoulli(logit: a)": mixed(
            lambda a: stats.bernoulli(1 / (1 + np.exp(-a))), [1.5], [2.0], [0, 1], True, 801
        ),
    },
}
print(json.dumps(out, indent=1))
