"""Reads the families and functions of stdlib/*.ffm and evaluates their members, independently of the compiler.

Two arithmetics: MP (mpmath, any precision: is the formula right?) and DOUBLE (is it stable?). A member is
evaluated lazily: `if` takes one branch, which the compiler's select does not; that is tested elsewhere.
"""
import math
import re
from pathlib import Path

import mpmath
from mpmath import mp, mpf

STDLIB = Path(__file__).resolve().parents[3] / "stdlib"
BINARY = {"+", "-", "*", "/", "^", "@", "<", "<=", ">", ">=", "==", "!=", "and", "or"}
UNKNOWN = "unknown"


def tokens(text):
    text = re.sub(r"//.*", "", text)
    text = text.replace("\n", " \x00 ")
    out, depth = [], 0
    for match in re.finditer(r"\x00|\d[\d_]*(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|<=|>=|==|!=|\.\.|\S", text):
        t = match.group()
        if t == "\x00":
            if depth == 0 and out and out[-1] not in BINARY and out[-1] not in ("\n", "{"):
                out.append("\n")
            continue
        depth += (t in "([") - (t in ")]")
        out.append(t)
    return out + ["\n", ""]


class Reader:
    """Recursive descent over the token list; expressions become nested tuples."""

    def __init__(self, text):
        self.t, self.i = tokens(text), 0

    def peek(self):
        return self.t[self.i]

    def next(self, expected=None):
        token = self.t[self.i]
        if expected is not None and token != expected:
            raise SyntaxError(f"expected {expected!r}, found {token!r} near {self.t[max(0, self.i - 8):self.i + 4]}")
        self.i += 1
        return token

    def lines(self):
        while self.peek() == "\n":
            self.next()

    def expr(self, level=0):
        if self.peek() == "if":
            self.next()
            c = self.expr()
            self.next("then")
            a = self.expr()
            self.next("else")
            return ("if", c, a, self.expr())
        groups = [["or"], ["and"], ["<", "<=", ">", ">=", "==", "!="], ["+", "-"], ["*", "/"]]
        if level == len(groups):
            return self.unary()
        left = self.expr(level + 1)
        while self.peek() in groups[level]:
            op = self.next()
            left = (op, left, self.expr(level + 1))
        return left

    def unary(self):
        if self.peek() == "-":
            self.next()
            return ("neg", self.unary())
        base = self.postfix()
        if self.peek() == "^":
            self.next()
            return ("^", base, self.unary())
        return base

    def postfix(self):
        t = self.next()
        if t == "(":
            e = self.expr()
            self.next(")")
        elif t == "[":
            e = ("array", *self.list("]"))
        elif t[0].isdigit():
            e = ("number", t.replace("_", ""))
        elif re.match(r"[A-Za-z_]", t):
            if self.peek() == "(":
                self.next()
                e = ("call", t, *self.list(")"))
            else:
                e = ("name", t)
        else:
            raise SyntaxError(f"unexpected {t!r}")
        while self.peek() == "[":
            self.next()
            e = ("index", e, self.expr())
            self.next("]")
        return e

    def list(self, close):
        out = []
        while self.peek() != close:
            out.append(self.expr())
            if self.peek() == ",":
                self.next()
        self.next(close)
        return out

    def names(self):
        self.next("(")
        out = []
        while self.peek() != ")":
            out.append(self.next())
            if self.peek() == ",":
                self.next()
        self.next(")")
        return out

    def type(self):
        text = self.next()
        if self.peek() == "[":
            self.next()
            text += "[" + self.next() + "]"
            self.next("]")
        return text

    def items(self):
        functions, families = {}, []
        self.lines()
        while self.peek() != "":
            keyword = self.next()
            name = self.next()
            if keyword == "fn":
                params = self.names()
                self.next("=")
                functions[name] = (params, self.expr())
            elif keyword == "distribution":
                self.next("(")
                args = {}
                while self.peek() != ")":
                    arg = self.next()
                    self.next(":")
                    args[arg] = self.type()
                    if self.peek() == ",":
                        self.next()
                self.next(")")
                self.next("on")
                support = self.type()
                self.next("{")
                members = {}
                self.lines()
                while self.peek() != "}":
                    member = self.next()
                    params = self.names() if self.peek() == "(" else []
                    self.next("=")
                    members[member] = (params, self.expr())
                    self.lines()
                self.next("}")
                families.append({"family": name, "args": args, "support": support, "members": members})
            else:
                raise SyntaxError(f"unexpected item {keyword!r}")
            self.lines()
        return functions, families


class Arithmetic:
    """The built-in operations on one kind of number."""

    def __init__(self, number, table):
        self.number, self.table = number, table



def mp_table():
    log, exp = mpmath.log, mpmath.exp
    phi = lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2
    one = mpf(1)
    return {
        "exp": exp, "log": lambda x: log(x) if x != 0 else -mpmath.inf, "log1p": lambda x: log(1 + x) if x != -1 else -mpmath.inf,
        "expm1": mpmath.expm1, "sqrt": mpmath.sqrt, "abs": abs, "floor": mpmath.floor, "sin": mpmath.sin, "cos": mpmath.cos,
        "tan": mpmath.tan, "atan": mpmath.atan, "tanh": mpmath.tanh, "sigmoid": lambda x: 1 / (1 + exp(-x)),
        "softplus": lambda x: log(1 + exp(x)) if x < 0 else x + log(1 + exp(-x)), "log1mexp": lambda x: log(-mpmath.expm1(x)),
        "erf": mpmath.erf, "Phi": phi, "log_Phi": lambda x: log(phi(x)), "lgamma": lambda x: mpmath.loggamma(x),
        "digamma": mpmath.digamma, "polygamma": lambda n, x: mpmath.psi(int(n), x),
        "rising_lgamma": lambda x, k: mpmath.loggamma(x + k) - mpmath.loggamma(x), "min": min, "max": max,
        "xlogy": lambda x, y: x * log(y) if x != 0 else 0 * one,
    }


