// Families as a user would get them wrong: each mistake is found, at its line, in words that lead to the remedy.

import { expect, test } from "vitest";
import { familiesOf } from "../../src/check/index.ts";
import type { Diagnostic } from "../../src/diagnostics/index.ts";
import { parse } from "../../src/syntax/index.ts";
import { type VerifyReport, verify } from "../../src/verify/index.ts";

function verified(text: string): VerifyReport & { readonly line: (d: Diagnostic) => string } {
  const { ast, diagnostics } = parse({ path: "mine.ffm", text });
  expect(diagnostics).toEqual([]);
  return { ...verify(familiesOf(ast)), line: (d) => text.slice(d.span?.start, d.span?.end) };
}

const kernel = "-0.5 * ((y - mu) / sd)^2";

/** A normal with lines put in the place of right ones. */
function normal(lines: Readonly<Record<string, string>>): string {
  const right = {
    "logpdf(y)": `${kernel} - log(sd) - 0.5 * log(2 * pi)`,
    fisher: "diag([1 / sd^2, 2 / sd^2])",
    mean: "mu",
    variance: "sd^2",
    mode: "mu",
    "cdf(y)": "Phi((y - mu) / sd)",
  };
  const body = Object.entries({ ...right, ...lines }).map(([name, value]) => `  ${name} = ${value}`);
  return `distribution Mine(mu: real, sd: positive) on real {\n${body.join("\n")}\n}\n`;
}

test("a right one passes, and the report says how well", () => {
  const { passed, diagnostics, families } = verified(normal({}));
  expect(diagnostics).toEqual([]);
  expect(passed).toBe(true);
  for (const check of families[0].checks) {
    expect(check.verdict).toBe("passed");
    expect(check.error).toBeLessThan(1e-12);
  }
  expect(JSON.parse(JSON.stringify(families))).toEqual(families);
});

test.each([
  {
    name: "a missing constant",
    lines: { "logpdf(y)": `${kernel} - log(sd)` },
    code: "FF430",
    message: "The density of `Mine(mu, sd)` integrates to 2.50663 instead of 1, at mu = 0, sd = 1.",
    hint: "It is sqrt(2 * pi) at all arguments tried: subtract the logarithm of that.",
    line: "logpdf(y) = -0.5 * ((y - mu) / sd)^2 - log(sd)",
  },
  {
    name: "a missing term in an argument",
    lines: { "logpdf(y)": `${kernel} - 0.5 * log(2 * pi)` },
    code: "FF430",
    message: "The density of `Mine(mu, sd)` integrates to 40 instead of 1, at mu = 0, sd = 40.",
    hint: "It is sd at all arguments tried: subtract the logarithm of that.",
    line: "logpdf(y) = -0.5 * ((y - mu) / sd)^2 - 0.5 * log(2 * pi)",
  },
  {
    name: "an information that is too small by a factor",
    lines: { fisher: "diag([1 / sd^2, 1 / sd^2])" },
    code: "FF432",
    message: "`fisher` of `Mine(mu, sd)` for sd is stated as 1, but the variance of the score is 2, at mu = 0, sd = 1.",
    hint: "At all arguments tried the right value is 2 times that.",
    line: "fisher = diag([1 / sd^2, 1 / sd^2])",
  },
  {
    name: "an information off the diagonal that is not there",
    lines: { fisher: "[[1 / sd^2, 0.1 / sd^2], [0.1 / sd^2, 2 / sd^2]]" },
    code: "FF432",
    message:
      "`fisher` of `Mine(mu, sd)` for (sd, mu) is stated as 0.1, but the variance of the score is 0, at mu = 0, sd = 1.",
    hint: "Leave the line out, or write `unknown` for an entry, where there is no closed form.",
    line: "fisher = [[1 / sd^2, 0.1 / sd^2], [0.1 / sd^2, 2 / sd^2]]",
  },
  {
    name: "a mean that is a little off",
    lines: { mean: "mu + 0.00001" },
    code: "FF433",
    message: "`mean` of `Mine(mu, sd)` is stated as 0.00001, but it is 0, at mu = 0, sd = 1.",
    hint: null,
    line: "mean = mu + 0.00001",
  },
  {
    name: "a standard deviation for a variance",
    lines: { variance: "sd" },
    code: "FF434",
    message: "`variance` of `Mine(mu, sd)` is stated as 0.3, but it is 0.09, at mu = 0, sd = 0.3.",
    hint: "At all arguments tried the right value is sd times that.",
    line: "variance = sd",
  },
  {
    name: "a mode beside the peak",
    lines: { mode: "mu + sd" },
    code: "FF437",
    message: "`mode` of `Mine(mu, sd)` is stated as 1, but the density is larger at 0, at mu = 0, sd = 1.",
    hint: null,
    line: "mode = mu + sd",
  },
  {
    name: "a cdf of the complement",
    lines: { "cdf(y)": "Phi((mu - y) / sd)" },
    code: "FF435",
    message:
      "`cdf(−0.8)` of `Mine(mu, sd)` is stated as 0.788145, but the probability up to there is 0.211855, at mu = 0, sd = 1.",
    hint: null,
    line: "cdf(y) = Phi((mu - y) / sd)",
  },
  {
    name: "a quantile without its scale",
    lines: { "quantile(p)": "mu + sd * p" },
    code: "FF436",
    message:
      "`quantile(0.001)` of `Mine(mu, sd)` is stated as 0.001, but the probability up to there is 0.500399, at mu = 0, sd = 1.",
    hint: "`cdf(quantile(p))` must be p; on whole numbers the quantile is the first whose cdf reaches p.",
    line: "quantile(p) = mu + sd * p",
  },
])("$name is found", ({ lines, code, message, hint, line }) => {
  const report = verified(normal(lines as Record<string, string>));
  expect(report.passed).toBe(false);
  const [found, ...more] = report.diagnostics;
  expect(more).toEqual([]);
  expect({ ...found, span: null }).toEqual({ code, severity: "error", message, hint, span: null });
  expect(report.line(found)).toBe(line);
});

