"""Minimax polynomials of src/kernels/assembly, lowest degree first, by Remez exchange.

Run: python coefficients.py   (mpmath 1.4.1; 50 digits). Each fit: name, largest error, coefficients as doubles.
"""
from mpmath import (atan, cos, digamma, erf, erfc, euler, exp, findroot, floor, ldexp, log, loggamma, lu_solve, matrix, mp, mpf,
                    nint, nstr, pi, polyval, psi, sin, sqrt, tan, workdps)

mp.dps = 50
TINY = mpf(10) ** -12


def chebyshev(a, b, intervals):
    return [(a + b) / 2 - (b - a) / 2 * cos(pi * mpf(i) / intervals) for i in range(intervals + 1)]


def remez(f, weight, a, b, terms):
    """The polynomial p of `terms` coefficients with the least largest weight·|p − f| on [a, b], and that error."""
    a, b = mpf(a), mpf(b)
    count = terms + 1
    nodes, grid, known = chebyshev(a, b, count - 1), chebyshev(a, b, 12 * count), {}

    def at(x):
        if x not in known:
            known[x] = (f(x), weight(x))
        return known[x]

    for _ in range(12):
        system, right = matrix(count, count), matrix(count, 1)
        for i, x in enumerate(nodes):
            value, w = at(x)
            for j in range(terms):
                system[i, j] = x**j
            system[i, terms] = (-1) ** i / w
            right[i] = value
        solution = lu_solve(system, right)
        coefficients, level = [solution[j] for j in range(terms)], abs(solution[terms])

        def error(x):
            value, w = at(x)
            return w * (polyval(coefficients[::-1], x) - value)

        errors = [error(x) for x in grid]
        runs = [[0]]
        for i in range(1, len(grid)):
            if (errors[i] > 0) == (errors[runs[-1][0]] > 0):
                runs[-1].append(i)
            else:
                runs.append([i])
        peaks = [max(run, key=lambda i: abs(errors[i])) for run in runs]
        while len(peaks) > count:
            peaks = peaks[1:] if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else peaks[:-1]
        largest = max(abs(e) for e in errors)
        if len(peaks) < count:
            break
        nodes = [peak(grid, errors, error, i) for i in peaks]
        if largest / level - 1 < mpf("0.01"):
            break
    return coefficients, largest


def peak(grid, errors, error, i):
    """The top of a parabola through an extreme of the grid and its neighbours."""
    if i == 0 or i == len(grid) - 1:
        return grid[i]
    low, mid, high = grid[i - 1], grid[i], grid[i + 1]
    below, own, above = error(low), errors[i], error(high)
    slope = (below - own) * (high - mid) + (above - own) * (mid - low)
    if slope == 0:
        return mid
    x = mid + ((below - own) * (high - mid) ** 2 - (above - own) * (mid - low) ** 2) / (2 * slope)
    return x if low < x < high else mid


def show(name, f, weight, a, b, terms):
    coefficients, error = remez(f, weight, a, b, terms)
    print(name, nstr(error, 3))
    print("  " + ", ".join(repr(float(c)) for c in coefficients), flush=True)


def power(n):
    return lambda x: abs(x) ** n + mpf(10) ** -30


def one(x):
    return mpf(1)


def precise(f, limit):
    """f at 80 digits, and its limit near 0, where it is a difference of nearly equal numbers."""
    def g(x):
        if abs(x) < TINY:
            return limit(x)
        with workdps(80):
            return +f(x)
    return g


ROOT = findroot(digamma, mpf("1.46163214496836234126"))


def odd_log(terms):
    """(log((1+s)/(1−s)) − leading terms) / s^(2·terms + 1) in s²"""
    def f(z):
        s = sqrt(z)
        return (log((1 + s) / (1 - s)) - sum(2 * s ** (2 * k + 1) / (2 * k + 1) for k in range(terms))) / s ** (2 * terms + 1)
    return precise(f, lambda z: mpf(2) / (2 * terms + 1) + 2 * z / (2 * terms + 3))


def digamma_slope(t):
    x = t + mpf("1.5")
    d = x - ROOT
    return (digamma(x + 1) - digamma(ROOT + 1)) / d if abs(d) > mpf(10) ** -20 else psi(1, ROOT + 1)


def scaled_tail(u):
    if u >= 1:
        return 1 / sqrt(2 * pi)
    x = 4 * (1 + u) / (1 - u)
    q = 1 / (x * x)
    m = exp(x * x / 2) * erfc(x / sqrt(mpf(2))) / 2 if x < 200 else (1 - q * (1 - 3 * q * (1 - 5 * q * (1 - 7 * q * (1 - 9 * q))))) / (x * sqrt(2 * pi))
    return (x + mpf("1.25")) * m


HALF_LOG2 = log(2) / 2 * mpf("1.0001")
SMAX2 = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0001")
QUARTER2 = (pi / 4) ** 2 * mpf("1.001")

show("exp: (exp r − 1 − r − r²/2)/r³", precise(lambda r: (exp(r) - 1 - r - r * r / 2) / r**3, lambda r: mpf(1) / 6 + r / 24), power(3), -HALF_LOG2, HALF_LOG2, 9)
show("log: (log((1+s)/(1−s)) − 2s)/s³ in s²", odd_log(1), power(1), 0, SMAX2, 7)
show("pow: (log((1+s)/(1−s)) − 2s − 2s³/3)/s⁵ in s²", odd_log(2), power(2), 0, SMAX2, 7)
show("sin: (sin r − r)/r³ in r²", precise(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, lambda z: -mpf(1) / 6 + z / 120), power(1), 0, QUARTER2, 6)
show("cos: (cos r − 1 + r²/2)/r⁴ in r²", precise(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, lambda z: mpf(1) / 24 - z / 720), power(2), 0, QUARTER2, 6)
show("atan: (atan t − t)/t³ in t²", precise(lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, lambda z: -mpf(1) / 3 + z / 5), power(1), 0, tan(pi / 8) ** 2 * mpf("1.001"), 11)
show("erf: erf(x)/x − 1 in x²", precise(lambda z: erf(sqrt(z)) / sqrt(z) - 1, lambda z: 2 / sqrt(pi) * (1 - z / 3) - 1), one, 0, 0.25, 10)
show("normal: (x + 1.25) exp(x²/2) Φ(−x) in (x − 4)/(x + 4)", scaled_tail, one, (mpf("0.7") - 4) / (mpf("0.7") + 4), 1, 24)
show("lgamma(2 + z)/z", precise(lambda z: loggamma(2 + z).real / z, lambda z: 1 - euler), one, "-0.6", "0.5", 20)
show("digamma: (ψ(x+1) − ψ(x₀+1))/(x − x₀) in x − 1.5", digamma_slope, one, "-0.8", "0.8", 24)


def parts(value, *bits):
    out = []
    for b in bits:
        head = mpf(int(nint(ldexp(value, b)))) / mpf(2) ** b
        out.append(repr(float(head)))
        value -= head
    return out + [repr(float(value))]


print("log 2 to 42 bits, rest:", parts(log(2), 42), "1/log 2", repr(float(1 / log(2))))
print("π/2 in three:", parts(pi / 2, 32, 65))
for label, value in (("π/2", pi / 2), ("π/4", pi / 4), ("2/3", mpf(2) / 3), ("digamma root", ROOT)):
    print(label, "in two doubles:", repr(float(value)), repr(float(value - mpf(float(value)))))
with workdps(450):
    print("2/π:", [hex(int(floor(ldexp(2 / pi, 32 * (i + 1)))) & 0xFFFFFFFF) for i in range(40)])
