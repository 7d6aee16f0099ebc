"""Reference values of the elementary and special functions: every row is [arguments..., value, rest].

Run: python reference.py [points] > reference.json   (mpmath 1.4.1, points a function, 160 unless told)
`value` is the nearest double of a long computation and `rest` what is missing to it, in units of its last place; rows
whose value is not finite are left out. Points are random, of fixed seed, over ranges that matter, with thresholds added.
"""
import json
import math
import random
import sys

import mpmath
from mpmath import mp, mpf, erfc, erf, exp, expm1, log, log1p, loggamma, psi, sqrt

points = int(sys.argv[1]) if len(sys.argv) > 1 else 160
random.seed(20240607)
mp.dps = 60


def ulp(v):
    m, e = math.frexp(v)
    return mpf(2) ** max(e - 53, -1074)


def rounded(value):
    """The nearest double, also where it is subnormal."""
    value = mpf(value)
    if value == 0:
        return 0.0
    scale = max(int(mpmath.floor(mpmath.log(abs(value), 2))) - 52, -1074)
    quotient = int(mpmath.nint(value / mpf(2) ** scale))
    if scale >= -1022:
        return float(mpf(quotient) * mpf(2) ** scale)
    return float(mpf(quotient)) * 2.0 ** (scale + 60) * 2.0 ** -60 if scale > -1074 else quotient * 5e-324


def rows(f, arguments):
    out = []
    for args in arguments:
        args = args if isinstance(args, tuple) else (args,)
        value = f(*[mpf(a) if not isinstance(a, int) else a for a in args])
        if isinstance(value, mpmath.mpc):
            value = value.real
        near = rounded(value)
        if abs(value) > mpf("1.797e308") or near != near or abs(near) == float("inf"):
            continue
        out.append([*args, near, round(float((value - mpf(near)) / ulp(near)), 3) if near else 0])
    return out


def uniform(a, b, n=None):
    return [random.uniform(a, b) for _ in range(n or points)]


def powers(a, b, n=None, signs=(1,)):
    return [random.choice(signs) * 10 ** random.uniform(a, b) for _ in range(n or points)]


