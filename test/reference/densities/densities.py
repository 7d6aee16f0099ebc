"""Writes <family>.json: log densities, means and variances on a grid of arguments, extremes included.

Run: python densities.py   (mpmath 1.4.1, SciPy 1.17.1, NumPy 2.4.6). Values are textbook formulas (truth.py) at 60 to 400
digits, rounded to the nearest double, and compared with scipy.stats where it has the family; the comparison is printed.
Rows: {"family", "args": {name: value}, "y", "logpdf", "mean", "variance"}; null where the family has no such moment;
infinity is written 1e999, which JSON readers take as infinity. Levels of a category count from 1.
"""
import json
import re
from pathlib import Path

import mpmath
import numpy
import scipy
from mpmath import exp, inf, isinf, mp, mpf
from scipy import stats
from truth import BASE, LINKS, OVERLOADS

HERE = Path(__file__).resolve().parent

SCIPY = {
    "Normal": lambda m, s: stats.norm(m, s),
    "HalfNormal": lambda s: stats.halfnorm(0, s),
    "LogNormal": lambda m, s: stats.lognorm(s, 0, numpy.exp(m)),
    "StudentT": lambda v, m, s: stats.t(v, m, s),
    "Cauchy": lambda m, s: stats.cauchy(m, s),
    "HalfCauchy": lambda s: stats.halfcauchy(0, s),
    "Laplace": lambda m, s: stats.laplace(m, s),
    "Exponential": lambda r: stats.expon(0, 1 / r),
    "Gamma": lambda a, b: stats.gamma(a, 0, 1 / b),
    "InverseGamma": lambda a, s: stats.invgamma(a, 0, s),
    "Beta": lambda a, b: stats.beta(a, b),
    "Uniform": lambda l, u: stats.uniform(l, u - l),
    "Weibull": lambda k, s: stats.weibull_min(k, 0, s),
    "Bernoulli": lambda p, q: stats.bernoulli(p),
    "Binomial": lambda n, p, q: stats.binom(n, p),
    "Poisson": lambda r: stats.poisson(r),
    "NegativeBinomial": lambda m, r: stats.nbinom(r, r / (m + r)),
    "Geometric": lambda p, q: stats.geom(p, -1),
}

REAL = [-1e8, -25.0, -3.0, -0.4, 0.0, 0.1, 1.0, 2.5, 40.0, 1e6]
POSITIVE = [1e-10, 1e-3, 0.2, 1.0, 1.7, 6.0, 30.0, 1e4]
UNIT = [1e-12, 1e-3, 0.2, 0.5, 0.77, 0.999]
COUNT = [0, 1, 2, 7, 40, 1000, 1000000]
ETA = [-30.0, -8.0, -1.5, 0.0, 0.3, 2.0]
SHAPE = [0.1, 0.5, 1.0, 2.5, 30.0, 1e4]

P = [1e-10, 0.01, 0.3, 0.5, 0.9, 0.9999]
ETAS = {"p": P, "logit": [-600.0, -40.0, -3.0, 0.0, 0.7, 5.0, 50.0, 600.0], "probit": [-37.0, -9.0, -2.0, 0.0, 0.4, 3.0, 9.0, 37.0],
        "cloglog": [-600.0, -40.0, -3.0, 0.0, 0.7, 2.0, 5.0]}


def product(*lists):
    out = [()]
    for values in lists:
        out = [(*head, v) for head in out for v in values]
    return out


