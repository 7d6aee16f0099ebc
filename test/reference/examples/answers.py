# Independent answers for the models in examples/: Fisher scoring in NumPy, no code of this project.
# python answers.py > answers.json; made with Python 3.11, NumPy 2.4.6, SciPy 1.17.1.
#
# Every model maximises log-likelihood + log prior in declared space (no Jacobian). Standard errors are from the
# expected information plus the curvature of the prior, both taken in unconstrained space (scales as logarithms),
# mapped to declared space by the delta method.

import csv
import json
import pathlib

import numpy as np
from scipy import stats
from scipy.optimize import root
from scipy.special import digamma, expit, gammaln, logsumexp, polygamma

folder = pathlib.Path(__file__).resolve().parents[3] / "examples"


def table(name):
    with open(folder / name, newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[key] for row in rows] for key in rows[0]}


def numbers(column):
    return np.array([float(value) for value in column])


def one_hot(column):
    levels = list(dict.fromkeys(column))
    return np.array([[value == level for level in levels] for value in column], float), levels


def standardize(x):
    return (x - x.mean(0)) / x.std(0, ddof=1)


def scoring(start, step, rounds=500):
    """Repeats point + information^-1 score with halving on the objective, to a standstill."""
    point = np.array(start, float)
    for _ in range(rounds):
        value, score, information = step(point)
        move = np.linalg.solve(information, score)
        size = 1.0
        while size > 1e-9 and not step(point + size * move)[0] >= value - 1e-12 * abs(value):
            size /= 2
        point = point + size * move
    return point, np.linalg.inv(step(point)[2])


def delta(covariance, gradient):
    gradient = np.asarray(gradient, float)
    return float(np.sqrt(gradient @ covariance @ gradient))


def answer(parameters, reports, log_likelihood, log_prior):
    row = lambda name, index, estimate, se: {"name": name, "index": index, "estimate": float(estimate), "se": float(se)}
    return {
        "parameters": [row(*one) for one in parameters],
        "reports": [row(*one) for one in reports],
        "logLikelihood": float(log_likelihood),
        "logPrior": float(log_prior),
    }


def normal_prior(value, mean, sd):
    return stats.norm.logpdf(value, mean, sd).sum()


def blocks(names, point, se):
    """(name, index, estimate, se) for scalars ("name", None) and levels ("name", [levels])."""
    found, at = [], 0
    for name, levels in names:
        for level in [None] if levels is None else levels:
            found.append((name, [] if level is None else [level], point[at], se[at]))
            at += 1
    return found


def insurance():
    d = table("insurance.csv")
    y, holders = numbers(d["Claims"]), numbers(d["Holders"])
    parts = [one_hot(d[c]) for c in ("District", "Group", "Age")]
    x = np.column_stack([np.ones(len(y))] + [hot for hot, _ in parts])
    mean = np.r_[-2, np.zeros(x.shape[1] - 1)]
    sd = np.r_[2, np.full(x.shape[1] - 1, 0.5)]

    def step(b):
        rate = holders * np.exp(x @ b)
        value = (y * np.log(rate) - rate).sum() - (((b - mean) / sd) ** 2).sum() / 2
        return value, x.T @ (y - rate) - (b - mean) / sd**2, (x.T * rate) @ x + np.diag(sd**-2)

    b, cov = scoring(mean, step)
    names = [("base", None)] + [(n, levels) for n, (_, levels) in zip(("by_district", "by_engine", "by_age"), parts)]
    ratio, gradient = np.exp(b[9] - b[12]), np.zeros(len(b))
    gradient[9], gradient[12] = ratio, -ratio
    log_likelihood = stats.poisson.logpmf(y, holders * np.exp(x @ b)).sum()
    reports = [("young_to_old", [], ratio, delta(cov, gradient))]
    return answer(blocks(names, b, np.sqrt(np.diag(cov))), reports, log_likelihood, normal_prior(b, mean, sd))


def birthweight():
    d = table("birthwt.csv")
    y = numbers(d["low"])
    covariates = [standardize(numbers(d[c])) for c in ("age", "lwt")] + [numbers(d[c]) for c in ("smoke", "ht", "ui")]
    x = np.column_stack([np.ones(len(y))] + covariates)

    def step(b):
        p = expit(x @ b)
        return (y * np.log(p) + (1 - y) * np.log1p(-p)).sum(), x.T @ (y - p), (x.T * (p * (1 - p))) @ x

    b, cov = scoring(np.zeros(6), step)
    se = np.sqrt(np.diag(cov))
    names = [(n, None) for n in ("base", "b_age", "b_size", "smoker", "tension", "uterus")]
    risk = expit(b[0])
    reports = [
        ("odds_ratio_smoking", [], np.exp(b[3]), np.exp(b[3]) * se[3]),
        ("risk", [], risk, risk * (1 - risk) * se[0]),
    ]
    return answer(blocks(names, b, se), reports, step(b)[0], 0)


