"""Fisher information matrices by quadrature or summation of the textbook densities, and a check of stdlib/families against them.

Run: python fisher.py > fisher.txt   (mpmath 1.4.1). Writes fisher.json, rows {"family", "args", "fisher"}: the matrix over the arguments
in their order, E[score scoreᵀ] with the score by central differences at 45 digits (a logits or p argument: over its elements,
p along the simplex only). Then prints, per overload, the largest relative error of the .ffm text in three respects:
  formula    fisher, mean, variance, cdf, quantile of the text against quadrature, at moderate arguments, exact arithmetic;
  doubles    the text in double arithmetic against the text at 400 digits, arguments to their extremes: fisher, mean, variance;
  logpdf     the text in doubles against densities.py's rows, error relative to max(1, |value|).
"""
import json
import math
from pathlib import Path

import ffm
import mpmath
from densities import points
from mpmath import exp, inf, log, mp, mpf
from truth import BASE, OVERLOADS

HERE = Path(__file__).resolve().parent
mp.dps = 45
STEP = mpf(10) ** -13

MODERATE = {
    ("Normal", ("mean", "sd")): [(0, 1), (2.5, 0.3)],
    ("HalfNormal", ("sd",)): [(1,), (7.5,)],
    ("LogNormal", ("meanlog", "sdlog")): [(0, 1), (-1.5, 0.4)],
    ("StudentT", ("df", "location", "scale")): [(1, 0, 1), (0.5, 1, 2), (4.5, -2, 0.5), (59, 0, 2), (61, 0, 2), (300, 0, 2)],
    ("HalfStudentT", ("df", "scale")): [(1, 1), (3.5, 0.25), (90, 4)],
    ("Cauchy", ("location", "scale")): [(0, 1), (3, 0.2)],
    ("HalfCauchy", ("scale",)): [(1,), (0.1,)],
    ("Laplace", ("location", "scale")): [(0, 1), (-2, 3.5)],
    ("Exponential", ("rate",)): [(1,), (0.05,)],
    ("Exponential", ("mean",)): [(1,), (12.5,)],
    ("Exponential", ("log",)): [(0,), (-2.5,)],
    ("Gamma", ("shape", "rate")): [(0.5, 1), (3, 0.2), (25, 4)],
    ("Gamma", ("shape", "mean")): [(0.5, 1), (3, 0.2), (25, 4)],
    ("Gamma", ("shape", "log")): [(0.5, 1), (3, 0.2), (25, -4)],
    ("InverseGamma", ("shape", "scale")): [(0.5, 1), (3, 0.2), (25, 4)],
    ("Beta", ("a", "b")): [(0.7, 0.9), (2, 5), (30, 12)],
    ("Beta", ("mean", "precision")): [(0.4, 2), (0.1, 25), (0.5, 60)],
    ("Beta", ("logit", "precision")): [(0, 2), (-2, 25), (1, 60)],
    ("Uniform", ("lower", "upper")): [(0, 1), (-2, 5)],
    ("Weibull", ("shape", "scale")): [(1, 1), (0.6, 3), (4.5, 0.2)],
    ("Weibull", ("shape", "log")): [(1, 0), (0.6, 1), (4.5, -2)],
    ("Bernoulli", ("p",)): [(0.3,), (0.99,)],
    ("Bernoulli", ("logit",)): [(0,), (-4,)],
    ("Bernoulli", ("probit",)): [(0.5,), (-4,)],
    ("Bernoulli", ("cloglog",)): [(0.5,), (-4,), (1.5,)],
    ("Binomial", ("trials", "p")): [(1, 0.3), (30, 0.8)],
    ("Binomial", ("trials", "logit")): [(1, 0.3), (30, 2)],
    ("Binomial", ("trials", "probit")): [(1, 0.3), (30, -1.5)],
    ("Binomial", ("trials", "cloglog")): [(1, 0.3), (30, -1.5)],
    ("Poisson", ("rate",)): [(0.1,), (8,)],
    ("Poisson", ("log",)): [(-2,), (2.5,)],
    ("NegativeBinomial", ("mean", "size")): [(0.5, 2), (6, 0.8), (10, 100)],
    ("NegativeBinomial", ("log", "size")): [(-0.5, 2), (2, 0.8), (2, 100)],
    ("Geometric", ("p",)): [(0.3,), (0.9,)],
    ("Geometric", ("logit",)): [(0,), (-2,)],
    ("Geometric", ("probit",)): [(0.5,), (-1.5,)],
    ("Geometric", ("cloglog",)): [(0.5,), (-2,)],
    ("Categorical", ("p",)): [([0.2, 0.5, 0.3],)],
    ("Categorical", ("logits",)): [([0, 0, 0],), ([-1, 2, 0.5],)],
}