def points():
    """(family, argument names) -> (argument tuples, responses)."""
    return {
        ("Normal", ("mean", "sd")): (product([-1e6, 0.0, 2.5], [1e-6, 0.5, 1.0, 3e4]), REAL),
        ("HalfNormal", ("sd",)): (product([1e-6, 0.5, 1.0, 3e4]), POSITIVE),
        ("LogNormal", ("meanlog", "sdlog")): (product([-20.0, 0.0, 1.5], [1e-4, 0.5, 3.0]), POSITIVE),
        ("StudentT", ("df", "location", "scale")): (product([0.2, 1.0, 2.0, 4.5, 59.0, 1e3, 1e10], [0.0, 2.5], [1e-3, 2.0]), REAL[1:-1]),
        ("HalfStudentT", ("df", "scale")): (product([0.2, 1.0, 2.0, 4.5, 59.0, 1e3, 1e10], [1e-3, 2.0]), POSITIVE),
        ("Cauchy", ("location", "scale")): (product([-1e6, 0.0, 2.5], [1e-6, 1.0, 3e4]), REAL),
        ("HalfCauchy", ("scale",)): (product([1e-6, 0.5, 1.0, 3e4]), POSITIVE),
        ("Laplace", ("location", "scale")): (product([-1e6, 0.0, 2.5], [1e-6, 1.0, 3e4]), REAL),
        ("Exponential", ("rate",)): (product([1e-8, 0.3, 1.0, 1e5]), POSITIVE),
        ("Exponential", ("mean",)): (product([1e-8, 0.3, 1.0, 1e5]), POSITIVE),
        ("Exponential", ("log",)): (product([-300.0, -2.0, 0.0, 1.5, 300.0]), POSITIVE),
        ("Gamma", ("shape", "rate")): (product(SHAPE, [1e-4, 1.0, 20.0]), POSITIVE),
        ("Gamma", ("shape", "mean")): (product(SHAPE, [1e-4, 1.0, 20.0]), POSITIVE),
        ("Gamma", ("shape", "log")): (product(SHAPE, [-40.0, 0.0, 2.5]), POSITIVE),
        ("InverseGamma", ("shape", "scale")): (product(SHAPE, [1e-4, 1.0, 20.0]), POSITIVE),
        ("Beta", ("a", "b")): (product([0.1, 1.0, 2.5, 40.0, 1e6], [0.1, 1.0, 3.0, 1e4]), UNIT),
        ("Beta", ("mean", "precision")): (product([1e-4, 0.2, 0.5, 0.95], [0.3, 2.0, 40.0, 1e5]), UNIT),
        ("Beta", ("logit", "precision")): (product([-15.0, -1.0, 0.0, 2.0], [0.3, 2.0, 40.0, 1e5]), UNIT),
        ("Uniform", ("lower", "upper")): (product([-1e6, 0.0], [0.25, 3.0, 1e7]), REAL),
        ("Weibull", ("shape", "scale")): (product([0.1, 0.7, 1.0, 3.0, 50.0], [1e-3, 1.0, 20.0]), POSITIVE),
        ("Weibull", ("shape", "log")): (product([0.1, 0.7, 1.0, 3.0, 50.0], [-7.0, 0.0, 2.5]), POSITIVE),
        **{("Bernoulli", (n,)): (product(ETAS[n]), [0, 1]) for n in LINKS},
        **{("Binomial", ("trials", n)): (product([1, 12, 100000], ETAS[n]), [0, 1, 6, 12, 30000, 100000]) for n in LINKS},
        ("Poisson", ("rate",)): (product([1e-10, 0.2, 1.0, 17.5, 1e4]), COUNT),
        ("Poisson", ("log",)): (product([-300.0, -2.0, 0.0, 3.0, 14.0]), COUNT),
        ("NegativeBinomial", ("mean", "size")): (product([1e-6, 0.5, 20.0, 1e5], [1e-3, 0.7, 12.0, 1e6, 1e12]), COUNT),
        ("NegativeBinomial", ("log", "size")): (product([-300.0, -1.0, 3.0, 12.0], [1e-3, 0.7, 12.0, 1e6, 1e12]), COUNT),
        **{("Geometric", (n,)): (product(ETAS[n]), COUNT) for n in LINKS},
        ("Categorical", ("p",)): ([([0.2, 0.5, 0.3],), ([1e-12, 0.25, 0.75 - 1e-12],)], [1, 2, 3]),
        ("Categorical", ("logits",)): ([([0.0, 0.0, 0.0],), ([-1.0, 2.0, 0.5],), ([-800.0, 1000.0, 3.0],), ([1e6, 1e6 - 1.0, -1e6],)], [1, 2, 3]),
    }


def lift(x):
    return [mpf(v) for v in x] if isinstance(x, list) else mpf(x)


def rounded(x):
    if x is None:
        return None
    x = mpmath.re(x)
    return float(x)


def digits(args):
    # logits and the like of ±600 need e^600 to be seen beside 1
    flat = [abs(v) for a in args for v in (a if isinstance(a, list) else [a])]
    return 900 if max(flat) > 20 else 80


def main():
    grid = points()
    assert set(grid) == {(f, n) for f, n, _ in OVERLOADS}
    rows, worst = {}, {}
    for family, names, to_base in OVERLOADS:
        support, logpdf, mean, variance = BASE[family]
        arguments, responses = grid[(family, names)]
        for args in arguments:
            with mp.workdps(digits(args)):
                base = to_base(*[lift(a) for a in args])
                m = rounded(mean(*base)) if mean else None
                v = rounded(variance(*base)) if variance else None
                for y in responses:
                    if support == "trials" and y > args[0]:
                        continue
                    value = rounded(logpdf(mpf(y), *base))
                    rows.setdefault(family, []).append({"family": family, "args": dict(zip(names, args)), "y": y, "logpdf": value, "mean": m, "variance": v})
                    if family in SCIPY:
                        with numpy.errstate(all="ignore"):
                            d = SCIPY[family](*[float(b) for b in base])
                            other = d.logpmf(y) if support in ("binary", "trials", "count") else d.logpdf(y)
                        if numpy.isfinite(other) and value > -1e300:
                            error = abs(other - value) / max(1, abs(value))
                            worst.setdefault((family, names), []).append((error, args, y, value, float(other)))
    for family, list_ in rows.items():
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", family).lower()
        body = ",\n".join(json.dumps(r) for r in list_).replace("Infinity", "1e999")
        (HERE / f"{name}.json").write_text(f"[\n{body}\n]\n")
    print(f"mpmath {mpmath.__version__}, SciPy {scipy.__version__}, NumPy {numpy.__version__}; {sum(map(len, rows.values()))} rows")
    print("largest |scipy - value| / max(1, |value|):")
    for key, errors in worst.items():
        errors.sort(reverse=True)
        median = errors[len(errors) // 2][0]
        print(f"  {key[0]}({', '.join(key[1])}): median {median:.1e}, largest {errors[0][0]:.1e} at {errors[0][1:]}")


if __name__ == "__main__":
    main()