def cars():
    d = table("mtcars.csv")
    y = numbers(d["mpg"])
    n = len(y)
    x = np.column_stack([np.ones(n), standardize(numbers(d["wt"])), standardize(numbers(d["hp"]))])
    mean, sd = np.array([20.0, 0, 0]), np.array([10.0, 5, 5])

    def step(p):
        b, s = p[:3], np.exp(p[3])
        r = y - x @ b
        value = -n * p[3] - r @ r / (2 * s * s) - (((b - mean) / sd) ** 2).sum() / 2 - s * s / 50
        score = np.r_[x.T @ r / s**2 - (b - mean) / sd**2, r @ r / s**2 - n - s * s / 25]
        information = np.zeros((4, 4))
        information[:3, :3] = x.T @ x / s**2 + np.diag(sd**-2)
        information[3, 3] = 2 * n + 2 * s * s / 25
        return value, score, information

    p, cov = scoring(np.r_[y.mean(), 0, 0, np.log(y.std())], step)
    se, s = np.sqrt(np.diag(cov)), np.exp(p[3])
    found = blocks([("base", None), ("heavy", None), ("fast", None)], p[:3], se[:3]) + [("sigma", [], s, s * se[3])]
    prior = normal_prior(p[:3], mean, sd) + stats.halfnorm.logpdf(s, scale=5)
    reports = [("litres", [], 235.215 / p[0], 235.215 / p[0] ** 2 * se[0])]
    return answer(found, reports, stats.norm.logpdf(y, x @ p[:3], s).sum(), prior)


def absence():
    d = table("quine.csv")
    y = numbers(d["Days"])
    parts = [one_hot(d[c]) for c in ("Eth", "Sex", "Age", "Lrn")]
    x = np.column_stack([np.ones(len(y))] + [hot for hot, _ in parts])
    k = x.shape[1]
    mean, sd = np.r_[2.5, np.zeros(k - 1)], np.ones(k)
    counts = np.arange(20000)

    def log_density(b, size):
        rate = np.exp(x @ b)
        return gammaln(y + size) - gammaln(size) - gammaln(y + 1) - size * np.log1p(rate / size) + y * np.log(rate / (size + rate))

    def size_information(rate, size):
        """Σ over rows of E[ψ'(size) - ψ'(size + Y)] - mean / (size (size + mean)), by summation."""
        total = 0.0
        for value, times in zip(*np.unique(rate.round(14), return_counts=True)):
            mass = stats.nbinom.pmf(counts, size, size / (size + value))
            expected = (mass * (polygamma(1, size) - polygamma(1, size + counts))).sum()
            total += times * (expected - value / (size * (size + value)))
        return total

    def step(p):
        b, s = p[:k], np.exp(p[k])
        rate = np.exp(x @ b)
        value = log_density(b, s).sum() - (((b - mean) / sd) ** 2).sum() / 2 + p[k] - s
        ds = (digamma(y + s) - digamma(s) + np.log(s) + 1 - np.log(s + rate) - (y + s) / (s + rate)).sum()
        score = np.r_[x.T @ ((y - rate) / (1 + rate / s)) - (b - mean) / sd**2, s * ds + 1 - s]
        information = np.zeros((k + 1, k + 1))
        information[:k, :k] = (x.T * (rate / (1 + rate / s))) @ x + np.diag(sd**-2)
        information[k, k] = s * s * size_information(rate, s) + s
        return value, score, information

    p, cov = scoring(np.r_[mean, 0], step, 60)
    se, s = np.sqrt(np.diag(cov)), np.exp(p[k])
    names = [("base", None)] + [(n, lv) for n, (_, lv) in zip(("by_origin", "by_sex", "by_class", "by_pace"), parts)]
    ratio, gradient = np.exp(p[1] - p[2]), np.zeros(k + 1)
    gradient[1], gradient[2] = ratio, -ratio
    prior = normal_prior(p[:k], mean, sd) + stats.gamma.logpdf(s, 2)
    found = blocks(names, p[:k], se[:k]) + [("size", [], s, s * se[k])]
    return answer(found, [("ratio_origin", [], ratio, delta(cov, gradient))], log_density(p[:k], s).sum(), prior)


