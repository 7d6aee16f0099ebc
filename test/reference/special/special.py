"""Reference values of the special functions, to the nearest double of a 50-digit computation.

Run: python special.py > special.json   (mpmath 1.4.1)
Each entry: function name -> list of [arguments..., value]; infinities and NaN do not occur.
"""
import json

from mpmath import digamma, erf, erfc, exp, expm1, log, log1p, loggamma, mp, mpf, psi, sqrt
import mpmath

mp.dps = 50

POSITIVE = [1e-300, 1e-100, 1e-20, 1e-8, 1e-3, 0.05, 0.1, 0.25, 0.4999, 0.5, 0.61, 0.75, 0.9, 0.999, 0.9999999, 1.0000001,
            1.001, 1.1, 1.25, 1.4, 1.46, 1.4616321449, 1.4616322, 1.5, 1.6, 1.75, 1.9, 1.999, 1.9999999, 2.0000001, 2.001, 2.1, 2.4,
            2.5, 2.6, 3, 3.5, 4, 5.25, 6.999, 7, 8.5, 9.99, 10, 10.01, 11, 12.5, 13, 17, 25.5, 33, 50, 99.5, 170, 1e3, 12345.678,
            1e5, 1e6, 1e8, 1e10, 1e15, 1e16, 1e17, 1e20, 1e50, 1e100, 1e200, 1e300]
NEGATIVE = [-1e-10, -0.01, -0.3, -0.5, -0.7, -0.999, -1.001, -1.5, -2.25, -3.9, -7.5, -10.1, -20.75, -100.5, -1000.25]
SIGNED = sorted({s * v for v in [1e-300, 1e-20, 1e-8, 1e-3, 0.1, 0.25, 0.3, 0.49, 0.5, 0.51, 0.6, 0.7, 0.71, 0.9, 0.99, 1.0, 1.01, 1.3, 1.5,
                                 1.9, 2, 2.3, 2.7, 3, 3.3, 3.7, 4, 4.5, 5, 5.5, 6.1, 7, 8, 10, 12.3, 15, 20, 26, 26.5, 30, 35.7, 37.5] for s in (-1, 1)})


def rows(f, points):
    out = []
    for point in points:
        args = point if isinstance(point, (tuple, list)) else (point,)
        value = f(*[mpf(a) for a in args])
        value = float(value.real if hasattr(value, "real") else value)
        if value == value and abs(value) != float("inf"):
            out.append([*args, value])
    return out


def lgamma(x):
    return loggamma(x).real


def polygamma(n, x):
    return psi(int(n), x)


def rising(n, x, k):
    n = int(n)
    with mp.workdps(400 if x < 1e60 and k < 1e60 else 700):
        return loggamma(x + k) - loggamma(x) if n < 0 else psi(n, x + k) - psi(n, x)


def log_phi(x):
    if x < -60:
        # Mills' series: the tail at 50 digits
        total, term = mpf(0), mpf(1)
        for k in range(1, 200):
            total += term
            new = -term * (2 * k - 1) / (x * x)
            if abs(new) > abs(term) or abs(new) < mpf(10) ** -95:
                break
            term = new
        return -x * x / 2 - log(-x * sqrt(2 * mp.pi)) + log(total)
    return log(erfc(-x / sqrt(2)) / 2) if x < 0 else log1p(-erfc(x / sqrt(2)) / 2)


def mills(x):
    return exp(-x * x / 2 - log(2 * mp.pi) / 2 - log_phi(x))


def curvature(x):
    with mp.workdps(90):
        m = mills(x)
        return m * (x + m)


RISING = []
for x in [1e-200, 1e-10, 1e-3, 0.3, 0.5, 1, 2.5, 5, 9.99, 10, 37.5, 1e3, 1e6, 1e10, 1e15, 1e40]:
    for k in [1e-12, 1e-5, 0.5, 0.75, 1, 2, 3, 7.5, 8.5, 10, 32, 33, 100, 1234.5, 1e6, 1e12, 1e20]:
        RISING.append((x, k))

WIDE = [-1e300, -1e9, -1e5] + SIGNED + [1e5, 1e9]
LOGISTIC = sorted(set(SIGNED + [-700, -100, -50, -40, -36, 36, 40, 50, 100, 700, -744]))

table = {
    "lgamma": rows(lgamma, POSITIVE + NEGATIVE),
    "digamma": rows(digamma, POSITIVE + NEGATIVE),
    "polygamma": rows(polygamma, [(n, x) for n in (1, 2, 3, 4, 7, 20, 60) for x in POSITIVE[2::2]]
                      + [(n, x) for n in (1, 2, 3, 5) for x in (-0.3, -0.75, -1.3, -2.25, -10.4)]),
    "risingLgamma": rows(lambda x, k: rising(-1, x, k), RISING),
    "risingDigamma": rows(lambda x, k: rising(0, x, k), RISING),
    "risingTrigamma": rows(lambda x, k: rising(1, x, k), RISING),
    "risingTetragamma": rows(lambda x, k: rising(2, x, k), RISING[::3]),
    "erf": rows(erf, SIGNED),
    "Phi": rows(lambda x: erfc(-x / sqrt(mpf(2))) / 2, SIGNED),
    "logPhi": rows(log_phi, [-1e100] + [-1e9, -1e5, -1e3, -100] + SIGNED),
    "millsRatio": rows(mills, [-1e9, -1e5, -1e3, -100] + SIGNED),
    "logPhiCurvature": rows(curvature, [-1e9, -1e5, -1e3, -100, -70, -59] + SIGNED),
    "softplus": rows(lambda x: log1p(exp(x)), LOGISTIC),
    "sigmoid": rows(lambda x: 1 / (1 + exp(-x)), LOGISTIC),
    "logit": rows(lambda p: log(p) - log1p(-p), [1e-300, 1e-20, 1e-5, 0.1, 0.25, 0.29, 0.3, 0.31, 0.4, 0.49, 0.4999999, 0.5, 0.50000001, 0.51, 0.6,
                                                  0.69, 0.7, 0.71, 0.9, 0.999, 0.999999999]),
    "log1mexp": rows(lambda x: log1p(-exp(x)) if x < -1 else log(-expm1(x)), [-v for v in [1e-300, 1e-20, 1e-8, 1e-3, 0.1, 0.5, 0.69, 0.6931, 0.6932, 0.7, 1, 2, 5, 20, 37, 50, 300, 700]]),
}

print('{\n"source": "special.py, mpmath %s",' % mpmath.__version__)
print(",\n".join('"%s": %s' % (k, json.dumps(v)) for k, v in table.items()))
print("}")