test("without a density that integrates to 1 nothing else is held against it", () => {
  const report = verified(normal({ "logpdf(y)": kernel, mean: "mu + 1", fisher: "diag([7, 7])" }));
  expect(report.diagnostics.map((d) => d.code)).toEqual(["FF430"]);
  expect(report.families[0].checks.find((c) => c.check === "mean")).toMatchObject({
    verdict: "skipped",
    reason: "the density does not integrate to 1",
  });
});

test("a line that is not a number says so", () => {
  const report = verified("distribution Mine(a: positive) on real {\n  logpdf(y) = -0.5 * y^2 + log(1 - a)\n}\n");
  expect(report.diagnostics.map((d) => d.message)).toEqual(["`logpdf` of `Mine(a)` is not a number at a = 2.6."]);
});

test("a density without a finite integral is wrong, not unknown", () => {
  for (const [support, logpdf] of [
    ["real", "0"],
    ["positive", "-log(y)"],
    ["count", "-log(y + 1)"],
    ["int", "0"],
  ])
    expect(
      verified(`distribution Mine(a: positive) on ${support} {\n  logpdf(y) = ${logpdf} - log(a)\n}\n`).diagnostics.map(
        (d) => d.message,
      ),
    ).toEqual(["The density of `Mine(a)` integrates to ∞ instead of 1, at a = 1."]);
});

test("counts: inflated zeros with two peaks pass, a wrong variance does not", () => {
  const text = (variance: string): string => `distribution Inflated(zero: unit, rate: positive) on count {
  logpdf(y) = if y == 0 then log(zero + (1 - zero) * exp(-rate)) else log1p(-zero) + y * log(rate) - rate - lgamma(y + 1)
  mean      = (1 - zero) * rate
  variance  = ${variance}
}
`;
  expect(verified(text("(1 - zero) * rate * (1 + zero * rate)")).passed).toBe(true);
  const wrong = verified(text("(1 - zero) * rate"));
  expect(wrong.diagnostics.map((d) => d.code)).toEqual(["FF434"]);
});

test("counts: a quantile is the first response whose cdf reaches p", () => {
  const text = (quantile: string): string => `distribution Mine(rate: positive) on count {
  logpdf(y)   = log1p(-exp(-rate)) - rate * y
  cdf(y)      = -expm1(-rate * (y + 1))
  quantile(p) = ${quantile}
}
`;
  expect(verified(text("max(0, floor(-log1p(-p) / rate))")).passed).toBe(true);
  const [off] = verified(text("1 + floor(-log1p(-p) / rate)")).diagnostics;
  expect(off.message).toBe(
    "`quantile(0.001)` of `Mine(rate)` is stated as 1, but the first response with enough probability is 0, at rate = 1.",
  );
});

