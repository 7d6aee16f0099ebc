"""Textbook densities in mpmath, one per family, and how each parameterisation maps to it.

Written from the definitions, without regard to cancellation (the working precision takes care of that),
and independent of the .ffm text that they judge.
"""
from mpmath import beta as beta_function
from mpmath import binomial, erfc, exp, gamma, inf, log, loggamma, mpf, pi, sqrt


def lg(x):
    return loggamma(x)


def normal(y, m, s):
    return -((y - m) ** 2) / (2 * s**2) - log(s * sqrt(2 * pi))


def student(y, v, m, s):
    return lg((v + 1) / 2) - lg(v / 2) - log(s * sqrt(v * pi)) - (v + 1) / 2 * log(1 + ((y - m) / s) ** 2 / v)


def xlogy(x, y):
    return x * log(y) if x != 0 else mpf(0)


def choose(n, k):
    return lg(n + 1) - lg(k + 1) - lg(n - k + 1)


def half_student_mean(v, s):
    return 2 * s * sqrt(v / pi) * gamma((v + 1) / 2) / (gamma(v / 2) * (v - 1)) if v > 1 else inf


def half_student_variance(v, s):
    return s**2 * v / (v - 2) - half_student_mean(v, s) ** 2 if v > 2 else inf


def negative_binomial(y, m, r):
    return lg(y + r) - lg(r) - lg(y + 1) + xlogy(y, m / (m + r)) + r * log(r / (m + r))


NONE = None
# name: (support, logpdf(y, *base), mean(*base), variance(*base))
BASE = {
    "Normal": ("real", normal, lambda m, s: m, lambda m, s: s**2),
    "HalfNormal": ("positive", lambda y, s: log(2) + normal(y, 0, s), lambda s: s * sqrt(2 / pi), lambda s: s**2 * (1 - 2 / pi)),
    "LogNormal": ("positive", lambda y, m, s: normal(log(y), m, s) - log(y), lambda m, s: exp(m + s**2 / 2),
                  lambda m, s: (exp(s**2) - 1) * exp(2 * m + s**2)),
    "StudentT": ("real", student, lambda v, m, s: m, lambda v, m, s: s**2 * v / (v - 2) if v > 2 else inf),
    "HalfStudentT": ("positive", lambda y, v, s: log(2) + student(y, v, 0, s), half_student_mean, half_student_variance),
    "Cauchy": ("real", lambda y, m, s: -log(pi * s * (1 + ((y - m) / s) ** 2)), NONE, NONE),
    "HalfCauchy": ("positive", lambda y, s: log(2) - log(pi * s * (1 + (y / s) ** 2)), NONE, NONE),
    "Laplace": ("real", lambda y, m, s: -abs(y - m) / s - log(2 * s), lambda m, s: m, lambda m, s: 2 * s**2),
    "Exponential": ("positive", lambda y, r: log(r) - r * y, lambda r: 1 / r, lambda r: 1 / r**2),
    "Gamma": ("positive", lambda y, a, b: a * log(b) + xlogy(a - 1, y) - b * y - lg(a), lambda a, b: a / b, lambda a, b: a / b**2),
    "InverseGamma": ("positive", lambda y, a, s: a * log(s) - (a + 1) * log(y) - s / y - lg(a),
                     lambda a, s: s / (a - 1) if a > 1 else inf, lambda a, s: s**2 / ((a - 1) ** 2 * (a - 2)) if a > 2 else inf),
    "Beta": ("unit", lambda y, a, b: xlogy(a - 1, y) + xlogy(b - 1, 1 - y) - log(beta_function(a, b)) if a + b < 1e5 else
             xlogy(a - 1, y) + xlogy(b - 1, 1 - y) - lg(a) - lg(b) + lg(a + b),
             lambda a, b: a / (a + b), lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1))),
    "Uniform": ("real", lambda y, l, u: -log(u - l) if l <= y <= u else -inf, lambda l, u: (l + u) / 2, lambda l, u: (u - l) ** 2 / 12),
    "Weibull": ("positive", lambda y, k, s: log(k / s) + xlogy(k - 1, y / s) - (y / s) ** k, lambda k, s: s * gamma(1 + 1 / k),
                lambda k, s: s**2 * (gamma(1 + 2 / k) - gamma(1 + 1 / k) ** 2)),
    "Bernoulli": ("binary", lambda y, p, q: log(p) if y == 1 else log(q), lambda p, q: p, lambda p, q: p * q),
    "Binomial": ("trials", lambda y, n, p, q: choose(n, y) + xlogy(y, p) + xlogy(n - y, q), lambda n, p, q: n * p, lambda n, p, q: n * p * q),
    "Poisson": ("count", lambda y, r: xlogy(y, r) - r - lg(y + 1), lambda r: r, lambda r: r),
    "NegativeBinomial": ("count", negative_binomial, lambda m, r: m, lambda m, r: m + m**2 / r),
    "Geometric": ("count", lambda y, p, q: log(p) + xlogy(y, q), lambda p, q: q / p, lambda p, q: q / p**2),
    "Categorical": ("category", lambda y, p: log(p[int(y) - 1]), NONE, NONE),
}