def enzyme():
    d = table("puromycin.csv")
    conc, rate = numbers(d["conc"]), numbers(d["rate"])
    hot, levels = one_hot(d["state"])
    n = len(rate)

    def step(p):
        vmax, k, s = np.exp(p[:2]), np.exp(p[2]), np.exp(p[3])
        mean = (hot @ vmax) * conc / (k + conc)
        jacobian = np.column_stack([hot * vmax * (conc / (k + conc))[:, None], -mean * k / (k + conc)])
        r = rate - mean
        value = -n * p[3] - r @ r / (2 * s * s) - s * s / 5000
        information = np.zeros((4, 4))
        information[:3, :3] = jacobian.T @ jacobian / s**2
        information[3, 3] = 2 * n + 2 * s * s / 2500
        return value, np.r_[jacobian.T @ r / s**2, r @ r / s**2 - n - s * s / 2500], information

    p, cov = scoring(np.log([150, 150, 0.1, 30]), step)
    estimate, se = np.exp(p), np.exp(p) * np.sqrt(np.diag(cov))
    found = blocks([("vmax", levels), ("k", None), ("sigma", None)], estimate, se)
    ratio = estimate[0] / estimate[1]
    mean = (hot @ estimate[:2]) * conc / (estimate[2] + conc)
    reports = [("speed_up", [], ratio, ratio * delta(cov, [1, -1, 0, 0]))]
    prior = stats.halfnorm.logpdf(estimate[3], scale=50)
    return answer(found, reports, stats.norm.logpdf(rate, mean, estimate[3]).sum(), prior)


def iris():
    d = table("iris.csv")
    names = ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]
    z = np.column_stack([np.ones(150), standardize(np.column_stack([numbers(d[c]) for c in names]))])
    hot, levels = one_hot(d["Species"])

    def step(p):
        score = z @ p.reshape(3, 5).T
        log_p = score - logsumexp(score, axis=1, keepdims=True)
        prob = np.exp(log_p)
        gradient = ((hot - prob).T @ z).ravel() - p / 4
        information = np.eye(15) / 4
        for i in range(3):
            for j in range(3):
                weight = prob[:, i] * ((i == j) - prob[:, j])
                information[5 * i : 5 * i + 5, 5 * j : 5 * j + 5] += (z.T * weight) @ z
        return (hot * log_p).sum() - (p @ p) / 8, gradient, information

    p, cov = scoring(np.zeros(15), step)
    se = np.sqrt(np.diag(cov))
    found = [("bias", [level], p[5 * i], se[5 * i]) for i, level in enumerate(levels)]
    for i, level in enumerate(levels):
        found += [("W", [level, name], p[5 * i + 1 + j], se[5 * i + 1 + j]) for j, name in enumerate(names)]
    return answer(found, [], step(p)[0] + p @ p / 8, normal_prior(p, 0, 2))


def network():
    """From near the maximum that seed 1 leads to: its units may be exchanged, and their signs turned, for others."""
    d = table("iris.csv")
    names = ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]
    z = standardize(np.column_stack([numbers(d[c]) for c in names]))
    hot, levels = one_hot(d["Species"])

    def parts(p):
        return p[:8].reshape(2, 4), p[8:10], p[10:16].reshape(3, 2), p[16:]

    def step(p):
        w, b, v, c = parts(p)
        h = np.tanh(z @ w.T + b)
        score = h @ v.T + c
        log_p = score - logsumexp(score, axis=1, keepdims=True)
        prob = np.exp(log_p)
        gradient, information = -p, np.eye(19)
        for k in range(150):
            slope = v * (1 - h[k] ** 2)
            jacobian = np.column_stack(
                [np.einsum("cu,i->cui", slope, z[k]).reshape(3, 8), slope, np.kron(np.eye(3), h[k]), np.eye(3)]
            )
            gradient = gradient + jacobian.T @ (hot[k] - prob[k])
            information = information + jacobian.T @ (np.diag(prob[k]) - np.outer(prob[k], prob[k])) @ jacobian
        return (hot * log_p).sum() - (p @ p) / 2, gradient, information

    start = [-0.2, -0.3, 1.5, 1.4, 0.4, -0.6, 0.9, 0.8, -1.7, 0.8, -0.8, -2.4, -1.9, 1.8, 2.7, 0.6, 0.2, -0.5, 0.3]
    p, _ = scoring(start, step, 50)
    # scoring closes in by a factor a round only; the root of the score, by its differences, has all digits
    p = root(lambda q: step(q)[1], p, tol=1e-14).x
    cov = np.linalg.inv(step(p)[2])
    se = np.sqrt(np.diag(cov))
    index = [("hidden.W", [u, name]) for u in ("1", "2") for name in names] + [("hidden.b", [u]) for u in ("1", "2")]
    index += [("scores.W", [level, u]) for level in levels for u in ("1", "2")] + [("scores.b", [lv]) for lv in levels]
    found = [(name, at, p[k], se[k]) for k, (name, at) in enumerate(index)]
    return answer(found, [], step(p)[0] + p @ p / 2, normal_prior(p, 0, 1))


models = [absence, birthweight, cars, enzyme, insurance, iris, network]
print(json.dumps({model.__name__: model() for model in models}, indent=1))