def quadrature_nodes(support, density, centre, spread):
    """Nodes y and weights density(y) dy whose sums are expectations; the range is found by the decay of the density."""
    nodes = []
    if support in ("binary", "trials", "count", "category"):
        first, last = {"binary": (0, 1), "trials": (0, int(centre)), "count": (0, None), "category": (1, int(centre))}[support]
        y, quiet, top = first, 0, mpf(0)
        while last is None and quiet < 20 or last is not None and y <= last:
            p = density(mpf(y))
            top = max(top, p)
            quiet = quiet + 1 if p < top * mpf(10) ** -36 else 0
            nodes.append((mpf(y), p))
            y += 1
        return nodes
    # the real line as two half lines from the centre, y = centre ± spread eᵗ; others by y = eᵗ, or logistic t: the
    # trapezium rule converges geometrically on each
    if support == "real":
        maps = [(lambda t: centre + spread * exp(t), lambda t: spread * exp(t)), (lambda t: centre - spread * exp(t), lambda t: spread * exp(t))]
        start, h = mpf(0), mpf(1) / 14
    elif support == "positive":
        width = min(mpf(1), spread / centre)
        maps = [(exp, exp)]
        start, h = log(centre), width / 14
    else:
        logistic = lambda t: 1 / (1 + exp(-t))
        maps = [(logistic, lambda t: logistic(t) * logistic(-t))]
        start, h = log(centre / (1 - centre)), min(mpf(1), spread / (centre * (1 - centre))) / 14
    for place, slope in maps:
        for direction in (1, -1):
            t, quiet, top = start if direction == 1 else start - h, 0, mpf(0)
            while quiet < 12:
                y = place(t)
                p = density(y) * slope(t) * h
                top = max(top, p)
                quiet = quiet + 1 if p < top * mpf(10) ** -33 else 0
                nodes.append((y, p))
                t += direction * h
    return nodes


def flatten(args):
    return [v for a in args for v in (a if isinstance(a, list) else [a])]


def rebuild(args, flat):
    flat = iter(flat)
    return [[next(flat) for _ in a] if isinstance(a, list) else next(flat) for a in args]


def as_mp(args):
    return [[mpf(v) for v in a] if isinstance(a, list) else mpf(a) for a in args]


def quadrature(family, to_base, args):
    """Mass, mean, variance and Fisher matrix of the textbook density."""
    support, logpdf, _, _ = BASE[family]
    args = as_mp(args)
    flat = flatten(args)
    base = to_base(*args)
    density = lambda y: exp(mpmath.re(logpdf(y, *base)))
    centre, spread = mpf(1), mpf(1)
    if support == "trials":
        centre = args[0]
    elif support == "category":
        centre = mpf(len(flat))
    elif support == "real":
        centre, spread = (base[-2], base[-1])
    elif support == "positive":
        centre = {"HalfNormal": lambda s: s, "LogNormal": lambda m, s: exp(m), "HalfStudentT": lambda v, s: s, "HalfCauchy": lambda s: s,
                  "Exponential": lambda r: 1 / r, "Gamma": lambda a, b: a / b, "InverseGamma": lambda a, s: s / a, "Weibull": lambda k, s: s}[family](*base)
        shape = base[0] if family in ("Gamma", "InverseGamma", "Weibull") else mpf(1)
        spread = centre * (base[1] if family == "LogNormal" else 1 / shape if family == "Weibull" else 1 / mpmath.sqrt(shape))
    elif support == "unit":
        a, b = base
        centre = a / (a + b)
        spread = mpmath.sqrt(a * b / (a + b + 1)) / (a + b)
    with mp.workdps(150 if support == "unit" else 45):
        nodes = quadrature_nodes(support, density, centre, spread)
    mass = sum(p for _, p in nodes)
    shifted = []
    for j in range(len(flat)):
        h = STEP * max(1, abs(flat[j]))
        bases = [to_base(*rebuild(args, [v + s * h if i == j else v for i, v in enumerate(flat)])) for s in (1, -1)]
        shifted.append((h, bases))
    d = len(flat)
    matrix = [[mpf(0)] * d for _ in range(d)]
    skip = {0} if support == "trials" else set()
    for y, p in nodes:
        with mp.workdps(150 if support == "unit" else 45):
            score = [mpf(0) if j in skip else (mpmath.re(logpdf(y, *up)) - mpmath.re(logpdf(y, *down))) / (2 * h) for j, (h, (up, down)) in enumerate(shifted)]
        for j in range(d):
            for k in range(d):
                matrix[j][k] += p * score[j] * score[k]
    for j in skip:
        for k in range(d):
            matrix[j][k] = matrix[k][j] = None
    return mass, nodes, matrix


