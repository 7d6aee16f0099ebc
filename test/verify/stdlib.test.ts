// The library's families against quadrature and summation: every line of every overload that states anything.

import { expect, test } from "vitest";
import { standardFamilies } from "../../src/check/index.ts";
import { verify } from "../../src/verify/index.ts";

const families = standardFamilies();
const report = verify(families);

test.each(report.families)("$form holds", ({ form, passed, checks }) => {
  const own = report.diagnostics.filter((d) => d.message.includes(`\`${form}\``)).map((d) => d.message);
  expect(own).toEqual([]);
  expect(passed).toBe(true);
  // the ends of a uniform are its arguments, so its score has no mean of 0
  const skipped = checks.filter((c) => c.verdict !== "passed").map((c) => c.check);
  expect(skipped).toEqual(form === "Uniform(lower, upper)" ? ["score"] : []);
});

test("every overload was looked at, and what it states was compared", () => {
  expect(report.families.map((f) => f.form)).toEqual(families.map((f) => f.form));
  for (const { form, checks } of report.families) {
    const lines = families.find((f) => f.form === form)!.item.members.map((m) => m.name.text);
    const stated = ["fisher", "mean", "variance", "mode", "cdf", "quantile"].filter((name) => lines.includes(name));
    expect(checks.map((c) => c.check)).toEqual(["normalised", "score", ...stated]);
    for (const check of checks) expect(check.compared > 0 || check.verdict === "skipped").toBe(true);
  }
});