def identity(*args):
    return args


def plain(p):
    return p, 1 - p


def logit(x):
    return 1 / (1 + exp(-x)), 1 / (1 + exp(x))


def probit(x):
    return erfc(-x / sqrt(mpf(2))) / 2, erfc(x / sqrt(mpf(2))) / 2


def cloglog(x):
    q = exp(-exp(x))
    return 1 - q, q


def softmax(v):
    total = sum(exp(x) for x in v)
    return ([exp(x) / total for x in v],)


LINKS = {"p": plain, "logit": logit, "probit": probit, "cloglog": cloglog}

# (family, argument names, map to the base arguments)
OVERLOADS = [
    ("Normal", ("mean", "sd"), identity),
    ("HalfNormal", ("sd",), identity),
    ("LogNormal", ("meanlog", "sdlog"), identity),
    ("StudentT", ("df", "location", "scale"), identity),
    ("HalfStudentT", ("df", "scale"), identity),
    ("Cauchy", ("location", "scale"), identity),
    ("HalfCauchy", ("scale",), identity),
    ("Laplace", ("location", "scale"), identity),
    ("Exponential", ("rate",), identity),
    ("Exponential", ("mean",), lambda m: (1 / m,)),
    ("Exponential", ("log",), lambda e: (exp(-e),)),
    ("Gamma", ("shape", "rate"), identity),
    ("Gamma", ("shape", "mean"), lambda a, m: (a, a / m)),
    ("Gamma", ("shape", "log"), lambda a, e: (a, a * exp(-e))),
    ("InverseGamma", ("shape", "scale"), identity),
    ("Beta", ("a", "b"), identity),
    ("Beta", ("mean", "precision"), lambda m, k: (m * k, (1 - m) * k)),
    ("Beta", ("logit", "precision"), lambda e, k: tuple(p * k for p in logit(e))),
    ("Uniform", ("lower", "upper"), identity),
    ("Weibull", ("shape", "scale"), identity),
    ("Weibull", ("shape", "log"), lambda k, e: (k, exp(e))),
    *[("Bernoulli", (name,), link) for name, link in LINKS.items()],
    *[("Binomial", ("trials", name), lambda n, x, link=link: (n, *link(x))) for name, link in LINKS.items()],
    ("Poisson", ("rate",), identity),
    ("Poisson", ("log",), lambda e: (exp(e),)),
    ("NegativeBinomial", ("mean", "size"), identity),
    ("NegativeBinomial", ("log", "size"), lambda e, r: (exp(e), r)),
    *[("Geometric", (name,), link) for name, link in LINKS.items()],
    ("Categorical", ("p",), lambda p: (p,)),
    ("Categorical", ("logits",), softmax),
]