def relative(value, truth, scale):
    return float(abs(value - truth) / scale) if scale else float(abs(value - truth))


def exact_functions(functions):
    """The closed forms whose .ffm text switches to an asymptotic series."""
    def parse(text):
        return ffm.Reader(text).expr()
    out = dict(functions)
    out["trigamma_excess"] = (["x"], parse("polygamma(1, x) - 1 / x"))
    out["student_df_information"] = (["df"], parse("(polygamma(1, df / 2) - polygamma(1, (df + 1) / 2)) / 4 - (df + 5) / (2 * df * (df + 1) * (df + 3))"))
    return out


def as_matrix(value):
    return value if isinstance(value, list) else [[value]]


def compare(value, truth):
    """Largest error of a matrix, each entry relative to the geometric mean of its diagonal entries."""
    value, truth, error = as_matrix(value), as_matrix(truth), 0.0
    for j, row in enumerate(truth):
        for k, entry in enumerate(row):
            if entry is None or ffm.UNKNOWN in (entry, value[j][k], truth[j][j], truth[k][k]):
                continue
            scale = mpmath.sqrt(abs(mpf(truth[j][j]) * mpf(truth[k][k])))
            if mpf(scale) < mpf(10) ** -300:  # below the range of doubles
                continue
            v = value[j][k]
            if v != v:
                return inf
            if scale > mpf(10) ** 300:
                continue
            error = max(error, relative(mpf(v), mpf(entry), scale))
    return error