def some(*parts):
    """Equal shares of the points for each part, which is a function of a count; then what is given as lists."""
    lists = [p for p in parts if isinstance(p, list)]
    makers = [p for p in parts if not isinstance(p, list)]
    return [x for p in lists for x in p] + [x for p in makers for x in p(max(1, points // len(makers)))]


U = lambda a, b: lambda n: uniform(a, b, n)
P = lambda a, b, signs=(1,): lambda n: powers(a, b, n, signs)
BOTH = (1, -1)
TINY = [5e-324, -5e-324, 1e-310, -1e-310, 2.2250738585072014e-308, 1e-300, -1e-300, 1e-20, -1e-20, 1e-8, -1e-8]


def phi_tail(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def log_phi(x):
    if x < -1e6:
        q = 1 / (x * x)
        return -x * x / 2 - log(-x * sqrt(2 * mp.pi)) + log1p(-q * (1 - 3 * q * (1 - 5 * q)))
    return log(phi_tail(x)) if x < 5 else log1p(-phi_tail(-x))


def mills(x):
    if x < -1e6:
        q = 1 / (x * x)
        return -x / (1 - q * (1 - 3 * q * (1 - 5 * q)))
    return exp(-x * x / 2) / sqrt(2 * mp.pi) / phi_tail(x)


def wide(f, digits=700):
    def g(*a):
        with mp.workdps(digits):
            return +f(*a)
    return g


def power(x, y):
    return mpmath.power(x, y)


def rising(n, x, k):
    with mp.workdps(90):
        return loggamma(x + k) - loggamma(x) if n < 0 else psi(n, x + k) - psi(n, x)


PERIODIC = some(TINY, [1e5, 1e6, 1000001.5, 1e15, 1e22, 1e100, 1.7e308, 6381956970095103.0 * 2.0 ** 797, 3.141592653589793, 1.5707963267948966,
                       0.7853981633974483, 355.0, 103993.0, 833719.0], U(-1, 1), U(-10, 10), U(-1000, 1000), P(3, 6, BOTH), P(6, 300, BOTH))
GAMMA = some([5e-324, 1e-310, 1e-300, 1e-20, 1e-8, 0.5, 1.4616321449683622, 1.4616321449683625, 1.0000000000000002, 0.9999999999999999, 1.9999999999999998,
              2.0000000000000004, 3.0, 9.999999999999998, 10.0, 1e15, 1e16, 1e100, 1e300], U(0, 0.7), U(0.6, 1.42), U(1.38, 2.6), U(2.2, 10), U(10, 50), P(-20, 20), U(-10, 0))

table = {
    "exp": rows(exp, some(TINY, [709.782712893384, -708.39, -708.5, -745.13, -744.4, -740.0, 708.0, 707.9999], U(-1, 1), U(-40, 40), U(-745, 709.7))),
    "expm1": rows(expm1, some(TINY, [709.782712893384, -745.0, -60.5, -37.0, 0.34657359027997264, -0.34657359027997264], U(-1, 1), U(-0.35, 0.35), U(-40, 40), P(-10, -1, BOTH), U(-50, 709))),
    "log": rows(log, some([5e-324, 1e-310, 2.2250738585072014e-308, 1.7e308, 0.9999999999999999, 1.0000000000000002, 0.7071067811865475, 0.7071067811865476], U(0.5, 2), U(0.98, 1.02), P(-307, 308))),
    "log1p": rows(log1p, some(TINY, [-0.9999999999999999, 1e300, 1.7e308, -0.2928932188134524, 0.41421356237309515], U(-1, 1), U(-0.05, 0.05), U(-1, 10), P(-15, -1, BOTH), P(0, 300))),
    "sigmoid": rows(lambda x: 1 / (1 + exp(-x)), some(TINY, [-745.0, -709.0, -708.0, 36.0, 37.5, 800.0], U(-1, 1), U(-10, 10), U(-40, 40), U(-745, 40))),
    "softplus": rows(lambda x: log1p(exp(x)), some(TINY, [-745.0, -709.0, -37.5, 36.7, 800.0, 1e300], U(-1, 1), U(-10, 10), U(-40, 40), U(-745, 40))),
    "tanh": rows(mpmath.tanh, some(TINY, [18.9, 19.1, 20.0, 21.0, 1e300], U(-1, 1), U(-0.3, 0.3), U(-20, 20), P(-10, -1, BOTH))),
    "log1mexp": rows(wide(lambda x: log(-expm1(x)) if x > -1 else log1p(-exp(x)), 60), some([-5e-324, -1e-310, -1e-20, -0.6931471805599453, -0.6931471805599454, -745.0], U(-1, 0), U(-3, -0.5), P(-10, -1, (-1,)), U(-740, -1))),
    "sin": rows(wide(mpmath.sin), PERIODIC),
    "cos": rows(wide(mpmath.cos), PERIODIC),
    "tan": rows(wide(mpmath.tan), PERIODIC),
    "atan": rows(mpmath.atan, some(TINY, [0.41421356237309503, 2.414213562373095, 1.0, 1e300], U(-1, 1), U(-3, 3), P(-5, 20, BOTH))),
    "erf": rows(erf, some(TINY, [0.5, 0.49999999999999994, 6.0, 30.0], U(-0.6, 0.6), U(-2, 2), U(-6, 6))),
    "Phi": rows(phi_tail, some(TINY, [0.7071067811865475, 0.7071067811865477, -38.5, -38.0, -37.6, 9.0], U(-1, 1), U(-6, 6), U(-38.4, 0))),
    "logPhi": rows(log_phi, some(TINY, [-1.0, -1.0000000000000002, 0.7071067811865475, 0.7071067811865477, 38.0, -1e10, -1e100, -1e150], U(-1.5, 1.5), U(-6, 6), U(-40, 38), P(0, 20, (-1,)))),
    "millsRatio": rows(mills, some(TINY, [-1.0, -1.0000000000000002, 0.7071067811865475, 38.0, -1e10, -1e100, -1e300], U(-1.5, 1.5), U(-6, 6), U(-40, 38), P(0, 20, (-1,)))),
    "lgamma": rows(wide(lambda x: loggamma(x).real, 60), GAMMA),
    "digamma": rows(wide(lambda x: psi(0, x), 60), GAMMA),
    "trigamma": rows(wide(lambda x: psi(1, x), 60), GAMMA),
    "pow": rows(power, [(x, y) for x, y in zip(some([1e-310, 5e-324, 1.7e308, 1.0000000000000002, 0.9999999999999999], U(0, 2), U(0.9, 1.1), P(-3, 3), P(-100, 100)),
                                              some([0.5, 0.99, 1.0, 1e17, 1e17], U(-20, 20), U(-6000, 6000), U(-90, 90), U(-3, 3)))]
                + [(-random.randint(1, 50), float(random.randint(-30, 30))) for _ in range(8)]),
    "polygamma": rows(wide(psi, 60), [(n, x) for n in (2, 3, 5, 10) for x in some([1e-8, 1e8], U(0, 3), U(3, 40))[: max(2, points // 4)]]
                      + [(n, x) for n in (2, 3, 9) for x in uniform(-8, 0, max(2, points // 20))]),
    "risingPolygamma": rows(rising, [(n, x, k) for n in (-1, 0, 1, 2) for x, k in zip(powers(-3, 6, max(2, points // 4)), powers(-8, 6, max(2, points // 4)))]),
}

print('{\n"source": "reference.py, mpmath %s",' % mpmath.__version__)
print(",\n".join('"%s": [\n%s\n]' % (name, ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)) for name, value in table.items()))
print("}")