def double_table():
    from scipy import special

    def lift(f):
        # a correctly rounded stand-in for our own operation, with its domain's infinities
        def g(*args):
            with mp.workdps(60):
                return float(f(*[mpf(a) for a in args]))
        return g

    def exp(x):
        try:
            return math.exp(x)
        except OverflowError:
            return math.inf

    def expm1(x):
        try:
            return math.expm1(x)
        except OverflowError:
            return math.inf

    def log(x):
        return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan

    def log1p(x):
        return math.log1p(x) if x > -1 else -math.inf if x == -1 else math.nan

    return {
        "exp": exp, "log": log, "log1p": log1p, "expm1": expm1, "sqrt": math.sqrt, "abs": abs, "floor": math.floor, "sin": math.sin,
        "cos": math.cos, "tan": math.tan, "atan": math.atan, "tanh": math.tanh, "sigmoid": lambda x: float(special.expit(x)),
        "softplus": lambda x: x + log1p(exp(-x)) if x > 0 else log1p(exp(x)),
        "log1mexp": lambda x: log(-expm1(x)) if x > -math.log(2) else log1p(-exp(x)),
        "erf": math.erf, "Phi": lambda x: 0.5 * math.erfc(-x / math.sqrt(2)), "log_Phi": lambda x: float(special.log_ndtr(x)),
        "lgamma": lift(lambda x: mpmath.loggamma(x).real), "digamma": lift(mpmath.digamma),
        "polygamma": lift(lambda n, x: mpmath.psi(int(n), x)),
        "rising_lgamma": lift(lambda x, k: (mpmath.loggamma(x + k) - mpmath.loggamma(x)).real), "min": min, "max": max,
        "xlogy": lambda x, y: x * log(y) if x != 0 else 0.0,
    }


def make(kind):
    if kind == "mp":
        return Arithmetic(mpf, mp_table())
    return Arithmetic(float, double_table())


def broadcast(op, a, b):
    if isinstance(a, list) or isinstance(b, list):
        n = len(a) if isinstance(a, list) else len(b)
        return [broadcast(op, a[i] if isinstance(a, list) else a, b[i] if isinstance(b, list) else b) for i in range(n)]
    return op(a, b)


def divide(a, b):
    if b == 0:
        return math.nan if a == 0 else (math.inf if (a > 0) == (math.copysign(1, b) > 0) else -math.inf)
    return a / b


def power(a, b):
    try:
        return a**b
    except OverflowError:
        return math.inf


OPERATORS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": divide, "^": power,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "and": lambda a, b: a and b, "or": lambda a, b: a or b,
}


def evaluate(e, scope, functions, arithmetic):
    go = lambda x: evaluate(x, scope, functions, arithmetic)
    kind = e[0]
    if kind == "number":
        return arithmetic.number(e[1])
    if kind == "name":
        value = scope.get(e[1])
        if value is None:
            if e[1] == "pi":
                return arithmetic.number(mp.pi) if arithmetic.number is mpf else math.pi
            if e[1] == "inf":
                return arithmetic.number("inf")
            if e[1] == "unknown":
                return UNKNOWN
            raise NameError(e[1])
        return value() if callable(value) else value
    if kind == "neg":
        v = go(e[1])
        return [-x for x in v] if isinstance(v, list) else -v
    if kind == "if":
        return go(e[2]) if go(e[1]) else go(e[3])
    if kind == "array":
        return [go(x) for x in e[1:]]
    if kind == "index":
        return go(e[1])[int(go(e[2])) - 1]
    if kind == "call":
        name, args = e[1], [go(x) for x in e[2:]]
        if name in functions:
            params, body = functions[name]
            return evaluate(body, dict(zip(params, args, strict=True)), functions, arithmetic)
        if name == "diag":
            return [[x if i == j else arithmetic.number(0) for j in range(len(args[0]))] for i, x in enumerate(args[0])]
        if name == "outer":
            return [[x * y for y in args[1]] for x in args[0]]
        f = arithmetic.table
        if name in ("softmax", "logsumexp"):
            top = max(args[0])
            total = sum(f["exp"](x - top) for x in args[0])
            return top + f["log"](total) if name == "logsumexp" else [f["exp"](x - top) / total for x in args[0]]
        return f[name](*args)
    return broadcast(OPERATORS[kind], go(e[1]), go(e[2]))


class Family:
    """One overload with its members as Python functions of (argument values, member's parameters)."""

    def __init__(self, spec, functions):
        self.name, self.args, self.support, self.members = spec["family"], spec["args"], spec["support"], spec["members"]
        self.functions = functions

    def has(self, member):
        return member in self.members

    def __call__(self, member, values, *params, arithmetic):
        scope = {}
        for name, (formal, body) in self.members.items():
            if not formal:
                scope[name] = lambda body=body: evaluate(body, scope, self.functions, arithmetic)
        scope.update(values)  # an argument's name hides a member's
        formal, body = self.members[member]
        scope_here = {**scope, **dict(zip(formal, params, strict=True))}
        return evaluate(body, scope_here, self.functions, arithmetic)


def load():
    functions, _ = Reader((STDLIB / "functions.ffm").read_text()).items()
    families = []
    for path in sorted((STDLIB / "families").glob("*.ffm")):
        none, found = Reader(path.read_text()).items()
        assert not none
        families += [Family(spec, functions) for spec in found]
    return functions, families