def main():
    functions, families = ffm.load()
    exact = exact_functions(functions)
    mp_arithmetic, double = ffm.make("mp"), ffm.make("double")
    text = {(f.name, tuple(f.args)): f for f in families}
    assert set(text) == {(f, n) for f, n, _ in OVERLOADS}
    grid = points()
    rows = []
    print(f"mpmath {mpmath.__version__}")
    for family, names, to_base in OVERLOADS:
        f = text[(family, names)]
        formula = {}

        def note(kind, error, formula=formula):
            formula[kind] = max(formula.get(kind, 0.0), float(error))

        for args in MODERATE[(family, names)]:
            values = dict(zip(names, as_mp(args)))
            if family == "Uniform":
                l, u = as_mp(args)
                nodes = None
                note("mass", 0)
            else:
                mass, nodes, matrix = quadrature(family, to_base, args)
                note("mass", abs(mass - 1))
                if family == "Categorical" and names == ("p",):
                    # along the simplex: a basis of directions with sum 0
                    basis = [[1, -1, 0], [0, 1, -1]]
                    project = lambda m: [[sum(a[i] * m[i][j] * b[j] for i in range(3) for j in range(3)) for b in basis] for a in basis]
                    note("fisher", compare(project(f("fisher", values, arithmetic=mp_arithmetic)), project(matrix)))
                else:
                    note("fisher", compare(f("fisher", values, arithmetic=mp_arithmetic), matrix))
                rows.append({"family": family, "args": dict(zip(names, args)), "fisher": [[None if x is None else float(x) if abs(x) > 1e-20 else 0.0 for x in r] for r in matrix]})
            base = to_base(*as_mp(args))
            for member, index in (("mean", 2), ("variance", 3)):
                if f.has(member) and (family, member) != ("StudentT", "mean"):  # the location, also where there is no mean
                    value = f(member, values, arithmetic=mp_arithmetic)
                    truth = BASE[family][index](*base)
                    if mpmath.isinf(truth) or truth == 0:
                        note(member, 0 if value == truth else inf)
                    else:
                        note(member, relative(value, truth, abs(truth)))
            if nodes and BASE[family][2] and not mpmath.isinf(BASE[family][3](*base)):
                mean, variance = BASE[family][2](*base), BASE[family][3](*base)
                note("E[y]", relative(sum(p * y for y, p in nodes), mean, mpmath.sqrt(variance)))
                note("Var[y]", relative(sum(p * (y - mean) ** 2 for y, p in nodes), variance, variance))
            if f.has("cdf"):
                discrete = f.support in ("count", "binary")
                for y in (0, 1, 3) if discrete else (0.3, 0.7, 2):
                    if f.support == "binary" and y > 1:
                        continue
                    value = f("cdf", values, mpf(y), arithmetic=mp_arithmetic)
                    density = lambda t: exp(mpmath.re(BASE[family][1](t, *base)))
                    if discrete:
                        truth = sum(density(mpf(k)) for k in range(y + 1))
                    elif family == "Uniform":
                        truth = min(max((y - l) / (u - l), 0), 1)
                    else:
                        left = 0 if f.support == "positive" else -inf
                        corners = sorted({mpf(y), *(v for v in (base[-2:-1] if left == -inf else [mpf(y) / 50]) if v < y)})
                        truth = mpmath.quad(density, [left, *corners])
                    note("cdf", relative(value, truth, truth))
                    if f.has("quantile") and 0 < value < 1:
                        back = f("quantile", values, value, arithmetic=mp_arithmetic)
                        note("quantile", relative(back, mpf(y), mpf(y)))
        # stability
        doubles = {}
        for args in grid[(family, names)][0]:
            for member in ("fisher", "mean", "variance"):
                if not f.has(member) or "p" in names and family == "Categorical":
                    continue
                got = f(member, dict(zip(names, args)), arithmetic=double)
                with mp.workdps(400):
                    f.functions = exact
                    want = f(member, dict(zip(names, as_mp(args))), arithmetic=mp_arithmetic)
                    f.functions = functions
                    if member == "fisher":
                        error = compare(got, want)
                    elif mpmath.isinf(want) or abs(want) > 1e307:
                        error = 0 if got == math.inf else 1
                    else:
                        error = 0 if got == want or abs(want) < mpf(10) ** -300 and abs(got) < 1e-299 else relative(mpf(got), want, abs(want))
                if error > doubles.get(member, (-1,))[0]:
                    doubles[member] = (float(error), args)
        # densities
        path = HERE / ("".join("-" + c.lower() if c.isupper() else c for c in family).lstrip("-") + ".json")
        logpdf = (0.0, None)
        for row in json.loads(path.read_text()):
            if tuple(row["args"]) != names:
                continue
            got = f("logpdf", row["args"], float(row["y"]), arithmetic=double)
            want = row["logpdf"]
            error = 0 if got == want else abs(got - want) / max(1, abs(want))
            if not error <= logpdf[0]:
                logpdf = (error, (list(row["args"].values()), row["y"], got, want))
        print(f"{family}({', '.join(names)})")
        print("  formula:", ", ".join(f"{k} {v:.0e}" for k, v in formula.items()))
        print("  doubles:", ", ".join([*(f"{k} {v[0]:.0e} at {v[1]}" for k, v in doubles.items()), f"logpdf {logpdf[0]:.0e} at {logpdf[1]}"]), flush=True)
    body = ",\n".join(json.dumps(r) for r in rows)
    (HERE / "fisher.json").write_text(f"[\n{body}\n]\n")


if __name__ == "__main__":
    main()
