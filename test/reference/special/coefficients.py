"""Prints the polynomial coefficients used by src/ir/special, highest degree first.

Run: python coefficients.py   (mpmath 1.4.1; 60 digits). Each line: name, fit error on its interval, coefficients.
"""
from mpmath import bernoulli, chebyfit, digamma, erf, erfc, euler, exp, findroot, loggamma, mp, mpf, nstr, pi, psi, sqrt

mp.dps = 60
TINY = mpf(10) ** -30
ROOT = findroot(digamma, mpf("1.46163214496836234126"))


def show(name, f, lower, upper, terms):
    coefficients, error = chebyfit(f, [mpf(lower), mpf(upper)], terms, error=True)
    print(name, nstr(error, 3))
    print("  " + ", ".join(repr(float(c)) for c in coefficients))


def lgamma_near_two(z):
    return loggamma(2 + z) / z if abs(z) > TINY else 1 - euler


def digamma_slope(t):
    d = t + mpf("1.5") - ROOT
    return (digamma(ROOT + d + 1) - digamma(ROOT + 1)) / d if abs(d) > TINY else psi(1, ROOT + 1)


def erf_even(s):
    return erf(sqrt(s)) / sqrt(s) if s > TINY else 2 / sqrt(pi)


def erfcx_scaled(u):
    if u >= 1:
        return 1 / sqrt(pi)
    x = 3 * (1 + u) / (1 - u)
    if x < 60:
        return (x + 1) * exp(x * x) * erfc(x)
    total, term = mpf(0), mpf(1)
    for k in range(1, 40):
        total += term
        term *= -(2 * k - 1) / (2 * x * x)
    return (x + 1) * total / (x * sqrt(pi))


show("lgamma(2+z)/z on |z| <= 1/2", lgamma_near_two, -0.5, 0.5, 18)
show("(digamma(x+1)-digamma(root+1))/(x-root), x = 1.5+t, |t| <= 1/2", digamma_slope, -0.5, 0.5, 17)
show("erf(sqrt(s))/sqrt(s) on [0, 1/4]", erf_even, 0, 0.25, 10)
show("(x+1) exp(x^2) erfc(x), x = 3(1+u)/(1-u) >= 1/2", erfcx_scaled, mpf(-2.5) / mpf(3.5), 1, 24)
high = float(ROOT)
print("digamma root", repr(high), repr(float(ROOT - mpf(high))), "1/root", repr(float(1 / ROOT)))
print("Stirling B2k/(2k(2k-1))", [repr(float(bernoulli(2 * k) / (2 * k * (2 * k - 1)))) for k in range(1, 10)])
print("B2k", [repr(float(bernoulli(2 * k))) for k in range(1, 13)])