test("whole numbers of both signs", () => {
  const text =
    "distribution Mine(rate: positive) on int {\n" +
    "  logpdf(y) = log1p(-exp(-rate)) - log1p(exp(-rate)) - rate * abs(y)\n  mean = 0\n}\n";
  expect(verified(text).passed).toBe(true);
});

test("a vector of logits: the whole matrix, at several sizes", () => {
  const text = (fisher: string): string => `distribution Mine(logits: real[K]) on category[K] {
  logpdf(y) = logits[y] - logsumexp(logits)
  fisher    = ${fisher}
}
`;
  expect(verified(text("diag(softmax(logits)) - outer(softmax(logits), softmax(logits))")).passed).toBe(true);
  const [found] = verified(text("diag(softmax(logits))")).diagnostics;
  expect(found.code).toBe("FF432");
  expect(found.message).toContain("for logits[1] is stated as");
  expect(found.hint).toBe("Wrong as well: (logits[2], logits[1]), logits[2], (logits[3], logits[1]) and 6 more.");
});

test("probabilities: the information is held along the simplex only", () => {
  const text = (fisher: string): string => `distribution Mine(p: simplex[K]) on category[K] {
  logpdf(y) = log(p[y])
  fisher    = ${fisher}
}
`;
  expect(verified(text("diag(1 / p)")).passed).toBe(true);
  // a constant added to all entries is not seen along directions that keep the sum
  expect(verified(text("diag(1 / p) - 1")).passed).toBe(true);
  expect(verified(text("diag(1 / p^2)")).passed).toBe(false);
});

test("where the density ends at an argument, its score is left out", () => {
  const pareto = verified(`distribution Mine(minimum: positive, shape: positive) on positive {
  logpdf(y) = if y >= minimum then log(shape) + shape * log(minimum) - (shape + 1) * log(y) else -inf
  mean      = if shape > 1 then shape * minimum / (shape - 1) else inf
  cdf(y)    = if y >= minimum then 1 - (minimum / y)^shape else 0
}
`);
  expect(pareto.diagnostics).toEqual([]);
  const flat = verified(`distribution Mine(lower: real, upper: real) on real in (lower, upper) {
  logpdf(y) = -log(upper - lower)
  mean      = (lower + upper) / 2
}
`);
  expect(flat.diagnostics).toEqual([]);
  for (const { families } of [pareto, flat])
    expect(families[0].checks.map((c) => [c.check, c.verdict]).slice(0, 3)).toEqual([
      ["normalised", "passed"],
      ["score", "skipped"],
      ["mean", "passed"],
    ]);
});

test("a narrow peak beside a wide one, and a peak that no line points at", () => {
  const mixture = `distribution Mine(a: real, b: real) on real {
  logpdf(y) = logsumexp([-0.5 * ((y - a) * 1000)^2 + log(1000), -0.5 * (y - b)^2]) - log(2) - 0.5 * log(2 * pi)
  mean      = (a + b) / 2
}
`;
  expect(verified(mixture).passed).toBe(true);
  const hidden = `distribution Mine(a: real) on real {
  logpdf(y) = -0.5 * ((y - exp(a) - 3) * 20)^2 + log(20) - 0.5 * log(2 * pi)
}
`;
  expect(verified(hidden).passed).toBe(true);
});

test("moments that do not exist are not compared, and an array of responses is said not to be verified", () => {
  const cauchy = verified(`distribution Mine(scale: positive) on real {
  logpdf(y) = -log1p((y / scale)^2) - log(scale) - log(pi)
  mean      = 0
}
`);
  expect(cauchy.diagnostics.map((d) => d.message)).toEqual([
    "`mean` of `Mine(scale)` could not be verified: the integral does not converge in double precision.",
  ]);
  const dirichlet = verified(`distribution Mine(a: positive[K]) on simplex[K] {
  logpdf(y) = sum((a - 1) * log(y)) + lgamma(sum(a)) - sum(lgamma(a))
}
`);
  expect(dirichlet.diagnostics.map((d) => d.message)).toEqual([
    "`logpdf` of `Mine(a)` could not be verified: a response that is an array is not verified.",
  ]);
});

test("a family that can't be read gives the checker's own diagnostics", () => {
  const report = verified("distribution Mine(a: positive) on real {\n  mean = a\n}\n");
  expect(report.passed).toBe(false);
  expect(report.diagnostics.map((d) => d.code)).toEqual(["FF415"]);
});
